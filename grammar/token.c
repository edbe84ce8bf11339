#include "token.h"

#include <assert.h>

static const char *const hints[] = {
    "",
#define TOKEN(name, hint) hint,
#include "tokens.def"
#undef TOKEN
};
static_assert(sizeof hints / sizeof *hints == TOKEN_COUNT, "one row a token");

const char *token_hint(enum token_kind kind)
{
    return hints[kind];
}
