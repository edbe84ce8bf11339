/* What happened to each service, and what led to it: every input of the supervisor and every change
 * of state, in a ring of fixed size for each service, so that a restless one cannot push out what
 * is known of the others.
 *
 * A record names its cause, another record, of the same service or of another; so a chain can be
 * followed: a file, the wave that it belongs to, the stop, the exit, the start. What led to the
 * present life of a service is kept besides, however much has happened since. Memory is taken by
 * journal_init alone. Times are the supervisor's milliseconds.
 */
#ifndef RUNTIME_JOURNAL_H
#define RUNTIME_JOURNAL_H

#include "service_fsm.h"

#include <stddef.h>
#include <stdint.h>

#define JOURNAL_RECORDS 32u /* of each service, the newest */
/* Bytes of a record's text with its end; of a longer one the beginning is kept. */
#define JOURNAL_TEXT 128u

struct journal_ref {
    uint32_t service;
    uint32_t number; /* 0: none */
};

struct journal_record {
    int64_t at;
    uint64_t order;           /* over all services */
    struct journal_ref self;  /* numbers of a service rise by one, from 1 */
    struct journal_ref cause; /* none: nothing that is known here */
    bool is_state;
    uint8_t input;           /* enum supervisor_input, unless it is a state */
    uint8_t from, to;        /* enum service_state, if it is one */
    uint8_t event;           /* enum service_event, likewise */
    int32_t value;           /* SPAWNED: process id; EXITED: code, or minus the signal */
    char text[JOURNAL_TEXT]; /* CHANGED: paths; READY, SICK, SPAWN_FAILED: why;
                                EXITED: how, if value does not say it */
};

struct journal {
    uint32_t service_count;
    uint64_t order;
    uint32_t *last;                 /* one a service: the newest number; 0: none */
    struct journal_record *records; /* JOURNAL_RECORDS rows of one a service: few pages at first */
    struct journal_record *origins; /* two a service: what last began a life; what began this one */
};

void journal_init(struct journal *journal, uint32_t service_count);
void journal_finish(struct journal *journal);

/* Takes over what another journal knows: journal has just been initialised. from: for each service
 * its index in the other, or UINT32_MAX; to: the reverse. A cause that is not taken over is none.
 */
void journal_adopt(struct journal *journal, const struct journal *other, const uint32_t *from,
                   const uint32_t *to);

/* Adds a copy; order and self are set, self.service says whose it is. text may be NULL. */
struct journal_ref journal_add(struct journal *journal, const struct journal_record *record,
                               const char *text);
/* The record is one of those that can begin a life: remembered until the next one. */
void journal_begins(struct journal *journal, struct journal_ref ref);
/* The service starts: what was last remembered is the origin of this life. */
void journal_starts(struct journal *journal, uint32_t service);

/* NULL: none, or no longer kept. */
const struct journal_record *journal_get(const struct journal *journal, struct journal_ref ref);
/* The newest of the service. */
struct journal_ref journal_last(const struct journal *journal, uint32_t service);
/* What began the present life, or the last one; NULL if it never started. */
const struct journal_record *journal_origin(const struct journal *journal, uint32_t service);

/* Records of any services into the order in which they were made. */
void journal_sort(const struct journal_record **records, size_t count);

#endif
