/* Why a service is as it is: the answer of GET /v1/services/NAME/why, out of the plan, the
 * supervisor and its journal. docs/control-api.md has its shape.
 *
 *     why_words.c    a sentence for the state, and one for a record
 *     why_chain.c    the records that led to the state
 *     why.c          both as JSON
 *
 * What the one printed whose end explains it is for the caller to add (last_words.h).
 */
#ifndef RUNTIME_WHY_H
#define RUNTIME_WHY_H

#include "str.h"
#include "supervisor.h"

#include <jansson.h>

/* Records of one answer. */
#define WHY_CHAIN_MAX 64u

struct why_source {
    const struct plan *plan;
    const struct supervisor *supervisor;
    int64_t now;         /* by the supervisor's clock */
    int64_t wall;        /* the same moment in milliseconds since the epoch */
    const char *trouble; /* of the service's probe, or "" */
};

/* The caller owns the object; NULL without memory. */
json_t *why_json(const struct why_source *source, uint32_t service);

/* The service whose last end is the reason: this one, if it crashed or has come back from that, or
 * the one that keeps it blocked. PLAN_NONE: no end is. */
uint32_t why_ended(const struct why_source *source, uint32_t service);

/* All that is kept of the service, oldest first: the answer of GET /v1/services/NAME/journal. */
json_t *why_journal_json(const struct why_source *source, uint32_t service);
/* One record as in them, without its cause, and with "seq", which rises over all services. */
json_t *why_event_json(const struct why_source *source, const struct journal_record *record);

/* Where the service is declared: {"file", "line", "column"}. */
json_t *why_place_json(const struct plan *plan, uint32_t service);

/* "lane is blocked: it depends on event (A3sfile.hcl:94:3), which failed: exited with 3". */
void why_headline(const struct why_source *source, uint32_t service, struct strbuf *out);
/* "exited with 3", "pending -> starting: every dependency is ready". */
void why_record(const struct why_source *source, const struct journal_record *record,
                struct strbuf *out);
/* "up", "file", "exited" ..., or "state". */
const char *why_event(const struct journal_record *record);

struct why_chain {
    const struct journal_record *records[WHY_CHAIN_MAX]; /* oldest first */
    uint32_t count;
    bool complete; /* it begins with what began it: a command, a changed file */
};

void why_chain_collect(const struct journal *journal, uint32_t service, struct why_chain *out);

#endif
