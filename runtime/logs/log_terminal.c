#include "log_terminal.h"

#include "clock.h"
#include "log_escape.h"
#include "log_json.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SELF_NAME "a3s"
/* So much is collected before a write is tried within a turn of the loop. */
#define WRITE_BYTES (64u << 10)
/* When the backlog is larger, those who are loud lose their lines until it has fallen to half of
 * this: a few long gaps rather than many short ones. */
#define LOUD_BYTES (128u << 10)
/* What a line is taken to need beside its text. */
#define LINE_EXTRA 128

/* SGR colours that can be read on dark and on light ground; red is for stderr. */
static const unsigned char palette[] = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};

/* ---- What stands before a line ---- */

static void add_clock(struct log_terminal *terminal, int64_t time_ms)
{
    int64_t second = time_ms / 1000;
    if (second != terminal->second || !terminal->clock[0]) {
        time_t time = (time_t)second;
        struct tm local = {0};
        localtime_r(&time, &local);
        strftime(terminal->clock, sizeof terminal->clock, "%H:%M:%S", &local);
        terminal->second = second;
    }
    int ms = (int)(time_ms % 1000);
    char digits[4] = {'.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
                      (char)('0' + ms % 10)};
    strbuf_adds(&terminal->prefix, terminal->clock);
    strbuf_add(&terminal->prefix, digits, sizeof digits);
}

static const char *line_name(const struct log_terminal *terminal, uint32_t service)
{
    return service < terminal->name_count ? terminal->names[service] : SELF_NAME;
}

static void add_name(struct log_terminal *terminal, uint32_t service)
{
    struct strbuf *out = &terminal->prefix;
    const char *name = line_name(terminal, service);
    size_t length = strlen(name);
    if (terminal->color && service < terminal->name_count)
        strbuf_addf(out, "\x1b[%um", palette[service % sizeof palette]);
    else if (terminal->color)
        strbuf_adds(out, "\x1b[1m");
    strbuf_add(out, name, length);
    if (terminal->color)
        strbuf_adds(out, "\x1b[0m");
    strbuf_addn(out, ' ', terminal->width > length ? terminal->width - length : 0);
}

static void add_bar(struct log_terminal *terminal, uint8_t stream, bool continued)
{
    static const char *const bars[LOG_STREAM_COUNT][2] = {{"│", "┆"}, {"┃", "┇"}};
    const char *bar = bars[stream == LOG_STDERR][continued];
    bool red = terminal->color && stream == LOG_STDERR;
    strbuf_adds(&terminal->prefix, red ? " \x1b[31m" : " ");
    strbuf_adds(&terminal->prefix, bar);
    strbuf_adds(&terminal->prefix, red ? "\x1b[0m " : " ");
}

static struct str make_prefix(struct log_terminal *terminal, const struct log_batch *batch,
                              bool continued)
{
    strbuf_clear(&terminal->prefix);
    if (terminal->color)
        strbuf_adds(&terminal->prefix, "\x1b[2m");
    add_clock(terminal, batch->time_ms);
    strbuf_adds(&terminal->prefix, terminal->color ? "\x1b[0m " : " ");
    add_name(terminal, batch->service);
    add_bar(terminal, batch->stream, continued);
    if (batch->service == LOGS_SELF && batch->about < terminal->name_count)
        strbuf_addf(&terminal->prefix, "%s: ", terminal->names[batch->about]);
    return strbuf_str(&terminal->prefix);
}

/* ---- Lines ---- */

/* The bytes as they are: what floods go through, so a line is two copies and nothing else. */
static void add_plain(struct strbuf *out, struct str prefix, const struct str *lines,
                      uint32_t count)
{
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++)
        size += lines[i].len;
    char *at = strbuf_room(out, size + count * (prefix.len + 1));
    for (uint32_t i = 0; i < count; i++) {
        at = mempcpy(at, prefix.ptr, prefix.len);
        at = mempcpy(at, lines[i].ptr, lines[i].len);
        *at++ = '\n';
    }
    strbuf_fill(out, at);
}

static void add_escaped(struct strbuf *out, struct str prefix, const struct str *lines,
                        uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        strbuf_add_str(out, prefix);
        /* A colour that the line leaves on must not run into the next. */
        if (log_escape(out, lines[i]))
            strbuf_adds(out, "\x1b[0m");
        strbuf_addc(out, '\n');
    }
}

static void add_text(struct log_terminal *terminal, const struct log_batch *batch)
{
    struct strbuf *out = &terminal->output.backlog;
    void (*add)(struct strbuf *, struct str, const struct str *, uint32_t) =
        terminal->tty ? add_escaped : add_plain;
    uint32_t first = batch->continued;
    if (first)
        add(out, make_prefix(terminal, batch, true), batch->lines, 1);
    if (first < batch->count)
        add(out, make_prefix(terminal, batch, false), batch->lines + first, batch->count - first);
}

static void add_batch(struct log_terminal *terminal, const struct log_batch *batch)
{
    if (!terminal->json) {
        add_text(terminal, batch);
        return;
    }
    for (uint32_t i = 0; i < batch->count; i++) {
        struct log_line line = log_batch_line(batch, i);
        log_json_add(&terminal->output.backlog, &line, terminal->names);
    }
}

static void add_lost(struct log_terminal *terminal)
{
    char text[64];
    uint64_t lost = terminal->output.lost;
    terminal->output.lost = 0;
    if (terminal->json) {
        log_json_add_lost(&terminal->output.backlog, lost);
        return;
    }
    int length = snprintf(text, sizeof text, "%llu line%s not shown", (unsigned long long)lost,
                          lost == 1 ? "" : "s");
    struct str line = {text, (size_t)length};
    struct log_batch batch = {.time_ms = clock_wall_ms(),
                              .service = LOGS_SELF,
                              .about = LOGS_SELF,
                              .count = 1,
                              .bytes = line,
                              .lines = &line};
    add_text(terminal, &batch);
}

/* ---- The sink ---- */

static bool is_idle(const struct log_output *output)
{
    return output->fd >= 0 && !log_output_is_blocked(output) && !log_output_pending(output);
}

static void quieten(struct log_terminal *terminal)
{
    for (uint32_t i = 0; i <= terminal->name_count; i++)
        terminal->loudness[i] = LOG_QUIET;
}

static void flush(struct log_terminal *terminal)
{
    struct log_output *output = &terminal->output;
    if (log_output_is_blocked(output) || output->fd < 0)
        return;
    log_output_flush(output);
    if (output->lost && is_idle(output)) {
        quieten(terminal);
        add_lost(terminal);
        log_output_flush(output);
    }
}

static void on_room(void *ctx)
{
    flush(ctx);
}

static bool has_room(struct log_terminal *terminal, const struct log_batch *batch)
{
    uint32_t count = terminal->name_count;
    enum log_loudness *loudness =
        &terminal->loudness[batch->service < count ? batch->service : count];
    size_t pending = log_output_pending(&terminal->output);
    size_t size = batch->bytes.len + batch->count * LINE_EXTRA;
    bool fits = *loudness == LOG_QUIET  ? pending + size <= LOG_BACKLOG_MAX
                : *loudness == LOG_LOUD ? pending <= LOUD_BYTES
                                        : pending <= LOUD_BYTES / 2;
    if (!fits)
        *loudness = LOG_LOUD_HELD;
    else if (*loudness == LOG_LOUD_HELD)
        *loudness = LOG_LOUD;
    return fits;
}

static bool is_left_out(const struct log_terminal *terminal, const struct log_batch *batch)
{
    return terminal->only_errors && batch->service != LOGS_SELF && batch->stream != LOG_STDERR;
}

static void on_batch(struct log_sink *sink, const struct log_batch *batch)
{
    struct log_terminal *terminal = (struct log_terminal *)sink;
    if (terminal->output.fd < 0 || is_left_out(terminal, batch))
        return;
    if (!has_room(terminal, batch)) {
        terminal->output.lost += batch->count;
        return;
    }
    if (terminal->output.lost)
        add_lost(terminal);
    add_batch(terminal, batch);
    if (log_output_pending(&terminal->output) >= WRITE_BYTES)
        flush(terminal);
}

static void on_flush(struct log_sink *sink)
{
    flush((struct log_terminal *)sink);
}
_Static_assert(offsetof(struct log_terminal, sink) == 0, "a sink is its terminal");

/* ---- Life ---- */

void log_terminal_rename(struct log_terminal *terminal, const char *const *names, uint32_t count)
{
    size_t width = strlen(SELF_NAME);
    for (uint32_t i = 0; i < count; i++) {
        if (strlen(names[i]) > width)
            width = strlen(names[i]);
    }
    free(terminal->loudness);
    terminal->loudness = mem_alloc_array((size_t)count + 1, sizeof *terminal->loudness);
    terminal->names = names;
    terminal->name_count = count;
    terminal->width = (uint32_t)width;
}

void log_terminal_init(struct log_terminal *terminal, struct ev_loop *loop, int fd,
                       const char *const *names, uint32_t count, bool color)
{
    *terminal = (struct log_terminal){
        .sink = {.write = on_batch, .flush = on_flush}, .tty = isatty(fd), .color = color};
    log_terminal_rename(terminal, names, count);
    log_output_init(&terminal->output, loop, fd, on_room, terminal);
}

void log_terminal_finish(struct log_terminal *terminal)
{
    if (!terminal->output.loop)
        return;
    flush(terminal);
    log_output_finish(&terminal->output);
    strbuf_finish(&terminal->prefix);
    free(terminal->loudness);
    terminal->loudness = NULL;
}

void log_terminal_drain(struct log_terminal *terminal, int ms)
{
    int64_t end = clock_ms() + ms;
    if (!terminal->output.loop)
        return;
    do
        flush(terminal);
    while (log_output_pending(&terminal->output) &&
           log_output_wait(&terminal->output, (int)(end - clock_ms())));
}

uint32_t log_terminal_margin(const struct log_terminal *terminal)
{
    return (uint32_t)strlen("12:03:04.123 ") + terminal->width + (uint32_t)strlen(" | ");
}
