#include "pattern.h"

pcre2_code *pattern_compile(struct arena *arena, struct str pattern, uint32_t options,
                            size_t *out_offset, const char **out_why)
{
    int error;
    PCRE2_SIZE offset = 0;
    PCRE2_UCHAR message[256] = "it is not valid";
    if (pattern.len > PATTERN_MAX) {
        *out_offset = PATTERN_MAX;
        *out_why = "it is too long";
        return NULL;
    }
    /* \C would match half a character. */
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
                      PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | options, &error, &offset, NULL);
    if (code != NULL)
        return code;
    pcre2_get_error_message(error, message, sizeof message);
    *out_offset = offset;
    *out_why = arena_printf(arena, "%s", (const char *)message);
    return NULL;
}

bool pattern_check(struct arena *arena, struct str pattern, size_t *out_offset,
                   const char **out_why)
{
    pcre2_code *code = pattern_compile(arena, pattern, 0, out_offset, out_why);
    pcre2_code_free(code);
    return code != NULL;
}
