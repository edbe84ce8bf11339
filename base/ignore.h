/* Ignore patterns with the meaning they have in a .gitignore file (gitignore(5)).
 *
 * A pattern without a slash, or with one only at its end, names a file or folder at any depth; any
 * other is anchored to the root. A slash at the end: folders only. "*", "?" and "[..]" stop at
 * slashes, "**" as a whole segment spans them. "!" takes back. The last pattern that matches
 * decides. A list is no file, so "#" begins no comment and blanks at the end count.
 */
#ifndef BASE_IGNORE_H
#define BASE_IGNORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ignore_rule {
    const char *glob; /* without "!", leading and trailing slash */
    size_t length;
    bool negated, folders_only, anchored;
};

struct ignore {
    struct ignore_rule *rules; /* on the heap; the globs are the callers' */
    uint32_t count, capacity;
};

void ignore_init(struct ignore *ignore);
void ignore_finish(struct ignore *ignore);
/* The pattern's text is kept, not copied. An empty pattern matches nothing. */
void ignore_add(struct ignore *ignore, const char *pattern);

/* Whether a file or folder of this name is never of interest, whatever the patterns say: ".git" and
 * "node_modules". */
bool ignore_always(const char *name);

/* path is relative to the root, without "./" and slashes at its ends. What lies in an ignored
 * folder is for the caller not to ask about: it does not go in. */
bool ignore_match(const struct ignore *ignore, const char *path, bool is_folder);

#endif
