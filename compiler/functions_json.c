#include "functions_parts.h"

#include "ascii.h"

#include <utf8proc.h>

/* How deep arrays and objects may nest in what is decoded. */
#define JSON_DEPTH_MAX 256

/* Writing */

static void write_string(struct str text, struct strbuf *out)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool separator = c == 0xe2 && text.len - i > 2 && (unsigned char)text.ptr[i + 1] == 0x80 &&
                         ((unsigned char)text.ptr[i + 2] & 0xfe) == 0xa8;
        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n')
            strbuf_adds(out, "\\n");
        else if (c == '\r')
            strbuf_adds(out, "\\r");
        else if (c == '\t')
            strbuf_adds(out, "\\t");
        else if (c < 0x20 || c == '<' || c == '>' || c == '&')
            strbuf_addf(out, "\\u%04x", c);
        else if (separator)
            strbuf_adds(out, text.ptr[i + 2] & 1 ? "\\u2029" : "\\u2028");
        else
            strbuf_addc(out, (char)c);
        i += separator ? 2 : 0;
    }
    strbuf_addc(out, '"');
}

static void write_number(struct arena *arena, const struct number *number, struct strbuf *out)
{
    struct arena_mark before = arena_mark(arena);
    strbuf_add_str(out, number_text(arena, number));
    arena_rewind(arena, before);
}

void function_write_json(struct arena *arena, const struct value *value, struct strbuf *out)
{
    switch (value->kind) {
    case VALUE_BOOL: strbuf_adds(out, value->boolean ? "true" : "false"); return;
    case VALUE_NUMBER: write_number(arena, &value->number, out); return;
    case VALUE_STRING: write_string(value->string, out); return;
    case VALUE_TUPLE:
    case VALUE_LIST:
    case VALUE_SET:
        strbuf_addc(out, '[');
        for (uint32_t i = 0; i < value->tuple.count; i++) {
            strbuf_adds(out, i > 0 ? "," : "");
            function_write_json(arena, &value->tuple.items[i], out);
        }
        strbuf_addc(out, ']');
        return;
    case VALUE_OBJECT:
    case VALUE_MAP:
        strbuf_addc(out, '{');
        for (uint32_t i = 0; i < value->object.count; i++) {
            strbuf_adds(out, i > 0 ? "," : "");
            write_string(value->object.items[i].name, out);
            strbuf_addc(out, ':');
            function_write_json(arena, &value->object.items[i].value, out);
        }
        strbuf_addc(out, '}');
        return;
    default: strbuf_adds(out, "null"); return;
    }
}

bool function_jsonencode(struct function_call *call, struct value *out)
{
    struct strbuf text = {0};
    function_write_json(call->arena, &call->args[0], &text);
    bool done =
        function_charge(call, eval_text_units(text.len)) && function_give_string(call, &text, out);
    strbuf_finish(&text);
    return done;
}

/* Reading (RFC 8259) */

struct reader {
    struct function_call *call;
    struct str text;
    size_t at;
    uint32_t depth;
};

static bool read_value(struct reader *r, struct value *out);

static bool bad_json(struct reader *r, const char *why)
{
    return function_fail(r->call, "byte %zu of the text: %s", r->at, why);
}

static char peek(struct reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n", r->text.ptr[r->at]) != NULL &&
           r->text.ptr[r->at] != '\0')
        r->at++;
    return r->at < r->text.len ? r->text.ptr[r->at] : '\0';
}

static bool read_hex(struct reader *r, uint32_t *out)
{
    uint32_t unit = 0;
    if (r->text.len - r->at < 4)
        return bad_json(r, "four hexadecimal digits are due");
    for (size_t end = r->at + 4; r->at < end; r->at++) {
        int digit = ascii_hex(r->text.ptr[r->at]);
        if (digit < 0)
            return bad_json(r, "four hexadecimal digits are due");
        unit = unit * 16 + (uint32_t)digit;
    }
    *out = unit;
    return true;
}

/* Half a surrogate pair stands for a character that cannot be told. */
static bool read_unicode(struct reader *r, struct strbuf *buf)
{
    uint32_t unit, low;
    utf8proc_uint8_t bytes[4];
    if (!read_hex(r, &unit))
        return false;
    if (unit >= 0xd800 && unit < 0xdc00 && r->text.len - r->at >= 6 && r->text.ptr[r->at] == '\\' &&
        r->text.ptr[r->at + 1] == 'u') {
        size_t before = r->at;
        r->at += 2;
        if (!read_hex(r, &low))
            return false;
        if (low >= 0xdc00 && low < 0xe000)
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        else
            r->at = before;
    }
    if (unit >= 0xd800 && unit < 0xe000)
        unit = 0xfffd;
    strbuf_add(buf, bytes, (size_t)utf8proc_encode_char((utf8proc_int32_t)unit, bytes));
    return true;
}

static bool read_escape(struct reader *r, struct strbuf *buf)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = r->at < r->text.len ? r->text.ptr[r->at] : '\0';
    const char *place = c != '\0' ? strchr(from, c) : NULL;
    if (c != 'u' && place == NULL)
        return bad_json(r, "there is no such escape");
    r->at++;
    if (place == NULL)
        return read_unicode(r, buf);
    strbuf_addc(buf, to[place - from]);
    return true;
}

static bool read_chars(struct reader *r, struct strbuf *buf)
{
    r->at++;
    while (r->at < r->text.len) {
        unsigned char c = (unsigned char)r->text.ptr[r->at];
        if (c < 0x20)
            return bad_json(r, "a control character in a string");
        r->at++;
        if (c == '"')
            return true;
        if (c != '\\')
            strbuf_addc(buf, (char)c);
        else if (!read_escape(r, buf))
            return false;
    }
    return bad_json(r, "the string has no end");
}

static bool read_string(struct reader *r, struct str *out)
{
    struct strbuf buf = {0};
    bool done = read_chars(r, &buf);
    if (done)
        *out = eval_text(r->call->eval, &buf);
    strbuf_finish(&buf);
    return done;
}

static bool is_json_number(struct str text)
{
    size_t at = text.len > 0 && text.ptr[0] == '-';
    bool zero_first = text.len - at > 1 && text.ptr[at] == '0' && text.ptr[at + 1] >= '0' &&
                      text.ptr[at + 1] <= '9';
    bool digit_last = text.len > at && text.ptr[text.len - 1] >= '0';
    const char *point = memchr(text.ptr, '.', text.len);
    return text.len > at && text.ptr[at] >= '0' && text.ptr[at] <= '9' && !zero_first &&
           digit_last && (point == NULL || (point[1] >= '0' && point[1] <= '9'));
}

static bool read_number(struct reader *r, struct value *out)
{
    size_t start = r->at;
    while (r->at < r->text.len && r->text.ptr[r->at] != '\0' &&
           strchr("+-.0123456789eE", r->text.ptr[r->at]) != NULL)
        r->at++;
    struct str text = {r->text.ptr + start, r->at - start};
    *out = (struct value){.kind = VALUE_NUMBER, .span = r->call->expr->span};
    if (is_json_number(text) && number_parse(r->call->arena, text, &out->number))
        return true;
    r->at = start;
    return bad_json(r, text.len > 0 ? "this is no number" : "this is not JSON");
}

/* Passes the opening bracket. Gives the closing one, which is passed too, if nothing is inside;
 * else a comma, as if one stood before the first element. */
static char begin_container(struct reader *r, char close)
{
    r->at++;
    if (peek(r) != close)
        return ',';
    r->at++;
    return close;
}

static bool read_array(struct reader *r, struct value *out)
{
    VEC(struct value) items = {0};
    for (char c = begin_container(r, ']'); c != ']'; r->at++) {
        struct value item;
        if (!read_value(r, &item))
            return false;
        *vec_push(r->call->arena, &items) = item;
        c = peek(r);
        if (c != ',' && c != ']')
            return bad_json(r, "a comma or \"]\" is due");
    }
    *out = (struct value){.kind = VALUE_TUPLE, .span = r->call->expr->span};
    out->tuple.items = items.items;
    out->tuple.count = items.count;
    return true;
}

static bool read_member(struct reader *r, struct value_member *out)
{
    *out = (struct value_member){.name_span = r->call->expr->span};
    if (peek(r) != '"')
        return bad_json(r, "a key in quotes is due");
    if (!read_string(r, &out->name))
        return false;
    if (peek(r) != ':')
        return bad_json(r, "a colon is due");
    r->at++;
    return read_value(r, &out->value);
}

static bool read_object(struct reader *r, struct value *out)
{
    VEC(struct value_member) items = {0};
    for (char c = begin_container(r, '}'); c != '}'; r->at++) {
        struct value_member member;
        if (!read_member(r, &member))
            return false;
        *vec_push(r->call->arena, &items) = member;
        c = peek(r);
        if (c != ',' && c != '}')
            return bad_json(r, "a comma or \"}\" is due");
    }
    *out = (struct value){.kind = VALUE_OBJECT, .span = r->call->expr->span};
    out->object.items = items.items;
    out->object.count = items.count;
    value_sort_members(r->call->arena, out);
    return true;
}

static bool read_word(struct reader *r, const char *word, struct value value, struct value *out)
{
    size_t length = strlen(word);
    if (r->text.len - r->at < length || memcmp(r->text.ptr + r->at, word, length) != 0)
        return bad_json(r, "this is not JSON");
    r->at += length;
    value.span = r->call->expr->span;
    *out = value;
    return true;
}

static bool read_value(struct reader *r, struct value *out)
{
    bool done;
    char c = peek(r);
    if (r->depth == JSON_DEPTH_MAX)
        return bad_json(r, "arrays and objects nest too deep");
    if (!function_charge(r->call, 1))
        return false;
    r->depth++;
    switch (c) {
    case '"':
        *out = (struct value){.kind = VALUE_STRING, .span = r->call->expr->span};
        done = read_string(r, &out->string);
        break;
    case '[': done = read_array(r, out); break;
    case '{': done = read_object(r, out); break;
    case 't':
        done = read_word(r, "true", (struct value){.kind = VALUE_BOOL, .boolean = true}, out);
        break;
    case 'f': done = read_word(r, "false", (struct value){.kind = VALUE_BOOL}, out); break;
    case 'n': done = read_word(r, "null", (struct value){.kind = VALUE_NULL}, out); break;
    default: done = read_number(r, out); break;
    }
    r->depth--;
    return done;
}

bool function_jsondecode(struct function_call *call, struct value *out)
{
    struct reader reader = {.call = call, .text = call->args[0].string};
    struct value value;
    if (!read_value(&reader, &value))
        return false;
    peek(&reader);
    if (reader.at < reader.text.len)
        return bad_json(&reader, "there is more behind the value");
    *out = value;
    return true;
}
