#include "notes.h"

struct journal_ref notes_state(struct supervisor *sv, uint32_t service, enum service_state next,
                               enum service_event event, int64_t now)
{
    struct supervised *s = &sv->services[service];
    s->cause = journal_add(&sv->journal,
                           &(struct journal_record){.self.service = service,
                                                    .at = now,
                                                    .cause = s->cause,
                                                    .is_state = true,
                                                    .from = (uint8_t)s->state,
                                                    .to = (uint8_t)next,
                                                    .event = (uint8_t)event},
                           NULL);
    if (event == SERVICE_EVENT_GIVE_UP)
        journal_begins(&sv->journal, s->cause);
    if (next == SERVICE_STARTING)
        journal_starts(&sv->journal, service);
    return s->cause;
}

void notes_demand(struct supervisor *sv, uint32_t service, bool wanted, int64_t now)
{
    struct supervised *s = &sv->services[service];
    if (sv->input.service == service || s->wanted == wanted)
        return;
    enum supervisor_input input = wanted ? SUPERVISOR_UP : SUPERVISOR_DOWN;
    s->cause = journal_add(
        &sv->journal,
        &(struct journal_record){
            .self.service = service, .at = now, .cause = sv->input, .input = (uint8_t)input},
        NULL);
    journal_begins(&sv->journal, s->cause);
}

/* An answer of the world follows from what was last done with the service; a command from nothing
 * that is known here. */
static struct journal_ref cause_of(const struct supervisor *sv,
                                   const struct supervisor_event *event)
{
    switch (event->input) {
    case SUPERVISOR_SPAWNED:
    case SUPERVISOR_SPAWN_FAILED:
    case SUPERVISOR_READY:
    case SUPERVISOR_SICK:
    case SUPERVISOR_EXITED: return journal_last(&sv->journal, event->service);
    default: return event->cause;
    }
}

/* Whether a life of the service may begin with it. */
static bool begins_life(const struct supervisor *sv, const struct supervisor_event *event)
{
    switch (event->input) {
    case SUPERVISOR_SPAWNED:
    case SUPERVISOR_READY:
    case SUPERVISOR_SICK: return false;
    case SUPERVISOR_EXITED: return sv->services[event->service].state != SERVICE_STOPPING;
    default: return true;
    }
}

void notes_event(struct supervisor *sv, const struct supervisor_event *event, int64_t now)
{
    struct journal_record record = {.self.service = event->service,
                                    .at = now,
                                    .cause = cause_of(sv, event),
                                    .input = (uint8_t)event->input,
                                    .value = event->value};
    sv->input = (struct journal_ref){0};
    if (event->input >= SUPERVISOR_TICK)
        return;
    sv->input = journal_add(&sv->journal, &record, event->text);
    sv->services[event->service].cause = sv->input;
    if (begins_life(sv, event))
        journal_begins(&sv->journal, sv->input);
}
