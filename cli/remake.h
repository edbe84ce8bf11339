/* How a running a3s makes its plan anew: compiles the A3sfile again, or reads the plan file again,
 * and says what differs from what runs (runtime/update.h).
 */
#ifndef CLI_REMAKE_H
#define CLI_REMAKE_H

#include "command.h"
#include "update.h"

struct remake {
    const struct command_call
        *call;             /* of the "up" or "run": its --var hold until others are said */
    const char *path;      /* of the A3sfile, or of the plan */
    enum plan_trust trust; /* of a plan */
};

/* For "up"; remake outlives the source. watched: a saved source makes it anew by itself. */
struct update_source remake_a3sfile(struct remake *remake, bool watched);
/* For "run". */
struct update_source remake_plan(struct remake *remake);

#endif
