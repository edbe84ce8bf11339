/* What the functions share. Private to functions*.c. */
#ifndef COMPILER_FUNCTIONS_PARTS_H
#define COMPILER_FUNCTIONS_PARTS_H

#include "eval_parts.h"
#include "functions.h"

#define FUNCTION(name, ...) bool function_##name(struct function_call *call, struct value *out);
#include "functions.def"
#undef FUNCTION

/* Says why the call failed, and which argument is to blame: FUNCTION_NONE, or its index. */
void function_refuse(struct function_call *call, uint32_t bad, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The call failed as a whole; false, and the compiler sees that it always is. */
#define function_fail(call, ...) (function_refuse((call), FUNCTION_NONE, __VA_ARGS__), false)
/* One argument is to blame; false likewise. */
#define function_reject(call, arg, ...) (function_refuse((call), (arg), __VA_ARGS__), false)
/* Counts what will be produced; false, with nothing more to say, if it is too much. */
bool function_charge(struct function_call *call, uint64_t units);

/* The argument as a whole number that fits an int; false after a rejection. */
bool function_int(struct function_call *call, uint32_t arg, int *out);

/* Results. */
bool function_give_string(struct function_call *call, const struct strbuf *text, struct value *out);
bool function_give_str(struct function_call *call, struct str text, struct value *out);
bool function_give_int(int64_t integer, struct value *out);
bool function_give_bool(bool boolean, struct value *out);
/* A TUPLE, or a LIST of the element type if that is not NULL. */
struct value function_new_list(struct function_call *call, uint32_t count,
                               const struct type *element);

/* Appends the value as JSON, as go-cty writes it. */
void function_write_json(struct arena *arena, const struct value *value, struct strbuf *out);

#endif
