/* The daemon's sentences: what happened to a service and why, for the log, for status and for the
 * proxy's page. */
#ifndef RUNTIME_NARRATE_H
#define RUNTIME_NARRATE_H

#include "log.h"
#include "str.h"
#include "supervisor.h"

struct run;

/* What is known beside the supervisor's state; all belong to the daemon. */
struct narrator {
    const struct plan *plan;
    const struct supervisor *supervisor;
    const struct run *runs; /* one a service */
    const uint16_t *ports;  /* one a service */
    struct strbuf *reasons; /* one a service: the last trouble, "" if none */
};

/* The sentence for a change of state, and how loud it is. */
enum log_level narrate_notice(const struct narrator *narrator,
                              const struct supervisor_action *notice, int64_t now,
                              struct strbuf *out);
/* Why the service is as it is; nothing is added if there is nothing to say. */
void narrate_reason(const struct narrator *narrator, uint32_t service, int64_t now,
                    struct strbuf *out);
/* How far the end of a stopping service is: "pid 12, 3.2 s of 5.0 s, TERM sent". */
void narrate_end(const struct narrator *narrator, uint32_t service, int64_t now,
                 struct strbuf *out);
/* "A3sfile.hcl:12", the place of the field. */
void narrate_place(const struct plan *plan, uint32_t service, enum plan_field field,
                   struct strbuf *out);
/* "340 ms", "2.0 s", "12 min", "3 h". */
void narrate_duration(struct strbuf *out, int64_t ms);

#endif
