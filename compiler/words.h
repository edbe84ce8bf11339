/* A command line to its words, by the quoting rules of the POSIX shell (XCU 2.2).
 *
 * Only what every shell would understand as plain words is split: whatever a shell might treat in
 * another way (redirections, expansions, globs, assignments, builtins) asks for the shell.
 */
#ifndef COMPILER_WORDS_H
#define COMPILER_WORDS_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

enum words_result {
    WORDS_PLAIN,        /* split */
    WORDS_SHELL,        /* has shell syntax: for /bin/sh -c */
    WORDS_UNTERMINATED, /* a quote has no end */
    WORDS_EMPTY,        /* no word at all */
};

struct words {
    struct str *items; /* in the arena */
    uint32_t count, capacity;
};

/* out_words is filled for WORDS_PLAIN alone. */
enum words_result words_split(struct arena *arena, struct str line, struct words *out_words);

/* One line that a shell would split into these words again. */
struct str words_join(struct arena *arena, const struct str *items, uint32_t count);

#endif
