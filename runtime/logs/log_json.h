/* Log lines as JSON, one object a line: {"time": RFC 3339 with milliseconds, "service", "stream":
 * "stdout", "stderr" or "a3s", "seq", "line"}. Of what a3s says about a service, "service" is that
 * service and "stream" is "a3s". A byte that is not UTF-8 becomes U+FFFD. Of a request "stream" is
 * "http", and instead of "line" stands what access.h tells.
 */
#ifndef RUNTIME_LOG_JSON_H
#define RUNTIME_LOG_JSON_H

#include "log_line.h"

/* names: one a service. */
void log_json_add(struct strbuf *out, const struct log_line *line, const char *const *names);
/* {"unread": N}: so many lines before this one were not looked at, or not to their end. */
void log_json_add_unread(struct strbuf *out, uint64_t unread);
/* {"lost": N}: so many lines would have been here. */
void log_json_add_lost(struct strbuf *out, uint64_t lost);

#endif
