/* The proxy cannot listen: why, and what to do, for people. Without line breaks at the end. */
#ifndef RUNTIME_PROXY_REFUSED_H
#define RUNTIME_PROXY_REFUSED_H

#include "str.h"

#include <stdint.h>

/* error: a negative errno. Adds a sentence each: "the proxy cannot listen on port 7080: the a3s of
 * /home/me/shop/A3sfile.hcl has it (pid 12)", and, to help, with a port that is free now. */
void proxy_refused_explain(uint16_t port, int error, struct strbuf *why, struct strbuf *help);

#endif
