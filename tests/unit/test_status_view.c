#include "status_view.h"

#include "suite.h"

static void expect_view(const char *services, bool wide, const char *text)
{
    struct arena arena = {0};
    struct strbuf out = {0}, json = {0};
    strbuf_addf(&json, "{\"services\": [%s]}", services);
    json_t *status = json_loads(json.ptr, 0, NULL);
    ck_assert_ptr_nonnull(status);
    status_view_draw(status, false, wide, &arena, &out);
    ck_assert_str_eq(strbuf_text(&out), text);
    json_decref(status);
    strbuf_finish(&json);
    strbuf_finish(&out);
    arena_finish(&arena);
}

static void expect(const char *services, const char *text)
{
    expect_view(services, false, text);
}

#define HEADER "SERVICE  STATE    PID  PORT  HEALTH  RESTARTS  UPTIME  URL\n"

START_TEST(a_row_each)
{
    expect("{\"name\": \"web\", \"state\": \"running\", \"pid\": 12, \"port\": 8080, \"healthy\": "
           "true,"
           " \"restart_count\": 0, \"uptime_secs\": 3725, \"url\": \"http://web.localhost\"}",
           "SERVICE  STATE    PID  PORT  HEALTH   RESTARTS  UPTIME  URL\n"
           "web      running  12   8080  healthy  0         1h02m   http://web.localhost\n");
    expect("", "SERVICE  STATE  PID  PORT  HEALTH  RESTARTS  UPTIME  URL\n");
    expect("{}", "SERVICE  STATE  PID  PORT  HEALTH  RESTARTS  UPTIME  URL\n"
                 "-        -      -    -     -       -         -       -\n");
}
END_TEST

START_TEST(requests_if_they_are_asked_for)
{
    expect_view(
        "{\"name\": \"web\", \"state\": \"running\", \"http\": {\"requests\": 12, \"errors\": 1,"
        " \"parked\": 2, \"latency\": {\"p50_ms\": 1.25, \"p99_ms\": 300.4}}}",
        true,
        "SERVICE  STATE    PID  PORT  HEALTH  RESTARTS  UPTIME  URL  REQUESTS  ERRORS  PARKED  "
        "P50     P99\n"
        "web      running  -    -     -       -         -       -    12        1       2       "
        "1.2 ms  300 ms\n");
    expect_view(
        "{\"name\": \"web\", \"state\": \"running\"}", true,
        "SERVICE  STATE    PID  PORT  HEALTH  RESTARTS  UPTIME  URL  REQUESTS  ERRORS  PARKED  "
        "P50  P99\n"
        "web      running  -    -     -       -         -       -    -         -       -       "
        "-    -\n");
}
END_TEST

START_TEST(faults_on_purpose_are_said)
{
    expect("{\"name\": \"web\", \"state\": \"running\", \"fault\": null},"
           "{\"name\": \"api\", \"state\": \"running\", \"fault\": {\"delay_ms\": 200, \"error\": "
           "503, "
           "\"rate\": 10.0, \"hits\": 3}}",
           HEADER "web      running  -    -     -       -         -       -\n"
                  "api      running  -    -     -       -         -       -\n"
                  "\n"
                  "api: a fault on purpose: 10 % of the requests wait for 200 ms and get 503 (3 so "
                  "far); \"a3s fault api --off\" ends it\n");
}
END_TEST

START_TEST(reasons_below)
{
    expect("{\"name\": \"api\", \"state\": \"pending\", \"reason\": \"waits for db\"},"
           "{\"name\": \"web\", \"state\": \"running\", \"reason\": \"not shown\"}",
           HEADER "api      pending  -    -     -       -         -       -\n"
                  "web      running  -    -     -       -         -       -\n"
                  "\napi: waits for db\n");
}
END_TEST

START_TEST(crashes_are_told_apart)
{
    expect("{\"name\": \"web\", \"state\": \"running\", \"restart_count\": 3, \"crash_count\": 1},"
           "{\"name\": \"api\", \"state\": \"failed\", \"restart_count\": 2, \"crash_count\": 3},"
           "{\"name\": \"db\", \"state\": \"running\", \"restart_count\": 2, \"crash_count\": 0}",
           "SERVICE  STATE    PID  PORT  HEALTH  RESTARTS       UPTIME  URL\n"
           "web      running  -    -     -       3 (1 crash)    -       -\n"
           "api      failed   -    -     -       2 (3 crashes)  -       -\n"
           "db       running  -    -     -       2              -       -\n");
}
END_TEST

START_TEST(the_end_of_the_run_before)
{
    static const struct {
        const char *how, *text;
    } ends[] = {
        {"\"exit_code\": 7", "\nweb: the run before exited with 7\n"},
        {"\"exit_signal\": 11", "\nweb: the run before was killed by SIGSEGV\n"},
        {"\"exit_code\": 0", ""},
        {"\"exit_signal\": 15", ""}, /* it was asked to */
    };
    struct strbuf service = {0}, text = {0};
    strbuf_addf(&service, "{\"name\": \"web\", \"state\": \"running\", \"restart_count\": 1, %s}",
                ends[_i].how);
    strbuf_addf(&text, HEADER "web      running  -    -     -       1         -       -\n%s",
                ends[_i].text);
    expect(service.ptr, text.ptr);
    strbuf_finish(&service);
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("status_view");
    SUITE_CASE(s, a_row_each);
    SUITE_CASE(s, requests_if_they_are_asked_for);
    SUITE_CASE(s, faults_on_purpose_are_said);
    SUITE_CASE(s, reasons_below);
    SUITE_CASE(s, crashes_are_told_apart);
    SUITE_LOOP(s, the_end_of_the_run_before, 0, 4);
    return suite_run(s);
}
