/* What exchange.c (the client's side), exchange_service.c (the service's side) and exchange_site.c
 * (a3s itself) share; nobody else includes it. Any of these may end the exchange: look at its state
 * afterwards. */
#ifndef RUNTIME_EXCHANGE_PARTS_H
#define RUNTIME_EXCHANGE_PARTS_H

#include "exchange.h"

struct proxy *exchange_proxy(const struct exchange *exchange);
void exchange_touch(struct exchange *exchange);
bool exchange_keeps_client(const struct exchange *exchange);
/* A page of our own; nothing of the answer has been written yet. */
void exchange_answer(struct exchange *exchange, uint16_t status, const char *title,
                     struct str text);
/* A page if that is still possible, else the answer is cut off where it is. */
void exchange_break(struct exchange *exchange, uint16_t status, const char *text);
void exchange_write_head(struct exchange *exchange);
void exchange_dial(struct exchange *exchange, uint16_t port);
void exchange_dial_due(struct exchange *exchange);
/* What is still to come of the request is read and thrown away. */
void exchange_drop_request(struct exchange *exchange);
void exchange_drop_upstream(struct exchange *exchange);
void exchange_flush_up(struct exchange *exchange);
void exchange_flush_down(struct exchange *exchange);

/* Goes on with a connection that is there already. */
void exchange_attach(struct exchange *exchange, struct upstream *upstream);
/* exchange_site.c: a request to a3s itself. */
bool exchange_is_for_site(const struct exchange *exchange);
void exchange_visit_site(struct exchange *exchange);

#endif
