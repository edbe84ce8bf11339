/* Text in which ${NAME} stands for a variable of the environment, and what HCL makes of it.
 *
 *     ${NAME}, $NAME               env("NAME", "")
 *     ${NAME:-text}, ${NAME-text}  env("NAME", "text")
 *     ${NAME:?text}, ${NAME?text}  env("NAME"), which must be set
 *     ${NAME:+text}, ${NAME+text}  nothing in HCL says this: left out, and told
 *     $$                           $
 *
 * The notation of compose files (docs.docker.com, "Interpolation"); process-compose has the same.
 */
#ifndef IMPORT_DOLLAR_H
#define IMPORT_DOLLAR_H

#include "arena.h"
#include "str.h"
#include "vec.h"

#include <stdbool.h>

struct dollar_piece {
    struct str text; /* as it stands, or the name of the variable */
    bool is_variable;
    bool has_fallback;
    struct str fallback; /* constant */
};

struct dollar_text {
    VEC(struct dollar_piece) pieces;
    bool has_variable;
    bool lossy; /* something could not be said: ${A:+B}, or a variable within a fallback */
};

/* All results are in the arena. */
struct dollar_text dollar_parse(struct arena *arena, struct str text);
struct dollar_text dollar_literal(struct arena *arena, struct str text);
/* The text with all fallbacks put in; false if a variable has none. */
bool dollar_constant(struct arena *arena, const struct dollar_text *text, struct str *out);
/* How many bytes the construct that begins with '$' takes: 1 if it is none, which one is that has
 * no end or more than 32 braces within each other. Taking a text construct by construct is linear.
 */
size_t dollar_length(struct str text);

/* As an HCL expression: a quoted string, env(...), or a heredoc for several lines of constants. */
struct str dollar_hcl(struct arena *arena, const struct dollar_text *text);
/* A quoted HCL string that means exactly these bytes (UTF-8). */
void hcl_quote(struct str text, struct strbuf *out);

#endif
