#include "log_search.h"

#include "log_history.h"
#include "suite.h"

#include <errno.h>
#include <unistd.h>

enum { WEB, API, SERVICES };

struct world {
    struct logs logs;
    struct log_filter filter;
    struct log_search search;
    struct strbuf text; /* what was taken, joined by spaces */
    size_t room;        /* lines that are taken before one is refused */
};

static const struct control_logs_query any = {
    .lines = CONTROL_LINES_ALL, .run = CONTROL_RUN_ANY, .since = INT64_MIN, .until = INT64_MAX};

static void world_init(struct world *w)
{
    *w = (struct world){.room = SIZE_MAX};
    logs_init(&w->logs, ev_loop_new(EVFLAG_AUTO), SERVICES, 0);
}

static void world_finish(struct world *w)
{
    struct ev_loop *loop = w->logs.loop;
    log_search_finish(&w->search);
    log_filter_finish(&w->filter);
    strbuf_finish(&w->text);
    logs_finish(&w->logs);
    ev_loop_destroy(loop);
}

static bool take(void *ctx, const struct log_line *line)
{
    struct world *w = ctx;
    if (!w->room)
        return false;
    w->room--;
    if (w->text.len)
        strbuf_addc(&w->text, ' ');
    strbuf_add(&w->text, line->text, line->length);
    return true;
}

static enum log_search_step go_on(struct world *w)
{
    enum log_search_step step;
    do
        step = log_search_run(&w->search, &w->logs, NULL, take, w);
    while (step == LOG_SEARCH_TIME);
    return step;
}

static const char *found(struct world *w, const struct control_logs_query *query)
{
    struct strbuf why = {0};
    strbuf_clear(&w->text);
    log_search_finish(&w->search);
    log_filter_finish(&w->filter);
    ck_assert_int_eq(log_filter_init(&w->filter, query, &why), 0);
    log_search_init(&w->search, &w->filter, query->lines);
    ck_assert_int_eq(go_on(w), LOG_SEARCH_DONE);
    return strbuf_text(&w->text);
}

static void print(struct world *w, uint32_t service, const char *text)
{
    logs_print(&w->logs, service, LOG_STDOUT, text);
}

/* The service is started anew. */
static void begin_run(struct world *w, uint32_t service)
{
    int fds[LOG_STREAM_COUNT];
    ck_assert_int_eq(logs_open(&w->logs, service, fds), 0);
    close(fds[LOG_STDOUT]);
    close(fds[LOG_STDERR]);
}

START_TEST(by_pattern_of_several_services)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    print(&w, WEB, "one");
    print(&w, API, "two");
    print(&w, LOGS_SELF, "three");
    print(&w, WEB, "\033[31mfour\033[0m");
    query.grep = "o";
    ck_assert_str_eq(found(&w, &query), "one two \033[31mfour\033[0m");
    query.grep = "^f.*r$";
    ck_assert_str_eq(found(&w, &query), "\033[31mfour\033[0m");
    query.grep = "five";
    ck_assert_str_eq(found(&w, &query), "");
    world_finish(&w);
}
END_TEST

START_TEST(the_newest_that_match)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    for (int i = 0; i < 1000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%c%d", i % 2 ? 'x' : 'y', i);
        print(&w, i % 3 ? WEB : API, text);
    }
    query.grep = "x";
    query.lines = 3;
    ck_assert_str_eq(found(&w, &query), "x995 x997 x999");
    query.lines = 0;
    ck_assert_str_eq(found(&w, &query), "");
    query.grep = "5$";
    query.lines = 1000;
    ck_assert_int_eq(strncmp(found(&w, &query), "x5 x15 x25", 10), 0);
    world_finish(&w);
}
END_TEST

START_TEST(by_run)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    print(&w, WEB, "before");
    ck_assert_uint_eq(logs_runs(&w.logs, WEB)->count, 0);
    query.run = CONTROL_RUN_NEWEST;
    ck_assert_str_eq(found(&w, &query), "");
    begin_run(&w, WEB);
    print(&w, WEB, "first");
    begin_run(&w, API);
    print(&w, API, "other");
    begin_run(&w, WEB);
    print(&w, LOGS_SELF, "self");
    print(&w, WEB, "second");
    ck_assert_str_eq(found(&w, &query), "other second");
    query.run = 1;
    ck_assert_str_eq(found(&w, &query), "first other");
    query.run = 2;
    ck_assert_str_eq(found(&w, &query), "second");
    query.run = 3;
    ck_assert_str_eq(found(&w, &query), "");
    world_finish(&w);
}
END_TEST

START_TEST(runs_are_forgotten)
{
    struct log_runs runs = {0};
    ck_assert(!log_runs_has(&runs, 0, 1) && !log_runs_has(&runs, 1, 1));
    for (uint64_t i = 1; i <= LOG_RUNS_KEPT + 2; i++)
        log_runs_begin(&runs, i * 10);
    ck_assert(!log_runs_has(&runs, 2, 20));
    ck_assert(log_runs_has(&runs, 3, 30) && log_runs_has(&runs, 3, 39));
    ck_assert(!log_runs_has(&runs, 3, 29) && !log_runs_has(&runs, 3, 40));
    ck_assert(log_runs_has(&runs, LOG_RUNS_KEPT + 2, UINT64_MAX));
    ck_assert(!log_runs_has(&runs, LOG_RUNS_KEPT + 3, UINT64_MAX));
}
END_TEST

START_TEST(by_time)
{
    struct log_filter filter;
    struct strbuf why = {0};
    struct control_logs_query query = any;
    struct log_line line = {.text = "x", .length = 1};
    query.since = 100;
    query.until = 200;
    ck_assert_int_eq(log_filter_init(&filter, &query, &why), 0);
    ck_assert(!log_filter_is_open(&filter));
    for (int64_t at = 98; at < 203; at++) {
        line.time_ms = at;
        ck_assert_int_eq(log_filter_takes(&filter, NULL, &line), at >= 100 && at < 200);
    }
    log_filter_finish(&filter);
    ck_assert_int_eq(log_filter_init(&filter, &any, &why), 0);
    ck_assert(log_filter_is_open(&filter));
    log_filter_finish(&filter);
}
END_TEST

START_TEST(who_has_no_room_goes_on_later)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    query.grep = "";
    for (int i = 0; i < 5; i++)
        print(&w, WEB, (char[]){(char)('a' + i), '\0'});
    ck_assert_int_eq(log_filter_init(&w.filter, &query, &(struct strbuf){0}), 0);
    log_search_init(&w.search, &w.filter, query.lines);
    for (int i = 0; i < 2; i++) {
        w.room = 2;
        ck_assert_int_eq(go_on(&w), LOG_SEARCH_FULL);
    }
    w.room = 2;
    ck_assert_int_eq(go_on(&w), LOG_SEARCH_DONE);
    ck_assert_str_eq(w.text.ptr, "a b c d e");
    world_finish(&w);
}
END_TEST

/* A slice of a search: which lines of a history are looked at. */
struct look {
    uint64_t from, last; /* the seqs that it may look at */
    uint32_t left;       /* lines that are taken */
    uint32_t looked;
};

static bool count_look(void *ctx, const struct log_line *line)
{
    struct look *look = ctx;
    ck_assert(line->seq >= look->from && line->seq <= look->last);
    look->looked++;
    return line->seq % 3 != 0;
}

static bool take_some(void *ctx, const struct log_line *line)
{
    struct look *look = ctx;
    ck_assert(line->seq >= look->from && line->seq % 3 != 0);
    return --look->left > 0;
}

static void push(struct log_ring *ring, uint64_t seq)
{
    static const char text[] = "a\nb\nc\nd\n";
    struct str lines[4];
    for (int i = 0; i < 4; i++)
        lines[i] = (struct str){text + 2 * i, 1};
    struct log_batch batch = {.seq = seq, .count = 4, .lines = lines, .bytes = {text, 8}};
    log_ring_push(ring, &batch);
}

START_TEST(a_slice_looks_at_its_own_lines_alone)
{
    struct log_ring rings[2];
    const struct log_ring *both[] = {&rings[0], &rings[1]};
    for (int i = 0; i < 2; i++)
        log_ring_init(&rings[i], 1 << 20);
    for (uint64_t seq = 1; seq < 8000; seq += 4)
        push(&rings[seq / 4 % 2], seq);
    for (uint64_t from = 0; from <= 8001; from++) {
        struct look look = {.from = from, .last = from + 20, .left = 4};
        log_history(&(struct log_history){.rings = both,
                                          .count = 2,
                                          .from = from,
                                          .max = UINT32_MAX,
                                          .filter = count_look,
                                          .filter_ctx = &look,
                                          .on_line = take_some,
                                          .ctx = &look});
        ck_assert(look.left == 0 || from > 7994);
        ck_assert_uint_le(look.looked, 16);
    }
    for (int i = 0; i < 2; i++)
        log_ring_finish(&rings[i]);
}
END_TEST

START_TEST(who_fell_back_goes_on_from_there)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    print(&w, WEB, "a");
    print(&w, API, "b");
    query.grep = ".";
    query.lines = 1;
    ck_assert_str_eq(found(&w, &query), "b");
    print(&w, WEB, "c");
    print(&w, API, "d");
    strbuf_clear(&w.text);
    log_search_go_back(&w.search, w.logs.last_seq - 1);
    ck_assert_int_eq(go_on(&w), LOG_SEARCH_DONE);
    ck_assert_str_eq(w.text.ptr, "c d");
    world_finish(&w);
}
END_TEST

START_TEST(every_slice_gets_on)
{
    struct world w;
    struct control_logs_query query = any;
    struct strbuf line = {0};
    uint32_t slices = 0;
    world_init(&w);
    for (int i = 0; i < 60000; i++)
        strbuf_addc(&line, '1');
    strbuf_addc(&line, 'x');
    for (uint32_t i = 0; i < 12; i++)
        print(&w, WEB, strbuf_text(&line));
    print(&w, WEB, "1-x");
    query.grep = "[0-9]+-x";
    ck_assert_int_eq(log_filter_init(&w.filter, &query, &(struct strbuf){0}), 0);
    log_search_init(&w.search, &w.filter, query.lines);
    while (log_search_run(&w.search, &w.logs, NULL, take, &w) == LOG_SEARCH_TIME)
        slices++;
    /* Two such lines fill a slice. */
    ck_assert_uint_ge(slices, 4);
    ck_assert_uint_le(slices, 12);
    ck_assert_uint_eq(w.filter.hard, 12);
    ck_assert_str_eq(w.text.ptr, "1-x");
    strbuf_finish(&line);
    world_finish(&w);
}
END_TEST

START_TEST(a_pattern_that_is_none)
{
    struct log_filter filter;
    struct strbuf why = {0};
    struct control_logs_query query = any;
    query.grep = "(";
    ck_assert_int_eq(log_filter_init(&filter, &query, &why), -EINVAL);
    ck_assert(strstr(why.ptr, "grep is no regular expression: column 2"));
    log_filter_finish(&filter);
    strbuf_finish(&why);
}
END_TEST

START_TEST(a_pattern_that_takes_too_long)
{
    struct world w;
    struct control_logs_query query = any;
    world_init(&w);
    for (uint32_t i = 0; i < LOG_FILTER_HARD_MAX; i++) {
        ck_assert(!log_filter_gave_up(&w.filter));
        print(&w, WEB, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    }
    print(&w, WEB, "ab");
    query.grep = "(a+)+[bc]";
    ck_assert_str_eq(found(&w, &query), "");
    ck_assert(log_filter_gave_up(&w.filter));
    world_finish(&w);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("log_search");
    SUITE_CASE(s, by_pattern_of_several_services);
    SUITE_CASE(s, the_newest_that_match);
    SUITE_CASE(s, by_run);
    SUITE_CASE(s, runs_are_forgotten);
    SUITE_CASE(s, by_time);
    SUITE_CASE(s, who_has_no_room_goes_on_later);
    SUITE_CASE(s, a_slice_looks_at_its_own_lines_alone);
    SUITE_CASE(s, who_fell_back_goes_on_from_there);
    SUITE_CASE(s, every_slice_gets_on);
    SUITE_CASE(s, a_pattern_that_is_none);
    SUITE_CASE(s, a_pattern_that_takes_too_long);
    return suite_run(s);
}
