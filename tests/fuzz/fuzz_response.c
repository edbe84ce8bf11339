/* The way of an answer through the proxy: read, and written anew for the client, chunked bodies
 * chunked anew. What goes out is read by a strict reader. */
#include "forward.h"
#include "fuzz.h"
#include "http_make.h"
#include "http_pair.h"

#define SELF_TEST_ROUNDS 300000
#define EDITS            3

/* What the client is, which decides how the answer is framed. */
struct client_kind {
    uint8_t minor;
    enum forward_framing framing;
};

static bool on_head(struct pair *pair)
{
    struct client_kind *client = pair->ctx;
    client->framing = forward_framing(&pair->http, client->minor);
    struct forward_response forward = {.response = &pair->http, .framing = client->framing};
    forward_response_head(&forward, &pair->out);
    body_init(&pair->body, &pair->out, client->framing == FORWARD_CHUNKED);
    return true;
}

static void check_output(const struct pair *pair, const struct client_kind *client)
{
    struct strict_message out = {.response = true,
                                 .no_body = pair->http.no_body,
                                 .ended = client->framing == FORWARD_UNTIL_CLOSE && pair->whole};
    pair_read_output(pair, &out);
    EXPECT(out.status == pair->strict.status);
    EXPECT(strict_count(&out, "connection") + strict_count(&out, "keep-alive") == 0);
    EXPECT(client->minor == 1 || out.framing != STRICT_CHUNKED);
    EXPECT(strict_count(&out, "x") <= strict_count(&pair->strict, "x"));
    strict_finish(&out);
}

/* Whether it was passed on whole. */
static bool try_response(struct str bytes, uint64_t seed)
{
    struct client_kind client = {.minor = (seed >> 8) % 8 != 0};
    struct pair pair = {.on_head = on_head, .ctx = &client, .strict = {.response = true}};
    http_init(&pair.http, HEAD_RESPONSE);
    pair.http.no_body = pair.strict.no_body = (seed >> 12) % 8 == 0;
    pair.strict.ended = (seed >> 16) % 2;
    pair_read(&pair, bytes, seed);
    if (pair.head && !pair.failed)
        check_output(&pair, &client);
    bool whole = pair.whole;
    pair_finish(&pair);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = {(const char *)bytes, size};
    try_response(text, pair_seed(text));
    return 0;
}

void fuzz_self_test(void)
{
    uint64_t state = 2;
    uint32_t passed = 0;
    struct strbuf text = {0};
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        http_make(&state, true, EDITS, &text);
        passed += try_response(strbuf_str(&text), http_random(&state));
    }
    strbuf_finish(&text);
    EXPECT(passed > SELF_TEST_ROUNDS / 20 && passed < SELF_TEST_ROUNDS);
}
