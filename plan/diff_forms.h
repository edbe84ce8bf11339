/* The fields of a service, its parts, and the settings, each as a text. For plan_diff alone.
 *
 * A form is asked for the text that differs if and only if the field does, or for the one that a
 * person is shown. It adds nothing where there is no such field.
 */
#ifndef PLAN_DIFF_FORMS_H
#define PLAN_DIFF_FORMS_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

struct form {
    const struct plan *plan;
    const uint32_t *routes; /* by service: index into ROUTES, or PLAN_NONE */
    struct strbuf *out;
    bool exact; /* to be compared; else to be shown */
};

/* A part of a field: a variable of env, a dependency. */
struct form_part {
    const char *key;
    uint32_t index; /* for its form */
};

struct form_parts {
    struct form_part *items; /* in no certain order */
    uint32_t count;
};

/* index: of the service; for the form of a part, the part's; nothing for a setting. */
typedef void form_fn(const struct form *form, uint32_t index);
typedef struct form_parts parts_fn(const struct plan *plan, uint32_t service, struct arena *arena);

/* What forms are made of. */
void form_add_bool(const struct form *form, bool value);
void form_add_string(const struct form *form, struct plan_string string);
void form_add_strings(const struct form *form, const struct plan_string *strings,
                      struct plan_range range);
void form_add_text(const struct form *form, struct plan_text text);
void form_add_command(const struct form *form, uint32_t command); /* or PLAN_NONE */

static inline const struct plan_service *form_service(const struct form *form, uint32_t index)
{
    return &form->plan->services[index];
}

#define SETTING(name, listen, form)      form_fn form;
#define FIELD(field, name, effect, form) form_fn form;
#define FIELD_PARTS(field, name, effect, parts, form) \
    parts_fn parts;                                   \
    form_fn form;
#include "diff.def"

#endif
