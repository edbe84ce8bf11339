/* Faults on purpose: what shall go wrong for a share of the requests to a service.
 *
 * A request that is hit waits for delay_ms, then gets the error, or goes on to the service if there
 * is none. Who is hit is decided by a generator of its own (splitmix64): the same seed hits the
 * same requests, in order of arrival.
 */
#ifndef RUNTIME_FAULT_H
#define RUNTIME_FAULT_H

#include "str.h"

#include <jansson.h>
#include <stdint.h>

#define FAULT_DELAY_MAX    600000u /* ms */
#define FAULT_RATE_ALL     10000u  /* all requests */
#define FAULT_RATE_PERCENT 100u

/* A zeroed one is off. */
struct fault {
    uint32_t delay_ms;
    uint32_t rate;  /* 0 (off) to FAULT_RATE_ALL */
    uint16_t error; /* 400..599, or 0: none */
    uint64_t hits;  /* so far */
    uint64_t dice;  /* state of the generator */
};

static inline bool fault_is_on(const struct fault *fault)
{
    return fault->rate != 0;
}
/* Whether the next request is hit; counts it if so. */
bool fault_strikes(struct fault *fault);

/* From {"delay_ms": 200, "error": 503, "rate": 10, "seed": 1} (rate in percent, 100 if it is not
 * given; without seed a random one) or {"off": true}. False: out_error says what is wrong. */
bool fault_from_json(struct fault *out_fault, json_t *object, struct strbuf *out_error);
/* {"delay_ms": 200, "error": 503, "rate": 10.0, "hits": 3}, or null if it is off. */
json_t *fault_to_json(const struct fault *fault);
/* For people: "10 % of the requests wait for 200 ms and get 503". */
void fault_describe(const struct fault *fault, struct strbuf *out);

#endif
