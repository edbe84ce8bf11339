/* The files that file() reads: each once, in the order of their first use.
 *
 * They are sources of the compilation as the A3sfile is, so that a plan can tell whether they have
 * changed since.
 */
#ifndef COMPILER_FILES_H
#define COMPILER_FILES_H

#include "source.h"
#include "vec.h"

#include <stdbool.h>

#define FILES_SIZE_MAX (1u << 20) /* bytes of one */

struct files_entry {
    struct str path; /* normalised (paths.h), relative to the folder */
    uint32_t source; /* id in the compilation's sources */
};

struct files {
    struct arena *arena;
    struct sources *sources;
    const char *folder; /* what relative paths start from */
    VEC(struct files_entry) entries;
};

/* The content, without a byte order mark. False, with why, for what is no regular file, too large
 * or not UTF-8, or cannot be read. */
bool files_read(struct files *files, struct str path, struct str *out_text, const char **out_why);

#endif
