#include "status_view.h"

#include "table.h"

#include <signal.h>

enum column { SERVICE, STATE, PID, PORT, HEALTH, RESTARTS, UPTIME, URL, COLUMN_COUNT };

static const char *const titles[] = {"SERVICE", "STATE",    "PID",    "PORT",
                                     "HEALTH",  "RESTARTS", "UPTIME", "URL"};
_Static_assert(sizeof titles / sizeof *titles == COLUMN_COUNT, "a title for each column");

static const char *text_of(json_t *service, const char *key)
{
    const char *text = json_string_value(json_object_get(service, key));
    return text && *text ? text : "-";
}

static const char *number_of(json_t *service, const char *key, struct arena *arena)
{
    json_t *value = json_object_get(service, key);
    if (!json_is_integer(value))
        return "-";
    return arena_printf(arena, "%lld", (long long)json_integer_value(value));
}

/* The two largest units: "12s", "3m04s", "2h05m", "3d04h". */
static const char *uptime_of(json_t *service, struct arena *arena)
{
    json_t *value = json_object_get(service, "uptime_secs");
    long long seconds = (long long)json_number_value(value);
    if (!json_is_number(value))
        return "-";
    if (seconds < 60)
        return arena_printf(arena, "%llds", seconds);
    if (seconds < 3600)
        return arena_printf(arena, "%lldm%02llds", seconds / 60, seconds % 60);
    if (seconds < 86400)
        return arena_printf(arena, "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
    return arena_printf(arena, "%lldd%02lldh", seconds / 86400, seconds / 3600 % 24);
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

static enum table_color color_of(const char *state)
{
    static const struct {
        const char *state;
        enum table_color color;
    } colors[] = {
        {"running", TABLE_GREEN},  {"done", TABLE_GREEN},      {"failed", TABLE_RED},
        {"blocked", TABLE_RED},    {"unhealthy", TABLE_RED},   {"starting", TABLE_YELLOW},
        {"backoff", TABLE_YELLOW}, {"stopping", TABLE_YELLOW}, {"pending", TABLE_YELLOW},
    };
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (strcmp(colors[i].state, state) == 0)
            return colors[i].color;
    return TABLE_PLAIN;
}

static void add_row(struct table *table, json_t *service, struct arena *arena)
{
    struct table_cell *row = table_row(table);
    const char *health = health_of(service, arena);
    row[SERVICE].text = text_of(service, "name");
    row[STATE].text = text_of(service, "state");
    row[STATE].color = color_of(row[STATE].text);
    row[PID].text = number_of(service, "pid", arena);
    row[PORT].text = number_of(service, "port", arena);
    row[HEALTH].text = health;
    row[HEALTH].color = health[0] == 'u' ? TABLE_RED : TABLE_PLAIN;
    row[RESTARTS].text = number_of(service, "restart_count", arena);
    row[UPTIME].text = uptime_of(service, arena);
    row[URL].text = text_of(service, "url");
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
        strbuf_addf(out, "the run before was ended by %s", strsignal((int)signal));
}

static void add_reason(json_t *service, struct strbuf *out)
{
    const char *reason = json_string_value(json_object_get(service, "reason"));
    if (color_of(text_of(service, "state")) == TABLE_GREEN)
        add_last_end(service, out);
    else if (reason)
        strbuf_adds(out, reason);
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

void status_view_draw(json_t *status, bool color, struct arena *arena, struct strbuf *out)
{
    json_t *services = json_object_get(status, "services"), *service;
    size_t i;
    struct table table = {.arena = arena, .columns = COLUMN_COUNT};
    struct table_cell *head = table_row(&table);
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        head[column] = (struct table_cell){titles[column], TABLE_BOLD};
    json_array_foreach(services, i, service) add_row(&table, service, arena);
    table_render(&table, color, out);
    add_reasons(services, out);
}
