#include "http_error.h"

#include <assert.h>

static const struct {
    uint16_t status;
    const char *text;
} errors[] = {[HTTP_OK] = {200, "nothing is wrong"},
#define X(name, status, text) [HTTP_E_##name] = {status, text},
              HTTP_ERRORS(X)
#undef X
};
static_assert(sizeof errors / sizeof *errors == HTTP_ERROR_COUNT, "one row for each error");

uint16_t http_error_status(enum http_error error)
{
    return errors[error].status;
}

const char *http_error_text(enum http_error error)
{
    return errors[error].text;
}
