/* The schema for people: an A3sfile with every block and attribute, each under a comment that says
 * what it means, with its default and what a value may be.
 */
#ifndef COMPILER_SCHEMA_TEXT_H
#define COMPILER_SCHEMA_TEXT_H

#include "str.h"

#include <stdbool.h>

/* What a path names ("service.health.interval", or the end of it: "health", "health.interval",
 * "interval"), in the blocks around it; everything for an empty path. False: it names nothing. */
bool schema_text(struct str path, struct strbuf *out);

#endif
