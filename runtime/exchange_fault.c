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

/* A tunnel is no request that could be tried again: it is left alone. */
bool exchange_is_stricken(struct exchange *exchange)
{
    struct proxy *proxy = exchange_proxy(exchange);
    struct fault *fault = &proxy->faults[exchange->service];
    if (!fault_is_on(fault) || exchange->upgrade || !fault_strikes(fault))
        return false;
    exchange->fault = fault->error;
    exchange->delayed = fault->delay_ms;
    if (!fault->delay_ms) {
        answer_fault(exchange);
        return true;
    }
    exchange->state = EXCHANGE_DELAYED;
    deadline_set(&exchange->deadline, proxy->loop, fault->delay_ms / 1000.);
    return true;
}
