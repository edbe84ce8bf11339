#include "probe_answer.h"

#include "suite.h"

static const struct {
    const char *answer;
    enum probe_answer verdict;
    int status;
} answers[] = {
    {"HTTP/1.1 200 OK\r\n", PROBE_ANSWER_STATUS, 200},
    {"HTTP/1.0 404 Not Found\r\n\r\n", PROBE_ANSWER_STATUS, 404},
    {"HTTP/1.1 204\r\n", PROBE_ANSWER_STATUS, 204},
    {"HTTP/1.1 503\n", PROBE_ANSWER_STATUS, 503},
    {"HTTP/1.1 101 Switching\r\n", PROBE_ANSWER_STATUS, 101},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\n", PROBE_ANSWER_STATUS, 302},
    {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 C\n\nHTTP/1.1 500 x", PROBE_ANSWER_STATUS,
     500},
    {"", PROBE_ANSWER_MORE, 0},
    {"HTT", PROBE_ANSWER_MORE, 0},
    {"HTTP/1.1 20", PROBE_ANSWER_MORE, 0},
    {"HTTP/1.1 200", PROBE_ANSWER_MORE, 0},
    {"HTTP/1.1 100 Continue\r\nA: b\r\n", PROBE_ANSWER_MORE, 0},
    {"HTTP/1.1 100 Continue\r\n\r\n", PROBE_ANSWER_MORE, 0},
    {"HTTP/1.1 100 Continue\r\n\r\nSSH", PROBE_ANSWER_GARBAGE, 0},
    {"SSH-2.0-OpenSSH", PROBE_ANSWER_GARBAGE, 0},
    {"X", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/2.0 200 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/1.x 200 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/1.1 2000 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/1.1 099 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/1.1 2x0 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
    {"HTTP/1.1  200 OK\r\n", PROBE_ANSWER_GARBAGE, 0},
};

START_TEST(status_of_an_answer)
{
    int status = 0;
    ck_assert_int_eq(probe_answer_status(str_from(answers[_i].answer), &status),
                     answers[_i].verdict);
    ck_assert_int_eq(status, answers[_i].status);
}
END_TEST

START_TEST(request_line_cannot_be_broken)
{
    struct strbuf out = {0};
    probe_answer_request(&out, STR("/a b\r\nX: y\xc3\xa9?q=1"), 8080);
    ck_assert_str_eq(strbuf_text(&out), "GET /a%20b%0D%0AX:%20y%C3%A9?q=1 HTTP/1.1\r\n"
                                        "Host: localhost:8080\r\nUser-Agent: a3s\r\nAccept: */*\r\n"
                                        "Connection: close\r\n\r\n");
    strbuf_finish(&out);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("probe_answer");
    SUITE_LOOP(s, status_of_an_answer, 0, sizeof answers / sizeof *answers);
    SUITE_CASE(s, request_line_cannot_be_broken);
    return suite_run(s);
}
