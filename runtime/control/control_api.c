#include "control_api.h"

#include "control_query.h"
#include "control_visit.h"

#include <errno.h>

enum scope { ANY, LOCAL };

struct control_route {
    const char *method, *path;
    void (*handle)(struct control_visit *visit);
    int argument;
    enum scope scope;
};

static void handle_index(struct control_visit *visit);

static const struct control_route routes[] = {
#define ROUTE(method, path, handler, argument, scope) {method, path, handler, argument, scope},
#include "control_routes.def"
#undef ROUTE
};
#define ROUTE_COUNT (sizeof routes / sizeof *routes)

const char *control_status_text(int status)
{
    switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 422: return "Unprocessable Content";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Error";
    }
}

void control_refuse(struct control_answer *answer, int status, const char *format, ...)
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

static int status_of(int error)
{
    switch (error) {
    case -ENOENT: return 404;
    case -EBUSY: return 409;
    case -EINVAL: return 400;
    case -ENOTSUP: return 501;
    default: return 500;
    }
}

void control_visit_failed(struct control_visit *visit, int error, const struct strbuf *reason)
{
    control_refuse(visit->answer, status_of(error), "%s",
                   reason->len ? reason->ptr : strerror(-error));
}

bool control_visit_name(struct control_visit *visit, struct strbuf *out)
{
    if (control_percent_decode(visit->name, false, out) && out->len)
        return true;
    control_refuse(visit->answer, 400, "the service's name is not well-formed");
    return false;
}

/* What there is, for whoever looks around. */
static void handle_index(struct control_visit *visit)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        struct strbuf path = {0};
        const char *star = strchr(routes[i].path, '*');
        if (routes[i].scope == LOCAL && !visit->call->local)
            continue;
        strbuf_add_str(&path, star ? (struct str){routes[i].path, (size_t)(star - routes[i].path)}
                                   : str_from(routes[i].path));
        strbuf_adds(&path, star ? "{name}" : "");
        strbuf_adds(&path, star ? star + 1 : "");
        json_array_append_new(
            list, json_pack("{s:s,s:s}", "method", routes[i].method, "path", strbuf_text(&path)));
        strbuf_finish(&path);
    }
    visit->answer->status = 200;
    visit->answer->body =
        json_pack("{s:i,s:s,s:o}", "api", 1, "version", A3S_VERSION, "routes", list);
}

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

static void serve(struct control_visit *visit, const struct control_route *route)
{
    visit->argument = route->argument;
    if (route->scope == LOCAL && !visit->call->local)
        control_refuse(visit->answer, 403, "%s is answered on the Unix socket alone", route->path);
    else
        route->handle(visit);
}

void control_dispatch(const struct control_call *call, const struct control_ops *ops, void *ctx,
                      struct control_stream *stream, struct control_answer *answer)
{
    struct str path = call->target;
    struct control_visit visit = {
        .call = call, .ops = ops, .ctx = ctx, .stream = stream, .answer = answer};
    const char *mark = path.len ? memchr(path.ptr, '?', path.len) : NULL;
    const struct control_route *other = NULL;
    if (mark) {
        visit.query = (struct str){mark + 1, path.len - (size_t)(mark - path.ptr) - 1};
        path.len = (size_t)(mark - path.ptr);
    }
    for (const struct control_route *route = routes; route < routes + ROUTE_COUNT; route++) {
        if (!path_matches(route->path, path, &visit.name))
            continue;
        if (str_is(call->method, route->method)) {
            serve(&visit, route);
            return;
        }
        other = route;
    }
    if (other) {
        answer->allow = other->method;
        control_refuse(answer, 405, "%s wants the method %s", other->path, other->method);
    } else {
        control_refuse(answer, 404, "there is no %.*s here", STR_ARG(path));
    }
}
