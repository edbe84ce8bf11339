/* A plan made anew, and what it takes to get there: from who can make plans to the daemon, which
 * cannot. The maker runs in a process of its own (recompile.h); the bytes are what comes back.
 */
#ifndef RUNTIME_UPDATE_H
#define RUNTIME_UPDATE_H

#include "a3s/plan.h"
#include "str.h"

#include <jansson.h>

enum update_part {
    UPDATE_PLAN,     /* the bytes of the plan; nothing if there is none */
    UPDATE_VERDICTS, /* an enum update_verdict each: the old plan's services, then the new one's */
    UPDATE_TEXT,     /* for people, some lines: what differs, or what is wrong */
    UPDATE_JSON, /* for programs, one value: what differs (docs/plan-format.md), or the findings */
    UPDATE_PART_COUNT
};

/* What becomes of a service. */
enum update_verdict {
    UPDATE_KEEP,
    UPDATE_LIVE,    /* something of it differs, but its process goes on */
    UPDATE_RESTART, /* its process ends as the old plan says and starts as the new one does */
    UPDATE_START,   /* it is new, or no longer disabled */
    UPDATE_STOP,    /* it is gone, or disabled now */
    UPDATE_VERDICT_COUNT
};

struct update {
    bool valid;
    struct strbuf parts[UPDATE_PART_COUNT];
};

/* Who makes plans. */
struct update_source {
    /* In a child of the daemon's: may take memory and open files as it likes. variables: an object
     * of texts by name, or NULL. out_update is zeroed. */
    void (*make)(void *ctx, const struct plan *current, const json_t *variables,
                 struct update *out_update);
    /* In the daemon, before the plan's lookups are read: what variables say of them goes into the
     * environment. */
    void (*provide)(void *ctx, const struct plan *plan, const json_t *variables);
    void *ctx;
    bool watched; /* saving one of the plan's sources makes it anew */
};

static inline void update_finish(struct update *update)
{
    for (int i = 0; i < UPDATE_PART_COUNT; i++)
        strbuf_finish(&update->parts[i]);
}

#endif
