#include "compose.h"

/* "127.0.0.1:8000:3000/tcp", "8000:3000", "3000"; what comes last is the container's. False: a
 * range, or no port at all. */
static bool read_short(struct str text, struct compose_port *out, bool *udp)
{
    const char *slash = memrchr(text.ptr, '/', text.len);
    *udp =
        slash && str_is((struct str){slash + 1, text.len - (size_t)(slash + 1 - text.ptr)}, "udp");
    if (slash)
        text.len = (size_t)(slash - text.ptr);
    const char *colon = memrchr(text.ptr, ':', text.len);
    struct str target = text, published = {0};
    if (colon) {
        target = (struct str){colon + 1, text.len - (size_t)(colon + 1 - text.ptr)};
        published = (struct str){text.ptr, (size_t)(colon - text.ptr)};
        const char *before = memrchr(published.ptr, ':', published.len);
        if (before)
            published = (struct str){before + 1, (size_t)(colon - before - 1)};
    }
    if (published.len && !import_number(published, 65535, &out->published))
        return false;
    return import_number(target, 65535, &out->target) && out->target > 0;
}

static bool read_long(struct compose_service *s, const struct node *node, struct compose_port *out,
                      bool *udp)
{
    const struct node *target = node_find(node, "target"),
                      *published = node_find(node, "published"),
                      *protocol = node_find(node, "protocol");
    struct str text;
    compose_lose_others(s, "ports", node,
                        (const char *const[]){"target", "published", "protocol", NULL});
    *udp = node_is_text(protocol) && str_is(protocol->text, "udp");
    if (!node_is_text(target) || !compose_constant(s, target, &text) ||
        !import_number(text, 65535, &out->target))
        return false;
    return !node_is_text(published) || !compose_constant(s, published, &text) || text.len == 0 ||
           import_number(text, 65535, &out->published);
}

static bool read_port(struct compose_service *s, const struct node *node)
{
    struct import *im = s->file->im;
    struct compose_port port = {.line = import_line(im, node)};
    struct str text = {0};
    bool udp = false, known;
    if (node->kind != NODE_TEXT && node->kind != NODE_MAP)
        return node_mistake(im->diags, node, "a port");
    known = node->kind == NODE_MAP
                ? read_long(s, node, &port, &udp)
                : compose_constant(s, node, &text) && read_short(text, &port, &udp);
    if (!known)
        draft_note(&im->draft, s->draft, port.line, "no single port: %.*s", STR_ARG(text));
    else if (udp)
        draft_note(&im->draft, s->draft, port.line, "port %u is UDP, which a3s does not look at",
                   port.target);
    else
        *vec_push(im->arena, &s->ports) = port;
    return true;
}

bool compose_read_ports(struct compose_service *s)
{
    const struct node *ports = node_find(s->node, "ports");
    if (ports && ports->kind != NODE_LIST)
        return node_mistake(s->file->im->diags, ports, "a list of ports");
    for (uint32_t i = 0; ports && i < ports->items.count; i++)
        if (!read_port(s, ports->items.items[i].value))
            return false;
    return true;
}

/* Whether no service before has it; it has it from now on. */
static bool claim(struct compose_service *s, uint32_t port)
{
    bool is_new;
    const char *text = arena_printf(s->file->im->arena, "%u", port);
    map_put(&s->file->claimed, str_from(text), &is_new);
    return is_new;
}

static void add_other_notes(struct compose_service *s)
{
    for (uint32_t i = 1; i < s->ports.count; i++)
        draft_note(&s->file->im->draft, s->draft, s->ports.items[i].line,
                   "port %u is one more: a service has one, which the proxy and probes use",
                   s->ports.items[i].target);
}

/* One that is not published is for the other services alone. */
static void choose_exposed(struct compose_service *s)
{
    const struct node *expose = node_find(s->node, "expose");
    struct str text;
    uint32_t port;
    if (!expose || expose->kind != NODE_LIST || expose->items.count == 0)
        return;
    const struct node *first = expose->items.items[0].value;
    if (node_is_text(first) && compose_constant(s, first, &text) &&
        import_number(text, 65535, &port) && claim(s, port)) {
        s->port = port;
        draft_setf(&s->file->im->draft, s->draft, SCHEMA_service_port, "%u", port);
        draft_set(s->draft, SCHEMA_service_subdomain, STR("null"));
    }
}

void compose_choose_port(struct compose_service *s)
{
    struct import *im = s->file->im;
    const struct compose_port *first = s->ports.items;
    if (s->ports.count == 0) {
        choose_exposed(s);
        return;
    }
    uint32_t port = s->local || !first->published ? first->target : first->published;
    uint32_t other = first->published;
    if (!claim(s, port) && other && other != port && claim(s, other)) {
        draft_note(
            &im->draft, s->draft, first->line,
            "port %u is taken by another service: it must listen on %u, which it finds in PORT",
            port, other);
        port = other;
    } else if (s->local && other && other != port) {
        draft_note(&im->draft, s->draft, first->line,
                   "was published as %u; without a container it is where the program listens",
                   other);
    }
    s->port = port;
    draft_setf(&im->draft, s->draft, SCHEMA_service_port, "%u", port);
    add_other_notes(s);
}

uint32_t compose_port_here(const struct compose_service *s, uint32_t target)
{
    VEC_EACH (&s->ports, it)
        if (it->target == target)
            return it == s->ports.items ? s->port : s->local ? target : it->published;
    return s->local ? target : 0;
}

void compose_publish(struct compose_service *s, uint32_t target)
{
    *vec_push(s->file->im->arena, &s->ports) =
        (struct compose_port){.target = target, .published = target};
    if (!s->port)
        compose_choose_port(s);
}
