/* A proxy with two services, for the tests of what passes through it: "web", whose other end the
 * test plays, and "api". */
#ifndef TESTS_PROXY_WORLD_H
#define TESTS_PROXY_WORLD_H

#include "http.h"
#include "proxy.h"
#include "wire.h"

enum { WEB, API, SERVICES };

#define HOST "Host: web.localhost\r\n"
#define GET  "GET / HTTP/1.1\r\n" HOST "\r\n"

struct world {
    struct ev_loop *loop;
    struct plan_settings settings; /* holds for 20 s */
    struct plan plan;
    struct proxy *proxy;
    int listening; /* web's */
    uint16_t port; /* web's */
    enum proxy_verdict verdicts[SERVICES];
    const char *state; /* as described; NULL: failed */
    unsigned accesses;
    uint16_t status;  /* of the last access */
    uint32_t service; /* of the last access */
    double parked;    /* of the last access, seconds */
    char id[64];      /* of the last access */
    char path[64];    /* of the last access */
    bool done;        /* there was one */
    struct peer client;
};

/* The proxy listens, web listens, one client is connected. */
void open_world(struct world *world);
void close_world(struct world *world);
/* The next connection of the proxy to web. */
struct peer accept_service(struct world *world);

/* Waits for a whole message with that body (and status), and takes it away. */
void hear_request(struct peer *peer, const char *body);
void hear_response(struct peer *peer, uint16_t status, const char *body);
void say_chunked(struct peer *peer, const char *bytes, size_t length);

#endif
