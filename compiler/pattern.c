#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

bool pattern_check(struct arena *arena, struct str pattern, size_t *out_offset,
                   const char **out_why)
{
    int error;
    PCRE2_SIZE offset = 0;
    PCRE2_UCHAR message[256] = "it is not valid";
    if (pattern.len > PATTERN_MAX) {
        *out_offset = PATTERN_MAX;
        *out_why = "it is too long";
        return false;
    }
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
                                     PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &offset, NULL);
    if (code != NULL) {
        pcre2_code_free(code);
        return true;
    }
    pcre2_get_error_message(error, message, sizeof message);
    *out_offset = offset;
    *out_why = arena_printf(arena, "%s", (const char *)message);
    return false;
}
