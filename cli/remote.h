/* The other end of the control socket. One connection a request; an answer is waited for at most
 * REMOTE_TIMEOUT seconds, a stream as long as it lasts.
 *
 * Functions that give an enum exit_code have said on stderr what went wrong.
 */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "command.h"
#include "rundir.h"

#include <jansson.h>

/* Seconds; of an answer for which something has to be compiled. */
#define REMOTE_TIMEOUT  4
#define RELOAD_PATIENCE 15

struct remote {
    struct rundir dir;
    int patience; /* seconds for an answer; 0: REMOTE_TIMEOUT */
    bool quiet;   /* says nothing when nobody runs the project (any more) */
};

/* Whether somebody runs the project; says nothing. */
bool remote_is_running(const struct command_call *call);
/* Finds who runs the project that the call is about. CLI_NOT_RUNNING: nobody. */
int remote_open(const struct command_call *call, struct remote *remote);
void remote_close(struct remote *remote);

/* Sends a request; body may be NULL and stays the caller's. out_body, if not NULL, gets the answer,
 * which the caller releases. An answer of 400 or 404 gives CLI_USAGE, one of 422 CLI_INVALID with
 * the answer in out_body and nothing said, another refusal CLI_FAILED. */
int remote_call(struct remote *remote, const char *method, const char *target, json_t *body,
                json_t **out_body);
/* Gets each line of a stream, without its line break, until it ends or on_line gives false; and a
 * word when it has got all that has come until now. */
struct remote_listener {
    bool (*on_line)(void *ctx, struct str line);
    bool (*on_pause)(void *ctx); /* or NULL */
    void *ctx;
};
int remote_listen(struct remote *remote, const char *target,
                  const struct remote_listener *listener);

/* GET /v1/status: an object with an array of "services". */
int remote_status(struct remote *remote, json_t **out_status);

/* Whether the call is about the service: it is an operand, or there are none. */
bool remote_is_meant(const struct command_call *call, const char *name);
/* {"services": [names of the call's operands]} */
json_t *remote_names(const struct command_call *call);

#endif
