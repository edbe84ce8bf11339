/* The checked program: what an A3sfile means, before it becomes a plan.
 *
 * Each struct is the target of one block of schema.def, whose rows say which attribute fills which
 * field and with what when it is not written. Every struct begins with a struct model_block.
 * Everything lives in the arena of the compilation and is only built, never changed, once
 * graph_order has run. Durations are milliseconds. Paths are as the user wrote them.
 */
#ifndef COMPILER_MODEL_H
#define COMPILER_MODEL_H

#include "ast.h"
#include "files.h"
#include "value.h"

/* What a plan can hold; lower.c asserts that the plan's own limits are these. */
#define MODEL_SERVICES_MAX 65535u
#define MODEL_EDGES_MAX    1048576u
#define MODEL_NAME_MAX     255u        /* bytes of a service name */
#define MODEL_TEXT_MAX     (64u << 10) /* bytes of a string */
#define MODEL_PIECES_MAX   1024u       /* of a text that is known only at start */
#define MODEL_HOST_MAX     253u        /* bytes of a host name (RFC 1035, 2.3.4) */

/* Where a struct of the model came from. */
struct model_block {
    const struct ast_block *ast;          /* NULL: nobody wrote it, all fields are defaults */
    const struct ast_attribute **written; /* by place in the block's schema rows; NULL elements */
    uint32_t broken;                      /* bit per place: a diagnostic was given for it */
};

struct model_string {
    struct str text;
    struct span span;
};

/* A string that may be known only at start. */
struct model_text {
    struct str text; /* count is 0: all of it; else for people, as "${env("NAME")}" */
    const struct value_piece *pieces;
    uint32_t count;
    struct span span;
};

struct model_texts {
    struct model_text *items;
    uint32_t count;
};

struct model_strings {
    struct model_string *items;
    uint32_t count;
};

struct model_setting {
    struct str name;
    struct span span; /* of the name */
    struct model_text value;
};

/* Sorted by name, each name once. */
struct model_env {
    struct model_setting *items;
    uint32_t count;
};

struct model_command {
    struct model_text line;  /* as it was written, for people */
    struct model_texts argv; /* count is 0: there is no such command */
    bool shell;              /* argv is /bin/sh -c LINE */
};

struct model_status {
    uint32_t min, max;
};

struct model_subdomain {
    struct str text;
    bool routed; /* a host name leads to the service */
};

enum model_kind { MODEL_SERVICE, MODEL_TASK };

/* In the order of the words in schema.def. */
enum model_host { MODEL_HOST_CLIENT, MODEL_HOST_UPSTREAM };
enum model_probe { MODEL_HTTP, MODEL_TCP, MODEL_EXEC, MODEL_LOG };

struct model_dev {
    struct model_block block;
    uint32_t proxy_port;
    uint32_t log_level;
    struct str domain;
    uint32_t hold;
    struct model_env env;
    struct model_strings env_file;
};

struct model_locals {
    struct model_block block;
};

/* An input of the file: var.NAME. */
struct model_variable {
    struct model_block block;
    struct str name;
    struct span name_span;
    struct value fallback; /* with has_fallback */
    bool has_fallback;
    struct str description;
    bool sensitive;
};

struct model_watch {
    struct model_block block;
    struct model_strings paths, ignore;
    bool restart;
    uint32_t debounce;
};

struct model_health {
    struct model_block block;
    uint32_t type; /* enum model_probe */
    struct model_text path;
    uint32_t port; /* 0: the service's own */
    struct model_command cmd;
    struct str pattern;
    struct model_status status;
    uint32_t interval, timeout, start_timeout;
    uint32_t retries;
};

struct model_restart {
    struct model_block block;
    uint32_t policy;
    uint32_t backoff, max_backoff, reset_after;
    uint32_t max_restarts;
    bool on_unhealthy;
};

struct model_stop {
    struct model_block block;
    uint32_t signal;
    uint32_t timeout;
};

struct model_log {
    struct model_block block;
    struct model_text file;
    uint32_t max_size; /* bytes */
    uint32_t keep;
};

struct model_service {
    struct model_block block;
    struct str name;
    struct span name_span;
    uint32_t declared; /* its place in the source, from 0: index into model.services */
    struct model_command cmd;
    struct model_text dir;
    uint32_t port; /* with has_port; 0: chosen at start */
    bool has_port;
    struct model_subdomain subdomain;
    uint32_t host; /* enum model_host */
    struct model_env env;
    struct model_strings env_file;
    struct model_strings depends_on;
    uint32_t kind; /* enum model_kind */
    struct model_command pre_start, post_stop;
    struct model_strings labels;
    bool disabled, tty;
    const struct model_watch *watch;   /* or NULL */
    const struct model_health *health; /* or NULL */
    const struct model_restart *restart;
    const struct model_stop *stop;
    const struct model_log *log;   /* or NULL */
    struct model_dependency *deps; /* what depends_on names, each once, in its order */
    uint32_t dep_count;
};

struct model_dependency {
    uint32_t service; /* index into model.services */
    struct span span; /* where it is named */
};

struct model {
    struct model_block block;
    const struct model_dev *dev;
    VEC(struct model_service *) services;   /* in source order */
    VEC(struct model_variable *) variables; /* in source order */
    struct files files;                     /* what file() read */
    uint32_t *order;                        /* start order: indices into services */
};

#endif
