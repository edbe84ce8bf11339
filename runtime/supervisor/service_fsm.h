/* The state machine of one service: a pure table, service_fsm.def.
 *
 * service_step says what an event does in a state. What depends on more than the state (restart
 * policy, desired state, dependencies) is decided by the supervisor, which picks the event.
 */
#ifndef RUNTIME_SERVICE_FSM_H
#define RUNTIME_SERVICE_FSM_H

#include <stdbool.h>

enum service_state {
#define STATE(name, text, verb, words, process) SERVICE_##name,
#include "service_fsm.def"
#undef STATE
    SERVICE_STATE_COUNT
};

enum service_event {
#define EVENT(name, text) SERVICE_EVENT_##name,
#include "service_fsm.def"
#undef EVENT
    SERVICE_EVENT_COUNT
};

enum service_action {
    SERVICE_ACTION_NONE,
    SERVICE_ACTION_SPAWN,
    SERVICE_ACTION_DRAIN, /* the requests that it has are finished, then the stop signal */
    SERVICE_ACTION_TERM,  /* the stop signal */
    SERVICE_ACTION_KILL,
    SERVICE_ACTION_COUNT
};

struct service_step {
    enum service_state next;
    enum service_action action;
    bool set; /* false: the cell is missing in the .def, which a test would find */
};

struct service_step service_step(enum service_state state, enum service_event event);

/* "backoff": for tables and programs. */
const char *service_state_name(enum service_state state);
/* For sentences: "is" and "waiting for its next try". */
const char *service_state_verb(enum service_state state);
const char *service_state_words(enum service_state state);
const char *service_event_text(enum service_event event);
bool service_has_process(enum service_state state);

#endif
