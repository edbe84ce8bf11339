#include "logs.h"

#include "io.h"
#include "log_escape.h"
#include "log_split.h"
#include "log_terminal.h"
#include "loop.h"
#include "process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WEB, API, SERVICES };
static const char *const names[SERVICES] = {"web", "gateway"};

/* A sink that remembers: "0:text" for stdout, "0!text" for stderr, "0:text~" for an open line,
 * "0:+text" for a continued one; a3s itself is "-". */
struct memory {
    struct log_sink sink;
    struct strbuf text;
    uint32_t lines, flushes;
    uint64_t last_seq;
    uint64_t bytes;
    struct logs *detach_from; /* detaches itself after the first line */
};

static void add_memory(struct memory *memory, const struct log_line *line)
{
    if (line->service == LOGS_SELF)
        strbuf_addc(&memory->text, '-');
    else
        strbuf_addf(&memory->text, "%u", line->service);
    strbuf_addc(&memory->text, line->stream == LOG_STDERR ? '!' : ':');
    if (line->continued)
        strbuf_addc(&memory->text, '+');
    strbuf_add(&memory->text, line->text, line->length);
    strbuf_adds(&memory->text, line->open ? "~\n" : "\n");
}

static void on_memory_line(void *ctx, const struct log_line *line)
{
    struct memory *memory = ctx;
    /* An assertion that holds is a write to check's file: too much for every line of a flood. */
    if (line->seq <= memory->last_seq || line->time_ms < 1000000000000)
        ck_abort_msg("line %" PRIu64 " after %" PRIu64, line->seq, memory->last_seq);
    memory->last_seq = line->seq;
    memory->lines++;
    memory->bytes += line->length;
    if (memory->text.len < 1 << 20)
        add_memory(memory, line);
}

static void memory_write(struct log_sink *sink, const struct log_batch *batch)
{
    struct memory *memory = (struct memory *)sink;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        on_memory_line(memory, &line);
    }
    if (memory->detach_from)
        logs_detach(memory->detach_from, sink);
}

static void memory_flush(struct log_sink *sink)
{
    ((struct memory *)sink)->flushes++;
}

static struct memory new_memory(void)
{
    return (struct memory){.sink = {.write = memory_write, .flush = memory_flush}};
}

static void check_memory(struct memory *memory, const char *expected)
{
    ck_assert_str_eq(strbuf_text(&memory->text), expected);
    strbuf_finish(&memory->text);
}

static void check_history(struct logs *logs, const bool *wanted, uint32_t max, const char *expected)
{
    struct memory memory = {0};
    logs_history(logs, wanted, max, on_memory_line, &memory);
    check_memory(&memory, expected);
}

/* ---- The splitter ---- */

static void on_batch(void *ctx, struct log_batch *batch)
{
    struct strbuf *out = ctx;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        strbuf_adds(out, line.continued ? "+" : "");
        strbuf_add(out, line.text, line.length);
        strbuf_adds(out, line.open ? "~" : "|");
    }
}

START_TEST(splitting_does_not_depend_on_the_pieces)
{
    static const char stream[] = "one\ntwo\r\n\n\rthree\r\r\nfour";
    for (size_t piece = 1; piece <= sizeof stream; piece++) {
        struct log_split split = {0};
        struct strbuf out = {0};
        for (size_t at = 0; at < sizeof stream - 1; at += piece) {
            size_t left = sizeof stream - 1 - at;
            log_split_feed(&split, stream + at, left < piece ? left : piece, on_batch, &out);
        }
        ck_assert(log_split_pending(&split));
        log_split_end(&split, on_batch, &out);
        ck_assert(!log_split_pending(&split));
        ck_assert_str_eq(strbuf_text(&out), "one|two||\rthree\r|four|");
        strbuf_finish(&out);
        log_split_finish(&split);
    }
}
END_TEST

START_TEST(shown_parts_go_on)
{
    struct log_split split = {0};
    struct strbuf out = {0};
    log_split_feed(&split, "Password: ", 10, on_batch, &out);
    log_split_show(&split, on_batch, &out);
    log_split_show(&split, on_batch, &out);
    log_split_feed(&split, "\nnext\nab", 8, on_batch, &out);
    log_split_show(&split, on_batch, &out);
    log_split_feed(&split, "c\nd\n", 4, on_batch, &out);
    log_split_end(&split, on_batch, &out);
    ck_assert_str_eq(strbuf_text(&out), "Password: ~next|ab~+c|d|");
    strbuf_finish(&out);
    log_split_finish(&split);
}
END_TEST

struct lengths {
    size_t total, largest;
    uint32_t pieces, ended;
    bool utf8;
};

static void on_length(void *ctx, struct log_batch *batch)
{
    struct lengths *lengths = ctx;
    struct str text = batch->lines[0];
    ck_assert_uint_eq(batch->count, 1);
    ck_assert(batch->continued == (lengths->pieces != lengths->ended));
    lengths->total += text.len;
    lengths->largest = text.len > lengths->largest ? text.len : lengths->largest;
    lengths->pieces++;
    if (!batch->open)
        lengths->ended = lengths->pieces;
    if (lengths->utf8 && text.len)
        ck_assert(((unsigned char)text.ptr[0] & 0xc0) != 0x80);
}

START_TEST(long_lines_are_cut_and_little_is_kept)
{
    struct log_split split = {0};
    struct lengths lengths = {.utf8 = true};
    char bytes[3 * 1000];
    for (size_t i = 0; i < sizeof bytes; i += 3)
        memcpy(bytes + i, "€", 3);
    for (int i = 0; i < 1000; i++) {
        log_split_feed(&split, bytes, sizeof bytes, on_length, &lengths);
        ck_assert_uint_le(split.rest.capacity, 4 * LOG_LINE_MAX);
    }
    log_split_feed(&split, "\n", 1, on_length, &lengths);
    ck_assert_uint_eq(lengths.total, sizeof bytes * 1000);
    ck_assert_uint_le(lengths.largest, LOG_LINE_MAX);
    ck_assert_uint_eq(lengths.ended, lengths.pieces);
    ck_assert_uint_eq(split.rest.capacity, 0);
    log_split_finish(&split);
}
END_TEST

/* ---- The ring ---- */

static void push_line(struct log_ring *ring, uint64_t seq, size_t length)
{
    static char text[LOG_LINE_MAX];
    memset(text, 'a' + (int)(seq % 26), length);
    struct str line = {text, length};
    struct log_batch batch = {
        .seq = seq, .time_ms = (int64_t)seq, .count = 1, .bytes = line, .lines = &line};
    log_ring_push(ring, &batch);
}

/* The newest lines, without a gap, both ways. */
static void check_ring(const struct log_ring *ring, uint64_t last)
{
    struct log_cursor cursor = log_ring_end(ring);
    uint64_t seq = last;
    uint32_t count = 0;
    while (log_cursor_back(ring, &cursor)) {
        struct log_line line = log_cursor_line(ring, &cursor);
        if (line.seq != seq--)
            ck_abort_msg("line %" PRIu64 " after line %" PRIu64, line.seq, seq + 2);
        for (uint32_t i = 0; i < line.length; i++)
            if (line.text[i] != 'a' + (int)(line.seq % 26))
                ck_abort_msg("line %" PRIu64 " is damaged", line.seq);
        count++;
    }
    ck_assert_uint_eq(count, ring->count);
    while (count && log_cursor_next(ring, &cursor))
        if (log_cursor_line(ring, &cursor).seq != ++seq + 1)
            ck_abort_msg("line %" PRIu64 " is not next", seq + 1);
    ck_assert_uint_eq(cursor.left, 0);
}

/* Each line is found by its seq, as by going back to it. */
static void check_seek(const struct log_ring *ring, uint64_t last)
{
    struct log_cursor at = log_ring_end(ring), found = log_ring_seek(ring, last + 1);
    ck_assert_uint_eq(found.left, 0);
    for (uint64_t seq = last; log_cursor_back(ring, &at); seq--) {
        found = log_ring_seek(ring, seq);
        if (found.left != at.left || found.offset != at.offset || found.index != at.index ||
            found.begin != at.begin || found.length != at.length)
            ck_abort_msg("line %" PRIu64 " is not where it is sought", seq);
    }
    ck_assert_uint_eq(log_ring_seek(ring, 0).left, ring->count);
}

/* What is too large as one record is remembered as lines; the oldest of them go. */
START_TEST(ring_takes_a_large_batch_line_by_line)
{
    enum { LINES = 40 };
    static char text[LINES * 21];
    struct str lines[LINES];
    struct log_ring ring;
    for (uint32_t i = 0; i < LINES; i++) {
        memset(text + i * 21, 'a' + (int)((i + 1) % 26), 20);
        text[i * 21 + 20] = '\n';
        lines[i] = (struct str){text + i * 21, 20};
    }
    struct log_batch batch = {.seq = 1,
                              .count = LINES,
                              .open = true,
                              .continued = true,
                              .bytes = {text, sizeof text - 1},
                              .lines = lines};
    log_ring_init(&ring, 1000);
    log_ring_push(&ring, &batch);
    ck_assert_uint_gt(ring.count, 5);
    ck_assert_uint_lt(ring.count, LINES);
    check_ring(&ring, LINES);
    check_seek(&ring, LINES);
    struct log_cursor newest = log_ring_seek(&ring, LINES),
                      before = log_ring_seek(&ring, LINES - 1);
    ck_assert(log_cursor_line(&ring, &newest).open);
    ck_assert(!log_cursor_line(&ring, &before).open);
    ck_assert(!log_cursor_line(&ring, &newest).continued);
    log_ring_finish(&ring);
}
END_TEST

START_TEST(ring_keeps_the_newest_within_its_budget)
{
    static const size_t budgets[] = {64, 200, 4096, 5000, 10001, 100000};
    struct log_ring ring;
    uint32_t random = 1;
    log_ring_init(&ring, budgets[_i]);
    uint64_t last = 0;
    for (uint64_t seq = 1; seq <= 3000; seq++) {
        random = random * 1103515245 + 12345;
        size_t length = (random >> 16) % (budgets[_i] / 2 < 400 ? 30 : 400);
        push_line(&ring, seq, length);
        last = seq;
        ck_assert_uint_ge(ring.count, 1);
        ck_assert_uint_le(ring.capacity, budgets[_i]);
        if (seq % 17 == 0)
            check_ring(&ring, last);
        if (seq % 510 == 0)
            check_seek(&ring, last);
    }
    log_ring_finish(&ring);
}
END_TEST

START_TEST(ring_survives_what_does_not_fit)
{
    struct log_ring ring;
    log_ring_init(&ring, 1000);
    push_line(&ring, 1, 100);
    push_line(&ring, 2, 2000);
    check_ring(&ring, 1);
    push_line(&ring, 2, 968); /* all of it */
    check_ring(&ring, 2);
    ck_assert_uint_eq(ring.count, 1);
    push_line(&ring, 3, 0);
    check_ring(&ring, 3);
    log_ring_finish(&ring);
    struct log_ring none = {0};
    push_line(&none, 1, 1);
    ck_assert_uint_eq(none.count, 0);
    log_ring_finish(&none);
}
END_TEST

/* Batches of several lines, of which the ring is not filled evenly; both ways, as check_ring. */
START_TEST(ring_keeps_batches)
{
    struct log_ring ring;
    char bytes[8 * 32];
    uint64_t seq = 1;
    uint32_t random = 7;
    log_ring_init(&ring, 2000);
    for (int i = 0; i < 1000; i++) {
        struct str lines[8];
        struct log_batch batch = {.seq = seq, .lines = lines};
        size_t used = 0;
        random = random * 1103515245 + 12345;
        for (batch.count = 0; batch.count < 1 + random % 8; batch.count++) {
            size_t length = (random >> batch.count) % 30;
            memset(bytes + used, 'a' + (int)(seq++ % 26), length);
            lines[batch.count] = (struct str){bytes + used, length};
            memcpy(bytes + used + length, "\r\n", 2);
            used += length + 2;
        }
        batch.bytes = (struct str){bytes, used};
        log_ring_push(&ring, &batch);
        check_ring(&ring, seq - 1);
        if (i % 10 == 0)
            check_seek(&ring, seq - 1);
    }
    ck_assert_uint_gt(ring.count, 50);
    log_ring_finish(&ring);
}
END_TEST

START_TEST(ring_knows_what_is_open)
{
    struct log_ring ring = {0};
    struct str lines[] = {STR("rest"), STR(""), STR("half")};
    struct log_batch batch = {.seq = 5,
                              .count = 3,
                              .open = true,
                              .continued = true,
                              .bytes = STR("rest\n\nhalf"),
                              .lines = lines};
    struct log_cursor at;
    log_ring_init(&ring, 4096);
    log_ring_push(&ring, &batch);
    at = log_ring_end(&ring);
    for (uint32_t i = 3; i-- > 0;) {
        ck_assert(log_cursor_back(&ring, &at));
        struct log_line line = log_cursor_line(&ring, &at);
        ck_assert_uint_eq(line.seq, 5 + i);
        ck_assert_uint_eq(line.length, lines[i].len);
        ck_assert_int_eq(line.open, i == 2);
        ck_assert_int_eq(line.continued, i == 0);
    }
    ck_assert(!log_cursor_back(&ring, &at));
    log_ring_finish(&ring);
}
END_TEST

/* ---- Escaping ---- */

START_TEST(terminals_get_only_what_is_safe)
{
    static const char *const cases[][2] = {
        {"plain\ttext", "plain\ttext"},
        {"grün € 😀", "grün € 😀"},
        {"\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"},
        {"\x1b[38;2;1;2;3mx\x1b[38:5:1my", "\x1b[38;2;1;2;3mx\x1b[38:5:1my"},
        {"\x1b[2Jgone", "gone"},
        {"\x1b[?25la\x1b[1;1Hb\x1b[2 qc", "abc"},
        {"\x1b]0;title\x07x", "x"},
        {"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
        {"\x1bPq#0\x1b\\\x1b(B\x1b"
         "7y",
         "y"},
        {"\x1b]0;title", "\\e]0;title"},
        {"\x1b]0;a\x1b[2Jb\x07", "\\e]0;ab\\x07"},
        {"\x1b[2\x1b[2JJ", "\\e[2J"},
        {"\x1b[3\x07m", "\\e[3\\x07m"},
        {"\x1b[31", "\\e[31"},
        {"\x1b", "\\e"},
        {"a\rb", "a\\rb"},
        {"a\x7f\x08", "a\\x7f\\x08"},
        {"\xc2\x9b"
         "2J",
         "\\xc2\\x9b2J"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc0\xaf", "\\xc0\\xaf"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
        {"\xe2\x82", "\\xe2\\x82"},
        {"\xe2\x82x", "\\xe2\\x82x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct strbuf out = {0};
        bool colored = log_escape(&out, str_from(cases[i][0]));
        ck_assert_str_eq(strbuf_text(&out), cases[i][1]);
        ck_assert_int_eq(colored, strstr(cases[i][1], "\x1b") != NULL);
        strbuf_finish(&out);
    }
    struct strbuf out = {0};
    log_escape(&out, (struct str){"a\0b", 3});
    ck_assert_str_eq(strbuf_text(&out), "a\\x00b");
    strbuf_finish(&out);
}
END_TEST

/* ---- The aggregator ---- */

struct bench {
    struct ev_loop *loop;
    struct logs logs;
    struct memory memory;
};

static void bench_open(struct bench *b, size_t ring_bytes)
{
    *b = (struct bench){.loop = loop_create(), .memory = new_memory()};
    logs_init(&b->logs, b->loop, SERVICES, ring_bytes);
    logs_attach(&b->logs, &b->memory.sink);
}

static void bench_close(struct bench *b)
{
    logs_finish(&b->logs);
    logs_finish(&b->logs);
    strbuf_finish(&b->memory.text);
    ev_loop_destroy(b->loop);
}

static bool has_line(void *ctx)
{
    return ((struct bench *)ctx)->memory.lines > 0;
}

static bool has_end(void *ctx)
{
    struct strbuf *text = &((struct bench *)ctx)->memory.text;
    return text->len && strstr(text->ptr, "end");
}

START_TEST(lines_of_both_streams_arrive_in_order)
{
    struct bench b;
    int out[LOG_STREAM_COUNT];
    bench_open(&b, 0);
    ck_assert_int_eq(logs_open(&b.logs, API, out), 0);
    ck_assert(!(fcntl(out[0], F_GETFL) & O_NONBLOCK));
    ck_assert(fcntl(out[0], F_GETFD) & FD_CLOEXEC);
    dprintf(out[LOG_STDOUT], "one\ntwo\n");
    logs_drain(&b.logs, API);
    dprintf(out[LOG_STDERR], "bad\n");
    loop_until(b.loop, has_line, &b);
    logs_drain(&b.logs, API);
    logs_print(&b.logs, WEB, LOG_STDERR, "restarts\nsoon");
    logs_print(&b.logs, LOGS_SELF, LOG_STDOUT, "hello");
    check_history(&b.logs, NULL, 100, "1:one\n1:two\n1!bad\n0!restarts\n0!soon\n-:hello\n");
    check_history(&b.logs, NULL, 3, "0!restarts\n0!soon\n-:hello\n");
    check_history(&b.logs, NULL, 0, "");
    bool api_and_self[] = {false, true, true};
    check_history(&b.logs, api_and_self, 2, "1!bad\n-:hello\n");
    close(out[0]);
    close(out[1]);
    logs_close(&b.logs, API);
    check_memory(&b.memory, "1:one\n1:two\n1!bad\n0!restarts\n0!soon\n-:hello\n");
    bench_close(&b);
}
END_TEST

/* What a3s says about a service is of its history, whatever the service's own ring has forgotten.
 */
START_TEST(words_about_a_service_are_its_own)
{
    struct bench b;
    struct memory web = new_memory(), self = new_memory();
    bool only_web[] = {true, false, false}, only_self[] = {false, false, true};
    bench_open(&b, 4096);
    web.sink.wanted = only_web;
    self.sink.wanted = only_self;
    logs_attach(&b.logs, &web.sink);
    logs_attach(&b.logs, &self.sink);
    logs_tell(&b.logs, WEB, LOG_STDERR, "exited with 3");
    logs_tell(&b.logs, API, LOG_STDOUT, "ready");
    logs_tell(&b.logs, LOGS_SELF, LOG_STDOUT, "everything is ready");
    for (int i = 0; i < 1000; i++)
        logs_print(&b.logs, WEB, LOG_STDOUT, "flood");
    check_history(&b.logs, only_web, 3, "0:flood\n0:flood\n0:flood\n");
    struct memory all = {0};
    logs_history(&b.logs, only_web, UINT32_MAX, on_memory_line, &all);
    ck_assert_int_eq(strncmp(strbuf_text(&all.text), "-!exited with 3\n0:flood", 23), 0);
    strbuf_finish(&all.text);
    check_history(&b.logs, only_self, 9, "-!exited with 3\n-:ready\n-:everything is ready\n");
    /* WEB goes: what was about it is a3s's own; API is the first now. */
    logs_renumber(&b.logs, (uint32_t[]){API}, 1, names);
    bool first[] = {true, false};
    check_history(&b.logs, first, 9, "-:ready\n");
    check_memory(&self, "-!exited with 3\n-:ready\n-:everything is ready\n");
    ck_assert_uint_eq(web.lines, 1001);
    strbuf_finish(&web.text);
    logs_detach(&b.logs, &web.sink);
    logs_detach(&b.logs, &self.sink);
    bench_close(&b);
}
END_TEST

static void note_batch(struct log_sink *sink, const struct log_batch *batch)
{
    struct memory *memory = (struct memory *)sink;
    strbuf_addf(&memory->text, "%u:%u ", batch->service, batch->count);
}

/* However their pipes are read in turn, nothing comes between the lines of a write. */
START_TEST(a_burst_stays_together)
{
    struct bench b;
    struct memory batches = {.sink = {.write = note_batch}};
    int web[LOG_STREAM_COUNT], api[LOG_STREAM_COUNT];
    bench_open(&b, 0);
    logs_attach(&b.logs, &batches.sink);
    ck_assert_int_eq(logs_open(&b.logs, WEB, web), 0);
    ck_assert_int_eq(logs_open(&b.logs, API, api), 0);
    dprintf(web[LOG_STDERR], "Traceback:\n  File a\n  File b\nKeyError\n");
    dprintf(api[LOG_STDOUT], "one\ntwo\n");
    while (b.memory.lines < 6)
        ev_run(b.loop, EVRUN_ONCE);
    ck_assert(strstr(strbuf_text(&batches.text), "0:4 "));
    ck_assert(strstr(strbuf_text(&batches.text), "1:2 "));
    logs_detach(&b.logs, &batches.sink);
    strbuf_finish(&batches.text);
    for (int stream = 0; stream < LOG_STREAM_COUNT; stream++) {
        close(web[stream]);
        close(api[stream]);
    }
    bench_close(&b);
}
END_TEST

static void count_renumbering(struct log_sink *sink)
{
    ((struct memory *)sink)->flushes += 100;
}

/* The first is gone, the second is the third now, two are new. */
START_TEST(another_plan_keeps_pipes_and_history)
{
    static const char *const called[] = {"new", "newer", "api"};
    static const uint32_t from[] = {UINT32_MAX, UINT32_MAX, API};
    struct bench b;
    int out[LOG_STREAM_COUNT];
    bench_open(&b, 0);
    b.memory.sink.renumbered = count_renumbering;
    ck_assert_int_eq(logs_open(&b.logs, API, out), 0);
    logs_print(&b.logs, WEB, LOG_STDOUT, "forgotten");
    logs_print(&b.logs, LOGS_SELF, LOG_STDOUT, "self");
    dprintf(out[LOG_STDOUT], "before\nhalf of ");
    logs_drain(&b.logs, API);
    logs_renumber(&b.logs, from, 3, called);
    ck_assert_int_eq(b.memory.flushes, 100);
    dprintf(out[LOG_STDOUT], "a line\n");
    close(out[0]);
    close(out[1]);
    logs_close(&b.logs, 2);
    logs_print(&b.logs, 0, LOG_STDOUT, "new");
    check_history(&b.logs, NULL, 100, "-:self\n2:before\n2:half of a line\n0:new\n");
    bool api[] = {false, false, true, false};
    check_history(&b.logs, api, 1, "2:half of a line\n");
    ck_assert_uint_eq(b.logs.generation, 1);
    bench_close(&b);
}
END_TEST

START_TEST(sinks_are_flushed_once_a_turn)
{
    struct bench b;
    bench_open(&b, 0);
    logs_print(&b.logs, WEB, LOG_STDOUT, "a\nb\nc");
    ck_assert_uint_eq(b.memory.flushes, 0);
    ev_run(b.loop, EVRUN_NOWAIT);
    ck_assert_uint_eq(b.memory.flushes, 1);
    ev_run(b.loop, EVRUN_NOWAIT);
    ck_assert_uint_eq(b.memory.flushes, 1);
    bench_close(&b);
}
END_TEST

START_TEST(unfinished_line_is_shown_after_a_while)
{
    struct bench b;
    int out[LOG_STREAM_COUNT];
    bench_open(&b, 0);
    ck_assert_int_eq(logs_open(&b.logs, WEB, out), 0);
    dprintf(out[LOG_STDOUT], "Password: ");
    loop_until(b.loop, has_line, &b);
    dprintf(out[LOG_STDOUT], "ok\nthe end");
    close(out[0]);
    close(out[1]);
    loop_until(b.loop, has_end, &b);
    check_memory(&b.memory, "0:Password: ~\n0:+ok\n0:the end\n");
    bench_close(&b);
}
END_TEST

START_TEST(closing_a_stream_that_somebody_holds)
{
    struct bench b;
    int old[LOG_STREAM_COUNT], new[LOG_STREAM_COUNT];
    bench_open(&b, 0);
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(logs_open(&b.logs, WEB, old), 0);
    dprintf(old[LOG_STDOUT], "last words\nno break");
    /* Still open at the other end, as by a grandchild. */
    logs_close(&b.logs, WEB);
    ck_assert_int_eq(write(old[LOG_STDOUT], "x", 1), -1);
    ck_assert_int_eq(logs_open(&b.logs, WEB, new), 0);
    dprintf(new[LOG_STDERR], "new\n");
    close(old[0]);
    close(old[1]);
    logs_drain(&b.logs, WEB);
    check_memory(&b.memory, "0:last words\n0:no break\n0!new\n");
    close(new[0]);
    close(new[1]);
    bench_close(&b);
}
END_TEST

START_TEST(sinks_may_leave_while_they_are_written_to)
{
    struct bench b;
    struct memory leaver = new_memory(), chooser = new_memory();
    bool wanted[] = {true, false, false};
    bench_open(&b, 0);
    leaver.detach_from = &b.logs;
    chooser.sink.wanted = wanted;
    logs_attach(&b.logs, &chooser.sink);
    logs_attach(&b.logs, &leaver.sink);
    logs_attach(&b.logs, &leaver.sink);
    logs_print(&b.logs, API, LOG_STDOUT, "a\nb");
    logs_print(&b.logs, WEB, LOG_STDOUT, "c");
    logs_print(&b.logs, LOGS_SELF, LOG_STDOUT, "d");
    logs_detach(&b.logs, &leaver.sink);
    logs_detach(&b.logs, &chooser.sink);
    check_memory(&leaver, "1:a\n");
    check_memory(&chooser, "0:c\n");
    check_memory(&b.memory, "1:a\n1:b\n0:c\n-:d\n");
    bench_close(&b);
}
END_TEST

START_TEST(rings_forget_within_their_budget)
{
    struct bench b;
    bench_open(&b, 4096);
    for (int i = 0; i < 1000; i++)
        logs_print(&b.logs, WEB, LOG_STDOUT, i % 2 ? "odd" : "even");
    logs_print(&b.logs, API, LOG_STDOUT, "other");
    struct memory memory = {0};
    logs_history(&b.logs, NULL, UINT32_MAX, on_memory_line, &memory);
    ck_assert_uint_gt(memory.lines, 50);
    ck_assert_uint_lt(memory.lines, 200);
    ck_assert_uint_eq(memory.last_seq, 1001);
    strbuf_finish(&memory.text);
    bench_close(&b);
}
END_TEST

static pid_t spawn_shell(const char *script, int out[LOG_STREAM_COUNT])
{
    const char *argv[] = {"sh", "-c", script, NULL};
    const char *env[] = {"PATH=/usr/bin:/bin", NULL};
    struct proc_spec spec = {
        .argv = argv, .dir = "/", .env = env, .out_fd = out[0], .err_fd = out[1]};
    struct proc_failure failure;
    pid_t pid = 0;
    ck_assert_int_eq(process_spawn(&spec, &pid, &failure), 0);
    close(out[0]);
    close(out[1]);
    return pid;
}

START_TEST(flood_starves_nobody_and_loses_nothing)
{
    struct bench b;
    int web[LOG_STREAM_COUNT], api[LOG_STREAM_COUNT];
    struct memory quiet = new_memory();
    bool wanted[] = {false, true, false};
    bench_open(&b, 0);
    quiet.sink.wanted = wanted;
    logs_attach(&b.logs, &quiet.sink);
    ck_assert_int_eq(logs_open(&b.logs, WEB, web), 0);
    ck_assert_int_eq(logs_open(&b.logs, API, api), 0);
    pid_t flood = spawn_shell("yes | head -c 4000000; echo end", web);
    pid_t meek = spawn_shell("echo small", api);
    while (quiet.lines == 0)
        ev_run(b.loop, EVRUN_ONCE);
    ck_assert_uint_lt(b.memory.bytes, 2000000);
    while (b.memory.bytes < 2000008)
        ev_run(b.loop, EVRUN_ONCE);
    /* "y" and a line break are two bytes of the stream. */
    ck_assert_uint_eq(b.memory.lines, 2000002);
    ck_assert_int_eq(waitpid(flood, NULL, 0), flood);
    ck_assert_int_eq(waitpid(meek, NULL, 0), meek);
    logs_detach(&b.logs, &quiet.sink);
    check_memory(&quiet, "1:small\n");
    bench_close(&b);
}
END_TEST

/* ---- The terminal sink ---- */

struct screen {
    struct ev_loop *loop;
    struct logs logs;
    struct log_terminal terminal;
    int reader, writer;
    struct strbuf seen;
};

static void screen_open(struct screen *s, int reader, int writer, bool color)
{
    setenv("TZ", "UTC", 1);
    tzset();
    *s = (struct screen){.loop = loop_create(), .reader = reader, .writer = writer};
    logs_init(&s->logs, s->loop, SERVICES, 0);
    log_terminal_init(&s->terminal, s->loop, writer, names, SERVICES, color);
    logs_attach(&s->logs, &s->terminal.sink);
}

static void screen_close(struct screen *s)
{
    logs_detach(&s->logs, &s->terminal.sink);
    log_terminal_finish(&s->terminal);
    log_terminal_finish(&s->terminal);
    logs_finish(&s->logs);
    ev_loop_destroy(s->loop);
    io_close(&s->writer);
    io_close(&s->reader);
    strbuf_finish(&s->seen);
}

/* Takes what there is to read. */
static bool screen_read(struct screen *s)
{
    char bytes[65536];
    ssize_t size = read(s->reader, bytes, sizeof bytes);
    if (size > 0)
        strbuf_add(&s->seen, bytes, (size_t)size);
    return size > 0;
}

/* With every clock text replaced: "12:03:04.123" becomes "T". */
static void check_screen(struct screen *s, const char *expected)
{
    struct strbuf text = {0};
    for (size_t i = 0; i < s->seen.len;) {
        const char *at = s->seen.ptr + i;
        bool clock = s->seen.len - i >= 12 && at[2] == ':' && at[5] == ':' && at[8] == '.';
        if (clock)
            strbuf_addc(&text, 'T');
        else
            strbuf_addc(&text, *at);
        i += clock ? 12 : 1;
    }
    ck_assert_str_eq(strbuf_text(&text), expected);
    strbuf_finish(&text);
}

START_TEST(a_pipe_gets_whole_lines_as_they_are)
{
    struct screen s;
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, true), 0);
    screen_open(&s, fds[0], fds[1], false);
    logs_print(&s.logs, WEB, LOG_STDOUT, "a\x1b[2J\xff");
    logs_print(&s.logs, API, LOG_STDERR, "b");
    logs_print(&s.logs, LOGS_SELF, LOG_STDOUT, "c");
    ck_assert(!screen_read(&s));
    ev_run(s.loop, EVRUN_NOWAIT);
    ck_assert(screen_read(&s));
    check_screen(&s, "T web     │ a\x1b[2J\xff\nT gateway ┃ b\nT a3s     │ c\n");
    /* The shell's own view of its descriptor has not changed. */
    ck_assert(!(fcntl(fds[1], F_GETFL) & O_NONBLOCK));
    screen_close(&s);
}
END_TEST

static void open_pty(int *out_master, int *out_slave)
{
    *out_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    ck_assert_int_ge(*out_master, 0);
    ck_assert_int_eq(grantpt(*out_master), 0);
    ck_assert_int_eq(unlockpt(*out_master), 0);
    char name[64];
    ck_assert_int_eq(ptsname_r(*out_master, name, sizeof name), 0);
    *out_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(*out_slave, 0);
}

START_TEST(a_terminal_gets_colours_and_nothing_dangerous)
{
    struct screen s;
    int master, slave;
    open_pty(&master, &slave);
    screen_open(&s, master, slave, true);
    logs_print(&s.logs, WEB, LOG_STDOUT, "\x1b[31mred\x1b]0;x\x07");
    logs_print(&s.logs, API, LOG_STDERR, "bad");
    logs_print(&s.logs, LOGS_SELF, LOG_STDOUT, "own");
    log_terminal_drain(&s.terminal, 5000);
    while (s.seen.len == 0 || !strstr(s.seen.ptr, "own\r\n"))
        screen_read(&s);
    check_screen(&s, "\x1b[2mT\x1b[0m \x1b[36mweb\x1b[0m     │ \x1b[31mred\x1b[0m\r\n"
                     "\x1b[2mT\x1b[0m \x1b[33mgateway\x1b[0m \x1b[31m┃\x1b[0m bad\r\n"
                     "\x1b[2mT\x1b[0m \x1b[1ma3s\x1b[0m     │ own\r\n");
    ck_assert(!(fcntl(slave, F_GETFL) & O_NONBLOCK));
    screen_close(&s);
}
END_TEST

/* Prints the same on a pipe, and gives what came out. */
static void check_shown(bool only_errors, bool json, const char *expected)
{
    struct screen s;
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, true), 0);
    screen_open(&s, fds[0], fds[1], false);
    s.terminal.only_errors = only_errors;
    s.terminal.json = json;
    logs_print(&s.logs, WEB, LOG_STDOUT, "fine");
    logs_print(&s.logs, WEB, LOG_STDERR, "bad \"\xff\"");
    logs_tell(&s.logs, WEB, LOG_STDERR, "exited with 3");
    logs_tell(&s.logs, LOGS_SELF, LOG_STDOUT, "ready");
    logs_flush(&s.logs);
    screen_read(&s);
    for (char *at = s.seen.ptr; json && (at = strstr(at, "\"time\":\""));)
        memset(at + 7, '_', 31); /* "2026-11-24T12:03:04.123+00:00" and its quotes */
    check_screen(&s, expected);
    screen_close(&s);
}

START_TEST(only_errors_are_shown)
{
    check_shown(true, false,
                "T web     ┃ bad \"\xff\"\nT a3s     ┃ web: exited with 3\n"
                "T a3s     │ ready\n");
}
END_TEST

#define TIME "{\"time\":_______________________________,"

START_TEST(lines_are_shown_as_json)
{
    check_shown(
        false, true,
        TIME "\"service\":\"web\",\"stream\":\"stdout\",\"seq\":1,\"line\":\"fine\"}\n" TIME
             "\"service\":\"web\",\"stream\":\"stderr\",\"seq\":2,\"line\":\"bad "
             "\\\"\\ufffd\\\"\"}\n" TIME
             "\"service\":\"web\",\"stream\":\"a3s\",\"seq\":3,\"line\":\"exited with 3\"}\n" TIME
             "\"service\":\"a3s\",\"stream\":\"a3s\",\"seq\":4,\"line\":\"ready\"}\n");
}
END_TEST

static bool all_written(void *ctx)
{
    struct screen *s = ctx;
    while (screen_read(s)) {
    }
    return s->seen.len && strstr(s->seen.ptr, "the last line") && s->terminal.output.lost == 0;
}

/* Every line is there, or is counted where it would have been. */
static void check_gaps(const struct screen *s, long lines)
{
    long next = 0, gaps = 0;
    for (const char *line = s->seen.ptr; (line = strstr(line, "│ ")); line++) {
        const char *text = line + strlen("│ ");
        if (strncmp(text, "number ", 7) == 0)
            ck_assert_int_eq(strtol(text + 7, NULL, 10), next++);
        if (strstr(text, "not shown") && strstr(text, "not shown") < strchr(text, '\n')) {
            next += strtol(text, NULL, 10);
            gaps++;
        }
    }
    ck_assert_int_ge(next, lines);
    ck_assert_int_ge(gaps, 1);
    ck_assert_int_le(gaps, 8);
}

static void flood_slow_reader(int reader, int writer)
{
    struct screen s;
    screen_open(&s, reader, writer, false);
    char text[1100];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 5000; i++) {
        int n = snprintf(text, sizeof text, "number %d ", i);
        text[n] = 'x';
        logs_print(&s.logs, WEB, LOG_STDOUT, text);
        ck_assert_uint_le(s.terminal.output.backlog.len - s.terminal.output.sent, LOG_BACKLOG_MAX);
        if (i % 100 == 0)
            ev_run(s.loop, EVRUN_NOWAIT);
    }
    ck_assert_uint_gt(s.terminal.output.lost, 0);
    uint64_t lost = s.terminal.output.lost;
    while (s.terminal.output.backlog.len - s.terminal.output.sent > LOG_BACKLOG_MAX / 4 ||
           s.terminal.output.lost == lost) {
        screen_read(&s);
        ev_run(s.loop, EVRUN_NOWAIT);
        if (s.terminal.output.lost != lost)
            break;
    }
    logs_print(&s.logs, LOGS_SELF, LOG_STDOUT, "the last line");
    loop_until(s.loop, all_written, &s);
    check_gaps(&s, 5000);
    screen_close(&s);
}

/* A service floods a pipe that is read slowly: the other one's lines are all there, not far behind.
 */
START_TEST(a_flood_takes_no_room_from_others)
{
    struct screen s;
    int fds[2];
    char text[200], quiet[32];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(io_pipe(fds, true), 0);
    screen_open(&s, fds[0], fds[1], false);
    for (int round = 0; round < 200; round++) {
        for (int i = 0; i < 1000; i++)
            logs_print(&s.logs, WEB, LOG_STDOUT, text);
        snprintf(quiet, sizeof quiet, "quiet %d.", round);
        logs_print(&s.logs, API, LOG_STDOUT, quiet);
        ev_run(s.loop, EVRUN_NOWAIT);
        screen_read(&s);
        if (round > 50)
            ck_assert_uint_le(log_output_pending(&s.terminal.output), 256 << 10);
    }
    logs_print(&s.logs, LOGS_SELF, LOG_STDOUT, "the last line");
    loop_until(s.loop, all_written, &s);
    for (int round = 0; round < 200; round++) {
        snprintf(quiet, sizeof quiet, "quiet %d.", round);
        ck_assert_msg(strstr(s.seen.ptr, quiet) != NULL, "%s is lost", quiet);
    }
    screen_close(&s);
}
END_TEST

START_TEST(a_slow_pipe_loses_lines_and_counts_them)
{
    int fds[2];
    ck_assert_int_eq(io_pipe(fds, true), 0);
    flood_slow_reader(fds[0], fds[1]);
}
END_TEST

START_TEST(a_slow_socket_loses_lines_and_counts_them)
{
    int fds[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    io_set_nonblock(fds[0], true);
    flood_slow_reader(fds[0], fds[1]);
}
END_TEST

START_TEST(a_file_gets_everything)
{
    struct screen s;
    char path[512];
    snprintf(path, sizeof path, "%s/out", suite_tmpdir());
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    screen_open(&s, open(path, O_RDONLY | O_CLOEXEC), fd, false);
    for (int i = 0; i < 50000; i++)
        logs_print(&s.logs, WEB, LOG_STDOUT, "a line of some length for the file that takes all");
    logs_flush(&s.logs);
    ck_assert_uint_eq(s.terminal.output.lost, 0);
    ck_assert_int_eq(lseek(fd, 0, SEEK_END), 50000 * (12 + 1 + 7 + 5 + 50));
    screen_close(&s);
}
END_TEST

START_TEST(a_reader_that_goes_away_is_dropped)
{
    struct screen s;
    int fds[2];
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(io_pipe(fds, true), 0);
    screen_open(&s, fds[0], fds[1], false);
    io_close(&s.reader);
    logs_print(&s.logs, WEB, LOG_STDOUT, "a");
    logs_flush(&s.logs);
    ck_assert_int_eq(s.terminal.output.fd, -1);
    logs_print(&s.logs, WEB, LOG_STDOUT, "b");
    logs_flush(&s.logs);
    log_terminal_drain(&s.terminal, 1000);
    check_history(&s.logs, NULL, 10, "0:a\n0:b\n");
    screen_close(&s);
}
END_TEST

START_TEST(no_stdout_at_all)
{
    struct screen s;
    screen_open(&s, -1, -1, false);
    logs_print(&s.logs, WEB, LOG_STDOUT, "a");
    ev_run(s.loop, EVRUN_NOWAIT);
    screen_close(&s);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("logs");
    SUITE_CASE(s, splitting_does_not_depend_on_the_pieces);
    SUITE_CASE(s, shown_parts_go_on);
    SUITE_CASE(s, long_lines_are_cut_and_little_is_kept);
    SUITE_CASE(s, ring_takes_a_large_batch_line_by_line);
    SUITE_LOOP(s, ring_keeps_the_newest_within_its_budget, 0, 6);
    SUITE_CASE(s, ring_survives_what_does_not_fit);
    SUITE_CASE(s, ring_keeps_batches);
    SUITE_CASE(s, ring_knows_what_is_open);
    SUITE_CASE(s, terminals_get_only_what_is_safe);
    SUITE_CASE(s, lines_of_both_streams_arrive_in_order);
    SUITE_CASE(s, words_about_a_service_are_its_own);
    SUITE_CASE(s, a_burst_stays_together);
    SUITE_CASE(s, another_plan_keeps_pipes_and_history);
    SUITE_CASE(s, sinks_are_flushed_once_a_turn);
    SUITE_CASE(s, unfinished_line_is_shown_after_a_while);
    SUITE_CASE(s, closing_a_stream_that_somebody_holds);
    SUITE_CASE(s, sinks_may_leave_while_they_are_written_to);
    SUITE_CASE(s, rings_forget_within_their_budget);
    SUITE_CASE(s, flood_starves_nobody_and_loses_nothing);
    SUITE_CASE(s, a_pipe_gets_whole_lines_as_they_are);
    SUITE_CASE(s, a_terminal_gets_colours_and_nothing_dangerous);
    SUITE_CASE(s, only_errors_are_shown);
    SUITE_CASE(s, lines_are_shown_as_json);
    SUITE_CASE(s, a_flood_takes_no_room_from_others);
    SUITE_CASE(s, a_slow_pipe_loses_lines_and_counts_them);
    SUITE_CASE(s, a_slow_socket_loses_lines_and_counts_them);
    SUITE_CASE(s, a_file_gets_everything);
    SUITE_CASE(s, a_reader_that_goes_away_is_dropped);
    SUITE_CASE(s, no_stdout_at_all);
    return suite_run(s);
}
