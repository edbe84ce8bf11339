#include "head.h"

#include <assert.h>
#include <strings.h>

static const struct {
    struct str name;
    enum field_kind kind;
} known_fields[] = {
#define FIELD(id, name, kind) [FIELD_##id] = {{name, sizeof(name) - 1}, FIELD_KIND_##kind},
#include "head_fields.def"
#undef FIELD
};
static_assert(sizeof known_fields / sizeof *known_fields == FIELD_OTHER, "one row for each field");

enum field_kind field_kind(enum field_id id)
{
    return id < FIELD_OTHER ? known_fields[id].kind : FIELD_KIND_END;
}

bool str_equal_nocase(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

static uint16_t find_id(struct str name)
{
    for (uint16_t id = 0; id < FIELD_OTHER; id++)
        if (known_fields[id].name.len == name.len &&
            (name.ptr[0] | 0x20) == known_fields[id].name.ptr[0] &&
            str_equal_nocase(known_fields[id].name, name))
            return id;
    return FIELD_OTHER;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum { IN_TOKEN = 1, IN_TARGET = 2 };

/* IN_TOKEN: tchar of RFC 9110, 5.6.2. IN_TARGET: what browsers send, more than RFC 3986 allows,
 * less than could be taken for something else. */
static const uint8_t char_classes[256] = {
    ['!'] = 3,         ['$'] = 3,          ['%'] = 3,         ['&'] = 3,         ['\''] = 3,
    ['('] = IN_TARGET, [')'] = IN_TARGET,  ['*'] = 3,         ['+'] = 3,         [','] = IN_TARGET,
    ['-'] = 3,         ['.'] = 3,          ['/'] = IN_TARGET, ['0' ... '9'] = 3, [':'] = IN_TARGET,
    [';'] = IN_TARGET, ['='] = IN_TARGET,  ['?'] = IN_TARGET, ['@'] = IN_TARGET, ['A' ... 'Z'] = 3,
    ['['] = IN_TARGET, ['\\'] = IN_TARGET, [']'] = IN_TARGET, ['^'] = 3,         ['_'] = 3,
    ['`'] = 3,         ['a' ... 'z'] = 3,  ['{'] = IN_TARGET, ['|'] = 3,         ['}'] = IN_TARGET,
    ['~'] = 3,         ['#'] = IN_TOKEN,
};

static bool consists_of(struct str s, uint8_t class)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(char_classes[(unsigned char)s.ptr[i]] & class))
            return false;
    return s.len > 0;
}

static bool is_control(unsigned char c)
{
    return (c < ' ' && c != '\t') || c == 0x7f;
}

bool str_is_token(struct str s)
{
    return consists_of(s, IN_TOKEN);
}

/* A line [scan->line, end) is complete; next is the byte behind its CRLF. */
static enum http_error end_line(struct head_scan *scan, enum head_kind kind, uint32_t end,
                                uint32_t next)
{
    bool blank = end == scan->line;
    scan->line = next;
    if (!blank) {
        scan->lines++;
        return scan->lines > HEAD_FIELDS_MAX + 1 ? HTTP_E_SIZE : HTTP_OK;
    }
    if (scan->lines > 0) {
        scan->done = true;
        return HTTP_OK;
    }
    scan->start = next;
    return kind == HEAD_RESPONSE || next > 2 * HEAD_BLANK_MAX ? HTTP_E_SYNTAX : HTTP_OK;
}

static enum http_error judge_byte(struct head_scan *scan, enum head_kind kind, const char *bytes,
                                  uint32_t at)
{
    char c = bytes[at];
    if (scan->after_cr || c == '\n') {
        if (!scan->after_cr || c != '\n')
            return HTTP_E_LINE_END;
        scan->after_cr = false;
        return end_line(scan, kind, at - 1, at + 1);
    }
    if (c == '\r') {
        scan->after_cr = true;
        return HTTP_OK;
    }
    return at == scan->line ? HTTP_E_FOLD : HTTP_OK;
}

/* Where the first byte is that is neither printable ASCII nor above it; 16 at a time. */
static uint32_t skip_text(const char *bytes, uint32_t at, uint32_t end)
{
    typedef uint8_t vector __attribute__((vector_size(16)));
    for (; at + sizeof(vector) <= end; at += sizeof(vector)) {
        vector piece;
        uint64_t found[2];
        memcpy(&piece, bytes + at, sizeof piece);
        piece = (vector)(piece < ' ') | (vector)(piece == 0x7f);
        memcpy(found, &piece, sizeof found);
        if (found[0] | found[1])
            break;
    }
    while (at < end && (unsigned char)bytes[at] >= ' ' && bytes[at] != 0x7f)
        at++;
    return at;
}

/* The first byte whose place alone is too far. */
static uint32_t scan_limit(const struct head_scan *scan, size_t length)
{
    uint32_t limit = scan->lines == 0 ? scan->start + HEAD_TARGET_MAX + 65 : HEAD_SIZE_MAX;
    return length < limit ? (uint32_t)length : limit;
}

enum http_error head_scan(struct head_scan *scan, enum head_kind kind, const char *bytes,
                          size_t length)
{
    while (!scan->done && scan->size < length) {
        if (!scan->after_cr && scan->size > scan->line) {
            scan->size = skip_text(bytes, scan->size, scan_limit(scan, length));
            if (scan->size == length)
                break;
        }
        unsigned char c = (unsigned char)bytes[scan->size];
        if (scan->size >= HEAD_SIZE_MAX)
            return HTTP_E_SIZE;
        if (is_control(c) && c != '\r' && c != '\n')
            return HTTP_E_CONTROL;
        bool special = scan->after_cr || c == '\r' || c == '\n' ||
                       (scan->size == scan->line && (c == ' ' || c == '\t'));
        if (special) {
            enum http_error error = judge_byte(scan, kind, bytes, scan->size);
            if (error)
                return error;
        } else if (scan->lines == 0 && scan->size - scan->start > HEAD_TARGET_MAX + 64) {
            return HTTP_E_TARGET_SIZE;
        }
        scan->size++;
    }
    return HTTP_OK;
}

/* Takes what stands before the byte, and the byte itself; false if it is not there. */
static bool cut(struct str *rest, char at, struct str *out)
{
    const char *end = memchr(rest->ptr, at, rest->len);
    if (!end)
        return false;
    *out = (struct str){rest->ptr, (size_t)(end - rest->ptr)};
    *rest = (struct str){end + 1, rest->len - out->len - 1};
    return true;
}

static enum http_error parse_version(struct str s, uint8_t *out_minor)
{
    struct str name = STR("HTTP/");
    if (s.len != 8 || !str_has_prefix(s, name) || s.ptr[6] != '.' || !is_digit(s.ptr[5]) ||
        !is_digit(s.ptr[7]))
        return HTTP_E_SYNTAX;
    if (s.ptr[5] != '1' || s.ptr[7] > '1')
        return HTTP_E_VERSION;
    *out_minor = (uint8_t)(s.ptr[7] - '0');
    return HTTP_OK;
}

static enum http_error parse_target(const struct head *head)
{
    struct str target = head->target;
    if (target.len > HEAD_TARGET_MAX)
        return HTTP_E_TARGET_SIZE;
    if (!consists_of(target, IN_TARGET))
        return HTTP_E_TARGET;
    if (target.ptr[0] == '/')
        return HTTP_OK;
    if (str_is(target, "*"))
        return str_is(head->method, "OPTIONS") ? HTTP_OK : HTTP_E_TARGET;
    struct str scheme = {target.ptr, target.len < 7 ? target.len : 7};
    return str_equal_nocase(scheme, STR("http://")) ? HTTP_OK : HTTP_E_TARGET;
}

static enum http_error parse_request_line(struct head *head, struct str line)
{
    if (!cut(&line, ' ', &head->method) || !cut(&line, ' ', &head->target))
        return HTTP_E_SYNTAX;
    if (!str_is_token(head->method))
        return HTTP_E_SYNTAX;
    enum http_error error = parse_version(line, &head->minor);
    if (error)
        return error;
    /* A tunnel to anywhere is the one thing that this proxy must never be. */
    if (str_is(head->method, "CONNECT"))
        return HTTP_E_METHOD;
    return parse_target(head);
}

static enum http_error parse_status_line(struct head *head, struct str line)
{
    struct str version, code;
    if (!cut(&line, ' ', &version))
        return HTTP_E_SYNTAX;
    enum http_error error = parse_version(version, &head->minor);
    if (error)
        return error;
    if (!cut(&line, ' ', &code)) {
        code = line;
        line.len = 0;
    }
    if (code.len != 3 || !is_digit(code.ptr[0]) || !is_digit(code.ptr[1]) ||
        !is_digit(code.ptr[2]) || code.ptr[0] == '0')
        return HTTP_E_STATUS;
    head->status =
        (uint16_t)((code.ptr[0] - '0') * 100 + (code.ptr[1] - '0') * 10 + (code.ptr[2] - '0'));
    head->reason = line;
    return HTTP_OK;
}

static struct str trim(struct str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s.ptr++, s.len--;
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static enum http_error parse_field(struct head *head, struct str line)
{
    struct str name;
    if (!cut(&line, ':', &name))
        return HTTP_E_SYNTAX;
    if (!str_is_token(name))
        return HTTP_E_NAME;
    struct str value = trim(line);
    head->fields[head->field_count++] = (struct head_field){
        .name = (uint16_t)(name.ptr - head->bytes),
        .name_length = (uint16_t)name.len,
        .value = (uint16_t)(value.ptr - head->bytes),
        .value_length = (uint16_t)value.len,
        .id = find_id(name),
    };
    return HTTP_OK;
}

static enum http_error parse_length(struct str digits, uint64_t *out_length)
{
    uint64_t length = 0;
    if (digits.len == 0 || digits.len > 19)
        return HTTP_E_LENGTH;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.ptr[i]))
            return HTTP_E_LENGTH;
        length = length * 10 + (uint64_t)(digits.ptr[i] - '0');
    }
    if (length > HEAD_LENGTH_MAX)
        return HTTP_E_LENGTH;
    *out_length = length;
    return HTTP_OK;
}

static enum http_error parse_framing(struct head *head, enum head_kind kind)
{
    const struct head_field *length = head_find(head, FIELD_CONTENT_LENGTH);
    const struct head_field *encoding = head_find(head, FIELD_TRANSFER_ENCODING);
    if (length && encoding)
        return HTTP_E_FRAMING;
    if (encoding) {
        head->framing = HEAD_CHUNKED;
        return head_count(head, FIELD_TRANSFER_ENCODING) == 1 && head->minor == 1 &&
                       str_equal_nocase(head_value(head, encoding), STR("chunked"))
                   ? HTTP_OK
                   : HTTP_E_ENCODING;
    }
    if (length) {
        head->framing = HEAD_LENGTH;
        return head_count(head, FIELD_CONTENT_LENGTH) == 1
                   ? parse_length(head_value(head, length), &head->length)
                   : HTTP_E_LENGTH;
    }
    head->framing = kind == HEAD_RESPONSE ? HEAD_UNTIL_EOF : HEAD_NO_BODY;
    return HTTP_OK;
}

enum http_error head_parse(struct head *head, enum head_kind kind, const char *bytes,
                           const struct head_scan *scan)
{
    memset(head, 0, offsetof(struct head, fields));
    head->bytes = bytes;
    struct str rest = {bytes + scan->start, scan->size - scan->start - 2}, line;
    bool first = true;
    while (cut(&rest, '\r', &line)) {
        rest.ptr++, rest.len--; /* the LF: the scan has seen it */
        enum http_error error = !first                 ? parse_field(head, line)
                                : kind == HEAD_REQUEST ? parse_request_line(head, line)
                                                       : parse_status_line(head, line);
        if (error)
            return error;
        first = false;
    }
    return parse_framing(head, kind);
}

const struct head_field *head_find(const struct head *head, enum field_id id)
{
    for (uint16_t i = 0; i < head->field_count; i++)
        if (head->fields[i].id == id)
            return &head->fields[i];
    return NULL;
}

unsigned head_count(const struct head *head, enum field_id id)
{
    unsigned count = 0;
    for (uint16_t i = 0; i < head->field_count; i++)
        count += head->fields[i].id == id;
    return count;
}

bool head_list_next(struct str *list, struct str *out_element)
{
    while (list->len) {
        struct str element;
        if (!cut(list, ',', &element)) {
            element = *list;
            list->len = 0;
        }
        element = trim(element);
        if (element.len) {
            *out_element = element;
            return true;
        }
    }
    return false;
}

bool head_lists(const struct head *head, enum field_id id, struct str word)
{
    for (uint16_t i = 0; i < head->field_count; i++) {
        if (head->fields[i].id != id)
            continue;
        struct str list = head_value(head, &head->fields[i]), element;
        while (head_list_next(&list, &element))
            if (str_equal_nocase(element, word))
                return true;
    }
    return false;
}
