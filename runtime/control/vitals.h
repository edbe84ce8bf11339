/* How a3s itself is: the answer of GET /v1/health. */
#ifndef RUNTIME_VITALS_H
#define RUNTIME_VITALS_H

#include "supervisor.h"

#include <jansson.h>

struct vitals {
    const struct supervisor *supervisor;
    int64_t uptime_ms;
    unsigned clients; /* of the control socket, whoever asks included */
    bool stopping;
};

/* The caller owns the object; NULL without memory. */
json_t *vitals_json(const struct vitals *vitals);

#endif
