/* Where the proxy listens: opened when the daemon begins, moved or closed by a reload. Part of the
 * daemon (daemon_state.h). */
#ifndef RUNTIME_DISPATCH_PROXY_H
#define RUNTIME_DISPATCH_PROXY_H

#include "str.h"

#include <stdint.h>

struct daemon;

/* Makes the proxy listen on the port and nowhere else; 0: there is none any more. 0, or a negative
 * errno with lines in out_trouble that say why and what to do: then it listens where it did before.
 */
int dispatch_proxy_listen(struct daemon *daemon, uint16_t port, struct strbuf *out_trouble);

#endif
