/* The small notations inside strings: durations, sizes, host names, names, status ranges. */
#ifndef COMPILER_FORMS_H
#define COMPILER_FORMS_H

#include "str.h"

#include <stdint.h>

/* "500ms", "1m30s", "1.5s"; false if the text is no such thing or has a part below a millisecond.
 * What is too large for any use gives UINT32_MAX. */
bool form_duration(struct str text, uint32_t *out_ms);

/* "4096B", "512KiB", "10MiB", "1GiB"; false if the text is no such thing. What is too large for any
 * use gives UINT32_MAX. */
bool form_size(struct str text, uint32_t *out_bytes);

/* DNS labels joined by dots, in lower case (RFC 1035, 2.3.1; digits may come first as in RFC 1123,
 * 2.1). The length of the whole is not judged. */
bool form_is_host(struct str text);

/* [A-Za-z0-9_][A-Za-z0-9_.-]* */
bool form_is_name(struct str text);

/* [A-Za-z_][A-Za-z0-9_-]*: what may stand behind the dot of local. and var. */
bool form_is_identifier(struct str text);

/* "200" or "200-399", three digits each, rising. */
bool form_status(struct str text, uint32_t *out_min, uint32_t *out_max);

/* What may stand as the target of a request (RFC 9112, 3.2.1): '/', then visible ASCII, no '#'. */
bool form_is_url_path(struct str text);

#endif
