/* Whom a request is for: the host of its authority, and the service that the plan routes it to.
 *
 * The host decides and nothing else does: it is the whole defence against DNS rebinding. A name is
 * compared without case, port and trailing dot; only names of the plan's routes, and names under
 * them, are served. Addresses, bare domains and public names have no route.
 */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include "head.h"

#include <a3s/plan.h>

struct host {
    char name[PLAN_NAME_MAX + 1]; /* lower case, without port and trailing dot; NUL-terminated */
    uint8_t length;
    struct str authority; /* as it was received; points into the head */
    struct str target;    /* for the service: the request target without scheme and authority */
    bool needs_slash;     /* the absolute form had no path: "/" goes before the target */
};

/* host [":" port]; false if it has other characters, an empty label, user information or a bad
 * port. Sets name and length only. */
bool host_parse(struct host *host, struct str authority);

/* By the authority of an absolute target, else by Host. False if Host is missing, is there twice or
 * is malformed: the answer is 400. */
bool host_of_request(struct host *host, const struct head *head);

/* Index into SERVICES, or PLAN_NONE if no route has the name or is above it. */
uint32_t host_route(const struct plan *plan, const struct host *host);

#endif
