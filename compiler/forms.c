#include "forms.h"

#include "array.h"
#include "ascii.h"

#define LABEL_MAX    63
#define FRACTION_MAX 6

static void advance(struct str *text, size_t count)
{
    *text = (struct str){text->ptr + count, text->len - count};
}

/* The digits in front as a number, at most UINT32_MAX; how many there were. */
static size_t take_digits(struct str *text, uint64_t *out_number)
{
    size_t count = 0;
    uint64_t number = 0;
    for (; count < text->len && ascii_is_digit(text->ptr[count]); count++) {
        number = number * 10 + (uint64_t)(text->ptr[count] - '0');
        if (number > UINT32_MAX)
            number = UINT32_MAX;
    }
    advance(text, count);
    *out_number = number;
    return count;
}

/* The unit in front, in milliseconds; 0 if there is none. */
static uint32_t take_unit(struct str *text)
{
    static const struct {
        struct str name;
        uint32_t ms;
    } units[] = {
        {{"ms", 2}, 1},
        {{"s", 1}, 1000},
        {{"m", 1}, 60000},
        {{"h", 1}, 3600000},
    };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_has_prefix(*text, units[i].name)) {
            advance(text, units[i].name.len);
            return units[i].ms;
        }
    }
    return 0;
}

/* One number with its unit. */
static bool take_part(struct str *text, uint64_t *out_ms)
{
    uint64_t whole, fraction = 0, scale = 1;
    if (take_digits(text, &whole) == 0)
        return false;
    if (text->len > 0 && text->ptr[0] == '.') {
        advance(text, 1);
        size_t digits = take_digits(text, &fraction);
        if (digits == 0 || digits > FRACTION_MAX)
            return false;
        while (digits-- > 0)
            scale *= 10;
    }
    uint32_t unit = take_unit(text);
    if (unit == 0 || fraction * unit % scale != 0)
        return false;
    *out_ms = whole * unit + fraction * unit / scale;
    return true;
}

bool form_duration(struct str text, uint32_t *out_ms)
{
    uint64_t sum = 0;
    do {
        uint64_t part;
        if (!take_part(&text, &part))
            return false;
        sum += part;
        if (sum > UINT32_MAX)
            sum = UINT32_MAX;
    } while (text.len > 0);
    *out_ms = (uint32_t)sum;
    return true;
}

bool form_size(struct str text, uint32_t *out_bytes)
{
    static const struct {
        struct str name;
        unsigned shift;
    } units[] = {{{"B", 1}, 0}, {{"KiB", 3}, 10}, {{"MiB", 3}, 20}, {{"GiB", 3}, 30}};
    uint64_t number;
    if (take_digits(&text, &number) == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (!str_equal(text, units[i].name))
            continue;
        uint64_t bytes = number << units[i].shift;
        *out_bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
        return true;
    }
    return false;
}

static bool is_label(struct str label)
{
    if (label.len == 0 || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!ascii_is_lower(label.ptr[i]) && !ascii_is_digit(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return true;
}

bool form_is_host(struct str text)
{
    for (;;) {
        const char *dot = text.len > 0 ? memchr(text.ptr, '.', text.len) : NULL;
        struct str label = {text.ptr, dot != NULL ? (size_t)(dot - text.ptr) : text.len};
        if (!is_label(label))
            return false;
        if (dot == NULL)
            return true;
        advance(&text, label.len + 1);
    }
}

bool form_is_identifier(struct str text)
{
    if (text.len == 0 || ascii_is_digit(text.ptr[0]) || text.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!ascii_is_digit(c) && !ascii_is_lower(c) && !ascii_is_upper(c) && c != '_' && c != '-')
            return false;
    }
    return true;
}

bool form_is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool word = ascii_is_lower(c) || ascii_is_upper(c) || ascii_is_digit(c) || c == '_';
        if (!word && (i == 0 || (c != '.' && c != '-')))
            return false;
    }
    return text.len > 0;
}

static bool take_status(struct str *text, uint32_t *out_status)
{
    uint64_t number;
    if (take_digits(text, &number) != 3 || number < 100)
        return false;
    *out_status = (uint32_t)number;
    return true;
}

bool form_status(struct str text, uint32_t *out_min, uint32_t *out_max)
{
    uint32_t min, max;
    if (!take_status(&text, &min))
        return false;
    max = min;
    if (text.len > 0 && text.ptr[0] == '-') {
        advance(&text, 1);
        if (!take_status(&text, &max))
            return false;
    }
    if (text.len > 0 || max < min)
        return false;
    *out_min = min;
    *out_max = max;
    return true;
}

bool form_is_url_path(struct str text)
{
    if (text.len == 0 || text.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] >= 0x7f || text.ptr[i] == '#')
            return false;
    return true;
}
