#include "token.h"

#include "array.h"

#include <assert.h>

static const struct {
    const char *display, *hint;
} tokens[] = {
    {"nothing", ""},
#define TOKEN(name, display, hint) {display, hint},
#include "tokens.def"
#undef TOKEN
};
static_assert(ARRAY_LEN(tokens) == TOKEN_COUNT, "one row a token");

const char *token_display(enum token_kind kind)
{
    return tokens[kind].display;
}

const char *token_hint(enum token_kind kind)
{
    return tokens[kind].hint;
}
