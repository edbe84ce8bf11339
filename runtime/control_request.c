#include "control_request.h"

#include <errno.h>

/* Services that one request may name. */
#define NAMES_MAX 1024

/* A request as a handler sees it. */
struct call {
    const struct control_request *request;
    const struct control_ops *ops;
    void *ctx;
    struct control_stream *stream;
    struct control_answer *answer;
    struct str name;  /* what '*' of the route's path stood for, still encoded */
    struct str query; /* behind the '?' */
    int command;      /* the route's enum control_command */
};

struct control_route {
    const char *method;
    const char *path; /* '*' is one segment */
    void (*handle)(struct call *call);
    int command; /* enum control_command, for handlers that take one */
};

const char *control_status_text(int status)
{
    switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 422: return "Unprocessable Content";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Error";
    }
}

void control_request_init(struct control_request *request)
{
    *request = (struct control_request){0};
    http_init(&request->http, HEAD_REQUEST);
}

void control_request_finish(struct control_request *request)
{
    http_finish(&request->http);
    strbuf_finish(&request->body);
}

static void refuse(struct control_answer *answer, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct control_answer *answer, int status, const char *format, ...)
{
    struct strbuf text = {0};
    va_list args;
    va_start(args, format);
    strbuf_vaddf(&text, format, args);
    va_end(args);
    answer->status = status;
    answer->body = json_pack("{s:s}", "error", strbuf_text(&text));
    if (!answer->body)
        answer->body = json_pack("{s:s}", "error", "the reason is not valid UTF-8");
    strbuf_finish(&text);
}

void control_request_feed(struct control_request *request, const char *bytes, size_t size,
                          struct control_answer *answer)
{
    if (size > CONTROL_REQUEST_MAX - request->size) {
        refuse(answer, 413, "the request has more than %u bytes", CONTROL_REQUEST_MAX);
        return;
    }
    request->size += size;
    while (!request->complete) {
        size_t used;
        enum http_event event = http_feed(&request->http, bytes, size, &used);
        bytes += used;
        size -= used;
        if (event == HTTP_MORE)
            return;
        if (event == HTTP_DATA)
            strbuf_add_str(&request->body, request->http.data);
        if (event == HTTP_FAIL) {
            refuse(answer, http_error_status(request->http.error), "%s",
                   http_error_text(request->http.error));
            return;
        }
        request->complete = event == HTTP_END;
    }
    request->chunked = request->http.head.minor > 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Resolves %XX (and '+' for a space if it is a form). False: malformed, or a NUL. */
static bool percent_decode(struct str text, bool form, struct strbuf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            if (text.len - i < 3 || hex_digit(text.ptr[i + 1]) < 0 ||
                hex_digit(text.ptr[i + 2]) < 0)
                return false;
            c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        } else if (c == '+' && form) {
            c = ' ';
        }
        if (c == '\0')
            return false;
        strbuf_addc(out, c);
    }
    return true;
}

static void handle_status(struct call *call)
{
    call->answer->body = call->ops->status(call->ctx);
    call->answer->status = call->answer->body ? 200 : 500;
}

static void handle_timeline(struct call *call)
{
    call->answer->body = call->ops->timeline(call->ctx);
    call->answer->status = call->answer->body ? 200 : 500;
}

static void refuse_errno(struct control_answer *answer, int error, const struct strbuf *reason)
{
    int status = error == -ENOENT ? 404 : error == -EBUSY ? 409 : error == -ENOTSUP ? 501 : 500;
    refuse(answer, status, "%s", reason->len ? reason->ptr : strerror(-error));
}

static void run_command(struct call *call, const char *const *names, size_t count)
{
    struct strbuf reason = {0};
    int error =
        call->ops->command(call->ctx, (enum control_command)call->command, names, count, &reason);
    if (error) {
        refuse_errno(call->answer, error, &reason);
    } else {
        call->answer->status = 202;
        call->answer->body = json_pack("{s:b}", "ok", 1);
    }
    strbuf_finish(&reason);
}

static void handle_one(struct call *call)
{
    struct strbuf name = {0};
    if (percent_decode(call->name, false, &name) && name.len) {
        const char *names[] = {name.ptr};
        run_command(call, names, 1);
    } else {
        refuse(call->answer, 400, "the service's name is not well-formed");
    }
    strbuf_finish(&name);
}

static void handle_why(struct call *call)
{
    struct strbuf name = {0}, reason = {0};
    if (percent_decode(call->name, false, &name) && name.len) {
        int error = call->ops->why(call->ctx, name.ptr, &call->answer->body, &reason);
        call->answer->status = 200;
        if (error)
            refuse_errno(call->answer, error, &reason);
    } else {
        refuse(call->answer, 400, "the service's name is not well-formed");
    }
    strbuf_finish(&reason);
    strbuf_finish(&name);
}

/* The names of {"services": [...]}, which point into the array. */
static bool collect_names(json_t *services, const char **names, size_t *out_count)
{
    size_t i;
    json_t *item;
    if (!json_is_array(services) || json_array_size(services) > NAMES_MAX)
        return false;
    json_array_foreach(services, i, item)
    {
        names[i] = json_string_value(item);
        if (!names[i])
            return false;
    }
    *out_count = json_array_size(services);
    return true;
}

static void handle_many(struct call *call)
{
    const struct strbuf *body = &call->request->body;
    const char *names[NAMES_MAX];
    size_t count = 0;
    if (!body->len) {
        run_command(call, NULL, 0);
        return;
    }
    json_t *root = json_loadb(body->ptr, body->len, JSON_REJECT_DUPLICATES, NULL);
    json_t *services = NULL;
    if (!root || json_unpack(root, "{s?o!}", "services", &services) != 0 ||
        (services && !collect_names(services, names, &count)))
        refuse(call->answer, 400, "the body is not {\"services\": [\"NAME\", ...]}");
    else if (services && !count)
        refuse(call->answer, 400, "no service is named");
    else
        run_command(call, names, count);
    json_decref(root);
}

/* Texts by name. */
static bool are_variables(json_t *variables)
{
    const char *name;
    json_t *value;
    if (!json_is_object(variables))
        return false;
    json_object_foreach(variables, name, value)
    {
        if (!json_is_string(value))
            return false;
    }
    return true;
}

static void ask_reload(struct call *call, json_t *variables)
{
    struct strbuf reason = {0};
    int error = call->ops->reload(call->ctx, call->stream, variables, &reason);
    call->answer->later = !error;
    if (error)
        refuse_errno(call->answer, error, &reason);
    strbuf_finish(&reason);
}

static void handle_reload(struct call *call)
{
    const struct strbuf *body = &call->request->body;
    json_t *root = NULL, *variables = NULL;
    if (body->len)
        root = json_loadb(body->ptr, body->len, JSON_REJECT_DUPLICATES, NULL);
    if (body->len && (!root || json_unpack(root, "{s?o!}", "variables", &variables) != 0 ||
                      (variables && !are_variables(variables))))
        refuse(call->answer, 400, "the body is not {\"variables\": {\"NAME\": \"VALUE\", ...}}");
    else
        ask_reload(call, variables);
    json_decref(root);
}

static void handle_shutdown(struct call *call)
{
    call->answer->status = 202;
    call->answer->body = json_pack("{s:b}", "ok", 1);
    call->answer->shutdown = true;
}

/* The query of /v1/logs while it is read; names live in the text, NUL-separated. */
struct logs_query {
    struct control_logs_query query;
    struct strbuf text;
    size_t starts[NAMES_MAX]; /* offsets in text */
    size_t count;
};

static bool take_parameter(struct logs_query *logs, struct str key, const char *value)
{
    char *end = NULL;
    if (str_is(key, "service")) {
        return value[0] && logs->count < NAMES_MAX;
    } else if (str_is(key, "follow")) {
        logs->query.follow = value[0] == '1';
        return (value[0] == '0' || value[0] == '1') && !value[1];
    } else if (str_is(key, "lines")) {
        errno = 0;
        unsigned long lines = strtoul(value, &end, 10);
        logs->query.lines = (uint32_t)lines;
        return value[0] >= '0' && value[0] <= '9' && !*end && !errno && lines < CONTROL_LINES_ALL;
    }
    return false;
}

static bool read_parameter(struct logs_query *logs, struct str text)
{
    const char *equals = memchr(text.ptr, '=', text.len);
    struct str key = {text.ptr, equals ? (size_t)(equals - text.ptr) : text.len};
    struct str value = {equals ? equals + 1 : "", equals ? text.len - key.len - 1 : 0};
    size_t start = logs->text.len;
    if (!percent_decode(value, true, &logs->text))
        return false;
    strbuf_addc(&logs->text, '\0');
    if (!take_parameter(logs, key, logs->text.ptr + start))
        return false;
    if (str_is(key, "service"))
        logs->starts[logs->count++] = start;
    else
        logs->text.len = start;
    return true;
}

static bool read_query(struct logs_query *logs, struct str query)
{
    while (query.len) {
        const char *end = memchr(query.ptr, '&', query.len);
        struct str part = {query.ptr, end ? (size_t)(end - query.ptr) : query.len};
        if (part.len && !read_parameter(logs, part))
            return false;
        size_t step = part.len + (end ? 1 : 0);
        query = (struct str){query.ptr + step, query.len - step};
    }
    return true;
}

static void handle_logs(struct call *call)
{
    struct logs_query logs = {.query.lines = CONTROL_LINES_ALL};
    const char *names[NAMES_MAX];
    struct strbuf reason = {0};
    if (!read_query(&logs, call->query)) {
        refuse(call->answer, 400, "the query is not of service=NAME, lines=N and follow=0|1");
    } else {
        for (size_t i = 0; i < logs.count; i++)
            names[i] = logs.text.ptr + logs.starts[i];
        logs.query.services = names;
        logs.query.service_count = logs.count;
        int error = call->ops->logs(call->ctx, call->stream, &logs.query, &reason);
        if (error)
            refuse_errno(call->answer, error, &reason);
    }
    strbuf_finish(&reason);
    strbuf_finish(&logs.text);
}

static const struct control_route routes[] = {
    {"GET", "/v1/status", handle_status, 0},
    {"GET", "/v1/logs", handle_logs, 0},
    {"GET", "/v1/timeline", handle_timeline, 0},
    {"GET", "/v1/services/*/why", handle_why, 0},
    {"POST", "/v1/services/*/start", handle_one, CONTROL_START},
    {"POST", "/v1/services/*/stop", handle_one, CONTROL_STOP},
    {"POST", "/v1/services/*/restart", handle_one, CONTROL_RESTART},
    {"POST", "/v1/start", handle_many, CONTROL_START},
    {"POST", "/v1/stop", handle_many, CONTROL_STOP},
    {"POST", "/v1/restart", handle_many, CONTROL_RESTART},
    {"POST", "/v1/reload", handle_reload, 0},
    {"POST", "/v1/shutdown", handle_shutdown, 0},
};

static bool path_matches(const char *pattern, struct str path, struct str *out_name)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return str_is(path, pattern);
    struct str before = {pattern, (size_t)(star - pattern)};
    struct str after = str_from(star + 1);
    if (path.len <= before.len + after.len || !str_has_prefix(path, before) ||
        !str_has_suffix(path, after))
        return false;
    struct str name = {path.ptr + before.len, path.len - before.len - after.len};
    if (memchr(name.ptr, '/', name.len))
        return false;
    *out_name = name;
    return true;
}

void control_request_dispatch(const struct control_request *request, const struct control_ops *ops,
                              void *ctx, struct control_stream *stream,
                              struct control_answer *answer)
{
    struct str path = request->http.head.target;
    struct call call = {request, ops, ctx, stream, answer, {0}, {0}, 0};
    const char *mark = path.len ? memchr(path.ptr, '?', path.len) : NULL;
    if (mark) {
        call.query = (struct str){mark + 1, path.len - (size_t)(mark - path.ptr) - 1};
        path.len = (size_t)(mark - path.ptr);
    }
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!path_matches(routes[i].path, path, &call.name))
            continue;
        if (!str_is(request->http.head.method, routes[i].method)) {
            answer->allow = routes[i].method;
            refuse(answer, 405, "%s wants the method %s", routes[i].path, routes[i].method);
            return;
        }
        call.command = routes[i].command;
        routes[i].handle(&call);
        return;
    }
    refuse(answer, 404, "there is no %.*s here", STR_ARG(path));
}
