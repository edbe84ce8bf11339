/* A run, told step by step for a person. */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include "supervisor.h"

#include <stdio.h>

/* As it is called. */
const char *story_input(enum supervisor_input input);

/* An event, and the actions behind the first `before` of those that wait. */
void story_step(FILE *file, const struct supervisor *supervisor,
                const struct supervisor_event *event, uint32_t before, int64_t now);

#endif
