/* Answers of the proxy itself: a status, what is wrong and what can be done, as a page for people
 * or as JSON for a program that asks for it. Every text is escaped: some of it came from outside.
 */
#ifndef RUNTIME_PAGE_H
#define RUNTIME_PAGE_H

#include "buffer.h"
#include "head.h"

struct page {
    uint16_t status;
    const char *title;   /* one line */
    const char *service; /* its name, or NULL: none is named */
    struct str text;     /* lines */
    struct str id;       /* of the request; "": it has none */
    const char *fault;   /* X-A3s-Fault: the answer is a fault on purpose; or NULL */
    bool json, without_body, close;
};

/* Does the request ask for JSON and not for a page? */
bool page_wants_json(const struct head *request);
/* Appends the whole response. Gives the size of its body. */
uint64_t page_write(const struct page *page, struct buffer *out);
/* The words of RFC 9110 for a status, "" if it has none there. */
const char *page_reason(uint16_t status);

#endif
