/* .env files: variables for a service, one after the other.
 *
 *     # a comment
 *     NAME=as it stands, up to the end of the line # or up to a # behind a blank
 *     export NAME=the same
 *     NAME='all up to the next single quote, $ and \ and # too, over more lines if need be'
 *     NAME="the same up to the next double quote, but \n \r \t \" \\ \$ mean what they mean in C"
 *
 * A name is [A-Za-z_][A-Za-z0-9_]*. Blanks (spaces and tabs) may stand around the name, around '='
 * and at the end of a line; around a value without quotes they are dropped. Nothing is substituted:
 * $NAME is five bytes. Of a name that stands there twice, the last value counts. A line may end in
 * CR LF, which is LF in a value too; a byte order mark at the beginning is skipped. Everything else
 * is an error: what tools read differently is not guessed at.
 *
 * What a file holds may be secret, so no error repeats any of it.
 */
#ifndef RUNTIME_DOTENV_H
#define RUNTIME_DOTENV_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

#define DOTENV_FILE_MAX  (1u << 20) /* bytes */
#define DOTENV_NAME_MAX  255u
#define DOTENV_VALUE_MAX (64u << 10)

struct dotenv_error {
    uint32_t line;    /* from 1; 0: the file as a whole */
    const char *text; /* what is wrong and what to do */
    int system;       /* a negative errno if the system refused, else 0 */
};

/* "NAME=value" in the order of the text, NULL at the end, in the arena; NULL on an error. */
const char *const *dotenv_parse(struct arena *arena, struct str text,
                                struct dotenv_error *out_error);
/* As dotenv_parse, for a regular file. */
const char *const *dotenv_read(struct arena *arena, const char *path,
                               struct dotenv_error *out_error);

#endif
