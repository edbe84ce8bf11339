/* Answers of the proxy itself: a status, what is wrong and what can be done, as a page for people
 * or as JSON for a program that asks for it. Every text is escaped: some of it came from outside.
 */
#ifndef RUNTIME_PAGE_H
#define RUNTIME_PAGE_H

#include "buffer.h"
#include "head.h"
#include "served.h"
#include "trouble.h"

struct page {
    uint16_t status;
    const char *title;             /* one line */
    const char *service;           /* its name, or NULL: none is named */
    struct str text;               /* lines */
    struct str id;                 /* of the request; "": it has none */
    const char *fault;             /* X-A3s-Fault: the answer is a fault on purpose; or NULL */
    const struct trouble *trouble; /* of the service, or NULL */
    const struct served *served;   /* instead of others, or NULL */
    unsigned retry_after;          /* seconds, or 0 */
    bool again;                    /* the request may be repeated */
    bool json, without_body, close;
};

/* Does the request ask for JSON and not for a page? */
bool page_wants_json(const struct head *request);
/* Appends the whole response. Gives the size of its body. */
uint64_t page_write(const struct page *page, struct buffer *out);
/* Escaped for a page, as a JSON string. */
void page_add_html(struct strbuf *out, struct str text);
void page_add_json(struct strbuf *out, struct str text);
/* The words of RFC 9110 for a status, "" if it has none there. */
const char *page_reason(uint16_t status);

#endif
