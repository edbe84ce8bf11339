#include "report.h"

#include "command.h"
#include "io.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void print_line(const char *prefix, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* One write a line, so that lines of two processes do not mix. */
static void print_line(const char *prefix, const char *format, va_list args)
{
    struct strbuf line = {0};
    strbuf_adds(&line, prefix);
    strbuf_vaddf(&line, format, args);
    strbuf_addc(&line, '\n');
    fwrite(line.ptr, 1, line.len, stderr);
    fflush(stderr);
    strbuf_finish(&line);
}

void report_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("a3s: ", format, args);
    va_end(args);
}

void report_hint(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("     ", format, args);
    va_end(args);
}

void report_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
}

bool report_color(int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

uint32_t report_columns(void)
{
    const char *set = getenv("COLUMNS");
    struct winsize size;
    long columns = set ? strtol(set, NULL, 10) : 0;
    if (columns > 0 && columns <= UINT16_MAX)
        return (uint32_t)columns;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

bool report_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *locale = getenv(names[i]);
        if (locale && *locale)
            return strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8");
    }
    return false;
}

int report_output(const struct strbuf *text)
{
    fflush(stdout);
    int error = io_write_all(STDOUT_FILENO, strbuf_text(text), text->len);
    if (!error)
        return CLI_DONE;
    if (error != -EPIPE)
        report_error("cannot write the output: %s", strerror(-error));
    return CLI_FAILED;
}

void report_size(size_t bytes, struct strbuf *out)
{
    if (bytes < 1024)
        strbuf_addf(out, "%zu bytes", bytes);
    else if (bytes < 1024 * 1024)
        strbuf_addf(out, "%.1f KiB", (double)bytes / 1024);
    else
        strbuf_addf(out, "%.1f MiB", (double)bytes / (1024 * 1024));
}

const char *report_plural(size_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

int report_json(json_t *json)
{
    struct strbuf text = {0};
    char *dump = json_dumps(json, JSON_INDENT(2));
    strbuf_addf(&text, "%s\n", dump ? dump : "{}");
    free(dump);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}
