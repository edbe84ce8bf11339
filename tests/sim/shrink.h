/* The least of a scenario that still breaks the same rule. */
#ifndef SIM_SHRINK_H
#define SIM_SHRINK_H

#include "trial.h"

/* The trial's scenario broke trial->broken. Takes away what can be: moves, waits, services,
 * dependencies, what is unusual about a service. */
void shrink(struct trial *trial);

#endif
