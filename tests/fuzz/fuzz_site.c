/* Any bytes as a request to a3s.localhost. Whoever gets to the control API, or gets the token, has
 * asked as docs/control-api.md says: looked up in the raw lines, not in the parsed head. */
#include "fuzz.h"
#include "site.h"

#include <stdlib.h>
#include <strings.h>

#define SELF_TEST_ROUNDS 40000

#define SECRET "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TICKET "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Of the lines "NAME: VALUE" the value of the last, without blanks around it; how many. */
static unsigned find_lines(struct str head, const char *name, struct str *out_value)
{
    unsigned count = 0;
    size_t length = strlen(name);
    while (head.len) {
        const char *end = memchr(head.ptr, '\n', head.len);
        size_t size = end ? (size_t)(end - head.ptr) + 1 : head.len;
        if (size > length && head.ptr[length] == ':' && !strncasecmp(head.ptr, name, length)) {
            struct str value = {head.ptr + length + 1, size - length - 1};
            while (value.len && strchr(" \t\r\n", value.ptr[value.len - 1]))
                value.len--;
            while (value.len && strchr(" \t", value.ptr[0]))
                value = (struct str){value.ptr + 1, value.len - 1};
            *out_value = value;
            count++;
        }
        head = (struct str){head.ptr + size, head.len - size};
    }
    return count;
}

static bool is_nocase(struct str value, const char *text)
{
    return str_equal_nocase(value, str_from(text));
}

static void expect_secret(struct str head, const char *scheme, const char *secret)
{
    struct str value;
    size_t length = strlen(scheme);
    expect(find_lines(head, "authorization", &value) == 1);
    expect(value.len == length + SITE_TOKEN_TEXT && !strncasecmp(value.ptr, scheme, length));
    expect(!memcmp(value.ptr + length, secret, SITE_TOKEN_TEXT));
}

static void expect_at_home(struct str head, const struct host *host)
{
    struct str value;
    unsigned count = find_lines(head, "origin", &value);
    expect(count <= 1);
    if (count)
        expect(value.len == host->authority.len + 7 && !memcmp(value.ptr, "http://", 7) &&
               !strncasecmp(value.ptr + 7, host->authority.ptr, host->authority.len));
    count = find_lines(head, "sec-fetch-site", &value);
    expect(count <= 1);
    if (count)
        expect(str_is(value, "same-origin") || str_is(value, "none"));
}

static void expect_json(struct str head)
{
    struct str value;
    expect(find_lines(head, "content-type", &value) == 1);
    const char *mark = memchr(value.ptr, ';', value.len);
    value.len = mark ? (size_t)(mark - value.ptr) : value.len;
    while (value.len && strchr(" \t", value.ptr[value.len - 1]))
        value.len--;
    expect(is_nocase(value, "application/json"));
}

static void expect_answer(const struct site *site, const struct site_visit *visit)
{
    struct buffer out = {0};
    uint64_t size = site_answer(site, visit, false, false, &out);
    struct str answer = {out.bytes, buffer_size(&out)};
    struct str value;
    const char *body = memmem(answer.ptr, answer.len, "\r\n\r\n", 4);
    expect(body && answer.len - (size_t)(body + 4 - answer.ptr) == size);
    expect(!memmem(answer.ptr, answer.len, "Access-Control", 14));
    expect(visit->verdict == SITE_TOKEN || !memmem(answer.ptr, answer.len, SECRET, 64));
    expect(find_lines((struct str){answer.ptr, (size_t)(body - answer.ptr)}, "content-length",
                      &value) == 1);
    buffer_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct site site = {.token = SECRET, .ticket = TICKET, .ticket_until = 10};
    struct head_scan scan = {0};
    struct head head;
    struct host host = {0};
    const char *text = (const char *)bytes;
    if (size > HEAD_SIZE_MAX || head_scan(&scan, HEAD_REQUEST, text, size) || !scan.done ||
        head_parse(&head, HEAD_REQUEST, text, &scan) || !host_of_request(&host, &head))
        return 0;
    struct str raw = {text, scan.size};
    struct site_visit visit = site_judge(&site, &head, &host, 9);
    bool post = str_is(head.method, "POST");
    if (visit.verdict == SITE_CONTROL)
        expect_secret(raw, "bearer ", SECRET);
    if (visit.verdict == SITE_TOKEN)
        expect_secret(raw, "ticket ", TICKET);
    if (visit.verdict == SITE_CONTROL || visit.verdict == SITE_TOKEN)
        expect_at_home(raw, &host);
    if (visit.verdict == SITE_TOKEN || (visit.verdict == SITE_CONTROL && post))
        expect_json(raw);
    if (visit.verdict == SITE_CONTROL)
        expect(post || str_is(head.method, "GET"));
    else
        expect_answer(&site, &visit);
    expect((site.ticket[0] == '\0') == (visit.verdict == SITE_TOKEN));
    return 0;
}

/* ---- Without a fuzzer: requests out of these parts, some bytes of which are changed ---- */

static const char *const firsts[] = {"GET / HTTP/1.1\r\n",
                                     "GET /v1/status HTTP/1.1\r\n",
                                     "POST /v1/stop HTTP/1.1\r\n",
                                     "POST /v1/token HTTP/1.1\r\n",
                                     "GET /v1 HTTP/1.0\r\n",
                                     "GET http://a3s.localhost:1/v1/x HTTP/1.1\r\n",
                                     "OPTIONS * HTTP/1.1\r\n",
                                     "PUT /v1/stop HTTP/1.1\r\n",
                                     "GET /v1/status?a=/v1/token HTTP/1.1\r\n"};
static const char *const lines[] = {
    "Authorization: Bearer " SECRET "\r\n", "authorization:Ticket " TICKET "\r\n",
    "Authorization: Bearer " TICKET "\r\n", "Origin: http://a3s.localhost:1\r\n",
    "Origin: http://web.localhost:1\r\n",   "Origin: null\r\n",
    "Sec-Fetch-Site: same-origin\r\n",      "Sec-Fetch-Site: cross-site\r\n",
    "Content-Type: application/json\r\n",   "Content-Type: application/json; charset=utf-8\r\n",
    "Content-Type: text/plain\r\n",         "X: Authorization: Bearer " SECRET "\r\n"};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void fuzz_self_test(void)
{
    uint32_t state = 2463534242u;
    for (unsigned round = 0; round < SELF_TEST_ROUNDS; round++) {
        struct strbuf text = {0};
        strbuf_adds(&text, firsts[next_random(&state) % COUNT(firsts)]);
        strbuf_adds(&text, "Host: a3s.localhost:1\r\n");
        for (unsigned i = next_random(&state) % 5; i > 0; i--)
            strbuf_adds(&text, lines[next_random(&state) % COUNT(lines)]);
        strbuf_adds(&text, "\r\n");
        for (unsigned i = next_random(&state) % 3; i > 0; i--)
            text.ptr[next_random(&state) % text.len] ^= (char)(1u << next_random(&state) % 7);
        LLVMFuzzerTestOneInput((const uint8_t *)text.ptr, text.len);
        strbuf_finish(&text);
    }
}
