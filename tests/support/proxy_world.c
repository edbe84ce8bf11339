#include "proxy_world.h"

#include <check.h>
#include <sys/socket.h>
#include <unistd.h>

static const char strings[] = "api\0api.localhost\0web\0web.localhost";
static const struct plan_service services[] = {{.name = {18, 3}}, {.name = {0, 3}}};
static const struct plan_route routes[] = {{.host = {4, 13}, .service = API},
                                           {.host = {22, 13}, .service = WEB}};

static enum proxy_verdict service_state(void *ctx, uint32_t service, uint16_t *out_port)
{
    struct world *world = ctx;
    *out_port = world->port;
    return world->verdicts[service];
}

static void describe(void *ctx, uint32_t service, struct trouble *out_trouble)
{
    const struct world *world = ctx;
    *out_trouble = (struct trouble){.service = service == WEB ? "web" : "api",
                                    .state = world->state ? world->state : "failed",
                                    .file = "A3sfile.hcl",
                                    .line = 7,
                                    .exited = true,
                                    .exit_code = 1};
    strbuf_adds(&out_trouble->reason, "exit code 1 <script>\"");
    strbuf_adds(&out_trouble->waits_for, "db\ncache\n");
    strbuf_adds(&out_trouble->lines, "first\n<b>second\n");
}

static void on_access(void *ctx, const struct proxy_access *access)
{
    struct world *world = ctx;
    world->accesses++;
    world->status = access->status;
    world->service = access->service;
    world->parked = access->parked;
    snprintf(world->id, sizeof world->id, "%.*s", STR_ARG(access->id));
    snprintf(world->path, sizeof world->path, "%.*s", STR_ARG(access->target));
    world->done = true;
}

void open_world(struct world *world)
{
    static const struct proxy_ops ops = {
        .service_state = service_state, .describe = describe, .access = on_access};
    *world = (struct world){.listening = -1, .settings = {.hold_ms = 20000}};
    world->loop = ev_loop_new(EVBACKEND_EPOLL);
    world->plan = (struct plan){.services = services,
                                .service_count = SERVICES,
                                .routes = routes,
                                .route_count = 2,
                                .settings = &world->settings,
                                .strings = strings};
    world->listening = wire_listen(AF_INET, &world->port);
    world->proxy = proxy_create(world->loop, &world->plan, &ops, world);
    ck_assert_int_eq(proxy_start(world->proxy, 0), 0);
    world->client = peer_connect(world->loop, AF_INET, proxy_port(world->proxy));
}

void close_world(struct world *world)
{
    proxy_destroy(world->proxy);
    peer_close(&world->client);
    if (world->listening >= 0)
        close(world->listening);
    ev_loop_destroy(world->loop);
}

struct peer accept_service(struct world *world)
{
    struct peer service = peer_accept(world->loop, world->listening);
    service.partner = &world->client;
    world->client.partner = NULL;
    return service;
}

/* Reads one message of what the peer has heard, waits for the rest of it, and forgets it. Gives the
 * body; the caller frees. */
static struct strbuf hear_message(struct peer *peer, enum head_kind kind, uint16_t *out_status)
{
    struct http http;
    struct strbuf body = {0};
    size_t given = 0, used;
    http_init(&http, kind);
    for (enum http_event event = HTTP_MORE; event != HTTP_END;) {
        event = http_feed(&http, strbuf_text(&peer->in) + given, peer->in.len - given, &used);
        given += used;
        ck_assert_msg(event != HTTP_FAIL, "%s: %s", http_error_text(http.error),
                      strbuf_text(&peer->in));
        if (event == HTTP_DATA)
            strbuf_add_str(&body, http.data);
        else if (event == HTTP_MORE)
            peer_hears_bytes(peer, given + 1);
    }
    if (out_status)
        *out_status = http.head.status;
    memmove(peer->in.ptr, peer->in.ptr + given, peer->in.len - given + 1);
    peer->in.len -= given;
    http_finish(&http);
    return body;
}

void hear_request(struct peer *peer, const char *body)
{
    struct strbuf heard = hear_message(peer, HEAD_REQUEST, NULL);
    ck_assert_str_eq(strbuf_text(&heard), body);
    strbuf_finish(&heard);
}

void hear_response(struct peer *peer, uint16_t status, const char *body)
{
    uint16_t heard_status;
    struct strbuf heard = hear_message(peer, HEAD_RESPONSE, &heard_status);
    ck_assert_uint_eq(heard_status, status);
    ck_assert_str_eq(strbuf_text(&heard), body);
    strbuf_finish(&heard);
}

void say_chunked(struct peer *peer, const char *bytes, size_t length)
{
    char line[32];
    for (size_t at = 0; at < length; at += 10000) {
        size_t piece = length - at < 10000 ? length - at : 10000;
        peer_send(peer, line, (size_t)snprintf(line, sizeof line, "%zx\r\n", piece));
        peer_send(peer, bytes + at, piece);
        peer_says(peer, "\r\n");
    }
    peer_says(peer, "0\r\n\r\n");
}
