#include "text.h"

#include "ascii.h"
#include "space.h"
#include "syntax_codes.h"

#include <utf8proc.h>

static struct str skip(struct str text, size_t length)
{
    return (struct str){text.ptr + length, text.len - length};
}

struct str text_trim_left(struct str text)
{
    size_t space;
    while ((space = space_length(text)) > 0)
        text = skip(text, space);
    return text;
}

struct str text_trim_right(struct str text)
{
    while (text.len) {
        size_t start = text.len - 1;
        while (start > 0 && (text.ptr[start] & 0xc0) == 0x80)
            start--;
        if (space_length(skip(text, start)) != text.len - start)
            break;
        text.len = start;
    }
    return text;
}

uint32_t text_indent(struct str text)
{
    uint32_t count = 0;
    size_t space;
    while ((space = space_length(text)) > 0) {
        text = skip(text, space);
        count++;
    }
    return count;
}

struct str text_outdent(struct str text, uint32_t count)
{
    for (size_t space; count > 0 && (space = space_length(text)) > 0; count--)
        text = skip(text, space);
    return text;
}

/* Escapes */

static void bad_escape(struct builder *b, const char *at, size_t length, const char *why)
{
    struct span span = {b->source, (uint32_t)(at - b->text), (uint32_t)length};
    struct diag *diag = syntax_error(b->diags, SYNTAX_INVALID_ESCAPE, span, "%s", why);
    diag_help(diag, "for a literal backslash write two of them");
}

/* At "\u" or "\U". Adds the character and gives the length of the escape in the source. */
static size_t decode_unicode(struct builder *b, const char *at, const char *end, char **out)
{
    size_t want = at[1] == 'u' ? 4 : 8, got = 0;
    uint32_t code = 0;
    while (got < want && at + 2 + got < end && ascii_hex(at[2 + got]) >= 0)
        code = code << 4 | (uint32_t)ascii_hex(at[2 + got++]);
    if (got < want)
        bad_escape(b, at, 2 + got,
                   want == 4 ? "\\u is followed by four hexadecimal digits"
                             : "\\U is followed by eight hexadecimal digits");
    else if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        bad_escape(b, at, 2 + got, "there is no such character in Unicode");
    else
        *out += utf8proc_encode_char((utf8proc_int32_t)code, (utf8proc_uint8_t *)*out);
    return 2 + got;
}

static size_t decode_escape(struct builder *b, const char *at, const char *end, char **out)
{
    switch (at[1]) {
    case 'n': *(*out)++ = '\n'; return 2;
    case 'r': *(*out)++ = '\r'; return 2;
    case 't': *(*out)++ = '\t'; return 2;
    case '"': *(*out)++ = '"'; return 2;
    case '\\': *(*out)++ = '\\'; return 2;
    case 'u':
    case 'U': return decode_unicode(b, at, end, out);
    }
    size_t length = 2;
    while (at + length < end && (at[length] & 0xc0) == 0x80)
        length++;
    if (at[1] == '$' || at[1] == '%')
        bad_escape(b, at, length,
                   "\"${\" and \"%{\" are escaped by doubling their first character");
    else
        bad_escape(b, at, length, "the escapes are \\n \\r \\t \\\" \\\\ \\uNNNN \\UNNNNNNNN");
    return length;
}

struct str text_decode(struct builder *b, const struct token *literal)
{
    struct str raw = builder_text(b, literal);
    if (!(literal->flags & TOKEN_ESCAPED))
        return raw;
    bool quoted = !(literal->flags & TOKEN_HEREDOC);
    const char *at = raw.ptr, *end = at + raw.len;
    char *start = arena_alloc(b->arena, raw.len, 1), *out = start; /* no escape grows */
    while (at < end) {
        if (*at == '\\' && quoted && at + 1 < end) {
            at += decode_escape(b, at, end, &out);
        } else if ((*at == '$' || *at == '%') && end - at >= 3 && at[1] == *at && at[2] == '{') {
            *out++ = *at;
            *out++ = '{';
            at += 3;
        } else {
            *out++ = *at++;
        }
    }
    return (struct str){start, (size_t)(out - start)};
}
