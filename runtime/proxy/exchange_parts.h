/* What exchange.c (the client's side), exchange_wait.c and exchange_service.c (the service's side),
 * exchange_site.c (a3s itself), exchange_account.c, exchange_fault.c, exchange_head.c and
 * exchange_lost.c share; nobody else includes it. Any of these may end the exchange: look at its
 * state afterwards. */
#ifndef RUNTIME_EXCHANGE_PARTS_H
#define RUNTIME_EXCHANGE_PARTS_H

#include "exchange.h"
#include "trouble.h"

struct proxy *exchange_proxy(const struct exchange *exchange);
/* The plan that it was routed by had its service, the present one has not (proxy_adopt). */
bool exchange_is_gone(const struct exchange *exchange);
bool exchange_is_ready(const struct exchange *exchange);
struct proxy_counters *exchange_counters(const struct exchange *exchange);
/* Once its head is known; once it is over. */
void exchange_choose_id(struct exchange *exchange);
void exchange_report(struct exchange *exchange);
/* Whether a fault on purpose has it now: answered, or delayed until exchange_delay_over. */
bool exchange_is_stricken(struct exchange *exchange);
void exchange_delay_over(struct exchange *exchange);
void exchange_touch(struct exchange *exchange);
/* To its service, as the state of that is: there, to wait for it, or answered. */
void exchange_go(struct exchange *exchange);
void exchange_unpark(struct exchange *exchange);
/* Another state; every change but the first goes through here, as what waits is counted. */
void exchange_enter(struct exchange *exchange, enum exchange_state state);
/* Delayed, parked or dialling: what comes of the request is kept here. */
bool exchange_waits(const struct exchange *exchange);
/* False: it waits, and all that do hold as much as they may. */
bool exchange_may_hold_more(const struct exchange *exchange);
/* What it holds while it waits has grown. */
void exchange_count_held(struct exchange *exchange);
/* Its hold is over. */
void exchange_hold_over(struct exchange *exchange);
/* The end of its being a scout: the service has been reached, or another one is to try. */
void exchange_scouted(struct exchange *exchange, bool reached);
/* Whether the service works on it: it is not told to end before (proxy_counters.busy). */
void exchange_occupy(struct exchange *exchange, bool busy);
bool exchange_keeps_client(const struct exchange *exchange);
/* A page of our own; nothing of the answer has been written yet. */
void exchange_answer(struct exchange *exchange, uint16_t status, const char *title,
                     struct str text);
/* The same about its service, with what the owner says of it. */
void exchange_explain(struct exchange *exchange, const struct trouble *trouble);
/* A page if that is still possible, else the answer is cut off where it is. */
void exchange_break(struct exchange *exchange, uint16_t status, const char *text);
/* Its head, alone, into up. */
void exchange_write_head(struct exchange *exchange);
/* Nothing of up has been sent: its head becomes that for the present service at this port. */
void exchange_fit_head(struct exchange *exchange, uint16_t port);
void exchange_dial(struct exchange *exchange, uint16_t port);
/* The connection could not be made: the next address, a while later, or the end. */
void exchange_dial_failed(struct exchange *exchange, int error);
void exchange_dial_due(struct exchange *exchange);
/* Sent again only if that cannot do anything twice. */
bool exchange_can_be_repeated(const struct exchange *exchange);
/* Its connection has ended without an answer; later, what became of the service. */
void exchange_lost(struct exchange *exchange);
void exchange_resolve_doubt(struct exchange *exchange);
/* What is still to come of the request is read and thrown away. */
void exchange_drop_request(struct exchange *exchange);
void exchange_drop_upstream(struct exchange *exchange);
void exchange_flush_up(struct exchange *exchange);
void exchange_flush_down(struct exchange *exchange);

/* Goes on with a connection that is there already. */
void exchange_attach(struct exchange *exchange, struct upstream *upstream);
/* exchange_site.c: a request to a3s itself. */
bool exchange_has_site(const struct exchange *exchange);
bool exchange_is_for_site(const struct exchange *exchange);
void exchange_visit_site(struct exchange *exchange);

#endif
