/* The functions of expressions: one table (functions.def) from which lookup, the checks of
 * arguments and "a3s functions" come.
 *
 * A function is pure: its result depends on its arguments alone. The exception is file(), which
 * finds the folder that it reads from behind call->eval.
 */
#ifndef COMPILER_FUNCTIONS_H
#define COMPILER_FUNCTIONS_H

#include "eval.h"

enum function_type {
    FUNCTION_ANY,
    FUNCTION_STRING,
    FUNCTION_NUMBER,
    FUNCTION_STRINGS, /* list of string */
    FUNCTION_LIST,    /* list of any one type */
    FUNCTION_TYPE_COUNT
};

enum function_flag {
    FUNCTION_REST = 1, /* the last parameter may come any number of times, or not at all */
    FUNCTION_LAZY = 2, /* evaluates its arguments itself */
    FUNCTION_LAST = 4, /* the last parameter may be left out */
    /* Elements of an argument only change their place: they may be known only at start. */
    FUNCTION_CARRY = 8
};

struct function_param {
    const char *name;
    enum function_type type;
    bool nullable;
};

/* One call. Arguments have been checked and converted: they are known, and of the parameter's type.
 */
struct function_call {
    struct eval *eval;
    struct arena *arena;
    const struct ast_expr *expr;
    const struct value *args;
    uint32_t count;
    uint32_t bad;    /* the argument that is refused, or FUNCTION_NONE */
    const char *why; /* set by function_refuse */
};

#define FUNCTION_NONE UINT32_MAX

struct function {
    struct str name;
    const char *result, *doc;
    unsigned flags; /* enum function_flag */
    const struct function_param *params;
    uint32_t param_count; /* with the repeated one */
    /* False after function_fail or function_reject. */
    bool (*run)(struct function_call *call, struct value *out);
};

enum function_id {
#define FUNCTION(name, ...) FUNCTION_ID_##name,
#include "functions.def"
#undef FUNCTION
    FUNCTION_COUNT
};

extern const struct function functions[FUNCTION_COUNT];

/* NULL if there is none of that name. */
const struct function *function_find(struct str name);
/* "substr(str, offset, length)", "max(numbers...)", "env(name, [default])". */
void function_usage(const struct function *function, struct strbuf *out);

#endif
