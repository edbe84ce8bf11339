#include "host.h"

#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */

static bool is_port(struct str digits)
{
    uint32_t port = 0;
    if (digits.len == 0 || digits.len > 5)
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(digits.ptr[i] - '0');
    }
    return port >= 1 && port <= UINT16_MAX;
}

/* The character in lower case, or 0 if a name may not have it. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 'a' - 'A');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_')
        return c;
    return 0;
}

static bool parse_name(struct host *host, struct str name)
{
    size_t label = 0;
    if (name.len && name.ptr[name.len - 1] == '.')
        name.len--;
    if (name.len == 0 || name.len > PLAN_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i] == '.' ? '.' : fold(name.ptr[i]);
        if (c == 0 || (c == '.' && label == 0) || (c != '.' && ++label > LABEL_MAX))
            return false;
        if (c == '.')
            label = 0;
        host->name[i] = c;
    }
    host->name[name.len] = '\0';
    host->length = (uint8_t)name.len;
    return label > 0;
}

/* An IPv6 address in brackets is well-formed and has no route. */
static bool parse_bracketed(struct host *host, struct str name)
{
    if (name.len < 4 || name.len > PLAN_NAME_MAX || name.ptr[name.len - 1] != ']')
        return false;
    for (size_t i = 1; i < name.len - 1; i++)
        if (!strchr("0123456789abcdefABCDEF:.", name.ptr[i]))
            return false;
    memcpy(host->name, name.ptr, name.len);
    host->name[name.len] = '\0';
    host->length = (uint8_t)name.len;
    return true;
}

bool host_parse(struct host *host, struct str authority)
{
    bool bracketed = authority.len && authority.ptr[0] == '[';
    const char *end = bracketed ? memchr(authority.ptr, ']', authority.len) : authority.ptr;
    if (authority.len == 0 || !end)
        return false;
    const char *colon = memchr(end, ':', authority.len - (size_t)(end - authority.ptr));
    struct str name = authority;
    if (colon) {
        name.len = (size_t)(colon - authority.ptr);
        if (!is_port((struct str){colon + 1, authority.len - name.len - 1}))
            return false;
    }
    return bracketed ? parse_bracketed(host, name) : parse_name(host, name);
}

/* http://authority[/path][?query]: the head's parser has seen the scheme. */
static void split_absolute(struct host *host, struct str target)
{
    size_t scheme = sizeof "http://" - 1, end = scheme;
    while (end < target.len && target.ptr[end] != '/' && target.ptr[end] != '?')
        end++;
    host->authority = (struct str){target.ptr + scheme, end - scheme};
    host->target = (struct str){target.ptr + end, target.len - end};
    host->needs_slash = host->target.len == 0 || host->target.ptr[0] == '?';
}

bool host_of_request(struct host *host, const struct head *head)
{
    const struct head_field *field = head_find(head, FIELD_HOST);
    if (!field || head_count(head, FIELD_HOST) > 1 || !host_parse(host, head_value(head, field)))
        return false;
    host->authority = head_value(head, field);
    host->target = head->target;
    host->needs_slash = false;
    if (head->target.ptr[0] == '/' || head->target.ptr[0] == '*')
        return true;
    split_absolute(host, head->target);
    return host_parse(host, host->authority);
}

static uint32_t find_route(const struct plan *plan, struct str name)
{
    uint32_t first = 0, end = plan->route_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        const struct plan_route *route = &plan->routes[middle];
        struct str host = {plan_text_ptr(plan, route->host), route->host.length};
        int order = str_compare(name, host);
        if (order == 0)
            return route->service;
        if (order < 0)
            end = middle;
        else
            first = middle + 1;
    }
    return PLAN_NONE;
}

uint32_t host_route(const struct plan *plan, const struct host *host)
{
    struct str name = {host->name, host->length};
    for (;;) {
        uint32_t service = find_route(plan, name);
        const char *dot = memchr(name.ptr, '.', name.len);
        if (service != PLAN_NONE || !dot)
            return service;
        name.len -= (size_t)(dot + 1 - name.ptr);
        name.ptr = dot + 1;
    }
}
