#include "clock.h"
#include "control_query.h"
#include "control_visit.h"
#include "moment.h"

#include <errno.h>

static void read_object(struct control_visit *visit, const char *service)
{
    struct strbuf reason = {0};
    enum control_what what = (enum control_what)visit->argument;
    int error = visit->ops->read(visit->ctx, what, service, &visit->answer->body, &reason);
    visit->answer->status = 200;
    if (error)
        control_visit_failed(visit, error, &reason);
    strbuf_finish(&reason);
}

void handle_read(struct control_visit *visit)
{
    read_object(visit, NULL);
}

void handle_read_one(struct control_visit *visit)
{
    struct strbuf name = {0};
    if (control_visit_name(visit, &name))
        read_object(visit, name.ptr);
    strbuf_finish(&name);
}

/* ---- Logs ---- */

struct logs_reading {
    struct control_logs_query query;
    const char **names;
    int64_t now;
};

static bool take_run(const char *value, uint32_t *out_run)
{
    *out_run = CONTROL_RUN_NEWEST;
    if (strcmp(value, "newest") == 0)
        return true;
    return control_query_number(value, out_run) && *out_run > 0;
}

/* NULL, or what the parameter wants. */
static const char *take_parameter(struct logs_reading *logs, const struct control_parameter *p)
{
    struct control_logs_query *query = &logs->query;
    if (str_is(p->key, "service")) {
        logs->names[query->service_count++] = p->value;
        return p->value[0] ? NULL : "service wants the name of a service";
    }
    if (str_is(p->key, "follow"))
        return control_query_flag(p->value, &query->follow) ? NULL : "follow is 0 or 1";
    if (str_is(p->key, "lines"))
        return control_query_number(p->value, &query->lines) ? NULL : "lines is a whole number";
    if (str_is(p->key, "stream")) {
        query->http = strcmp(p->value, "http") == 0;
        return query->http ? NULL : "stream is http, or left out";
    }
    if (str_is(p->key, "run"))
        return take_run(p->value, &query->run) ? NULL : "run is \"newest\", or a number from 1 on";
    if (str_is(p->key, "since"))
        return moment_parse(p->value, logs->now, &query->since) ? NULL : "since " MOMENT_FORMS;
    if (str_is(p->key, "until"))
        return moment_parse(p->value, logs->now, &query->until) ? NULL : "until " MOMENT_FORMS;
    query->grep = p->value;
    return str_is(p->key, "grep") ? NULL
                                  : "the query is not of service=NAME, lines=N, since=T, until=T, "
                                    "grep=PATTERN, run=N, stream=http and follow=0|1";
}

/* NULL, or what is wrong. */
static const char *read_logs_query(struct arena *arena, struct str text, struct logs_reading *logs)
{
    struct control_query query;
    const char *wrong = NULL;
    if (!control_query_parse(arena, text, &query))
        return "the query is not well-formed";
    logs->names = arena_new(arena, const char *, query.count + 1);
    logs->query.services = logs->names;
    for (uint32_t i = 0; i < query.count && !wrong; i++)
        wrong = take_parameter(logs, &query.items[i]);
    if (!wrong && logs->query.http && logs->query.run != CONTROL_RUN_ANY)
        wrong = "requests are of no run: run does not go with stream=http";
    return wrong;
}

void handle_logs(struct control_visit *visit)
{
    struct arena arena = {0};
    struct strbuf reason = {0};
    struct logs_reading logs = {.query = {.lines = CONTROL_LINES_ALL,
                                          .run = CONTROL_RUN_ANY,
                                          .since = INT64_MIN,
                                          .until = INT64_MAX},
                                .now = clock_wall_ms()};
    const char *wrong = read_logs_query(&arena, visit->query, &logs);
    int error = wrong ? -EINVAL : visit->ops->logs(visit->ctx, visit->stream, &logs.query, &reason);
    strbuf_adds(&reason, wrong ? wrong : "");
    if (error)
        control_visit_failed(visit, error, &reason);
    strbuf_finish(&reason);
    arena_finish(&arena);
}

/* ---- Events ---- */

static bool read_events_query(struct arena *arena, struct str text,
                              struct control_events_query *out)
{
    struct control_query query;
    bool fine = control_query_parse(arena, text, &query);
    for (uint32_t i = 0; fine && i < query.count; i++) {
        const struct control_parameter *p = &query.items[i];
        fine = (str_is(p->key, "history") && control_query_number(p->value, &out->history)) ||
               (str_is(p->key, "follow") && control_query_flag(p->value, &out->follow));
    }
    return fine;
}

void handle_events(struct control_visit *visit)
{
    struct arena arena = {0};
    struct strbuf reason = {0};
    struct control_events_query query = {.follow = true};
    int error = -EINVAL;
    if (read_events_query(&arena, visit->query, &query))
        error = visit->ops->events(visit->ctx, visit->stream, &query, &reason);
    else
        strbuf_adds(&reason, "the query is not of history=N and follow=0|1");
    if (error)
        control_visit_failed(visit, error, &reason);
    strbuf_finish(&reason);
    arena_finish(&arena);
}
