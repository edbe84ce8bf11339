/* The source map: loaded files by id, spans in them, and where a span is for a person.
 *
 * A span is 12 bytes and is carried by every token and node; lines and columns are computed only
 * when somebody looks. Columns count extended grapheme clusters (UAX #29) from 1, afresh within
 * each token, as hashicorp/hcl does; a byte order mark has no column.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include "arena.h"
#include "str.h"
#include "vec.h"

#include <stdint.h>

/* A source of more bytes than this is refused with -EFBIG. */
#define SOURCE_SIZE_MAX (32u << 20)

struct span {
    uint32_t source; /* index into struct sources */
    uint32_t offset; /* bytes */
    uint32_t length; /* bytes */
};

struct position {
    uint32_t line;         /* from 1 */
    uint32_t column;       /* grapheme clusters, from 1 */
    uint32_t utf16_column; /* UTF-16 code units, from 1 */
    uint32_t offset;       /* bytes, from 0 */
};

struct source {
    const char *path;    /* as it is shown */
    struct str text;     /* NUL behind it; begins with the byte order mark if the file has one */
    VEC(uint32_t) lines; /* offset of the first byte of each line; filled on first use */
    uint32_t line_hint;  /* the line that was looked for last */
    struct position column_hint; /* counted last, between two characters of ASCII; line 0: none */
    VEC(uint32_t) boundaries;    /* offsets where a token begins with a byte that is not ASCII */
};

struct sources {
    struct arena *arena; /* owns paths, texts and indices */
    VEC(struct source) files;
};

void sources_init(struct sources *sources, struct arena *arena);

/* Reads the file; 0 and its id, or a negative errno (-EISDIR, -EFBIG, ...). "-" reads stdin. */
int source_load(struct sources *sources, const char *path, uint32_t *out_id);
/* Takes a copy of text, less than 4 GiB, as the content of a file that is shown as path. */
uint32_t source_add(struct sources *sources, const char *path, struct str text);

/* Told by the lexer, in rising order: a token begins here with a byte that is not ASCII. */
void source_mark_boundary(struct sources *sources, uint32_t id, uint32_t offset);

struct str source_text(const struct sources *sources, struct span span);
/* Where the span begins, and the position behind its last byte. */
struct position source_locate(struct sources *sources, struct span span);
struct position source_locate_end(struct sources *sources, struct span span);
/* The text of a line (from 1) without its line break; empty if there is no such line. */
struct str source_line(struct sources *sources, uint32_t id, uint32_t line);

/* The smallest span that holds both; both are of one source. */
struct span span_join(struct span first, struct span last);
bool span_within(struct span inner, struct span outer);

#endif
