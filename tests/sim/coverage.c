#include "coverage.h"

#include "story.h"

#include <inttypes.h>

/* Written by service_step, which has no other place for it. */
static struct coverage *counted;

struct service_step __real_service_step(enum service_state state, enum service_event event);
struct service_step __wrap_service_step(enum service_state state, enum service_event event);

struct service_step __wrap_service_step(enum service_state state, enum service_event event)
{
    if (counted)
        counted->cells[state][event]++;
    return __real_service_step(state, event);
}

void coverage_begin(struct coverage *coverage)
{
    counted = coverage;
}

void coverage_input(const struct supervisor *sv, const struct supervisor_event *event, int64_t now)
{
    if (!counted)
        return;
    if (event->input != SUPERVISOR_TICK) {
        counted->inputs[sv->services[event->service].state][event->input]++;
        return;
    }
    for (uint32_t i = 0; i < sv->plan->service_count; i++) {
        if (sv->services[i].deadline <= now)
            counted->inputs[sv->services[i].state][SUPERVISOR_TICK]++;
    }
}

/* But for these a cell that leads to another state can come: what ended by itself does not run
 * again at once, what was told to end is not done. */
static bool leads_on(enum service_state state, enum service_event event)
{
    bool told = state == SERVICE_STOPPING;
    bool cannot_come =
        (event == SERVICE_EVENT_EXIT_AGAIN && !told) || (event == SERVICE_EVENT_EXIT_DONE && told);
    return !cannot_come && service_step(state, event).next != state;
}

/* An answer to SPAWN comes to who asked, a deadline to who has one. */
static bool can_be_told(enum service_state state, enum supervisor_input input)
{
    bool under_way = state == SERVICE_STARTING || state == SERVICE_STOPPING;
    if (input == SUPERVISOR_SPAWNED)
        return under_way;
    return input != SUPERVISOR_TICK || under_way || state == SERVICE_BACKOFF;
}

static void print_count(uint64_t count, FILE *file)
{
    if (!count)
        fprintf(file, " %9s", ".");
    else if (count < 1000000)
        fprintf(file, " %9" PRIu64, count);
    else
        fprintf(file, " %8" PRIu64 "k", count / 1000);
}

static void print_head(const char *what, FILE *file)
{
    fprintf(file, "%-12s", what);
    for (int s = 0; s < SERVICE_STATE_COUNT; s++)
        fprintf(file, " %9s", service_state_name(s));
    fputc('\n', file);
}

static int print_cells(const struct coverage *coverage, FILE *file)
{
    static const char *const names[] = {
#define EVENT(name, text) #name,
#include "service_fsm.def"
#undef EVENT
    };
    int missing = 0;
    print_head("event", file);
    for (int e = 0; e < SERVICE_EVENT_COUNT; e++) {
        fprintf(file, "%-12s", names[e]);
        for (int s = 0; s < SERVICE_STATE_COUNT; s++)
            print_count(coverage->cells[s][e], file);
        fputc('\n', file);
    }
    for (int s = 0; s < SERVICE_STATE_COUNT; s++) {
        for (int e = 0; e < SERVICE_EVENT_COUNT; e++) {
            if (coverage->cells[s][e] || !leads_on(s, e))
                continue;
            fprintf(file, "never taken: %s: %s\n", service_state_name(s), service_event_text(e));
            missing++;
        }
    }
    return missing;
}

static int print_inputs(const struct coverage *coverage, FILE *file)
{
    int missing = 0;
    print_head("input", file);
    for (int i = 0; i < SUPERVISOR_INPUT_COUNT; i++) {
        fprintf(file, "%-12s", story_input(i));
        for (int s = 0; s < SERVICE_STATE_COUNT; s++)
            print_count(coverage->inputs[s][i], file);
        fputc('\n', file);
    }
    for (int s = 0; s < SERVICE_STATE_COUNT; s++) {
        for (int i = 0; i < SUPERVISOR_INPUT_COUNT; i++) {
            if (coverage->inputs[s][i] || !can_be_told(s, i))
                continue;
            fprintf(file, "never told: %s: %s\n", service_state_name(s), story_input(i));
            missing++;
        }
    }
    return missing;
}

int coverage_print(const struct coverage *coverage, FILE *file)
{
    coverage_begin(NULL);
    int missing = print_cells(coverage, file);
    return missing + print_inputs(coverage, file);
}
