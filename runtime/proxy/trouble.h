/* Why a service cannot answer: what the proxy's page says instead of it, for people and programs.
 *
 * The page waits in the background for the state to change, and is loaded again then: its script
 * asks with X-A3s-Await, which says what it knows already, and is answered when that is no longer
 * true. Without JavaScript it is loaded again every two seconds. Neither is in the answer to
 * anything but a GET, which alone can be repeated.
 */
#ifndef RUNTIME_TROUBLE_H
#define RUNTIME_TROUBLE_H

#include "str.h"

#include <stdint.h>

struct trouble {
    const char *service, *state; /* their names */
    struct strbuf reason;        /* a sentence, or nothing */
    struct strbuf waits_for;     /* names, a line each */
    const char *file;            /* where it is declared */
    uint32_t line;
    struct strbuf lines; /* of its output, the last; UTF-8 */
    bool exited;         /* its last process, by itself, with exit_code */
    int exit_code;
};

void trouble_finish(struct trouble *trouble);
/* Changes with what there is to say. */
uint64_t trouble_id(const struct trouble *trouble);
/* "web has failed" */
void trouble_title(const struct trouble *trouble, struct strbuf *out);
/* What comes after the title; with a link to try again, and what reloads it, if it may be asked for
 * again. */
void trouble_html(const struct trouble *trouble, bool again, struct strbuf *out);
/* For the head of that page. */
void trouble_html_head(struct strbuf *out);
/* The value of its Content-Security-Policy. */
const char *trouble_policy(void);
/* Members of an object: a comma before each. */
void trouble_json(const struct trouble *trouble, struct strbuf *out);

#endif
