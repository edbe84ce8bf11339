/* The object of GET /v1/status; docs/control-api.md has its shape. */
#ifndef RUNTIME_STATUS_H
#define RUNTIME_STATUS_H

#include "narrate.h"

#include <jansson.h>

struct logs;
struct proxy;

struct status_source {
    const struct narrator *narrator;
    const struct logs *logs;
    const struct proxy *proxy; /* or NULL */
    const char *project;
    const char *root;    /* the folder that its paths are relative to */
    uint16_t proxy_port; /* 0: no proxy */
    bool stopping;       /* everything is being stopped */
};

/* The caller owns the object; NULL without memory. */
json_t *status_json(const struct status_source *source, int64_t now);
/* Its "services", and one of them. */
json_t *status_services(const struct status_source *source, int64_t now);
json_t *status_service(const struct status_source *source, uint32_t service, int64_t now);

#endif
