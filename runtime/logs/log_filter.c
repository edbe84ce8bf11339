#include "log_filter.h"

#include "access.h"

#include <errno.h>

int log_filter_init(struct log_filter *filter, const struct control_logs_query *query,
                    struct strbuf *out_why)
{
    *filter = (struct log_filter){.since = query->since, .until = query->until, .run = query->run};
    if (!query->grep)
        return 0;
    struct strbuf why = {0};
    filter->has_pattern = line_pattern_init(&filter->pattern, str_from(query->grep), &why);
    if (!filter->has_pattern)
        strbuf_addf(out_why, "grep is no regular expression: %s", strbuf_text(&why));
    strbuf_finish(&why);
    return filter->has_pattern ? 0 : -EINVAL;
}

void log_filter_finish(struct log_filter *filter)
{
    line_pattern_finish(&filter->pattern);
    *filter = (struct log_filter){0};
}

bool log_filter_is_open(const struct log_filter *filter)
{
    return filter->since == INT64_MIN && filter->until == INT64_MAX && !filter->has_pattern &&
           filter->run == CONTROL_RUN_ANY;
}

static bool is_of_run(const struct log_filter *filter, const struct logs *logs,
                      const struct log_line *line)
{
    if (filter->run == CONTROL_RUN_ANY)
        return true;
    uint32_t service = line->service == LOGS_SELF ? line->about : line->service;
    if (service == LOGS_SELF)
        return false;
    const struct log_runs *runs = logs_runs(logs, service);
    return log_runs_has(runs, filter->run == CONTROL_RUN_NEWEST ? runs->count : filter->run,
                        line->seq);
}

bool log_filter_takes(struct log_filter *filter, const struct logs *logs,
                      const struct log_line *line)
{
    if (line->time_ms < filter->since || line->time_ms >= filter->until ||
        !is_of_run(filter, logs, line))
        return false;
    if (!filter->has_pattern)
        return true;
    if (log_filter_gave_up(filter))
        return false;
    struct str text = {line->text, line->length};
    if (line->stream == LOG_HTTP)
        text = access_words(text);
    enum line_verdict verdict = line_pattern_test(&filter->pattern, text);
    filter->hard += verdict == LINE_TOO_HARD;
    return verdict == LINE_MATCHES;
}

bool log_filter_gave_up(const struct log_filter *filter)
{
    return filter->hard >= LOG_FILTER_HARD_MAX;
}
