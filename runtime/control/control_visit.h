/* A request as the handlers see it, and the handlers of control_routes.def. Seen by control_api.c,
 * control_read.c and control_act.c alone. */
#ifndef RUNTIME_CONTROL_VISIT_H
#define RUNTIME_CONTROL_VISIT_H

#include "control_api.h"

struct control_visit {
    const struct control_call *call;
    const struct control_ops *ops;
    void *ctx;
    struct control_stream *stream;
    struct control_answer *answer;
    struct str name;  /* what '*' of the route's path stood for, still encoded */
    struct str query; /* behind the '?' */
    int argument;     /* the route's */
};

/* An operation's errno as an answer. */
void control_visit_failed(struct control_visit *visit, int error, const struct strbuf *reason);
/* The service's name; false, and refused, if it is not well-formed. */
bool control_visit_name(struct control_visit *visit, struct strbuf *out);

/* control_read.c */
void handle_read(struct control_visit *visit);
void handle_read_one(struct control_visit *visit);
void handle_logs(struct control_visit *visit);
void handle_events(struct control_visit *visit);

/* control_act.c */
void handle_one(struct control_visit *visit);
void handle_many(struct control_visit *visit);
void handle_fault(struct control_visit *visit);
void handle_faults(struct control_visit *visit);
void handle_reload(struct control_visit *visit);
void handle_shutdown(struct control_visit *visit);

#endif
