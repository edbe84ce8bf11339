#include "value.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof(array)[0])

/* No int64_t has more decimal digits; an exponent beyond is no int64_t or zero. */
#define INTEGER_DIGITS_MAX 19
#define EXPONENT_MAX       100000

static const char *const kind_texts[] = {
#define X(kind, text) [VALUE_##kind] = text,
    VALUE_KINDS(X)
#undef X
};
_Static_assert(ARRAY_LEN(kind_texts) == VALUE_KIND_COUNT, "a text for each kind");

const char *value_kind_text(enum value_kind kind)
{
    return kind_texts[kind];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number in parts: its digits without point and leading zeros, times ten to exponent. */
struct decimal {
    bool negative;
    char digits[INTEGER_DIGITS_MAX];
    uint32_t count; /* significant digits, kept or not */
    uint32_t zeros; /* zeros among them that no other digit has followed yet */
    int64_t exponent;
    bool long_tail; /* more significant digits than are kept */
};

static void add_digit(struct decimal *d, char c)
{
    if (c == '0') {
        d->zeros += d->count > 0;
        return;
    }
    for (; d->zeros > 0; d->zeros--) {
        if (d->count < INTEGER_DIGITS_MAX)
            d->digits[d->count] = '0';
        d->count++;
    }
    if (d->count < INTEGER_DIGITS_MAX)
        d->digits[d->count] = c;
    d->count++;
    d->long_tail = d->count > INTEGER_DIGITS_MAX;
}

/* Gives the place behind the digits from at, which must be at least one; text.len + 1 if none. */
static size_t read_digits(struct str text, size_t at, struct decimal *d, bool fraction)
{
    size_t start = at;
    for (; at < text.len && is_digit(text.ptr[at]); at++) {
        add_digit(d, text.ptr[at]);
        d->exponent -= fraction;
    }
    return at > start ? at : text.len + 1;
}

static size_t read_exponent(struct str text, size_t at, struct decimal *d)
{
    bool negative = at < text.len && text.ptr[at] == '-';
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
        at++;
    size_t start = at;
    int64_t exponent = 0;
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (text.ptr[at] - '0');
    d->exponent += negative ? -exponent : exponent;
    return at > start ? at : text.len + 1;
}

static bool read_decimal(struct str text, struct decimal *d)
{
    size_t at = 0;
    d->negative = text.len > 0 && text.ptr[0] == '-';
    at = read_digits(text, d->negative, d, false);
    if (at < text.len && text.ptr[at] == '.')
        at = read_digits(text, at + 1, d, true);
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E'))
        at = read_exponent(text, at + 1, d);
    return at == text.len;
}

static bool decimal_integer(const struct decimal *d, int64_t *out_integer)
{
    if (d->count == 0) {
        *out_integer = 0;
        return true;
    }
    int64_t exponent = d->exponent + d->zeros;
    if (d->long_tail || exponent < 0 || exponent > INTEGER_DIGITS_MAX)
        return false;
    int64_t integer = 0;
    int sign = d->negative ? -1 : 1;
    for (int64_t i = 0; i < d->count + exponent; i++) {
        int digit = i < d->count ? d->digits[i] - '0' : 0;
        if (__builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_add_overflow(integer, sign * digit, &integer))
            return false;
    }
    *out_integer = integer;
    return true;
}

bool value_parse_number(struct str text, struct value_number *out_number)
{
    struct decimal decimal = {0};
    if (!read_decimal(text, &decimal))
        return false;
    struct value_number number = {.text = text};
    number.is_integer = decimal_integer(&decimal, &number.integer);
    *out_number = number;
    return true;
}

static struct str number_text(const struct value_number *number, struct arena *arena)
{
    if (!number->is_integer)
        return number->text;
    return str_from(arena_printf(arena, "%lld", (long long)number->integer));
}

bool value_to_string(const struct value *value, struct arena *arena, struct str *out_text)
{
    switch (value->kind) {
    case VALUE_STRING: *out_text = value->string; return true;
    case VALUE_NUMBER: *out_text = number_text(&value->number, arena); return true;
    case VALUE_BOOL: *out_text = str_from(value->boolean ? "true" : "false"); return true;
    default: return false;
    }
}

bool value_to_number(const struct value *value, struct value_number *out_number)
{
    if (value->kind == VALUE_STRING)
        return value_parse_number(value->string, out_number);
    if (value->kind != VALUE_NUMBER)
        return false;
    *out_number = value->number;
    return true;
}

bool value_to_bool(const struct value *value, bool *out_boolean)
{
    if (value->kind == VALUE_BOOL) {
        *out_boolean = value->boolean;
        return true;
    }
    if (value->kind != VALUE_STRING)
        return false;
    bool truth = str_is(value->string, "true");
    if (!truth && !str_is(value->string, "false"))
        return false;
    *out_boolean = truth;
    return true;
}
