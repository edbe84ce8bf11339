#include "service_fsm.h"

static const struct service_step steps[SERVICE_STATE_COUNT][SERVICE_EVENT_COUNT] = {
#define ON(state, event, next, action) \
    [SERVICE_##state][SERVICE_EVENT_##event] = {SERVICE_##next, SERVICE_ACTION_##action, true},
#define KEEP(state, event) ON(state, event, state, NONE)
#include "service_fsm.def"
#undef KEEP
#undef ON
};

static const struct {
    const char *name, *verb, *words;
    bool process;
} states[] = {
#define STATE(name, text, verb, words, process) {text, verb, words, process},
#include "service_fsm.def"
#undef STATE
};

static const char *const event_texts[] = {
#define EVENT(name, text) text,
#include "service_fsm.def"
#undef EVENT
};

struct service_step service_step(enum service_state state, enum service_event event)
{
    return steps[state][event];
}

const char *service_state_name(enum service_state state)
{
    return states[state].name;
}

const char *service_state_verb(enum service_state state)
{
    return states[state].verb;
}

const char *service_state_words(enum service_state state)
{
    return states[state].words;
}

const char *service_event_text(enum service_event event)
{
    return event_texts[event];
}

bool service_has_process(enum service_state state)
{
    return states[state].process;
}
