#include "events.h"

#include "clock_text.h"

#include <inttypes.h>
#include <stdlib.h>

/* Left free in a listener's queue, for the line that says how many were lost. */
#define ROOM_KEPT 4096u

struct listener_of_events {
    struct events *events;
    struct listener_of_events *next;
    struct control_stream *stream;
    uint64_t lost;
};

static bool send(struct control_stream *stream, const struct strbuf *line)
{
    if (control_stream_room(stream) < line->len + ROOM_KEPT)
        return false;
    control_stream_write(stream, line->ptr, line->len);
    return true;
}

/* Takes the object. */
static void add_json(struct strbuf *out, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    strbuf_addf(out, "%s\n", text ? text : "{}");
    free(text);
    json_decref(object);
}

static void tell(struct listener_of_events *listener, const struct strbuf *line)
{
    struct strbuf lost = {0};
    if (listener->lost)
        strbuf_addf(&lost, "{\"lost\":%" PRIu64 "}\n", listener->lost);
    strbuf_add_str(&lost, strbuf_str(line));
    bool sent = send(listener->stream, &lost);
    listener->lost = sent ? 0 : listener->lost + 1;
    strbuf_finish(&lost);
}

/* Takes the object. */
static void tell_all(struct events *events, json_t *object)
{
    struct strbuf line = {0};
    add_json(&line, object);
    for (struct listener_of_events *l = events->listeners; l; l = l->next)
        tell(l, &line);
    strbuf_finish(&line);
}

void events_state(struct events *events, const struct why_source *source, struct journal_ref ref)
{
    if (!events->listeners)
        return;
    const struct journal_record *record = journal_get(&source->supervisor->journal, ref);
    if (record)
        tell_all(events, why_event_json(source, record));
}

static json_t *plan_event(const struct why_source *source, const char *event)
{
    struct strbuf time = {0};
    char hash[17];
    clock_text_iso(&time, source->wall);
    snprintf(hash, sizeof hash, "%016" PRIx64, source->plan->hash);
    json_t *object =
        json_pack("{s:s,s:s,s:s}", "time", strbuf_text(&time), "event", event, "plan_hash", hash);
    strbuf_finish(&time);
    return object;
}

void events_reload(struct events *events, const struct why_source *source)
{
    tell_all(events, plan_event(source, "reload"));
}

/* ---- What was before ---- */

/* Of all services, oldest first; the caller frees the list. NULL: none, or no memory. */
static const struct journal_record **collect(const struct journal *journal, size_t *out_count)
{
    const struct journal_record **list =
        calloc((size_t)journal->service_count * JOURNAL_RECORDS, sizeof *list);
    *out_count = 0;
    for (uint32_t i = 0; list && i < journal->service_count; i++) {
        struct journal_ref ref = journal_last(journal, i);
        const struct journal_record *record;
        for (; (record = journal_get(journal, ref)); ref.number--)
            if (record->is_state)
                list[(*out_count)++] = record;
    }
    if (*out_count)
        journal_sort(list, *out_count);
    return list;
}

static void send_one(struct listener_of_events *listener, json_t *object)
{
    struct strbuf line = {0};
    add_json(&line, object);
    tell(listener, &line);
    strbuf_finish(&line);
}

static void send_history(struct listener_of_events *listener, const struct why_source *source,
                         uint32_t max)
{
    size_t count;
    const struct journal_record **list = collect(&source->supervisor->journal, &count);
    for (size_t i = count > max ? count - max : 0; i < count; i++)
        send_one(listener, why_event_json(source, list[i]));
    free(list);
}

static void on_close(void *user)
{
    struct listener_of_events *listener = user;
    struct listener_of_events **at = &listener->events->listeners;
    while (*at && *at != listener)
        at = &(*at)->next;
    if (*at)
        *at = listener->next;
    free(listener);
}

void events_follow(struct events *events, const struct why_source *source,
                   struct control_stream *stream, const struct control_events_query *query)
{
    struct listener_of_events *listener = calloc(1, sizeof *listener);
    if (!listener) {
        control_stream_end(stream);
        return;
    }
    *listener = (struct listener_of_events){.events = events, .stream = stream};
    control_stream_watch(stream, NULL, on_close, listener);
    if (query->history)
        send_history(listener, source, query->history);
    if (query->follow) {
        send_one(listener, plan_event(source, "open"));
        listener->next = events->listeners;
        events->listeners = listener;
    } else {
        control_stream_end(stream);
    }
}
