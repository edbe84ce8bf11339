#include "story.h"

#include <inttypes.h>

static const char *const inputs[] = {
    [SUPERVISOR_UP] = "up",           [SUPERVISOR_UP_ALONE] = "up alone",
    [SUPERVISOR_DOWN] = "down",       [SUPERVISOR_RESTART] = "restart",
    [SUPERVISOR_CHANGED] = "changed", [SUPERVISOR_KILL] = "kill",
    [SUPERVISOR_LEAVE] = "leave",     [SUPERVISOR_RENEW] = "renew",
    [SUPERVISOR_SPAWNED] = "spawned", [SUPERVISOR_SPAWN_FAILED] = "not spawned",
    [SUPERVISOR_READY] = "ready",     [SUPERVISOR_SICK] = "sick",
    [SUPERVISOR_EXITED] = "exited",   [SUPERVISOR_TICK] = "tick",
    [SUPERVISOR_DRAINED] = "drained",
};
_Static_assert(sizeof inputs / sizeof *inputs == SUPERVISOR_INPUT_COUNT, "one an input");

const char *story_input(enum supervisor_input input)
{
    return inputs[input];
}

static void tell_action(FILE *file, const struct supervisor_action *action)
{
    switch (action->kind) {
    case SUPERVISOR_DO_SPAWN: fprintf(file, "          spawn %u\n", action->service); break;
    case SUPERVISOR_DO_DRAIN: fprintf(file, "          drain %u\n", action->service); break;
    case SUPERVISOR_DO_TERM: fprintf(file, "          term %u\n", action->service); break;
    case SUPERVISOR_DO_KILL: fprintf(file, "          kill %u\n", action->service); break;
    case SUPERVISOR_DO_NOTICE:
        fprintf(file, "          %u: %s -> %s: %s\n", action->service,
                service_state_name(action->from), service_state_name(action->to),
                service_event_text(action->event));
        break;
    }
}

void story_step(FILE *file, const struct supervisor *sv, const struct supervisor_event *event,
                uint32_t before, int64_t now)
{
    fprintf(file, "%8" PRId64 "  %s %u%s%s\n", now, story_input(event->input), event->service,
            event->fatal ? ", for good" : "", event->success ? ", with 0" : "");
    for (uint32_t i = before; i < sv->count; i++)
        tell_action(file, &sv->actions[(sv->head + i) % sv->capacity]);
}
