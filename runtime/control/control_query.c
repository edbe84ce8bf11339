#include "control_query.h"

#include "ascii.h"
#include "vec.h"

#include <errno.h>

bool control_percent_decode(struct str text, bool form, struct strbuf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            if (text.len - i < 3 || ascii_hex(text.ptr[i + 1]) < 0 ||
                ascii_hex(text.ptr[i + 2]) < 0)
                return false;
            c = (char)(ascii_hex(text.ptr[i + 1]) * 16 + ascii_hex(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+' && form) {
            c = ' ';
        }
        if (c == '\0')
            return false;
        strbuf_addc(out, c);
    }
    return true;
}

static bool parse_one(struct arena *arena, struct str text, struct control_parameter *out)
{
    const char *equals = memchr(text.ptr, '=', text.len);
    size_t length = equals ? (size_t)(equals - text.ptr) : text.len;
    struct str value = {equals ? equals + 1 : "", equals ? text.len - length - 1 : 0};
    struct strbuf decoded = {0};
    bool fine = control_percent_decode(value, true, &decoded);
    if (fine) {
        out->key = (struct str){text.ptr, length};
        out->value = arena_printf(arena, "%s", strbuf_text(&decoded));
    }
    strbuf_finish(&decoded);
    return fine;
}

bool control_query_parse(struct arena *arena, struct str text, struct control_query *out_query)
{
    VEC(struct control_parameter) items = {0};
    while (text.len) {
        const char *end = memchr(text.ptr, '&', text.len);
        struct str part = {text.ptr, end ? (size_t)(end - text.ptr) : text.len};
        if (part.len &&
            (items.count == CONTROL_QUERY_MAX || !parse_one(arena, part, vec_push(arena, &items))))
            return false;
        size_t step = part.len + (end ? 1 : 0);
        text = (struct str){text.ptr + step, text.len - step};
    }
    *out_query = (struct control_query){items.items, items.count};
    return true;
}

bool control_query_flag(const char *value, bool *out_flag)
{
    if ((value[0] != '0' && value[0] != '1') || value[1])
        return false;
    *out_flag = value[0] == '1';
    return true;
}

bool control_query_number(const char *value, uint32_t *out_number)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end || errno || number >= UINT32_MAX)
        return false;
    *out_number = (uint32_t)number;
    return true;
}
