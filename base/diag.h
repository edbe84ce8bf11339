/* Diagnostics: what is wrong, where, and what to do. Collected here, drawn by diag_render.h.
 *
 * A user's mistake is always one of these, never an errno and never a line on stderr. The list owns
 * every text (in its arena). At most DIAG_KEPT are kept; the rest are counted.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "arena.h"
#include "source.h"

#include <stdbool.h>

#define DIAG_KEPT 1000
/* How many of them a person is shown in one run. */
#define DIAG_SHOWN 20

enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_SEVERITY_COUNT };

/* One row of a room's codes.def. */
struct diag_code {
    const char *name;    /* "E0203" */
    const char *summary; /* the category, one phrase */
    const char *explain; /* paragraphs for "a3s explain" */
};

struct diag_note {
    struct span span;
    const char *text;
    struct diag_note *next;
};

struct diag {
    enum diag_severity severity;
    const struct diag_code *code;
    struct span span;
    bool has_span;           /* false: about the file as a whole, drawn without an excerpt */
    const char *path;        /* instead of a span, when the file could not be read */
    const char *message;     /* one sentence without a full stop */
    const char *detail;      /* NULL, or more: drawn behind the message, after "; " */
    const char *label;       /* NULL, or what stands beside the carets */
    const char *help;        /* NULL, or what to do */
    struct diag_note *notes; /* in the order they were added */
    uint32_t order;          /* of arrival */
    struct arena *arena;     /* the list's */
};

struct diag_list {
    struct arena *arena;
    struct sources *sources;
    VEC(struct diag *) diags;
    uint32_t errors, warnings; /* all of them, kept or not */
    bool partial;              /* not all was checked, as the text is not what it should be */
};

void diag_list_init(struct diag_list *list, struct arena *arena, struct sources *sources);

/* Each gives the new diagnostic, never NULL, so that more can be said on it. */
struct diag *diag_error(struct diag_list *list, const struct diag_code *code, struct span span,
                        const char *format, ...) __attribute__((format(printf, 4, 5)));
struct diag *diag_warning(struct diag_list *list, const struct diag_code *code, struct span span,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));
/* About a file that could not be read: no span. */
struct diag *diag_file_error(struct diag_list *list, const struct diag_code *code, const char *path,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));

void diag_detail(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_label(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_help(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void diag_note(struct diag *diag, struct span span, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* By source and offset, then by arrival; drops exact repetitions. */
void diag_sort(struct diag_list *list);

#endif
