/* The daemon's own levelled messages. Where they go is the owner's business: the daemon puts them
 * into the merged log under the name "a3s". */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_TRACE, LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

struct log {
    enum log_level level; /* messages below it are dropped */
    void (*write)(void *ctx, enum log_level level, const char *text);
    void *ctx;
};

void log_printf(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define log_trace(log, ...) log_printf((log), LOG_TRACE, __VA_ARGS__)
#define log_debug(log, ...) log_printf((log), LOG_DEBUG, __VA_ARGS__)
#define log_info(log, ...)  log_printf((log), LOG_INFO, __VA_ARGS__)
#define log_warn(log, ...)  log_printf((log), LOG_WARN, __VA_ARGS__)
#define log_error(log, ...) log_printf((log), LOG_ERROR, __VA_ARGS__)

#endif
