/* What the daemon answers when the proxy or a client of the control API asks; ctx is the daemon. */
#ifndef RUNTIME_ANSWERS_H
#define RUNTIME_ANSWERS_H

#include "control.h"
#include "proxy.h"

extern const struct proxy_ops answers_for_proxy;
extern const struct control_ops answers_for_control;

#endif
