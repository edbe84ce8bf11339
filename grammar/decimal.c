#include "decimal.h"

#include "ascii.h"

/* digits * 10^exponent, the digits being two runs of the literal. */
struct parts {
    struct str whole, fraction;
    long exponent;
};

static struct parts split(struct str literal)
{
    struct parts parts = {0};
    size_t at = 0;
    parts.whole.ptr = literal.ptr;
    while (at < literal.len && ascii_is_digit(literal.ptr[at]))
        at++;
    parts.whole.len = at;
    if (at < literal.len && literal.ptr[at] == '.') {
        parts.fraction.ptr = literal.ptr + ++at;
        while (at < literal.len && ascii_is_digit(literal.ptr[at]))
            at++;
        parts.fraction.len = (size_t)(literal.ptr + at - parts.fraction.ptr);
    }
    if (at >= literal.len)
        return parts;
    bool negative = literal.ptr[++at] == '-';
    if (literal.ptr[at] == '-' || literal.ptr[at] == '+')
        at++;
    for (; at < literal.len && parts.exponent <= DECIMAL_DIGITS_MAX; at++)
        parts.exponent = parts.exponent * 10 + (literal.ptr[at] - '0');
    if (negative)
        parts.exponent = -parts.exponent;
    return parts;
}

/* The digit at the index of both runs together. */
static char digit(const struct parts *parts, size_t index)
{
    return index < parts->whole.len ? parts->whole.ptr[index]
                                    : parts->fraction.ptr[index - parts->whole.len];
}

void decimal_plain(struct str literal, struct strbuf *out)
{
    struct parts parts = split(literal);
    long count = (long)(parts.whole.len + parts.fraction.len), first = 0;
    long point = (long)parts.whole.len + parts.exponent; /* digits before the point */
    while (first < count && digit(&parts, (size_t)first) == '0')
        first++;
    while (count > first && digit(&parts, (size_t)count - 1) == '0')
        count--;
    if (first == count) {
        strbuf_addc(out, '0');
        return;
    }
    if (parts.exponent > DECIMAL_DIGITS_MAX || parts.exponent < -DECIMAL_DIGITS_MAX) {
        strbuf_add_str(out, literal);
        return;
    }
    for (long i = first; i < point; i++)
        strbuf_addc(out, i < count ? digit(&parts, (size_t)i) : '0');
    if (point <= first)
        strbuf_addc(out, '0');
    if (point >= count)
        return;
    strbuf_addc(out, '.');
    for (long i = point < first ? point : (point > first ? point : first); i < count; i++)
        strbuf_addc(out, i < first ? '0' : digit(&parts, (size_t)i));
}
