/* Probes of other tools as health blocks. */
#ifndef IMPORT_PROBE_H
#define IMPORT_PROBE_H

#include "import_parts.h"

/* curl or wget of an http address of this machine: becomes an http probe. False: it is something
 * else, or asks for more than a GET. */
bool import_probe_command(struct import *im, struct draft_service *service, struct str line);
void import_probe_http(struct import *im, struct draft_service *service, uint32_t port,
                       struct str path);
/* An exec probe; command is an HCL expression. */
void import_probe_exec(struct import *im, struct draft_service *service, struct str command);

/* 0: not said. A probe of a3s takes no longer than its interval. */
struct probe_times {
    uint32_t interval, timeout; /* milliseconds */
    uint32_t retries;
};

void import_probe_set_times(struct import *im, struct draft_service *service,
                            struct probe_times times);

#endif
