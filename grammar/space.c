#include "space.h"

#include "utf8.h"

static bool is_wide_space(int32_t code)
{
    return code == 0x85 || code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
           code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

size_t space_length(struct str text)
{
    if (!text.len)
        return 0;
    unsigned char first = (unsigned char)*text.ptr;
    if (first < 0x80)
        return first == ' ' || (first >= '\t' && first <= '\r');
    int32_t code;
    size_t length = utf8_next(text, &code);
    return is_wide_space(code) ? length : 0;
}
