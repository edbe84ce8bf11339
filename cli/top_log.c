#include "top_log.h"

#include "log_escape.h"
#include "mem.h"

#include <ctype.h>
#include <jansson.h>

void top_log_clear(struct top_log *log)
{
    for (uint32_t i = 0; log->lines && i < TOP_LOG_LINES; i++) {
        free(log->lines[i].text);
        log->lines[i].text = NULL;
    }
    log->first = log->count = log->back = log->found = 0;
    log->bytes = 0;
}

void top_log_finish(struct top_log *log)
{
    top_log_clear(log);
    free(log->lines);
    *log = (struct top_log){0};
}

static struct top_line *slot(const struct top_log *log, uint32_t index)
{
    return &log->lines[(log->first + index) % TOP_LOG_LINES];
}

const struct top_line *top_log_line(const struct top_log *log, uint32_t index)
{
    return slot(log, index);
}

static void drop_oldest(struct top_log *log)
{
    struct top_line *line = slot(log, 0);
    log->bytes -= line->length;
    free(line->text);
    line->text = NULL;
    log->first = (log->first + 1) % TOP_LOG_LINES;
    log->count--;
    if (log->back >= log->count)
        log->back = log->count ? log->count - 1 : 0;
    if (log->found > log->count)
        log->found = 0;
}

/* Takes the bytes of text over. */
static void append(struct top_log *log, struct strbuf *text, const char *time,
                   enum top_stream stream)
{
    if (!log->lines)
        log->lines = mem_alloc_array(TOP_LOG_LINES, sizeof *log->lines);
    while (log->count && (log->count == TOP_LOG_LINES || log->bytes + text->len > TOP_LOG_BYTES))
        drop_oldest(log);
    strbuf_addc(text, '\0'); /* never NULL */
    struct top_line *line = slot(log, log->count++);
    *line = (struct top_line){.text = text->ptr, .length = text->len - 1, .stream = stream};
    if (time && strlen(time) >= 23)
        snprintf(line->clock, sizeof line->clock, "%.12s", time + 11);
    log->bytes += line->length;
    log->back += log->back > 0;
    log->found += log->found > 0;
}

static enum top_stream stream_of(json_t *object)
{
    const char *stream = json_string_value(json_object_get(object, "stream"));
    if (stream && strcmp(stream, "stderr") == 0)
        return TOP_ERR;
    return stream && strcmp(stream, "a3s") == 0 ? TOP_SELF : TOP_OUT;
}

/* Not between the bytes of a character, as far as that can be told. */
static struct str cut(struct str text)
{
    if (text.len <= TOP_LOG_LINE)
        return text;
    text.len = TOP_LOG_LINE;
    for (int i = 0; i < 3 && (text.ptr[text.len] & 0xc0) == 0x80; i++)
        text.len--;
    return text;
}

void top_log_add(struct top_log *log, struct str json)
{
    json_t *object = json_loadb(json.ptr, json.len, JSON_ALLOW_NUL, NULL);
    json_t *line = json_object_get(object, "line"), *lost = json_object_get(object, "lost");
    const char *time = json_string_value(json_object_get(object, "time"));
    struct strbuf text = {0};
    if (json_is_string(line)) {
        struct str raw = {json_string_value(line), json_string_length(line)};
        if (raw.len && raw.ptr[raw.len - 1] == '\r')
            raw.len--;
        log_escape(&text, cut(raw));
        append(log, &text, time, stream_of(object));
    } else if (json_is_integer(lost)) {
        strbuf_addf(&text, "... %lld lines came faster than they could be shown",
                    (long long)json_integer_value(lost));
        append(log, &text, NULL, TOP_SELF);
    }
    json_decref(object);
}

void top_log_scroll(struct top_log *log, int64_t lines, uint32_t window)
{
    int64_t most = log->count > window ? (int64_t)log->count - window : 0;
    int64_t back = (int64_t)log->back - lines;
    log->back = (uint32_t)(back < 0 ? 0 : back > most ? most : back);
}

uint32_t top_log_top(const struct top_log *log, uint32_t window)
{
    uint32_t end = log->count - (log->back < log->count ? log->back : log->count);
    return end > window ? end - window : 0;
}

bool top_log_matches(const struct top_line *line, const char *pattern)
{
    bool exact = false;
    for (const char *at = pattern; *at; at++)
        exact = exact || isupper((unsigned char)*at);
    struct strbuf plain = {0};
    log_strip(&plain, (struct str){line->text, line->length});
    const char *text = strbuf_text(&plain);
    bool found = *pattern && (exact ? strstr(text, pattern) : strcasestr(text, pattern));
    strbuf_finish(&plain);
    return found;
}

bool top_log_find(struct top_log *log, const char *pattern, int step, bool fresh)
{
    int64_t newest = (int64_t)log->count - 1;
    int64_t at = fresh || !log->found ? newest : newest - (log->found - 1) + step;
    for (; at >= 0 && at <= newest; at += step) {
        if (!top_log_matches(slot(log, (uint32_t)at), pattern))
            continue;
        log->back = (uint32_t)(newest - at);
        log->found = log->back + 1;
        return true;
    }
    return false;
}
