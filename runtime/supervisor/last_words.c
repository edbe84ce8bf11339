#include "last_words.h"

#include "log_escape.h"

static bool is_inside_character(const struct strbuf *text, size_t at)
{
    return ((unsigned char)text->ptr[at] & 0xc0) == 0x80;
}

static json_t *line_json(const struct log_line *line)
{
    struct strbuf plain = {0}, text = {0};
    log_strip(&plain, (struct str){line->text, line->length});
    struct str told = strbuf_str(&plain);
    if (told.len > LAST_WORDS_LINE_MAX) {
        told.len = LAST_WORDS_LINE_MAX;
        while (told.len && is_inside_character(&plain, told.len))
            told.len--;
    }
    log_escape(&text, told);
    if (told.len < plain.len)
        strbuf_adds(&text, "…");
    json_t *json = json_string(strbuf_text(&text));
    strbuf_finish(&plain);
    strbuf_finish(&text);
    return json;
}

json_t *last_words_json(const struct logs *logs, uint32_t service, uint32_t n)
{
    const struct log_ring *ring = logs_ring(logs, service);
    const struct log_runs *runs = logs_runs(logs, service);
    struct log_cursor cursor = log_ring_end(ring), first = cursor;
    uint32_t count = 0;
    while (count < LAST_WORDS_LINES && log_cursor_back(ring, &cursor)) {
        if (log_runs_has(runs, n, log_cursor_line(ring, &cursor).seq)) {
            first = cursor;
            count++;
        } else if (count) {
            break;
        }
    }
    json_t *lines = json_array();
    for (; count > 0; count--) {
        struct log_line line = log_cursor_line(ring, &first);
        json_array_append_new(lines, line_json(&line));
        log_cursor_next(ring, &first);
    }
    return lines;
}
