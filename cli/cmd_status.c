#include "commands.h"
#include "remote.h"
#include "report.h"
#include "service_view.h"
#include "table.h"

#include <unistd.h>

struct status_options {
    bool json;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct status_options, json), NULL,
     "the answer of the control API, for programs", NULL, 0},
    {0},
};

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
    row[RESTARTS].text = number_of(service, "restart_count", arena);
    row[UPTIME].text = uptime_of(service, arena);
    row[URL].text = text_of(service, "url");
}

/* Below the table: why a service is not what it should be. */
static void add_reasons(json_t *services, struct strbuf *out)
{
    size_t i;
    json_t *service;
    bool first = true;
    json_array_foreach(services, i, service)
    {
        const char *reason = json_string_value(json_object_get(service, "reason"));
        if (!reason || !*reason || service_view_color(text_of(service, "state")) == TABLE_GREEN)
            continue;
        strbuf_addf(out, "%s%s: %s\n", first ? "\n" : "", text_of(service, "name"), reason);
        first = false;
    }
}

static int print_table(const struct command_call *call, json_t *status)
{
    json_t *services = json_object_get(status, "services"), *service;
    size_t i;
    struct strbuf text = {0};
    struct table table = {.arena = call->arena, .columns = COLUMN_COUNT};
    struct table_cell *head = table_row(&table);
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        head[column] = (struct table_cell){titles[column], TABLE_BOLD};
    json_array_foreach(services, i, service) add_row(&table, service, call->arena);
    table_render(&table, report_color(STDOUT_FILENO), &text);
    add_reasons(services, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int run(const struct command_call *call)
{
    struct remote remote;
    json_t *status = NULL;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = remote_call(&remote, "GET", "/v1/status", NULL, &status);
    remote_close(&remote);
    if (!code && !json_is_array(json_object_get(status, "services"))) {
        report_error("a3s gave an answer that this version does not understand");
        code = CLI_FAILED;
    }
    if (!code)
        code = command_options(call, struct status_options)->json ? report_json(status)
                                                                  : print_table(call, status);
    json_decref(status);
    return code;
}

const struct command cmd_status = {
    .name = "status",
    .alias = "ps",
    .summary = "Show the services that run and how they are",
    .operands = "",
    .about = "Exit code 3 if nothing is running.",
    .options = options,
    .run = run,
};
