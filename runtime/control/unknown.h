/* What is said to somebody who names a service that there is not. */
#ifndef RUNTIME_UNKNOWN_H
#define RUNTIME_UNKNOWN_H

#include "str.h"

#include <stdint.h>

/* no service is called "wbe"; did you mean "web"? Without a close one, what there is. */
void unknown_service(struct strbuf *out, const char *name, const char *const *names,
                     uint32_t count);

#endif
