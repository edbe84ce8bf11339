#include "clock_text.h"

#include <time.h>

static struct tm local_time(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local = {0};
    localtime_r(&seconds, &local);
    return local;
}

void clock_text_iso(struct strbuf *out, int64_t ms)
{
    struct tm local = local_time(ms);
    char day[32], zone[8];
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &local);
    strftime(zone, sizeof zone, "%z", &local); /* +0200 */
    strbuf_addf(out, "%s.%03d%.3s:%.2s", day, (int)(ms % 1000), zone, zone + 3);
}

void clock_text_short(struct strbuf *out, int64_t ms)
{
    struct tm local = local_time(ms);
    char clock[16];
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    strbuf_adds(out, clock);
}
