/* What the A3sfile names in the file system. */
#ifndef COMPILER_PATHS_H
#define COMPILER_PATHS_H

#include "diag.h"
#include "model.h"

/* Warns of folders, watched paths and programs that are not there, as seen from root. */
void paths_check(const struct model *model, struct diag_list *diags, const char *root);

/* "./a//b/../c/" to "a/c", by the letters alone; nothing left is ".". An absolute path is the
 * user's own and stays as it is. */
struct str path_normalize(struct arena *arena, struct str path);

#endif
