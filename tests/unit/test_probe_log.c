#include "logs.h"
#include "probe_world.h"

#include <unistd.h>

/* A plan that is nothing but the pattern, a service's pipes, and the probe that listens to them. */
struct world {
    struct probe_world w;
    struct plan plan;
    struct logs logs;
    int pipes[LOG_STREAM_COUNT];
};

static void open_world(struct world *w, const char *pattern)
{
    probe_world_open_bare(&w->w, PLAN_PROBE_LOG);
    w->plan = (struct plan){.strings = pattern};
    w->w.config.pattern = (struct plan_string){0, (uint32_t)strlen(pattern)};
    logs_init(&w->logs, w->w.loop, 2, 0);
    w->w.setup.plan = &w->plan;
    w->w.setup.logs = &w->logs;
    w->w.setup.service = 1;
    probe_world_begin(&w->w);
}

/* A life: its process is executed, and then it is asked. */
static void prepare(struct world *w)
{
    ck_assert_int_eq(logs_open(&w->logs, 1, w->pipes), 0);
    probe_prepare(&w->w.probe, "", "", 0);
}

static void die(struct world *w)
{
    for (int i = 0; i < LOG_STREAM_COUNT; i++)
        close(w->pipes[i]);
    probe_stop(&w->w.probe);
    logs_close(&w->logs, 1);
}

static void close_world(struct world *w)
{
    probe_finish(&w->w.probe);
    logs_finish(&w->logs);
    probe_world_close(&w->w);
}

static void say(struct world *w, enum log_stream stream, const char *text)
{
    ck_assert_int_eq(write(w->pipes[stream], text, strlen(text)), (ssize_t)strlen(text));
}

static bool never(void *ctx)
{
    (void)ctx;
    return false;
}

START_TEST(ready_at_the_first_match)
{
    struct world w;
    open_world(&w, "^listening on \\d+$");
    prepare(&w);
    probe_start(&w.w.probe);
    say(&w, LOG_STDOUT, "starting\nlistening on\nxlistening on 3\n");
    ck_assert(!loop_run(w.w.loop, 0.05, probe_world_has_edge, &w.w));
    ck_assert_str_eq(probe_error(&w.w.probe), "pattern \"^listening on \\d+$\": no line of its "
                                              "output matches yet");
    say(&w, _i ? LOG_STDERR : LOG_STDOUT, "listening on 3000\n");
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.reason, "a line of its output matches");
    /* Neither a second match nor silence is an edge. */
    say(&w, LOG_STDOUT, "listening on 3001\nbye\n");
    ck_assert(!loop_run(w.w.loop, 0.1, never, NULL));
    ck_assert_str_eq(w.w.edges, "R");
    ck_assert_str_eq(probe_error(&w.w.probe), "");
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_line_before_the_question_counts)
{
    struct world w;
    open_world(&w, "ready");
    prepare(&w);
    say(&w, LOG_STDOUT, "ready\n");
    logs_drain(&w.logs, 1);
    probe_start(&w.w.probe);
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.edges, "R");
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_new_life_must_match_anew)
{
    struct world w;
    open_world(&w, "ready");
    prepare(&w);
    probe_start(&w.w.probe);
    say(&w, LOG_STDOUT, "ready\n");
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    die(&w);
    prepare(&w);
    probe_start(&w.w.probe);
    ck_assert(!loop_run(w.w.loop, 0.05, probe_world_has_two_edges, &w.w));
    say(&w, LOG_STDOUT, "ready\n");
    loop_until(w.w.loop, probe_world_has_two_edges, &w.w);
    ck_assert_str_eq(w.w.edges, "RR");
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_line_in_pieces)
{
    struct world w;
    open_world(&w, "^now ready$");
    prepare(&w);
    probe_start(&w.w.probe);
    say(&w, LOG_STDOUT, "now ");
    /* Longer than it takes to be shown as unfinished. */
    ck_assert(!loop_run(w.w.loop, 0.2, probe_world_has_edge, &w.w));
    say(&w, LOG_STDERR, "another\n");
    say(&w, LOG_STDOUT, _i ? "ready" : "ready\n");
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_line_without_end)
{
    struct world w;
    char part[4096];
    open_world(&w, "ready$");
    prepare(&w);
    probe_start(&w.w.probe);
    memset(part, 'x', sizeof part);
    for (int i = 0; i < 32; i++) {
        ck_assert_int_eq(write(w.pipes[0], part, sizeof part), (ssize_t)sizeof part);
        logs_drain(&w.logs, 1);
    }
    /* What is behind 64 KiB of a line is not looked at. */
    say(&w, LOG_STDOUT, "ready\n");
    ck_assert(!loop_run(w.w.loop, 0.05, probe_world_has_edge, &w.w));
    say(&w, LOG_STDOUT, "ready\n");
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(other_words_do_not_count)
{
    struct world w;
    open_world(&w, "ready");
    prepare(&w);
    probe_start(&w.w.probe);
    logs_print(&w.logs, 1, LOG_STDOUT, "said by a3s: ready");
    logs_print(&w.logs, 0, LOG_STDOUT, "ready");
    ck_assert(!loop_run(w.w.loop, 0.05, probe_world_has_edge, &w.w));
    die(&w);
    close_world(&w);
}
END_TEST

static bool has_given_up(void *ctx)
{
    struct probe_world *w = ctx;
    return strstr(probe_error(&w->probe), "too many steps") != NULL;
}

START_TEST(a_pattern_that_costs_too_much_is_given_up)
{
    struct world w;
    open_world(&w, "^(a+)+$");
    prepare(&w);
    probe_start(&w.w.probe);
    for (int i = 0; i < 120; i++) {
        say(&w, LOG_STDOUT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n");
        logs_drain(&w.logs, 1);
    }
    loop_until(w.w.loop, has_given_up, &w.w);
    ck_assert_str_eq(w.w.edges, "");
    die(&w);
    close_world(&w);
}
END_TEST

/* It takes all the time that a line may take on each of the first lines, and so more than a turn of
 * the loop has. */
#define SLOW "[0-9]+-x|^ready$"

static void say_slow_lines(struct world *w, int count)
{
    char line[60001];
    for (size_t i = 0; i < sizeof line - 1; i++)
        line[i] = (char)('0' + i % 10);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < count; i++) {
        ck_assert_int_eq(write(w->pipes[0], line, sizeof line), (ssize_t)sizeof line);
        logs_drain(&w->logs, 1);
    }
}

START_TEST(a_slow_pattern_goes_on_in_the_next_turns)
{
    struct world w;
    open_world(&w, SLOW);
    prepare(&w);
    probe_start(&w.w.probe);
    ev_run(w.w.loop, EVRUN_NOWAIT);
    say_slow_lines(&w, 6);
    say(&w, LOG_STDOUT, "ready\n");
    logs_drain(&w.logs, 1);
    ev_invoke_pending(w.w.loop);
    ck_assert_str_eq(w.w.edges, ""); /* it has not come to that line in this turn */
    loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.edges, "R");
    die(&w);
    close_world(&w);
}
END_TEST

/* As after a reload in the middle of a start. */
START_TEST(what_this_life_has_printed_is_read_again)
{
    struct world w;
    open_world(&w, "^ready$");
    prepare(&w);
    say(&w, LOG_STDOUT, _i ? "ready\n" : "steady\n");
    die(&w);
    prepare(&w);
    say(&w, LOG_STDOUT, _i ? "steady\n" : "ready\n");
    logs_drain(&w.logs, 1);
    probe_prepare(&w.w.probe, "", "", 0);
    probe_start(&w.w.probe);
    if (_i) /* of another life */
        ck_assert(!loop_run(w.w.loop, 0.05, probe_world_has_edge, &w.w));
    else
        loop_until(w.w.loop, probe_world_has_edge, &w.w);
    ck_assert_str_eq(w.w.edges, _i ? "" : "R");
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(a_pattern_that_misses_lines_is_given_up)
{
    struct world w;
    open_world(&w, SLOW);
    prepare(&w);
    probe_start(&w.w.probe);
    ev_run(w.w.loop, EVRUN_NOWAIT);
    say_slow_lines(&w, 6);
    for (size_t bytes = 0; bytes < LOGS_RING_BYTES; bytes += 64) {
        say(&w, LOG_STDOUT,
            "ready for something that lasts, and takes all of the ring for it...\n");
        logs_drain(&w.logs, 1);
    }
    loop_until(w.w.loop, has_given_up, &w.w);
    die(&w);
    close_world(&w);
}
END_TEST

START_TEST(no_pattern_at_all)
{
    struct world w;
    open_world(&w, "ready (");
    prepare(&w);
    probe_start(&w.w.probe);
    loop_until(w.w.loop, probe_world_has_failed, &w.w);
    ck_assert_msg(strstr(probe_error(&w.w.probe), "column 8"), "%s", probe_error(&w.w.probe));
    die(&w);
    close_world(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("probe_log");
    SUITE_LOOP(s, ready_at_the_first_match, 0, 2);
    SUITE_CASE(s, a_line_before_the_question_counts);
    SUITE_CASE(s, a_new_life_must_match_anew);
    SUITE_LOOP(s, a_line_in_pieces, 0, 2);
    SUITE_CASE(s, a_line_without_end);
    SUITE_CASE(s, other_words_do_not_count);
    SUITE_CASE(s, a_pattern_that_costs_too_much_is_given_up);
    SUITE_CASE(s, a_slow_pattern_goes_on_in_the_next_turns);
    SUITE_LOOP(s, what_this_life_has_printed_is_read_again, 0, 2);
    SUITE_CASE(s, a_pattern_that_misses_lines_is_given_up);
    SUITE_CASE(s, no_pattern_at_all);
    return suite_run(s);
}
