/* The paths that watches speak of: relative to the root ("" is the root itself) or absolute. Each
 * function gives a new string on the heap; none fails. */
#ifndef RUNTIME_WATCH_PATH_H
#define RUNTIME_WATCH_PATH_H

#include <stdbool.h>

char *watch_path_copy(const char *path);
/* Without "." segments, double slashes and a slash at the end. ".." stays. */
char *watch_path_clean(const char *path);
char *watch_path_join(const char *folder, const char *name);
/* The folder that holds path, and path's name in it. False for the root, "/" and "..". */
bool watch_path_split(const char *path, char **out_folder, char **out_name);
/* path is folder, or lies in it. */
bool watch_path_within(const char *path, const char *folder);

#endif
