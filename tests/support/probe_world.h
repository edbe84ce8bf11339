/* A probe and what it probes, in one loop: a server on a loopback port that answers as it is told.
 * Cases wait with loop_until and the questions below. */
#ifndef TESTS_PROBE_WORLD_H
#define TESTS_PROBE_WORLD_H

#include "health.h"
#include "loop.h"

struct probe_world {
    struct ev_loop *loop;
    struct plan_probe config;
    struct probe_setup setup;
    struct probe probe;
    char edges[32]; /* R ready, U unhealthy, W recovered, in the order in which they came */
    char reason[256];
    bool stop_on_edge, finish_on_edge;
    const char *strange; /* why it may not be ready yet; NULL: it may */
    int asked;           /* how often that was asked */
    bool second;         /* with which address, the last time */
    int refused;         /* how often it was told that nobody listens */
    /* the server: answers each connection with this, or holds it open with NULL */
    uint16_t port;
    int listening; /* -1: nobody listens */
    ev_io accept;
    const char *answer;
    bool hold;         /* the connection stays open behind the answer */
    bool reset;        /* instead of any answer */
    const char *drip;  /* behind the answer, again and again, one piece each few milliseconds */
    size_t drip_bytes; /* of a piece */
    size_t dripped;    /* in all */
    bool left;         /* somebody went away from the drip */
    ev_timer dripping;
    int held[64];
    int held_count, accepted;
};

/* A bound socket, which does not listen yet. */
void probe_world_open(struct probe_world *world, enum plan_probe_type type, int family);
/* The same for a kind that asks no port: config and setup are the caller's to fill in before
 * probe_world_begin. */
void probe_world_open_bare(struct probe_world *world, enum plan_probe_type type);
void probe_world_begin(struct probe_world *world);
void probe_world_close(struct probe_world *world);

/* A new life of the service, asked at the server's port. */
void probe_world_start(struct probe_world *world, const char *path);
void probe_world_serve(struct probe_world *world, const char *answer);
void probe_world_stop_serving(struct probe_world *world);

bool probe_world_was_left(void *world);
bool probe_world_has_edge(void *world);
bool probe_world_has_two_edges(void *world);
bool probe_world_has_three_edges(void *world);
bool probe_world_has_failed(void *world);
bool probe_world_has_failed_often(void *world);
bool probe_world_was_asked_often(void *world);

#endif
