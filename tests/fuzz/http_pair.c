#include "http_pair.h"

#include "http_make.h"

#define PIECE_MAX 40 /* bytes; every fourth input is read at once */

void expect_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: expected %s\n", file, line, condition);
    abort();
}

uint64_t pair_seed(struct str bytes)
{
    uint64_t seed = 14695981039346656037u;
    for (size_t i = 0; i < bytes.len; i++)
        seed = (seed ^ (unsigned char)bytes.ptr[i]) * 1099511628211u;
    return seed;
}

static void on_event(struct pair *pair, enum http_event event)
{
    switch (event) {
    case HTTP_MORE: break;
    case HTTP_HEAD_READ:
        pair->head = true;
        pair->failed = !pair->on_head(pair);
        break;
    case HTTP_DATA:
        strbuf_add_str(&pair->data, pair->http.data);
        body_add(&pair->body, pair->http.data);
        break;
    case HTTP_END:
        if (http_has_body(&pair->http))
            body_end(&pair->body);
        pair->whole = true;
        break;
    case HTTP_FAIL: pair->failed = true; break;
    }
}

static void read_piece(struct pair *pair, struct str piece)
{
    size_t given = 0, used;
    enum http_event event = HTTP_HEAD_READ;
    while (event != HTTP_MORE && !pair->whole && !pair->failed) {
        event = http_feed(&pair->http, piece.ptr + given, piece.len - given, &used);
        EXPECT(used <= piece.len - given);
        given += used;
        on_event(pair, event);
    }
    if (pair->head && pair->body.out)
        body_flush(&pair->body);
    buffer_settle(&pair->out);
    pair->used += given;
}

static bool same_fields(const struct head *head, const struct strict_message *strict)
{
    if (head->field_count != strict->field_count)
        return false;
    for (unsigned i = 0; i < strict->field_count; i++)
        if (!str_equal(head_name(head, &head->fields[i]), strict->fields[i].name) ||
            !str_equal(head_value(head, &head->fields[i]), strict->fields[i].value))
            return false;
    return true;
}

static void compare_heads(const struct pair *pair)
{
    static const enum strict_framing framings[] = {
        [HEAD_NO_BODY] = STRICT_NO_BODY,
        [HEAD_LENGTH] = STRICT_LENGTH,
        [HEAD_CHUNKED] = STRICT_CHUNKED,
        [HEAD_UNTIL_EOF] = STRICT_TO_END,
    };
    const struct head *head = &pair->http.head;
    const struct strict_message *strict = &pair->strict;
    EXPECT(strict->head);
    EXPECT(head->minor == strict->minor);
    EXPECT(head->status == strict->status);
    EXPECT(str_equal(head->method, strict->method));
    EXPECT(str_equal(head->target, strict->target));
    EXPECT(same_fields(head, strict));
    EXPECT(framings[head->framing] == strict->framing);
    EXPECT(head->framing != HEAD_LENGTH || head->length == strict->length);
}

static bool may_refuse_more(const struct pair *pair)
{
    switch (pair->http.error) {
    case HTTP_E_TARGET:
    case HTTP_E_TARGET_SIZE:
    case HTTP_E_SIZE:
    case HTTP_E_METHOD:
    case HTTP_E_SYNTAX: /* of llhttp; the strict reader would have found the lint's */
    case HTTP_E_MEMORY: return true;
    case HTTP_E_BODY: return pair->strict.extras; /* for which llhttp has a grammar of its own */
    default: return false;
    }
}

static void compare(const struct pair *pair)
{
    if (pair->head)
        compare_heads(pair);
    if (pair->whole) {
        EXPECT(pair->verdict == STRICT_WHOLE);
        EXPECT(pair->used == pair->strict.size);
    } else if (!pair->failed && pair->head) {
        EXPECT(pair->verdict == STRICT_PART);
    } else if (pair->http.state == HTTP_FAILED && pair->http.error != HTTP_E_TRUNCATED) {
        EXPECT(pair->verdict != STRICT_WHOLE || may_refuse_more(pair));
    }
    if (pair->head && !pair->failed)
        EXPECT(str_equal(strbuf_str(&pair->data), strbuf_str(&pair->strict.body)));
}

void pair_read(struct pair *pair, struct str bytes, uint64_t seed)
{
    bool pieces = seed & 3;
    for (size_t at = 0; at < bytes.len && !pair->whole && !pair->failed;) {
        size_t size = pieces ? 1 + http_random(&seed) % PIECE_MAX : bytes.len;
        size = size < bytes.len - at ? size : bytes.len - at;
        read_piece(pair, (struct str){bytes.ptr + at, size});
        at += size;
    }
    if (!pair->whole && !pair->failed && pair->strict.ended && bytes.len)
        on_event(pair, http_eof(&pair->http));
    pair->verdict = strict_read(&pair->strict, bytes);
    compare(pair);
}

void pair_read_output(const struct pair *pair, struct strict_message *out)
{
    struct str bytes = {pair->out.bytes + pair->out.start, buffer_size(&pair->out)};
    enum strict_verdict verdict = strict_read(out, bytes);
    EXPECT(out->head);
    EXPECT(bytes.ptr[0] != '\r');
    EXPECT(verdict == (pair->whole ? STRICT_WHOLE : STRICT_PART));
    EXPECT(out->size == bytes.len);
    EXPECT(out->minor == 1);
    EXPECT(str_equal(strbuf_str(&out->body), strbuf_str(&pair->data)));
}

void pair_finish(struct pair *pair)
{
    http_finish(&pair->http);
    strict_finish(&pair->strict);
    buffer_finish(&pair->out);
    strbuf_finish(&pair->data);
}
