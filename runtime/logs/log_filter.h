/* Which log lines a client asks for: by time, by run, by what stands in them. */
#ifndef RUNTIME_LOG_FILTER_H
#define RUNTIME_LOG_FILTER_H

#include "control_ops.h"
#include "line_pattern.h"
#include "logs.h"

/* Lines on which the pattern may take too many steps before it is given up. */
#define LOG_FILTER_HARD_MAX 32u

struct log_filter {
    int64_t since, until;
    uint32_t run;
    bool has_pattern;
    struct line_pattern pattern;
    uint32_t hard; /* lines on which it took too many steps */
};

/* 0, or -EINVAL with why: grep is no pattern. Copies what it needs of the query. */
int log_filter_init(struct log_filter *filter, const struct control_logs_query *query,
                    struct strbuf *out_why);
/* Accepts a zeroed object. */
void log_filter_finish(struct log_filter *filter);

/* Whether every line passes. */
bool log_filter_is_open(const struct log_filter *filter);
bool log_filter_takes(struct log_filter *filter, const struct logs *logs,
                      const struct log_line *line);
/* The pattern has been given up: nothing passes any more. */
bool log_filter_gave_up(const struct log_filter *filter);

#endif
