/* What it takes to get from one plan to another: which services to stop, start and restart, what
 * can be changed while they run, and the fields that say so.
 *
 * Services are matched by name, so a new name is a stop and a start. What a running process can see
 * (its command, folder, environment, port, terminal) needs a restart to change, also where another
 * service's field is behind it; the rest is the supervisor's own business and an update. Values are
 * compared as they stand in the plan, by pieces: nothing is looked up.
 *
 * Both plans are verified. The result lives in the arena and points into the plans; the same plans
 * give the same result.
 */
#ifndef PLAN_DIFF_H
#define PLAN_DIFF_H

#include "a3s/plan.h"
#include "arena.h"
#include "str.h"

/* From the weakest to the strongest. */
#define PLAN_CHANGES(X)                                                                    \
    X(KEEP, "keep")       /* nothing of it differs but places in the sources */            \
    X(UPDATE, "update")   /* the supervisor takes over new values; its process goes on */  \
    X(RESTART, "restart") /* stop it as the old plan says, start it as the new one does */ \
    X(START, "start")     /* it is new, or no longer disabled */                           \
    X(STOP, "stop")       /* it is gone, or disabled now */

enum plan_change {
#define X(change, name) PLAN_CHANGE_##change,
    PLAN_CHANGES(X)
#undef X
        PLAN_CHANGE_COUNT
};

/* A value that differs, as a person writes it. */
struct plan_diff_field {
    enum plan_field field;
    enum plan_change effect;    /* what this one alone would need */
    const char *name;           /* "cmd", "health.interval", "env.LEVEL" */
    const char *before, *after; /* NULL: it has none; "***" for a secret, perhaps on both sides */
    /* Where the field is written, else its service; NULL: that plan has no such service. */
    const struct plan_span *before_span, *after_span;
};

struct plan_diff_service {
    const char *name;
    enum plan_change change;
    uint32_t before, after;               /* indices of the plans' services, or PLAN_NONE */
    const struct plan_diff_field *fields; /* in the order of plan/diff.def; none: KEEP */
    uint32_t field_count;
};

/* A setting of the dev block that differs. */
struct plan_diff_setting {
    const char *name, *before, *after;
    bool listen; /* the proxy has to listen anew; else it can change while a3s runs */
};

struct plan_diff {
    const struct plan *before, *after;
    bool same; /* byte by byte; else at least a source or a place in one differs */
    const struct plan_diff_setting *settings;
    uint32_t setting_count;
    /* Every service of either plan, once: first those that stop in the old plan's reverse start
     * order, then the others in the new plan's start order. */
    const struct plan_diff_service *services;
    uint32_t service_count;
    uint32_t counts[PLAN_CHANGE_COUNT]; /* services of each kind */
};

struct plan_diff plan_diff_new(struct arena *arena, const struct plan *before,
                               const struct plan *after);

const char *plan_change_name(enum plan_change change); /* "restart" */

/* For people: a line for each service that is not kept, one for each field below it, and the sums
 * at the end. Empty if the plans are the same. */
void plan_diff_text(const struct plan_diff *diff, struct strbuf *out);
/* One object, indented by 2; docs/plan-format.md has its shape. Ends in a newline. */
void plan_diff_json(const struct plan_diff *diff, struct strbuf *out);

#endif
