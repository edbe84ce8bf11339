#include "fault.h"

#include <sys/random.h>

#define ERROR_FIRST 400
#define ERROR_LAST  599

static uint64_t roll(uint64_t *dice)
{
    uint64_t z = *dice += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

bool fault_strikes(struct fault *fault)
{
    bool hit = fault_is_on(fault) && roll(&fault->dice) % FAULT_RATE_ALL < fault->rate;
    fault->hits += hit;
    return hit;
}

/* Any number will do, the same one each time if the system gives none. */
static uint64_t random_seed(void)
{
    uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) < 0)
        return 0;
    return seed;
}

static const char *read_members(struct fault *fault, json_t *object)
{
    json_int_t delay = 0, error = 0, seed = (json_int_t)random_seed();
    double rate = 100.;
    int off = 0;
    if (json_unpack(object, "{s?I,s?I,s?F,s?I,s?b!}", "delay_ms", &delay, "error", &error, "rate",
                    &rate, "seed", &seed, "off", &off) != 0)
        return "a fault is {\"delay_ms\": N, \"error\": STATUS, \"rate\": PERCENT, \"seed\": N} or "
               "{\"off\": true}";
    if (off)
        return NULL;
    if (delay < 0 || delay > FAULT_DELAY_MAX)
        return "a delay is at most ten minutes";
    if (error && (error < ERROR_FIRST || error > ERROR_LAST))
        return "an error is a status from 400 to 599";
    if (!(rate >= 1. / FAULT_RATE_PERCENT && rate <= 100.))
        return "a rate is from 0.01 to 100 percent";
    if (!delay && !error)
        return "a fault has a delay, an error, or both";
    *fault = (struct fault){.delay_ms = (uint32_t)delay,
                            .rate = (uint32_t)(rate * FAULT_RATE_PERCENT + 0.5),
                            .error = (uint16_t)error,
                            .dice = (uint64_t)seed};
    return NULL;
}

bool fault_from_json(struct fault *out_fault, json_t *object, struct strbuf *out_error)
{
    struct fault fault = {0};
    const char *trouble = read_members(&fault, object);
    if (trouble)
        strbuf_adds(out_error, trouble);
    else
        *out_fault = fault;
    return !trouble;
}

json_t *fault_to_json(const struct fault *fault)
{
    if (!fault_is_on(fault))
        return json_null();
    return json_pack("{s:I,s:o,s:f,s:I}", "delay_ms", (json_int_t)fault->delay_ms, "error",
                     fault->error ? json_integer(fault->error) : json_null(), "rate",
                     (double)fault->rate / FAULT_RATE_PERCENT, "hits", (json_int_t)fault->hits);
}

void fault_describe(const struct fault *fault, struct strbuf *out)
{
    if (fault->rate == FAULT_RATE_ALL)
        strbuf_adds(out, "every request");
    else
        strbuf_addf(out, "%g %% of the requests", (double)fault->rate / FAULT_RATE_PERCENT);
    bool one = fault->rate == FAULT_RATE_ALL;
    if (fault->delay_ms)
        strbuf_addf(out, one ? " waits for %u ms" : " wait for %u ms", fault->delay_ms);
    if (fault->delay_ms && fault->error)
        strbuf_adds(out, " and");
    if (fault->error)
        strbuf_addf(out, one ? " gets %u" : " get %u", fault->error);
}
