#include "daemon_state.h"

#include "clock.h"
#include "mem.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* So many a service's terminal has at least, however narrow a3s's own is. */
#define WINDOW_COLUMNS_MIN 20

int64_t daemon_now(void)
{
    return clock_ms();
}

void daemon_tell(struct daemon *d, uint32_t service, enum log_level level, const char *format, ...)
{
    struct strbuf text = {0};
    va_list args;
    if (level < d->log.level)
        return;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    logs_tell(&d->logs, service, level >= LOG_WARN ? LOG_STDERR : LOG_STDOUT, strbuf_text(&text));
    strbuf_finish(&text);
}

void daemon_choose_lines(struct daemon *d)
{
    uint32_t count = d->plan->service_count;
    free(d->own_words);
    d->own_words = mem_alloc_array((size_t)count + 1, sizeof *d->own_words);
    d->own_words[count] = true;
    d->terminal.sink.wanted = d->options->foreground ? NULL : d->own_words;
}

void daemon_fit_window(struct daemon *d)
{
    struct winsize window;
    if (!d->options->foreground || ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 || !window.ws_col)
        return;
    uint32_t margin = log_terminal_margin(&d->terminal);
    bool is_wide = window.ws_col >= margin + WINDOW_COLUMNS_MIN;
    window.ws_col = (unsigned short)(is_wide ? window.ws_col - margin : WINDOW_COLUMNS_MIN);
    logs_resize(&d->logs, &window);
}

struct why_source daemon_why(const struct daemon *d)
{
    return (struct why_source){.plan = d->plan,
                               .supervisor = &d->supervisor,
                               .now = daemon_now(),
                               .wall = clock_wall_ms(),
                               .trouble = ""};
}

void daemon_set_reason(struct daemon *d, uint32_t service, const char *text)
{
    strbuf_clear(&d->reasons[service]);
    strbuf_adds(&d->reasons[service], text);
}
