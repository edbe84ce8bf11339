#include "token.h"

#include "array.h"

#include <assert.h>

static const char *const hints[] = {
    [TOKEN_NONE] = "",
#define TOKEN(name, hint) [TOKEN_##name] = hint,
#include "tokens.def"
#undef TOKEN
};
static_assert(ARRAY_LEN(hints) == TOKEN_COUNT, "a hint for each token");

const char *token_hint(enum token_kind kind)
{
    return hints[kind];
}
