#include "log.h"

#include "str.h"

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
