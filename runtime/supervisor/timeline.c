#include "timeline.h"

#include "clock_text.h"
#include "mem.h"

static struct timeline_entry *new_entries(uint32_t count)
{
    struct timeline_entry *entries = mem_alloc_array(count, sizeof *entries);
    for (uint32_t i = 0; i < count; i++)
        entries[i] = (struct timeline_entry){TIMELINE_NEVER, TIMELINE_NEVER, TIMELINE_NEVER};
    return entries;
}

void timeline_init(struct timeline *timeline, uint32_t count, int64_t now, int64_t wall)
{
    *timeline = (struct timeline){.began = now,
                                  .began_wall = wall,
                                  .begun = INT64_MAX,
                                  .count = count,
                                  .entries = new_entries(count)};
}

void timeline_finish(struct timeline *timeline)
{
    free(timeline->entries);
    *timeline = (struct timeline){0};
}

void timeline_renumber(struct timeline *timeline, const uint32_t *from, uint32_t count)
{
    struct timeline_entry *entries = new_entries(count);
    for (uint32_t i = 0; i < count; i++) {
        if (from[i] != PLAN_NONE)
            entries[i] = timeline->entries[from[i]];
    }
    free(timeline->entries);
    timeline->entries = entries;
    timeline->count = count;
}

void timeline_begun(struct timeline *timeline, int64_t now)
{
    timeline->begun = now;
}

static void set_once(int64_t *moment, int64_t now)
{
    if (*moment == TIMELINE_NEVER)
        *moment = now;
}

void timeline_note(struct timeline *timeline, const struct plan *plan, uint32_t service,
                   enum service_state state, int64_t now)
{
    struct timeline_entry *entry = &timeline->entries[service];
    bool task = plan->services[service].kind == PLAN_KIND_TASK;
    if (state == SERVICE_PENDING || state == SERVICE_BLOCKED || state == SERVICE_STARTING)
        set_once(&entry->asked, now);
    if (state == SERVICE_STARTING)
        set_once(&entry->started, now);
    if (state == (task ? SERVICE_DONE : SERVICE_RUNNING))
        set_once(&entry->ready, now);
}

uint32_t timeline_waited_for(const struct timeline *timeline, const struct plan *plan,
                             uint32_t service)
{
    const struct timeline_entry *entry = &timeline->entries[service];
    struct plan_range deps = plan->services[service].deps;
    uint32_t found = PLAN_NONE;
    int64_t latest = entry->asked;
    for (uint32_t i = 0; i < deps.count && entry->started != TIMELINE_NEVER; i++) {
        uint32_t dep = plan->deps[deps.first + i];
        int64_t ready = timeline->entries[dep].ready;
        /* One that was ready before it was asked for was not waited for. */
        if (ready == TIMELINE_NEVER || ready > entry->started || ready < latest)
            continue;
        latest = ready;
        found = dep;
    }
    return found;
}

static bool is_of_start(const struct timeline *timeline, uint32_t service)
{
    int64_t asked = timeline->entries[service].asked;
    return asked != TIMELINE_NEVER && asked <= timeline->begun;
}

uint32_t timeline_last(const struct timeline *timeline)
{
    uint32_t last = PLAN_NONE;
    for (uint32_t i = 0; i < timeline->count; i++) {
        int64_t ready = timeline->entries[i].ready;
        if (is_of_start(timeline, i) && ready != TIMELINE_NEVER &&
            (last == PLAN_NONE || ready > timeline->entries[last].ready))
            last = i;
    }
    return last;
}

/* ---- As JSON ---- */

static json_t *name_or_null(const struct plan *plan, uint32_t service)
{
    return service == PLAN_NONE ? json_null() : json_string(plan_service_name(plan, service));
}

static json_t *since_began(const struct timeline *timeline, int64_t moment)
{
    return moment == TIMELINE_NEVER ? json_null() : json_integer(moment - timeline->began);
}

static json_t *depends_on(const struct plan *plan, uint32_t service)
{
    json_t *names = json_array();
    struct plan_range deps = plan->services[service].deps;
    for (uint32_t i = 0; i < deps.count; i++)
        json_array_append_new(names, name_or_null(plan, plan->deps[deps.first + i]));
    return names;
}

static json_t *entry_json(const struct timeline *timeline, const struct plan *plan,
                          uint32_t service)
{
    const struct timeline_entry *entry = &timeline->entries[service];
    bool task = plan->services[service].kind == PLAN_KIND_TASK;
    return json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o}", "name",
                     name_or_null(plan, service), "kind", task ? "task" : "service", "depends_on",
                     depends_on(plan, service), "of_start", is_of_start(timeline, service),
                     "asked_ms", since_began(timeline, entry->asked), "started_ms",
                     since_began(timeline, entry->started), "ready_ms",
                     since_began(timeline, entry->ready), "waited_for",
                     name_or_null(plan, timeline_waited_for(timeline, plan, service)));
}

/* From the first to the last. A service comes after its dependencies, so this ends. */
static json_t *critical_path(const struct timeline *timeline, const struct plan *plan)
{
    json_t *names = json_array();
    for (uint32_t i = timeline_last(timeline); i != PLAN_NONE;
         i = timeline_waited_for(timeline, plan, i))
        json_array_insert_new(names, 0, name_or_null(plan, i));
    return names;
}

json_t *timeline_json(const struct timeline *timeline, const struct plan *plan)
{
    uint32_t last = timeline_last(timeline);
    int64_t ready = last == PLAN_NONE ? TIMELINE_NEVER : timeline->entries[last].ready;
    struct strbuf began = {0};
    json_t *services = json_array();
    clock_text_iso(&began, timeline->began_wall);
    for (uint32_t i = 0; i < timeline->count; i++)
        json_array_append_new(services, entry_json(timeline, plan, i));
    json_t *root = json_pack("{s:i, s:s, s:o, s:o, s:o}", "api", 1, "began", strbuf_text(&began),
                             "ready_ms", since_began(timeline, ready), "critical_path",
                             critical_path(timeline, plan), "services", services);
    strbuf_finish(&began);
    return root;
}
