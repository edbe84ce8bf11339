/* What a3s itself serves behind the proxy: http://a3s.localhost:PORT/, for the browser of the user
 * who runs it. Two things are to be had there:
 *
 *     /        the page: one file, the same for everybody, without any data
 *     /v1/...  the control API (control.h), for whoever knows the token
 *
 * Any program, and any page in any browser of this machine, can send requests to the port. So
 * /v1/ is given only to a request that has the token, and that no foreign page has caused: Origin
 * is that of the page or absent, Sec-Fetch-Site says same-origin, none or nothing; a POST has the
 * content type application/json, which no form can send. There is no CORS, no cookie, and no
 * GET that changes anything. docs/security.md has the threats.
 *
 * The token is 32 random bytes, new with every start of a3s; it is known to the run directory
 * (rundir.h), and travels in the fragment of the page's address, which browsers do not send.
 *
 * Other users of the machine can read the arguments of a process, a browser's too. So "a3s open"
 * passes a ticket instead: the page gets the token for it, once, within a minute, by a POST to
 * /v1/token.
 */
#ifndef RUNTIME_SITE_H
#define RUNTIME_SITE_H

#include "buffer.h"
#include "head.h"
#include "host.h"

#define SITE_NAME       "a3s" /* in front of the plan's domain; no service may have it */
#define SITE_TOKEN_TEXT 64u   /* hex digits */
#define SITE_TICKET_MS  60000 /* how long a ticket is good for */

struct site {
    char token[SITE_TOKEN_TEXT + 1];
    char ticket[SITE_TOKEN_TEXT + 1]; /* the newest; "": none, or used */
    int64_t ticket_until;             /* ms, as all times here, of the monotonic clock */
};

/* With a new token. 0, or a negative errno: there is no random number to be had. */
int site_init(struct site *site);
/* Makes a new ticket; the one before is void. As site_init. */
int site_make_ticket(struct site *site, int64_t now);

/* Whether the request is for a3s itself: the name alone decides. */
bool site_is_host(const struct plan *plan, const struct host *host);

/* Appends "http://a3s.localhost:PORT/". */
void site_address(struct strbuf *out, const struct plan *plan, uint16_t port);

enum site_verdict {
    SITE_REFUSED,
    SITE_PAGE,
    SITE_TOKEN, /* the token for a ticket; site_judge has taken the ticket */
    SITE_CONTROL,
    SITE_VERDICT_COUNT
};

struct site_visit {
    enum site_verdict verdict;
    uint16_t status;   /* all but CONTROL */
    const char *error; /* REFUSED: one sentence */
    const char *allow; /* REFUSED with 405: the methods that there are */
};

/* By the request's head alone; host is what host_of_request has made of it. */
struct site_visit site_judge(struct site *site, const struct head *head, const struct host *host,
                             int64_t now);

/* Appends the whole response to a visit that does not go on to the control API: the page,
 * {"token": "..."}, or the refusal as {"error": "..."}. Gives the size of its body. */
uint64_t site_answer(const struct site *site, const struct site_visit *visit, bool without_body,
                     bool close, struct buffer *out);

#endif
