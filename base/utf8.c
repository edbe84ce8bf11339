#include "utf8.h"

#include <utf8proc.h>

size_t utf8_next(struct str text, int32_t *out_code)
{
    utf8proc_ssize_t length =
        utf8proc_iterate((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, out_code);
    if (length > 0)
        return (size_t)length;
    *out_code = -1;
    return 1;
}

size_t utf8_valid_length(struct str text)
{
    size_t at = 0;
    int32_t code = 0;
    while (at < text.len) {
        if ((unsigned char)text.ptr[at] < 0x80) {
            at++;
            continue;
        }
        size_t length = utf8_next((struct str){text.ptr + at, text.len - at}, &code);
        if (code < 0)
            break;
        at += length;
    }
    return at;
}

bool utf8_is_valid(struct str text)
{
    return utf8_valid_length(text) == text.len;
}

size_t utf8_cluster(struct str text)
{
    utf8proc_int32_t state = 0, before, code;
    size_t at = utf8_next(text, &before);
    while (at < text.len) {
        size_t length = utf8_next((struct str){text.ptr + at, text.len - at}, &code);
        if (utf8proc_grapheme_break_stateful(before, code, &state))
            break;
        before = code;
        at += length;
    }
    return at;
}

size_t utf8_count_clusters(struct str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; count++)
        at += utf8_cluster((struct str){text.ptr + at, text.len - at});
    return count;
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

struct str utf8_nfc(struct arena *arena, struct str text)
{
    utf8proc_uint8_t *composed = NULL;
    if (is_ascii(text))
        return text;
    utf8proc_ssize_t length =
        utf8proc_map((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len, &composed,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (length < 0)
        return text;
    struct str copy = {arena_strndup(arena, (const char *)composed, (size_t)length),
                       (size_t)length};
    free(composed);
    return copy;
}

struct str utf8_skip_mark(struct str text)
{
    struct str mark = STR("\xef\xbb\xbf");
    if (!str_has_prefix(text, mark))
        return text;
    return (struct str){text.ptr + mark.len, text.len - mark.len};
}
