#include "log_view.h"

#include "log_escape.h"
#include "report.h"

static struct str text_of(json_t *line, const char *key)
{
    json_t *value = json_object_get(line, key);
    if (!json_is_string(value))
        return (struct str){"", 0};
    return (struct str){json_string_value(value), json_string_length(value)};
}

static size_t place_of(const struct log_view *view, struct str name)
{
    size_t i;
    json_t *item;
    json_array_foreach(view->names, i, item) if (str_is(name, json_string_value(item))) return i;
    return 0;
}

/* "2026-11-24T12:03:04.123+01:00" -> "12:03:04.123": the daemon's clock, as "up" shows it. */
static struct str clock_of(struct str time)
{
    return time.len >= 23 ? (struct str){time.ptr + 11, 12} : time;
}

static void draw_name(const struct log_view *view, struct str name, bool self, struct strbuf *out)
{
    static const unsigned char palette[] = {36, 33, 32, 35, 34, 96, 93, 92, 95, 94};
    unsigned color = self ? 1 : palette[place_of(view, name) % sizeof palette];
    if (view->color)
        strbuf_addf(out, "\033[%um", color);
    strbuf_add_str(out, name);
    strbuf_adds(out, view->color ? "\033[0m" : "");
    strbuf_addn(out, ' ', name.len < view->width ? view->width - name.len : 0);
}

static void draw_size(struct strbuf *out, json_int_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024. && unit + 1 < sizeof units / sizeof *units; unit++)
        size /= 1024.;
    strbuf_addf(out, unit && size < 10. ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static void draw_time(struct strbuf *out, double ms)
{
    if (ms < 10.)
        strbuf_addf(out, "%.1f ms", ms);
    else if (ms < 10000.)
        strbuf_addf(out, "%.0f ms", ms);
    else
        strbuf_addf(out, "%.1f s", ms / 1e3);
}

/* "GET /path 200 1.2 KiB 3.4 ms (120 ms parked) 0123..cdef". */
static void draw_request(const struct log_view *view, json_t *line, struct strbuf *out)
{
    json_int_t status = json_integer_value(json_object_get(line, "status"));
    double parked = json_number_value(json_object_get(line, "parked_ms"));
    unsigned color = status >= 500 || !status ? 31 : status >= 400 ? 33 : 32;
    log_escape(out, text_of(line, "method"));
    strbuf_addc(out, ' ');
    log_escape(out, text_of(line, "path"));
    strbuf_addf(out, view->color ? " \033[%um" : " ", color);
    if (status)
        strbuf_addf(out, "%lld", (long long)status);
    else
        strbuf_adds(out, "gone"); /* the client, before there was an answer */
    strbuf_adds(out, view->color ? "\033[0m " : " ");
    draw_size(out, json_integer_value(json_object_get(line, "bytes")));
    strbuf_addc(out, ' ');
    draw_time(out, json_number_value(json_object_get(line, "ms")));
    if (parked > 0.) {
        strbuf_adds(out, " (");
        draw_time(out, parked);
        strbuf_adds(out, " parked)");
    }
    strbuf_adds(out, view->color ? " \033[2m" : " ");
    log_escape(out, text_of(line, "id"));
    strbuf_adds(out, view->color ? "\033[0m" : "");
}

static void draw_line(const struct log_view *view, json_t *line, struct strbuf *out)
{
    struct str stream = text_of(line, "stream"), text = text_of(line, "line");
    struct str service = text_of(line, "service");
    bool error = str_is(stream, "stderr"), red = error && view->color;
    bool self = str_is(stream, "a3s");
    strbuf_adds(out, view->color ? "\033[2m" : "");
    strbuf_add_str(out, clock_of(text_of(line, "time")));
    strbuf_adds(out, view->color ? "\033[0m " : " ");
    draw_name(view, self ? STR("a3s") : service, self, out);
    strbuf_addf(out, " %s%s%s ", red ? "\033[31m" : "", error ? "┃" : "│", red ? "\033[0m" : "");
    if (self && !str_is(service, "a3s"))
        strbuf_addf(out, "%.*s: ", STR_ARG(service));
    if (str_is(stream, "http"))
        draw_request(view, line, out);
    else if (!view->escape)
        strbuf_add_str(out, text);
    else if (log_escape(out, text))
        strbuf_adds(out, "\033[0m");
    strbuf_addc(out, '\n');
}

void log_view_draw(const struct log_view *view, struct str json, struct strbuf *out)
{
    json_t *line = json_loadb(json.ptr, json.len, JSON_ALLOW_NUL, NULL);
    json_int_t lost = json_integer_value(json_object_get(line, "lost"));
    json_int_t unread = json_integer_value(json_object_get(line, "unread"));
    if (unread) {
        strbuf_addf(out, "... %lld %s not looked at: the pattern takes too long\n",
                    (long long)unread, report_plural((size_t)unread, "line was", "lines were"));
    } else if (lost) {
        strbuf_addf(out, "... %lld %s lost here: they came faster than they were shown\n",
                    (long long)lost, report_plural((size_t)lost, "line was", "lines were"));
    } else if (json_is_object(line)) {
        draw_line(view, line, out);
    } else {
        strbuf_add_str(out, json);
        strbuf_addc(out, '\n');
    }
    json_decref(line);
}
