#include "log_escape.h"

#include <stdint.h>

#define ESCAPE '\x1b'

static bool is_plain(unsigned char c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\t';
}

/* Of most lines, and quick: a compiler makes it look at many bytes at once. */
static bool is_all_plain(struct str text)
{
    unsigned odd = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        odd |= (unsigned)(c < 0x20) | (unsigned)(c > 0x7e);
    }
    return !odd;
}

static size_t plain_length(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *start = at;
    while (at < end && is_plain(*at))
        at++;
    return (size_t)(at - start);
}

/* The length of "ESC [ digits ; : m" at `at`, or 0. */
static size_t color_length(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *start = at;
    if (end - at < 3 || at[0] != 0x1b || at[1] != '[')
        return 0;
    for (at += 2; at < end; at++) {
        if (*at == 'm')
            return (size_t)(at + 1 - start);
        if ((*at < '0' || *at > '9') && *at != ';' && *at != ':')
            return 0;
    }
    return 0;
}

static const unsigned char *skip_range(const unsigned char *at, const unsigned char *end,
                                       unsigned char first, unsigned char last)
{
    while (at < end && *at >= first && *at <= last)
        at++;
    return at;
}

/* Behind "text BEL" or "text ESC \", or NULL; the text is printable. */
static const unsigned char *string_end(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at >= 0x20 && *at != 0x7f)
        at++;
    if (at < end && *at == '\a')
        return at + 1;
    return end - at >= 2 && at[0] == 0x1b && at[1] == '\\' ? at + 2 : NULL;
}

/* The length of the escape sequence at `at` (ECMA-48: control sequence, control string, or ESC with
 * intermediate bytes and a final one), or 0 if it is none or has no end. */
static size_t sequence_length(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *start = at, *final;
    if (end - at < 2 || at[0] != 0x1b)
        return 0;
    if (strchr("]PX^_", at[1]) && at[1]) {
        final = string_end(at + 2, end);
        return final ? (size_t)(final - start) : 0;
    }
    if (at[1] == '[')
        at = skip_range(at + 2, end, 0x30, 0x3f);
    else
        at++;
    final = skip_range(at, end, 0x20, 0x2f);
    unsigned char least = start[1] == '[' ? 0x40 : 0x30;
    return final < end && *final >= least && *final <= 0x7e ? (size_t)(final + 1 - start) : 0;
}

/* The length of the well-formed UTF-8 sequence of a printable character, or 0. The bounds of the
 * second byte keep out overlong forms, surrogates and what is beyond U+10FFFF; C1 controls
 * (U+0080 to U+009F) are left out because terminals obey them. */
static size_t utf8_length(const unsigned char *at, const unsigned char *end)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t length;
    if (at[0] >= 0xc2 && at[0] <= 0xdf) {
        length = 2;
        low = at[0] == 0xc2 ? 0xa0 : low;
    } else if (at[0] >= 0xe0 && at[0] <= 0xef) {
        length = 3;
        low = at[0] == 0xe0 ? 0xa0 : low;
        high = at[0] == 0xed ? 0x9f : high;
    } else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        length = 4;
        low = at[0] == 0xf0 ? 0x90 : low;
        high = at[0] == 0xf4 ? 0x8f : high;
    } else {
        return 0;
    }
    if ((size_t)(end - at) < length || at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static void add_escaped(struct strbuf *out, unsigned char c)
{
    if (c == '\r')
        strbuf_adds(out, "\\r");
    else if (c == 0x1b)
        strbuf_adds(out, "\\e");
    else
        strbuf_addf(out, "\\x%02x", c);
}

bool log_escape(struct strbuf *out, struct str text)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    const unsigned char *end = at + text.len;
    bool colored = false;
    if (is_all_plain(text)) {
        strbuf_add_str(out, text);
        return false;
    }
    while (at < end) {
        size_t length = plain_length(at, end), left_out = 0;
        if (!length && (length = color_length(at, end)))
            colored = true;
        else if (!length && (left_out = sequence_length(at, end)))
            at += left_out;
        if (left_out)
            continue;
        if (!length)
            length = utf8_length(at, end);
        if (length)
            strbuf_add(out, at, length);
        else
            add_escaped(out, *at);
        at += length ? length : 1;
    }
    return colored;
}

static bool is_between(char c, char first, char last)
{
    return c >= first && c <= last;
}

/* Behind the sequence that begins with the ESC at `at`: a control sequence ("[ parameters final"),
 * a string ("] ... BEL", or up to "ESC \"), or two bytes. */
static const char *skip_sequence(const char *at, const char *end)
{
    if (++at == end)
        return end;
    if (*at == '[') {
        for (at++; at < end && is_between(*at, 0x20, 0x3f);)
            at++;
        return at < end ? at + 1 : end;
    }
    if (*at != ']')
        return at + 1;
    for (at++; at < end && *at != '\a'; at++) {
        if (*at == ESCAPE)
            return end - at > 1 ? at + 2 : end;
    }
    return at < end ? at + 1 : end;
}

void log_strip(struct strbuf *out, struct str text)
{
    const char *at = text.ptr, *end = at + text.len;
    while (at < end) {
        const char *escape = memchr(at, ESCAPE, (size_t)(end - at));
        if (!escape)
            escape = end;
        strbuf_add(out, at, (size_t)(escape - at));
        at = escape < end ? skip_sequence(escape, end) : end;
    }
}
