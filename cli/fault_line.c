#include "fault_line.h"

#include "fault.h"

void fault_line(const char *service, json_t *fault, struct strbuf *out)
{
    double rate = json_number_value(json_object_get(fault, "rate"));
    struct fault parts = {
        .delay_ms = (uint32_t)json_integer_value(json_object_get(fault, "delay_ms")),
        .error = (uint16_t)json_integer_value(json_object_get(fault, "error")),
        .rate = (uint32_t)(rate * FAULT_RATE_PERCENT + 0.5),
    };
    long long hits = json_integer_value(json_object_get(fault, "hits"));
    strbuf_addf(out, "%s: a fault on purpose: ", service);
    fault_describe(&parts, out);
    strbuf_addf(out, " (%lld so far); \"a3s fault %s --off\" ends it", hits, service);
}
