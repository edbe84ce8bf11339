/* The way of a request through the proxy: read, judged, and written anew for the service. What goes
 * out is read by a strict reader, which must find one request, the one that came in. */
#include "forward.h"
#include "fuzz.h"
#include "http_make.h"
#include "http_pair.h"

#define SELF_TEST_ROUNDS 300000
#define EDITS            3

/* Of one connection only, or the proxy's own: no client can put them into what a service gets. */
static const char *const stopped[] = {"connection", "keep-alive", "proxy-connection", "te",
                                      "trailer",    "upgrade",    "forwarded"};

static bool on_head(struct pair *pair)
{
    struct host *host = pair->ctx;
    const struct head *head = &pair->http.head;
    if (!host_of_request(host, head))
        return false;
    struct forward_request forward = {
        .request = &pair->http,
        .host = host,
        .peer = "127.0.0.1",
        .port = 7080,
        .hops = forward_hops(head),
        .upgrade = forward_wants_upgrade(&pair->http),
    };
    forward_request_head(&forward, &pair->out);
    body_init(&pair->body, &pair->out, head->framing == HEAD_CHUNKED);
    return true;
}

static void check_output(const struct pair *pair, const struct host *host)
{
    struct strict_message out = {0};
    bool upgrade = forward_wants_upgrade(&pair->http);
    pair_read_output(pair, &out);
    EXPECT(str_equal(out.method, pair->strict.method));
    EXPECT(host->needs_slash ? out.target.ptr[0] == '/' : str_equal(out.target, host->target));
    EXPECT(out.framing == pair->strict.framing);
    EXPECT(out.length == pair->strict.length);
    EXPECT(strict_count(&out, "host") == 1);
    EXPECT(strict_count(&out, "x-forwarded-for") == 1);
    EXPECT(strict_count(&out, "x-forwarded-proto") == 1);
    EXPECT(strict_count(&out, "x-a3s-hops") == 1);
    for (size_t i = 0; i < sizeof stopped / sizeof *stopped; i++) {
        bool own = upgrade && (i == 0 || strcmp(stopped[i], "upgrade") == 0);
        EXPECT(strict_count(&out, stopped[i]) == own);
    }
    EXPECT(str_equal(strict_value(&out, "cookie"), strict_value(&pair->strict, "cookie")) ||
           strict_count(&pair->strict, "connection"));
    strict_finish(&out);
}

/* Whether it was passed on whole. */
static bool try_request(struct str bytes, uint64_t seed)
{
    struct host host = {0};
    struct pair pair = {.on_head = on_head, .ctx = &host};
    http_init(&pair.http, HEAD_REQUEST);
    pair_read(&pair, bytes, seed);
    if (pair.head && !pair.failed)
        check_output(&pair, &host);
    bool whole = pair.whole;
    pair_finish(&pair);
    return whole;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text = {(const char *)bytes, size};
    try_request(text, pair_seed(text));
    return 0;
}

void fuzz_self_test(void)
{
    uint64_t state = 1;
    uint32_t passed = 0;
    struct strbuf text = {0};
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        http_make(&state, false, EDITS, &text);
        passed += try_request(strbuf_str(&text), http_random(&state));
    }
    strbuf_finish(&text);
    EXPECT(passed > SELF_TEST_ROUNDS / 20 && passed < SELF_TEST_ROUNDS);
}
