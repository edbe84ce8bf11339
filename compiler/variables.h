/* The values of variable blocks: what the command line or the environment says, else the default.
 *
 * A value comes as text and becomes what the default is: a number, a bool, or (for a list or an
 * object) an expression of constants. A sensitive variable has no value when compiling: it is a
 * lookup of A3S_VAR_NAME when the plan is loaded, and its value is in no message.
 */
#ifndef COMPILER_VARIABLES_H
#define COMPILER_VARIABLES_H

#include "diag.h"
#include "value.h"

struct eval;
struct model;
struct model_variable;

#define VARIABLE_PREFIX "A3S_VAR_"

/* One --var NAME=VALUE. */
struct variable_setting {
    const char *name, *value;
};

struct variable_settings {
    const struct variable_setting *items; /* of two for one name, the later one holds */
    uint32_t count;
    bool refuse_secrets; /* a value for a sensitive variable would be lost: say so */
};

/* Unknown, after a diagnostic, if nobody says what the variable is, or it is no such thing. */
struct value variable_value(struct eval *eval, const struct model_variable *variable,
                            const struct variable_settings *settings);

/* One diagnostic for each setting that is of no variable of the model. */
void variables_check_settings(const struct model *model, const struct variable_settings *settings,
                              const char *path, struct diag_list *diags);

/* Whether this is what the environment calls a variable; out_name: without the prefix. */
bool variable_of_secret(struct str environment_name, struct str *out_name);

#endif
