/* What the daemon answers when the proxy or a client of the control API asks; ctx is the daemon. */
#ifndef RUNTIME_ANSWERS_H
#define RUNTIME_ANSWERS_H

#include "control.h"
#include "proxy.h"

struct daemon;

extern const struct proxy_ops answers_for_proxy;
extern const struct control_ops answers_for_control;

/* answers.c and answers_read.c only */
int answers_read(void *ctx, enum control_what what, const char *service, json_t **out_object,
                 struct strbuf *out_error);
/* PLAN_NONE, with a sentence in out_error, if no service is called so. */
uint32_t answers_find(const struct daemon *daemon, const char *name, struct strbuf *out_error);

#endif
