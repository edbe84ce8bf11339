/* The control API on the run directory's Unix socket: HTTP/1.1 with JSON, docs/control-api.md.
 *
 * One request a connection. Only a peer with our uid is served (SO_PEERCRED). What is answered is
 * the business of control_api.h; this is its transport, and knows the daemon only through struct
 * control_ops, which must not call control_init or control_finish.
 */
#ifndef RUNTIME_CONTROL_H
#define RUNTIME_CONTROL_H

#include "control_ops.h"
#include "control_queue.h"

#include <ev.h>

#define CONTROL_CLIENTS_MAX 64
#define CONTROL_REMOTE_MAX  32  /* of these, behind the proxy: others can always be served */
#define CONTROL_DEADLINE    5.0 /* seconds to finish a request, and to take its answer */

struct control_client;

struct control {
    struct ev_loop *loop;
    int listen_fd;
    const struct control_ops *ops;
    void *ctx;
    ev_io accept;
    ev_timer pause;                 /* accept waits: no descriptor was left */
    struct control_client *clients; /* linked by ->next */
    unsigned client_count, remote_count;
};

/* Serves listen_fd (rundir_socket_bind), which it owns from now on. 0, or a negative errno; then
 * the descriptor is closed. */
int control_init(struct control *control, struct ev_loop *loop, int listen_fd,
                 const struct control_ops *ops, void *ctx);
/* A client in this process: out_fd gets its end of the connection, non-blocking. It stands for
 * somebody elsewhere, who may not ask for what only the user's own programs may see. -EBUSY: there
 * are too many clients. */
int control_connect(struct control *control, int *out_fd);
/* The end, but for the last words: streams end, whoever has not asked is let go, the others get
 * their answers. It may be asked on until control_finish. */
void control_wind_up(struct control *control);
/* Nobody is connected. */
bool control_is_quiet(const struct control *control);
/* Offers each client what is queued once more, then closes everything; on_close is called. Accepts
 * a zeroed object. */
void control_finish(struct control *control);

#endif
