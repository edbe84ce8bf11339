#include "remote.h"

#include "api.h"
#include "http.h"
#include "io.h"
#include "load.h"
#include "procfs.h"
#include "report.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A line longer than this, or an answer, is not ours. */
#define LINE_MAX_BYTES   (1u << 20)
#define ANSWER_MAX_BYTES (64u << 20)

bool remote_is_running(const struct command_call *call)
{
    char path[PATH_MAX];
    struct rundir dir;
    if (!load_find(call, path) || rundir_open(&dir, path, false))
        return false;
    bool running = rundir_is_running(&dir);
    rundir_abandon(&dir);
    return running;
}

int remote_open(const struct command_call *call, struct remote *remote)
{
    char path[PATH_MAX];
    *remote = (struct remote){0};
    if (!load_find(call, path)) {
        report_error("nothing is running: there is no " LOAD_FILE_NAME
                     " here or in a folder above");
        report_hint("name it with -f PATH; a plan that was started with \"a3s run\" too");
        return CLI_NOT_RUNNING;
    }
    int error = rundir_open(&remote->dir, path, false);
    if (error && error != -ENOENT) {
        report_error("cannot use %s: %s", remote->dir.path[0] ? remote->dir.path : path,
                     strerror(-error));
        return CLI_FAILED;
    }
    if (error || !rundir_is_running(&remote->dir)) {
        remote_close(remote);
        report_error("nothing is running for %s", path);
        report_hint("\"a3s up\" starts it");
        return CLI_NOT_RUNNING;
    }
    return CLI_DONE;
}

void remote_close(struct remote *remote)
{
    rundir_abandon(&remote->dir);
}

bool remote_is_meant(const struct command_call *call, const char *name)
{
    for (size_t i = 0; i < call->operand_count; i++)
        if (strcmp(call->operands[i], name) == 0)
            return true;
    return call->operand_count == 0;
}

json_t *remote_names(const struct command_call *call)
{
    json_t *names = json_array();
    for (size_t i = 0; i < call->operand_count; i++)
        json_array_append_new(names, json_string(call->operands[i]));
    return json_pack("{s:o}", "services", names);
}

/* 2 s in all. */
#define CONNECT_TRIES    200
#define CONNECT_PAUSE_NS 10000000L

/* A request that is under way. */
struct exchange {
    struct remote *remote;
    int fd;
    struct http http;
    struct strbuf body;                     /* what has come and is not used yet */
    const struct remote_listener *listener; /* NULL: one answer */
    bool stopped;                           /* the listener has seen enough */
};

static void set_timeout(int fd, int option, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, option, &limit, sizeof limit);
}

static int patience(const struct remote *remote)
{
    return remote->patience ? remote->patience : REMOTE_TIMEOUT;
}

static void report_silence(const struct remote *remote)
{
    struct rundir_info info;
    struct procfs_stat process;
    if (rundir_read_info(&remote->dir, &info) != 0) {
        report_error("a3s has not answered for %d seconds", patience(remote));
    } else if (procfs_stat(info.pid, &process) == 0 && process.state == 'T') {
        report_error("a3s (pid %d) is suspended and does not answer", (int)info.pid);
        report_hint("\"kill -CONT %d\" wakes it", (int)info.pid);
    } else {
        report_error("a3s (pid %d) has not answered for %d seconds", (int)info.pid,
                     patience(remote));
    }
}

/* Nobody at the other end, or nobody who answers. */
static int lost(const struct remote *remote, int error)
{
    if (error == -EAGAIN || error == -EWOULDBLOCK) {
        report_silence(remote);
        return CLI_TIMEOUT;
    }
    if (!remote->quiet)
        report_error("nothing is running any more (%s)", strerror(-error));
    return CLI_NOT_RUNNING;
}

static int send_request(struct exchange *exchange, const char *method, const char *target,
                        json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct strbuf request = {0};
    api_request(&request, method, target, text);
    free(text);
    size_t sent = 0;
    int error = 0;
    while (!error && sent < request.len) {
        ssize_t n = send(exchange->fd, request.ptr + sent, request.len - sent, MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (errno != EINTR)
            error = -errno;
    }
    strbuf_finish(&request);
    /* An answer may stand in the socket although the rest of the request is not wanted. */
    return error == -EPIPE || error == -ECONNRESET ? 0 : error;
}

static void hand_over_lines(struct exchange *exchange)
{
    const struct remote_listener *listener = exchange->listener;
    size_t at = 0;
    struct str line;
    while (!exchange->stopped && api_next_line(&exchange->body, &at, &line))
        exchange->stopped = !listener->on_line(listener->ctx, line);
    api_drop(&exchange->body, at);
}

/* HTTP_MORE: go on reading. */
static enum http_event take(struct exchange *exchange, const char *bytes, size_t size)
{
    for (;;) {
        size_t used;
        enum http_event event = http_feed(&exchange->http, bytes, size, &used);
        bytes += used;
        size -= used;
        bool lines = exchange->listener && exchange->http.head.status == 200;
        if (event == HTTP_DATA)
            strbuf_add_str(&exchange->body, exchange->http.data);
        if (event == HTTP_DATA && lines)
            hand_over_lines(exchange);
        if (exchange->body.len > (lines ? LINE_MAX_BYTES : ANSWER_MAX_BYTES))
            return HTTP_FAIL;
        if (exchange->stopped)
            return HTTP_END;
        if (event == HTTP_MORE || event == HTTP_END || event == HTTP_FAIL)
            return event;
    }
}

static void pause_lines(struct exchange *exchange)
{
    const struct remote_listener *listener = exchange->listener;
    if (listener && listener->on_pause && !exchange->stopped)
        exchange->stopped = !listener->on_pause(listener->ctx);
}

/* Reads the answer to its end. 0, or a negative errno. */
static int receive(struct exchange *exchange)
{
    char bytes[16384];
    for (;;) {
        ssize_t n = recv(exchange->fd, bytes, sizeof bytes, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        enum http_event event = n ? take(exchange, bytes, (size_t)n) : http_eof(&exchange->http);
        pause_lines(exchange);
        if (event == HTTP_END || exchange->stopped)
            return 0;
        if (event == HTTP_FAIL || n == 0)
            return n ? -EPROTO : -ECONNRESET;
        if (exchange->listener && exchange->http.head.status == 200)
            set_timeout(exchange->fd, SO_RCVTIMEO, 0);
    }
}

static int refused(const struct exchange *exchange, json_t *answer)
{
    const char *reason = api_text(answer, "error");
    int status = exchange->http.head.status;
    if (*reason)
        report_error("%s", reason);
    else
        report_error("a3s answered with status %d", status);
    return status == 404 || status == 400 ? CLI_USAGE : CLI_FAILED;
}

/* Whoever holds the lock without a socket is about to listen, or about to be gone: both take a
 * moment. */
static int connect_patiently(const struct rundir *dir, int *out_fd)
{
    int error;
    for (int tries = 0; tries < CONNECT_TRIES; tries++) {
        error = rundir_socket_connect(dir, out_fd);
        if ((error != -ENOENT && error != -ECONNREFUSED) || !rundir_is_running(dir))
            break;
        nanosleep(&(struct timespec){.tv_nsec = CONNECT_PAUSE_NS}, NULL);
    }
    return error;
}

static int run_exchange(struct exchange *exchange, const char *method, const char *target,
                        json_t *body, json_t **out_body)
{
    int error = connect_patiently(&exchange->remote->dir, &exchange->fd);
    if (error)
        return lost(exchange->remote, error);
    set_timeout(exchange->fd, SO_RCVTIMEO, patience(exchange->remote));
    set_timeout(exchange->fd, SO_SNDTIMEO, REMOTE_TIMEOUT);
    error = send_request(exchange, method, target, body);
    if (!error)
        error = receive(exchange);
    if (error)
        return lost(exchange->remote, error);
    bool good = exchange->http.head.status < 300;
    bool invalid = exchange->http.head.status == 422 && out_body;
    if (good && exchange->listener)
        return CLI_DONE;
    json_t *answer = json_loadb(strbuf_text(&exchange->body), exchange->body.len, 0, NULL);
    int code = good ? CLI_DONE : invalid ? CLI_INVALID : refused(exchange, answer);
    if ((good || invalid) && out_body)
        *out_body = answer;
    else
        json_decref(answer);
    return code;
}

static int perform(struct exchange *exchange, const char *method, const char *target, json_t *body,
                   json_t **out_body)
{
    exchange->fd = -1;
    http_init(&exchange->http, HEAD_RESPONSE);
    int code = run_exchange(exchange, method, target, body, out_body);
    io_close(&exchange->fd);
    http_finish(&exchange->http);
    strbuf_finish(&exchange->body);
    return code;
}

int remote_call(struct remote *remote, const char *method, const char *target, json_t *body,
                json_t **out_body)
{
    struct exchange exchange = {.remote = remote};
    return perform(&exchange, method, target, body, out_body);
}

int remote_listen(struct remote *remote, const char *target, const struct remote_listener *listener)
{
    struct exchange exchange = {.remote = remote, .listener = listener};
    return perform(&exchange, "GET", target, NULL, NULL);
}

int remote_status(struct remote *remote, json_t **out_status)
{
    json_t *status = NULL;
    int code = remote_call(remote, "GET", "/v1/status", NULL, &status);
    if (!code && !json_is_array(json_object_get(status, "services"))) {
        report_error("a3s gave an answer that this version does not understand");
        code = CLI_FAILED;
    }
    if (!code)
        *out_status = status;
    else
        json_decref(status);
    return code;
}
