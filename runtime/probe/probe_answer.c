#include "probe_answer.h"

#define VERSION     "HTTP/1."
#define VERSION_LEN (sizeof VERSION - 1)
/* "HTTP/1.x 200" and the byte behind it. */
#define STATUS_AT  (VERSION_LEN + 2)
#define LINE_BYTES (STATUS_AT + 4)

void probe_answer_request(struct strbuf *out, struct str path, uint16_t port)
{
    strbuf_adds(out, "GET ");
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        if (c <= ' ' || c >= 0x7f)
            strbuf_addf(out, "%%%02X", c);
        else
            strbuf_addc(out, (char)c);
    }
    strbuf_addf(out,
                " HTTP/1.1\r\nHost: localhost:%u\r\nUser-Agent: a3s\r\nAccept: */*\r\n"
                "Connection: close\r\n\r\n",
                port);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum probe_answer read_line(struct str answer, int *out_status)
{
    size_t known = answer.len < VERSION_LEN ? answer.len : VERSION_LEN;
    if (memcmp(answer.ptr, VERSION, known) != 0)
        return PROBE_ANSWER_GARBAGE;
    if (answer.len < LINE_BYTES)
        return PROBE_ANSWER_MORE;
    const char *at = answer.ptr + STATUS_AT;
    bool digits =
        is_digit(at[-2]) && at[-1] == ' ' && is_digit(at[0]) && is_digit(at[1]) && is_digit(at[2]);
    if (!digits || at[0] == '0' || (at[3] != ' ' && at[3] != '\r' && at[3] != '\n'))
        return PROBE_ANSWER_GARBAGE;
    *out_status = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
    return PROBE_ANSWER_STATUS;
}

/* Behind the empty line that ends a head; false when it has not come yet. */
static bool skip_head(struct str *answer)
{
    const char *end = answer->ptr + answer->len;
    const char *at = answer->ptr;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (at < end && *at == '\r')
            at++;
        if (at < end && *at == '\n') {
            *answer = (struct str){at + 1, (size_t)(end - at - 1)};
            return true;
        }
    }
    return false;
}

enum probe_answer probe_answer_status(struct str answer, int *out_status)
{
    int status = 0;
    while (answer.len) {
        enum probe_answer verdict = read_line(answer, &status);
        if (verdict != PROBE_ANSWER_STATUS)
            return verdict;
        if (status >= 200 || status == 101) {
            *out_status = status;
            return verdict;
        }
        if (!skip_head(&answer))
            return PROBE_ANSWER_MORE;
    }
    return PROBE_ANSWER_MORE;
}
