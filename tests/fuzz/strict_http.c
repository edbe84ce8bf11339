#include "strict_http.h"

#include <strings.h>

static bool is_tchar(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c && memchr("!#$%&'*+-.^_`|~", c, 15));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_tchar((unsigned char)s.ptr[i]))
            return false;
    return s.len > 0;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

/* field-vchar, SP, HTAB. */
static bool is_text(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

/* VCHAR. */
static bool is_visible(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f)
            return false;
    return s.len > 0;
}

/* A line and its CRLF. Any other CR or LF is bad. */
static enum strict_verdict take_line(struct str *rest, struct str *out)
{
    for (size_t i = 0; i < rest->len; i++) {
        if (rest->ptr[i] == '\n')
            return STRICT_BAD;
        if (rest->ptr[i] != '\r')
            continue;
        if (i + 1 == rest->len)
            return STRICT_PART;
        if (rest->ptr[i + 1] != '\n')
            return STRICT_BAD;
        *out = (struct str){rest->ptr, i};
        *rest = (struct str){rest->ptr + i + 2, rest->len - i - 2};
        return STRICT_WHOLE;
    }
    return STRICT_PART;
}

static bool cut(struct str *rest, char at, struct str *out)
{
    const char *end = rest->len ? memchr(rest->ptr, at, rest->len) : NULL;
    if (!end)
        return false;
    *out = (struct str){rest->ptr, (size_t)(end - rest->ptr)};
    *rest = (struct str){end + 1, rest->len - out->len - 1};
    return true;
}

static bool read_version(struct strict_message *message, struct str s)
{
    message->minor = str_is(s, "HTTP/1.1");
    return str_is(s, "HTTP/1.1") || str_is(s, "HTTP/1.0");
}

static bool read_request_line(struct strict_message *message, struct str line)
{
    return cut(&line, ' ', &message->method) && cut(&line, ' ', &message->target) &&
           is_token(message->method) && is_visible(message->target) && read_version(message, line);
}

static bool read_status_line(struct strict_message *message, struct str line)
{
    struct str version, code;
    if (!cut(&line, ' ', &version) || !read_version(message, version))
        return false;
    if (!cut(&line, ' ', &code)) {
        code = line;
        line.len = 0;
    }
    if (code.len != 3 || !all_digits(code) || code.ptr[0] == '0')
        return false;
    for (size_t i = 0; i < code.len; i++)
        message->status = message->status * 10 + (unsigned)(code.ptr[i] - '0');
    return is_text(line);
}

static bool read_field(struct strict_message *message, struct str line)
{
    struct strict_field field;
    if (message->field_count == STRICT_FIELDS || !cut(&line, ':', &field.name))
        return false;
    while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
        line.ptr++, line.len--;
    while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    field.value = line;
    message->fields[message->field_count++] = field;
    return is_token(field.name) && is_text(field.value);
}

static bool has_name(const struct strict_field *field, const char *name)
{
    return field->name.len == strlen(name) &&
           strncasecmp(field->name.ptr, name, field->name.len) == 0;
}

unsigned strict_count(const struct strict_message *message, const char *name)
{
    unsigned count = 0;
    for (unsigned i = 0; i < message->field_count; i++)
        count += has_name(&message->fields[i], name);
    return count;
}

struct str strict_value(const struct strict_message *message, const char *name)
{
    for (unsigned i = 0; i < message->field_count; i++)
        if (has_name(&message->fields[i], name))
            return message->fields[i].value;
    return STR("");
}

static bool read_length(struct strict_message *message)
{
    struct str digits = strict_value(message, "content-length");
    if (!all_digits(digits) || digits.len > 19)
        return false;
    for (size_t i = 0; i < digits.len; i++)
        message->length = message->length * 10 + (uint64_t)(digits.ptr[i] - '0');
    message->framing = STRICT_LENGTH;
    return message->length <= INT64_MAX;
}

static bool read_framing(struct strict_message *message)
{
    unsigned lengths = strict_count(message, "content-length");
    unsigned codings = strict_count(message, "transfer-encoding");
    struct str coding = strict_value(message, "transfer-encoding");
    if (lengths + codings > 1)
        return false;
    if (codings) {
        message->framing = STRICT_CHUNKED;
        return message->minor == 1 && coding.len == 7 &&
               strncasecmp(coding.ptr, "chunked", coding.len) == 0;
    }
    if (lengths)
        return read_length(message);
    message->framing = message->response ? STRICT_TO_END : STRICT_NO_BODY;
    return true;
}

static enum strict_verdict read_head(struct strict_message *message, struct str *rest)
{
    struct str line;
    enum strict_verdict verdict = take_line(rest, &line);
    for (int i = 0; i < 2 && !message->response && verdict == STRICT_WHOLE && !line.len; i++)
        verdict = take_line(rest, &line);
    if (verdict != STRICT_WHOLE)
        return verdict;
    if (message->response ? !read_status_line(message, line) : !read_request_line(message, line))
        return STRICT_BAD;
    while ((verdict = take_line(rest, &line)) == STRICT_WHOLE && line.len)
        if (!read_field(message, line))
            return STRICT_BAD;
    if (verdict != STRICT_WHOLE)
        return verdict;
    message->head = read_framing(message);
    return message->head ? STRICT_WHOLE : STRICT_BAD;
}

/* As much as there is of the next size bytes. */
static enum strict_verdict take_body(struct strict_message *message, struct str *rest,
                                     uint64_t size)
{
    size_t taken = rest->len < size ? rest->len : (size_t)size;
    strbuf_add(&message->body, rest->ptr, taken);
    *rest = (struct str){rest->ptr + taken, rest->len - taken};
    return taken == size ? STRICT_WHOLE : STRICT_PART;
}

/* chunk-size [ chunk-ext ]; of the extension only that it is text. */
static bool read_size(struct str line, uint64_t *out_size)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t size = 0;
    size_t i = 0;
    for (; i < line.len && line.ptr[i]; i++) {
        const char *digit = memchr(digits, line.ptr[i] | (line.ptr[i] >= 'A' ? 0x20 : 0), 16);
        if (!digit)
            break;
        if (size >> 60)
            return false;
        size = size << 4 | (uint64_t)(digit - digits);
    }
    *out_size = size;
    struct str extension = {line.ptr + i, line.len - i};
    return i > 0 && is_text(extension) && (extension.len == 0 || extension.ptr[0] == ';');
}

static enum strict_verdict read_chunks(struct strict_message *message, struct str *rest)
{
    struct strict_message trailers = {0};
    struct str line;
    enum strict_verdict verdict;
    uint64_t size;
    do {
        if ((verdict = take_line(rest, &line)) != STRICT_WHOLE)
            return verdict;
        if (!read_size(line, &size))
            return STRICT_BAD;
        message->extras |= memchr(line.ptr, ';', line.len) != NULL;
        if (size == 0)
            break;
        if ((verdict = take_body(message, rest, size)) != STRICT_WHOLE)
            return verdict;
        if ((verdict = take_line(rest, &line)) != STRICT_WHOLE && rest->len < 2)
            return rest->len == 0 || rest->ptr[0] == '\r' ? STRICT_PART : STRICT_BAD;
        if (verdict != STRICT_WHOLE || line.len)
            return STRICT_BAD;
    } while (size);
    while ((verdict = take_line(rest, &line)) == STRICT_WHOLE && line.len)
        if (!read_field(&trailers, line))
            return STRICT_BAD;
    message->extras |= trailers.field_count > 0;
    return verdict;
}

static enum strict_verdict read_body(struct strict_message *message, struct str *rest)
{
    if (message->response && (message->no_body || message->status < 200 || message->status == 204 ||
                              message->status == 304))
        return STRICT_WHOLE;
    switch (message->framing) {
    case STRICT_NO_BODY: return STRICT_WHOLE;
    case STRICT_LENGTH: return take_body(message, rest, message->length);
    case STRICT_CHUNKED: return read_chunks(message, rest);
    case STRICT_TO_END:
        take_body(message, rest, rest->len);
        return message->ended ? STRICT_WHOLE : STRICT_PART;
    }
    return STRICT_BAD;
}

enum strict_verdict strict_read(struct strict_message *message, struct str bytes)
{
    struct str rest = bytes;
    enum strict_verdict verdict = read_head(message, &rest);
    if (verdict == STRICT_WHOLE)
        verdict = read_body(message, &rest);
    message->size = bytes.len - rest.len;
    return verdict == STRICT_PART && message->ended ? STRICT_BAD : verdict;
}

void strict_finish(struct strict_message *message)
{
    strbuf_finish(&message->body);
}
