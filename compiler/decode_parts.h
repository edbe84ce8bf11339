/* What the decoders share: how a value of a type is taken, and how it is refused. Private to them.
 */
#ifndef COMPILER_DECODE_PARTS_H
#define COMPILER_DECODE_PARTS_H

#include "decode.h"
#include "model.h"

/* One attribute while it is decoded. */
struct target {
    struct decode *decode;
    const struct schema_attr *attr;
    void *field;
    struct span span; /* of the attribute's value; what comes from a local lies elsewhere */
    const char *part; /* of the attribute, for messages: "" or "each element of " */
};

/* Each gives false after a diagnostic; an unknown value had its diagnostic before. */

bool decode_wrong_type(const struct target *t, const struct value *value, const char *expected);
/* A diagnostic at the value: the attribute must be what. */
struct diag *decode_complain(const struct target *t, const struct diag_code *code,
                             const struct value *value, const char *what);

/* A string as the system can take it: no NUL, not too long. */
bool decode_take_text(const struct target *t, const struct value *value, const char *expected,
                      struct str *out_text);
/* And not empty. */
bool decode_take_nonempty(const struct target *t, const struct value *value, const char *expected,
                          struct str *out_text);
/* A string that may be known only at start. */
bool decode_take_later(const struct target *t, const struct value *value, const char *expected,
                       struct model_text *out_text);
/* The bounds of a text that was put together. */
bool decode_check_later(const struct target *t, const struct model_text *text);

/* Every element is judged, so that all mistakes of a list are seen at once. */
bool decode_take_strings(const struct target *t, const struct value *value,
                         struct model_strings *out_strings);

/* decode_program.c: what a program is started with. */
bool decode_env(const struct target *t, const struct value *value);
bool decode_command(const struct target *t, const struct value *value);

#endif
