#include "log.h"

#include "str.h"

static const char *const names[] = {
    [LOG_TRACE] = "trace", [LOG_DEBUG] = "debug", [LOG_INFO] = "info",
    [LOG_WARN] = "warn",   [LOG_ERROR] = "error",
};
_Static_assert(sizeof names / sizeof names[0] == LOG_LEVEL_COUNT, "a name for each level");

const char *log_level_name(enum log_level level)
{
    return names[level];
}

void log_printf(const struct log *log, enum log_level level, const char *format, ...)
{
    if (level < log->level || !log->write)
        return;
    struct strbuf text = {0};
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    log->write(log->ctx, level, strbuf_text(&text));
    strbuf_finish(&text);
}
