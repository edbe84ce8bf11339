/* How many folders the started targets have, for whoever has to raise a limit or to ignore some.
 * Internal to watch_target.c; see watch_tree.h. */
#ifndef RUNTIME_WATCH_NEED_H
#define RUNTIME_WATCH_NEED_H

#include "str.h"
#include "watch_target.h"

/* Counting ends here: it holds up everything else. */
#define WATCH_NEED_MAX 200000u

/* Adds the sentence for watches that were refused with ENOSPC: the limit and its sysctl, the need,
 * the tree that has most of it, and what to do. Reads all folders that are to be watched. */
void watch_need_explain(struct watch_tree *tree, struct strbuf *out);

#endif
