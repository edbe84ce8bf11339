#include "service_view.h"

#include "service_fsm.h"

enum table_color service_view_color(const char *state)
{
    static const struct {
        const char *state;
        enum table_color color;
    } colors[] = {
        {"running", TABLE_GREEN},  {"done", TABLE_GREEN},      {"failed", TABLE_RED},
        {"blocked", TABLE_RED},    {"unhealthy", TABLE_RED},   {"starting", TABLE_YELLOW},
        {"backoff", TABLE_YELLOW}, {"stopping", TABLE_YELLOW}, {"pending", TABLE_YELLOW},
    };
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (strcmp(colors[i].state, state) == 0)
            return colors[i].color;
    return TABLE_PLAIN;
}

void service_view_say(const char *state, bool verb, struct strbuf *out)
{
    for (int i = 0; i < SERVICE_STATE_COUNT; i++) {
        if (strcmp(state, service_state_name((enum service_state)i)) != 0)
            continue;
        if (verb)
            strbuf_addf(out, "%s ", service_state_verb((enum service_state)i));
        strbuf_adds(out, service_state_words((enum service_state)i));
        return;
    }
    strbuf_addf(out, "%s%s", verb ? "is " : "", *state ? state : "unknown");
}

void service_view_uptime(long long seconds, struct strbuf *out)
{
    if (seconds < 60)
        strbuf_addf(out, "%llds", seconds);
    else if (seconds < 3600)
        strbuf_addf(out, "%lldm%02llds", seconds / 60, seconds % 60);
    else if (seconds < 86400)
        strbuf_addf(out, "%lldh%02lldm", seconds / 3600, seconds / 60 % 60);
    else
        strbuf_addf(out, "%lldd%02lldh", seconds / 86400, seconds / 3600 % 24);
}
