/* The two readers of a head inside the proxy, each on its own: the lint (head.h), and llhttp in its
 * strict mode. Where both take a head, they must have read the same; where they see the end of the
 * message in different places (llhttp does not know a coding with a tab behind it), the reader that
 * is made of both must refuse it. */
#include "fuzz.h"
#include "http_make.h"
#include "http_pair.h"

#define SELF_TEST_ROUNDS 300000
#define EDITS            3

/* What llhttp says, with a line for each field: its callbacks give pieces. */
struct account {
    struct strbuf target, fields;
    llhttp_t end; /* as it was behind the head */
    bool done;
};

static int on_target(llhttp_t *parser, const char *bytes, size_t length)
{
    strbuf_add(&((struct account *)parser->data)->target, bytes, length);
    return 0;
}

static int on_field(llhttp_t *parser, const char *bytes, size_t length)
{
    strbuf_add(&((struct account *)parser->data)->fields, bytes, length);
    return 0;
}

static int on_name_end(llhttp_t *parser)
{
    strbuf_addc(&((struct account *)parser->data)->fields, ':');
    return 0;
}

/* White space behind a value is not its business. */
static int on_value_end(llhttp_t *parser)
{
    struct strbuf *fields = &((struct account *)parser->data)->fields;
    while (fields->len && strchr(" \t", fields->ptr[fields->len - 1]))
        fields->ptr[--fields->len] = '\0';
    strbuf_addc(fields, '\n');
    return 0;
}

static int on_head_end(llhttp_t *parser)
{
    struct account *account = parser->data;
    account->end = *parser;
    account->done = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_target,
    .on_header_field = on_field,
    .on_header_field_complete = on_name_end,
    .on_header_value = on_field,
    .on_header_value_complete = on_value_end,
    .on_headers_complete = on_head_end,
};

static void write_fields(const struct head *head, struct strbuf *out)
{
    for (unsigned i = 0; i < head->field_count; i++) {
        strbuf_add_str(out, head_name(head, &head->fields[i]));
        strbuf_addc(out, ':');
        strbuf_add_str(out, head_value(head, &head->fields[i]));
        strbuf_addc(out, '\n');
    }
}

static void compare(const struct head *head, enum head_kind kind, const struct account *account)
{
    const llhttp_t *parser = &account->end;
    struct strbuf fields = {0};
    write_fields(head, &fields);
    EXPECT(str_equal(strbuf_str(&fields), strbuf_str(&account->fields)));
    EXPECT(parser->http_major == 1 && parser->http_minor == head->minor);
    EXPECT(kind == HEAD_RESPONSE || str_equal(head->target, strbuf_str(&account->target)));
    EXPECT(kind == HEAD_REQUEST || head->status == parser->status_code);
    strbuf_finish(&fields);
}

static bool same_framing(const struct head *head, const llhttp_t *parser)
{
    return (head->framing == HEAD_CHUNKED) == !!(parser->flags & F_CHUNKED) &&
           (head->framing == HEAD_LENGTH) == !!(parser->flags & F_CONTENT_LENGTH) &&
           (head->framing != HEAD_LENGTH || head->length == parser->content_length);
}

static bool is_refused(struct str bytes, enum head_kind kind)
{
    struct http http;
    size_t used;
    http_init(&http, kind);
    bool refused = http_feed(&http, bytes.ptr, bytes.len, &used) == HTTP_FAIL;
    http_finish(&http);
    return refused;
}

/* Whether both took it. */
static bool try_head(struct str bytes, enum head_kind kind)
{
    static struct head head; /* 1 KiB that need not be cleared each time */
    struct head_scan scan = {0};
    struct account account = {0};
    llhttp_t parser;
    bool taken = head_scan(&scan, kind, bytes.ptr, bytes.len) == HTTP_OK && scan.done &&
                 head_parse(&head, kind, bytes.ptr, &scan) == HTTP_OK;
    if (taken) {
        llhttp_init(&parser, kind == HEAD_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
        parser.data = &account;
        llhttp_execute(&parser, bytes.ptr + scan.start, scan.size - scan.start);
        if (account.done)
            compare(&head, kind, &account);
        if (account.done && !same_framing(&head, &account.end))
            EXPECT(is_refused(bytes, kind));
    }
    bool both = taken && account.done;
    strbuf_finish(&account.target);
    strbuf_finish(&account.fields);
    return both;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = {(const char *)bytes, size};
    try_head(text, HEAD_REQUEST);
    try_head(text, HEAD_RESPONSE);
    return 0;
}

void fuzz_self_test(void)
{
    uint64_t state = 3;
    uint32_t passed = 0;
    struct strbuf text = {0};
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        bool response = round & 1;
        http_make(&state, response, EDITS, &text);
        passed += try_head(strbuf_str(&text), response ? HEAD_RESPONSE : HEAD_REQUEST);
    }
    strbuf_finish(&text);
    EXPECT(passed > SELF_TEST_ROUNDS / 20 && passed < SELF_TEST_ROUNDS);
}
