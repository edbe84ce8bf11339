/* What is said to the control API and read from its answers, for both of its clients: the one that
 * waits (remote.h) and the one that does not (top_request.h).
 */
#ifndef CLI_API_H
#define CLI_API_H

#include "str.h"

#include <jansson.h>

/* Appends a request with its body, which is JSON or NULL. */
void api_request(struct strbuf *out, const char *method, const char *target, const char *body);
/* Appends a word to a target: as it is, but for what a URL may not hold. */
void api_word(struct strbuf *target, const char *word);
/* Appends "/v1/services/NAME/VERB". */
void api_service(struct strbuf *target, const char *name, const char *verb);

/* The next line of a stream's body from *at on that is whole and not empty, without its line break;
 * *at goes behind it. */
bool api_next_line(const struct strbuf *body, size_t *at, struct str *out_line);
/* Takes so many bytes off the front. */
void api_drop(struct strbuf *body, size_t bytes);

/* The text under the key; "" if there is none. */
const char *api_text(const json_t *object, const char *key);
/* The service's object in the answer to /v1/status; NULL if there is none. */
json_t *api_find(const json_t *status, const char *name);

#endif
