/* What the runs have come by: how often each event was looked up in each state of the table, and
 * how often each input was told of a service in each state.
 *
 * Look-ups are counted by standing in for service_step (the linker's --wrap), so nothing in the
 * supervisor knows of it.
 */
#ifndef SIM_COVERAGE_H
#define SIM_COVERAGE_H

#include "supervisor.h"

#include <stdio.h>

struct coverage {
    uint64_t cells[SERVICE_STATE_COUNT][SERVICE_EVENT_COUNT];
    uint64_t inputs[SERVICE_STATE_COUNT][SUPERVISOR_INPUT_COUNT];
};

/* From now on this process's look-ups are counted there; NULL: nowhere. */
void coverage_begin(struct coverage *coverage);
/* Before a step: the supervisor is about to be told the event. */
void coverage_input(const struct supervisor *supervisor, const struct supervisor_event *event,
                    int64_t now);

/* Two tables, and a line for each cell that can come and leads on, and each input in a state in
 * which it can be told, that never came. The number of these lines. */
int coverage_print(const struct coverage *coverage, FILE *file);

#endif
