/* Faults on purpose (fault.h), on their way through an exchange. */
#include "exchange_parts.h"

#include "client.h"

static void answer_fault(struct exchange *exchange)
{
    exchange_answer(
        exchange, exchange->fault, "A fault on purpose",
        STR("\"a3s fault\" asked for this answer; the service has not seen the request. "
            "\"a3s fault --off\" ends it."));
}

void exchange_delay_over(struct exchange *exchange)
{
    if (exchange->fault)
        answer_fault(exchange);
    else
        exchange_retry(exchange);
}

/* Left alone are tunnels, which are no requests that could be tried again, and the proxy's own page
 * that waits for its service. */
bool exchange_is_stricken(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    struct fault *fault = &proxy->services[exchange->service].fault;
    bool exempt =
        exchange->upgrade || head_find(&exchange->request.head, FIELD_X_A3S_AWAIT) != NULL;
    if (!fault_is_on(fault) || exempt || !fault_strikes(fault))
        return false;
    exchange->fault = fault->error;
    exchange->delayed = fault->delay_ms;
    if (!fault->delay_ms) {
        answer_fault(exchange);
        return true;
    }
    exchange_enter(exchange, EXCHANGE_DELAYED);
    deadline_set(&exchange->deadline, proxy->loop, fault->delay_ms / 1000.);
    return true;
}
