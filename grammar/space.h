/* White space as Unicode's White_Space property has it. */
#ifndef GRAMMAR_SPACE_H
#define GRAMMAR_SPACE_H

#include "str.h"

/* The length in bytes of the white space that the text begins with: one character, or 0. */
size_t space_length(struct str text);

#endif
