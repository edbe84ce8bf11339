#include "http.h"

#include <assert.h>

/* llhttp stops where a body piece ends, so that one call gives at most one piece. */

static int on_name_end(llhttp_t *parser)
{
    struct http *http = parser->data;
    http->fields++;
    return 0;
}

static bool framing_agrees(const struct http *http)
{
    const llhttp_t *parser = &http->parser;
    bool chunked = parser->flags & F_CHUNKED, length = parser->flags & F_CONTENT_LENGTH;
    const struct head *head = &http->head;
    if (chunked != (head->framing == HEAD_CHUNKED) || length != (head->framing == HEAD_LENGTH))
        return false;
    return !length || parser->content_length == head->length;
}

static bool start_agrees(const struct http *http)
{
    llhttp_t *parser = (llhttp_t *)&http->parser;
    if (parser->http_major != 1 || parser->http_minor != http->head.minor)
        return false;
    if (http->kind == HEAD_RESPONSE)
        return parser->status_code == http->head.status;
    return str_is(http->head.method, llhttp_method_name((llhttp_method_t)parser->method));
}

static int on_head_end(llhttp_t *parser)
{
    struct http *http = parser->data;
    if (!start_agrees(http) || !framing_agrees(http) || http->fields != http->head.field_count)
        return -1;
    /* A connection changes its protocol when the other side says 101, not because it was asked to:
     * until then this is a message like any other. */
    parser->upgrade = 0;
    return http_has_body(http) ? 0 : 1;
}

static int on_body(llhttp_t *parser, const char *bytes, size_t length)
{
    struct http *http = parser->data;
    if (http->data.len)
        return -1;
    http->data = (struct str){bytes, length};
    return 0;
}

static int on_extra(llhttp_t *parser, const char *bytes, size_t length)
{
    (void)bytes;
    struct http *http = parser->data;
    if (http->state != HTTP_IN_BODY)
        return 0;
    http->extra += length > HTTP_EXTRA_MAX ? HTTP_EXTRA_MAX + 1 : (uint32_t)length;
    return http->extra > HTTP_EXTRA_MAX ? -1 : 0;
}

/* Behind the last chunk's size the trailers begin. */
static int on_chunk_begin(llhttp_t *parser)
{
    struct http *http = parser->data;
    http->last_chunk = parser->content_length == 0;
    return http->last_chunk ? HPE_PAUSED : 0;
}

static int on_chunk_end(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static int on_message_end(llhttp_t *parser)
{
    struct http *http = parser->data;
    if (http->state == HTTP_IN_BODY)
        http->state = HTTP_AT_END;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_header_field = on_extra,
    .on_header_value = on_extra,
    .on_header_field_complete = on_name_end,
    .on_headers_complete = on_head_end,
    .on_body = on_body,
    .on_chunk_extension_name = on_extra,
    .on_chunk_extension_value = on_extra,
    .on_chunk_header = on_chunk_begin,
    .on_chunk_complete = on_chunk_end,
    .on_message_complete = on_message_end,
};

void http_init(struct http *http, enum head_kind kind)
{
    memset(http, 0, offsetof(struct http, head));
    http->bytes = http->first = NULL;
    http->capacity = 0;
    http->kind = kind;
    http_reset(http);
}

void http_lend(struct http *http, char *first, uint32_t size)
{
    http->bytes = http->first = first;
    http->capacity = size;
}

void http_finish(struct http *http)
{
    if (http->bytes != http->first)
        free(http->bytes);
    http->bytes = http->first = NULL;
    http->capacity = 0;
}

void http_reset(struct http *http)
{
    http->state = HTTP_IN_HEAD;
    http->error = HTTP_OK;
    http->no_body = http->started = false;
    http->data = (struct str){0};
    http->head.field_count = 0;
    http->scan = (struct head_scan){0};
    http->extra = http->fields = 0;
    http->after_cr = http->last_chunk = false;
    http->trailer = HTTP_NO_TRAILER;
    llhttp_init(&http->parser, http->kind == HEAD_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE,
                &settings);
    http->parser.data = http;
}

static enum http_event fail(struct http *http, enum http_error error)
{
    http->state = HTTP_FAILED;
    http->error = error;
    return HTTP_FAIL;
}

bool http_has_body(const struct http *http)
{
    const struct head *head = &http->head;
    if (http->kind == HEAD_RESPONSE &&
        (http->no_body || head->status < 200 || head->status == 204 || head->status == 304))
        return false;
    return head->framing == HEAD_LENGTH ? head->length > 0 : head->framing != HEAD_NO_BODY;
}

bool http_keeps_alive(const struct http *http)
{
    const struct head *head = &http->head;
    if (head->framing == HEAD_UNTIL_EOF && http_has_body(http))
        return false;
    if (head->minor == 0)
        return head_lists(head, FIELD_CONNECTION, STR("keep-alive"));
    return !head_lists(head, FIELD_CONNECTION, STR("close"));
}

/* The whole head is there: both parsers judge it. */
static enum http_event end_head(struct http *http)
{
    enum http_error error = head_parse(&http->head, http->kind, http->bytes, &http->scan);
    if (error)
        return fail(http, error);
    const char *begin = http->bytes + http->scan.start, *end = http->bytes + http->scan.size;
    llhttp_errno_t verdict = llhttp_execute(&http->parser, begin, (size_t)(end - begin));
    if (verdict == HPE_INVALID_METHOD)
        return fail(http, HTTP_E_METHOD);
    if (verdict == HPE_PAUSED && llhttp_get_error_pos(&http->parser) == end)
        verdict = HPE_OK;
    if (verdict != HPE_OK)
        return fail(http, HTTP_E_SYNTAX);
    http->state = http_has_body(http) ? HTTP_IN_BODY : HTTP_AT_END;
    return HTTP_HEAD_READ;
}

static bool reserve(struct http *http, size_t need)
{
    if (need <= http->capacity)
        return true;
    size_t capacity = http->capacity ? http->capacity : 512;
    while (capacity < need)
        capacity *= 2;
    bool lent = http->bytes == http->first;
    char *grown = realloc(lent ? NULL : http->bytes, capacity);
    if (!grown)
        return false;
    if (lent && http->first)
        memcpy(grown, http->first, http->capacity);
    http->bytes = grown;
    http->capacity = (uint32_t)capacity;
    return true;
}

static enum http_event feed_head(struct http *http, const char *bytes, size_t length, size_t *used)
{
    uint32_t before = http->scan.size;
    size_t room = HEAD_SIZE_MAX - before, taken = length < room ? length : room;
    if (length == 0)
        return HTTP_MORE;
    http->started = true;
    if (taken == 0)
        return fail(http, HTTP_E_SIZE);
    if (!reserve(http, before + taken))
        return fail(http, HTTP_E_MEMORY);
    memcpy(http->bytes + before, bytes, taken);
    enum http_error error = head_scan(&http->scan, http->kind, http->bytes, before + taken);
    *used = http->scan.size - before;
    if (error)
        return fail(http, error);
    if (http->scan.done)
        return end_head(http);
    return taken < length ? fail(http, HTTP_E_SIZE) : HTTP_MORE;
}

/* The next byte of a trailer: name ":" value, and the blank line. */
static bool judge_trailer(struct http *http, char c)
{
    switch (http->trailer) {
    case HTTP_NO_TRAILER: return true;
    case HTTP_TRAILER_BEGINS:
        if (c == '\r' || c == '\n')
            return true;
        http->trailer = HTTP_TRAILER_NAME;
        return str_is_token((struct str){&c, 1});
    case HTTP_TRAILER_NAME:
        if (c == ':')
            http->trailer = HTTP_TRAILER_VALUE;
        return c == ':' || str_is_token((struct str){&c, 1});
    case HTTP_TRAILER_VALUE:
        if (c == '\n')
            http->trailer = HTTP_TRAILER_BEGINS;
        return true;
    }
    return false;
}

/* Bytes of lines: CR and LF only together, and no control bytes. */
static bool judge_lines(struct http *http, const char *bytes, const char *end)
{
    for (; bytes < end; bytes++) {
        unsigned char c = (unsigned char)*bytes;
        bool control = c == 0x7f || (c < ' ' && c != '\t' && c != '\r' && c != '\n');
        if (control || http->after_cr != (c == '\n') || !judge_trailer(http, *bytes))
            return false;
        http->after_cr = c == '\r';
    }
    return true;
}

/* What llhttp has read, up to the end: data, and lines before and behind it. */
static bool judge_chunks(struct http *http, const char *bytes, const char *end)
{
    const struct str *data = &http->data;
    if (http->head.framing != HEAD_CHUNKED)
        return true;
    if (!data->len)
        return judge_lines(http, bytes, end);
    return judge_lines(http, bytes, data->ptr) && judge_lines(http, data->ptr + data->len, end);
}

static enum http_event feed_body(struct http *http, const char *bytes, size_t length, size_t *used)
{
    http->data = (struct str){0};
    bool paused = false; /* what follows the end of a chunk may need no more bytes */
    while (http->state == HTTP_IN_BODY && http->data.len == 0 && (*used < length || paused)) {
        llhttp_errno_t verdict = llhttp_execute(&http->parser, bytes + *used, length - *used);
        const char *begin = bytes + *used;
        paused = verdict == HPE_PAUSED;
        if (paused) {
            *used = (size_t)(llhttp_get_error_pos(&http->parser) - bytes);
            llhttp_resume(&http->parser);
        } else if (verdict == HPE_OK) {
            *used = length;
        }
        if ((!paused && verdict != HPE_OK) || !judge_chunks(http, begin, bytes + *used))
            return fail(http, HTTP_E_BODY);
        if (http->last_chunk && http->trailer == HTTP_NO_TRAILER)
            http->trailer = HTTP_TRAILER_BEGINS;
    }
    if (http->data.len)
        return HTTP_DATA;
    if (http->state == HTTP_IN_BODY)
        return HTTP_MORE;
    http->state = HTTP_ENDED;
    return HTTP_END;
}

enum http_event http_feed(struct http *http, const char *bytes, size_t length, size_t *out_used)
{
    *out_used = 0;
    switch (http->state) {
    case HTTP_IN_HEAD: return feed_head(http, bytes, length, out_used);
    case HTTP_IN_BODY: return feed_body(http, bytes, length, out_used);
    case HTTP_AT_END: http->state = HTTP_ENDED; return HTTP_END;
    case HTTP_ENDED: return HTTP_END;
    case HTTP_FAILED: break;
    }
    return HTTP_FAIL;
}

enum http_event http_eof(struct http *http)
{
    switch (http->state) {
    case HTTP_IN_HEAD: return http->started ? fail(http, HTTP_E_TRUNCATED) : HTTP_MORE;
    case HTTP_AT_END: http->state = HTTP_ENDED; return HTTP_END;
    case HTTP_ENDED: return HTTP_MORE;
    case HTTP_FAILED: return HTTP_FAIL;
    case HTTP_IN_BODY: break;
    }
    /* on_message_end has paused it if this is where the message may end. */
    if (http->head.framing != HEAD_UNTIL_EOF || llhttp_finish(&http->parser) != HPE_PAUSED)
        return fail(http, HTTP_E_TRUNCATED);
    http->state = HTTP_ENDED;
    return HTTP_END;
}
