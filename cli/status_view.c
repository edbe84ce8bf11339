#include "status_view.h"

#include "api.h"
#include "fault_line.h"
#include "service_view.h"
#include "table.h"

#include <signal.h>

/* The last ones only if they are asked for. */
enum column {
    SERVICE,
    STATE,
    PID,
    PORT,
    HEALTH,
    RESTARTS,
    UPTIME,
    URL,
    REQUESTS,
    ERRORS,
    PARKED,
    P50,
    P99,
    COLUMN_COUNT
};
#define COLUMNS_NARROW REQUESTS

static const char *const titles[] = {"SERVICE",  "STATE",  "PID", "PORT",     "HEALTH",
                                     "RESTARTS", "UPTIME", "URL", "REQUESTS", "ERRORS",
                                     "PARKED",   "P50",    "P99"};
_Static_assert(sizeof titles / sizeof *titles == COLUMN_COUNT, "a title for each column");

static const char *text_of(json_t *service, const char *key)
{
    const char *text = api_text(service, key);
    return *text ? text : "-";
}

static const char *number_of(json_t *service, const char *key, struct arena *arena)
{
    json_t *value = json_object_get(service, key);
    if (!json_is_integer(value))
        return "-";
    return arena_printf(arena, "%lld", (long long)json_integer_value(value));
}

static const char *uptime_of(json_t *service, struct arena *arena)
{
    json_t *value = json_object_get(service, "uptime_secs");
    struct strbuf text = {0};
    if (!json_is_number(value))
        return "-";
    service_view_uptime((long long)json_number_value(value), &text);
    const char *copy = arena_strndup(arena, text.ptr, text.len);
    strbuf_finish(&text);
    return copy;
}

/* "3 (1 crash)": the others were asked for, or came with a file. */
static const char *restarts_of(json_t *service, struct arena *arena)
{
    const char *restarts = number_of(service, "restart_count", arena);
    json_int_t crashes = json_integer_value(json_object_get(service, "crash_count"));
    if (crashes <= 0)
        return restarts;
    return arena_printf(arena, "%s (%lld %s)", restarts, (long long)crashes,
                        crashes == 1 ? "crash" : "crashes");
}

/* "healthy, 3 flaps": it was unhealthy so often of late; once may happen. */
static const char *health_of(json_t *service, struct arena *arena)
{
    json_t *healthy = json_object_get(service, "healthy");
    json_int_t flaps = json_integer_value(json_object_get(service, "flaps"));
    if (!json_is_boolean(healthy))
        return "-";
    const char *text = json_is_true(healthy) ? "healthy" : "unhealthy";
    return flaps > 1 ? arena_printf(arena, "%s, %lld flaps", text, (long long)flaps) : text;
}

static const char *ms_of(json_t *latency, const char *key, struct arena *arena)
{
    json_t *value = json_object_get(latency, key);
    double ms = json_number_value(value);
    if (!json_is_number(value))
        return "-";
    return arena_printf(arena, ms < 10. ? "%.1f ms" : "%.0f ms", ms);
}

static void add_requests(struct table_cell *row, json_t *http, struct arena *arena)
{
    json_t *latency = json_object_get(http, "latency");
    row[REQUESTS].text = number_of(http, "requests", arena);
    row[ERRORS].text = number_of(http, "errors", arena);
    row[ERRORS].color =
        json_integer_value(json_object_get(http, "errors")) ? TABLE_RED : TABLE_PLAIN;
    row[PARKED].text = number_of(http, "parked", arena);
    row[P50].text = ms_of(latency, "p50_ms", arena);
    row[P99].text = ms_of(latency, "p99_ms", arena);
}

static void add_row(struct table *table, json_t *service, struct arena *arena)
{
    struct table_cell *row = table_row(table);
    const char *health = health_of(service, arena);
    row[SERVICE].text = text_of(service, "name");
    row[STATE].text = text_of(service, "state");
    row[STATE].color = service_view_color(row[STATE].text);
    row[PID].text = number_of(service, "pid", arena);
    row[PORT].text = number_of(service, "port", arena);
    row[HEALTH].text = health;
    row[HEALTH].color = health[0] == 'u' ? TABLE_RED : TABLE_PLAIN;
    row[RESTARTS].text = restarts_of(service, arena);
    row[UPTIME].text = uptime_of(service, arena);
    row[URL].text = text_of(service, "url");
    if (table->columns > COLUMNS_NARROW)
        add_requests(row, json_object_get(service, "http"), arena);
}

/* The end of the process before the one that runs, if nobody asked for it: it may come again. */
static void add_last_end(json_t *service, struct strbuf *out)
{
    json_int_t code = json_integer_value(json_object_get(service, "exit_code"));
    json_int_t signal = json_integer_value(json_object_get(service, "exit_signal"));
    if (!json_integer_value(json_object_get(service, "restart_count")))
        return;
    if (code)
        strbuf_addf(out, "the run before exited with %lld", (long long)code);
    else if (signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGKILL)
        strbuf_addf(out, "the run before was killed by SIG%s", sigabbrev_np((int)signal));
}

static void add_reason(json_t *service, struct strbuf *out)
{
    if (service_view_color(text_of(service, "state")) == TABLE_GREEN)
        add_last_end(service, out);
    else
        strbuf_adds(out, api_text(service, "reason"));
}

/* Below the table: why a service is not what it should be, and what it waits for. */
static void add_reasons(json_t *services, struct strbuf *out)
{
    size_t i;
    json_t *service;
    bool first = true;
    json_array_foreach(services, i, service)
    {
        struct strbuf reason = {0};
        add_reason(service, &reason);
        if (reason.len) {
            strbuf_addf(out, "%s%s: %s\n", first ? "\n" : "", text_of(service, "name"), reason.ptr);
            first = false;
        }
        strbuf_finish(&reason);
    }
}

/* What goes wrong because somebody wants it to must not be taken for anything else. */
static void add_faults(json_t *services, bool color, struct strbuf *out)
{
    size_t i;
    json_t *service;
    bool first = true;
    json_array_foreach(services, i, service)
    {
        json_t *fault = json_object_get(service, "fault");
        if (!json_is_object(fault))
            continue;
        strbuf_adds(out, first ? "\n" : "");
        strbuf_adds(out, color ? "\033[1;31m" : "");
        fault_line(text_of(service, "name"), fault, out);
        strbuf_adds(out, color ? "\033[0m\n" : "\n");
        first = false;
    }
}

void status_view_draw(json_t *status, bool color, bool wide, struct arena *arena,
                      struct strbuf *out)
{
    json_t *services = json_object_get(status, "services"), *service;
    size_t i;
    struct table table = {.arena = arena, .columns = wide ? COLUMN_COUNT : COLUMNS_NARROW};
    struct table_cell *head = table_row(&table);
    for (size_t column = 0; column < table.columns; column++)
        head[column] = (struct table_cell){titles[column], TABLE_BOLD};
    json_array_foreach(services, i, service) add_row(&table, service, arena);
    table_render(&table, color, out);
    add_reasons(services, out);
    add_faults(services, color, out);
}
