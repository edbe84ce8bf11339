/* What the parts of the reader of compose files share (compose-spec.io, "The Compose
 * Specification").
 *
 * A service that has a command runs on this machine, without its container; one that has only an
 * image becomes "docker run", as a comment unless images are to be run.
 */
#ifndef IMPORT_COMPOSE_H
#define IMPORT_COMPOSE_H

#include "arguments.h"
#include "import_parts.h"

struct compose_port {
    uint32_t target;    /* within the container */
    uint32_t published; /* on this machine; 0: not */
    uint32_t line;
};

struct compose_service;

struct compose {
    struct import *im;
    struct compose_service *services; /* in the order of the draft's */
    struct map claimed;               /* ports of services so far, as text */
};

struct compose_service {
    struct compose *file;
    struct draft_service *draft;
    const struct node *node;
    bool local;    /* it runs without its container */
    bool mounted;  /* a folder of its container is one of this machine: dir */
    uint32_t port; /* the service's, on this machine; 0: none */
    struct arguments command;
    VEC(struct compose_port) ports;
};

/* A text of the file with its variables; a note if something of it cannot be said. */
struct dollar_text compose_text(struct compose_service *s, const struct node *node);
/* As compose_text, with fallbacks put in: for what must be known when compiling. False after a
 * note. */
bool compose_constant(struct compose_service *s, const struct node *node, struct str *out);
/* What a command says, as a list or as a line; false after a diagnostic. node may be NULL. */
bool compose_arguments(struct compose_service *s, const struct node *node, struct arguments *out);

/* compose_keys.c: what stands under a key of its own; the rest is lost. */
bool compose_keys(struct compose_service *s);

/* compose_lost.c: the key, "healthcheck.start_interval", is not carried over. */
void compose_lose(struct compose_service *s, const char *key, const struct node *where);
/* So are the keys of the map, if it is one, that are not known (NULL behind the last). */
void compose_lose_others(struct compose_service *s, const char *prefix, const struct node *map,
                         const char *const *known);
/* Those of the whole file. */
void compose_lose_of_file(struct import *im, const struct node *root);

/* compose_ports.c: the ports, and the one that is the service's. */
bool compose_read_ports(struct compose_service *s);
void compose_choose_port(struct compose_service *s);
/* A port that other services use without its being published. */
void compose_publish(struct compose_service *s, uint32_t target);
/* Where this machine finds what listens on the port in the container; 0: nowhere. */
uint32_t compose_port_here(const struct compose_service *s, uint32_t target);

/* compose_hosts.c: the value of a variable, with names of services (as hosts, with their ports) for
 * what they are on this machine: "postgres://u@db:5432/app", "db" in DB_HOST. */
struct str compose_hosts(const struct compose *file, struct str name, struct str text, bool *found);

/* compose_health.c. container: its name; NULL: the probe runs here. */
bool compose_health(struct compose_service *s, const char *container);

/* compose_image.c: the service as a "docker run" in the foreground. */
bool compose_image(struct compose_service *s, const struct node *image);

#endif
