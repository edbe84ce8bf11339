/* The plan: what the compiler writes and the runtime runs. Nothing else is shared by the two.
 *
 * A plan is one file, usable in place: a header, a directory of sections, sections of fixed-width
 * records that refer to each other by index, and one blob of strings. Numbers are as the machine
 * has them, which is little-endian on all but a few; everything is aligned to 8 bytes. It holds no
 * time, no absolute path and nothing else that depends on the machine: the same sources compile to
 * the same bytes. docs/plan-format.md describes every byte.
 *
 * plan_verify is total: after it has passed, every index, range, string and enum of the plan is
 * valid, services are in start order (each after its dependencies), and the accessors below do
 * not check again.
 */
#ifndef A3S_PLAN_H
#define A3S_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_MAGIC  "a3s\x00plan"
#define PLAN_ENDIAN 0x0a35c0deu
/* Raise it with every change of a record, an enum or a meaning below. Old plans are compiled anew.
 */
#define PLAN_VERSION 3u

#define PLAN_NONE UINT32_MAX

/* Limits. A source that exceeds one is a diagnostic; a plan that does is refused. */
#define PLAN_SIZE_MAX     (64u << 20)
#define PLAN_SERVICES_MAX 65535u
#define PLAN_EDGES_MAX    1048576u
#define PLAN_NAME_MAX     255u          /* bytes of a service name or a host */
#define PLAN_TEXT_MAX     (64u << 10)   /* bytes of one argument, value, path or pattern */
#define PLAN_TEXTS_MAX    PLAN_SIZE_MAX /* bytes of all references to strings, added up */
#define PLAN_PIECES_MAX   1024u         /* of one text */
#define PLAN_DURATION_MAX 86400000u     /* ms: one day */
#define PLAN_LOG_LEVELS   5u            /* trace, debug, info, warn, error */
#define PLAN_LOG_KEEP_MAX 1000u         /* rotated log files of one service */
#define PLAN_LOG_SIZE_MIN 4096u         /* bytes of a log file before it is rotated */

/* X(KIND, record type, name) in the order in which sections lie in the file. */
#define PLAN_SECTIONS(X)                                                              \
    X(SETTINGS, struct plan_settings, "settings") /* exactly one record */            \
    X(SERVICES, struct plan_service, "services")  /* in start order */                \
    X(DEPS, uint32_t, "dependencies")             /* index into SERVICES */           \
    X(RDEPS, uint32_t, "dependents")              /* index into SERVICES */           \
    X(COMMANDS, struct plan_command, "commands")                                      \
    X(ARGV, struct plan_text, "arguments")                                            \
    X(ENV, struct plan_env, "environment")                                            \
    X(ENV_FILES, struct plan_env_file, "environment files")                           \
    X(LABELS, struct plan_string, "labels")                                           \
    X(PIECES, struct plan_piece, "pieces")                                            \
    X(LOOKUPS, struct plan_lookup, "lookups") /* rising by name, then by fallback */  \
    X(PROBES, struct plan_probe, "probes")                                            \
    X(WATCHES, struct plan_watch, "watches")                                          \
    X(PATTERNS, struct plan_string, "patterns") /* watch paths and ignore patterns */ \
    X(LOGS, struct plan_log, "log files")                                             \
    X(ROUTES, struct plan_route, "routes") /* sorted by host */                       \
    X(PORTS, struct plan_port, "ports")    /* sorted by port */                       \
    X(SOURCES, struct plan_source, "sources")                                         \
    X(SPANS, struct plan_span, "spans")                                               \
    X(STRINGS, char, "strings")

enum plan_section_kind {
#define X(kind, type, name) PLAN_SECTION_##kind,
    PLAN_SECTIONS(X)
#undef X
        PLAN_SECTION_COUNT
};

/* A string of the blob: [offset, offset + length), UTF-8, a NUL behind it, none inside. It begins
 * where the blob does, or behind a NUL. */
struct plan_string {
    uint32_t offset, length;
};

/* Records [first, first + count) of the section that is named where the range stands. Ranges of one
 * kind tile their section in the order of their owners: nothing is shared, nothing left over. An
 * empty range has for first the place where the next range begins. Where one section serves
 * several fields, their order is:
 *   COMMANDS  service by service: command, pre_start, post_stop, its probe's
 *   PIECES    service by service: dir; line and argv... of each of its commands; env values...; its
 *             probe's path; its log's file
 *   PATTERNS  watch by watch: paths, ignores
 * PROBES, WATCHES and LOGS have one record for each service that has one, in the services' order.
 */
struct plan_range {
    uint32_t first, count;
};

/* A string that may hold values known only when the plan is loaded: its pieces, joined. Literals
 * are not empty, no two stand side by side; they add up to at most PLAN_TEXT_MAX bytes. At most
 * PLAN_PIECES_MAX pieces, so that the whole is bounded by what one value may be. */
struct plan_text {
    struct plan_range pieces; /* -> PIECES; count 0 is the empty string */
};

struct plan_header {
    char magic[8];
    uint32_t version;
    uint32_t endian;
    uint64_t size;     /* of the whole file */
    uint64_t checksum; /* XXH3-64 of everything behind this field; against accident only */
    uint32_t section_count;
    uint32_t reserved; /* 0 */
};

struct plan_section {
    uint32_t kind;        /* enum plan_section_kind */
    uint32_t record_size; /* bytes */
    uint64_t offset;      /* from the start of the file, a multiple of 8 */
    uint64_t count;       /* records */
};

enum plan_piece_kind {
    PLAN_PIECE_LITERAL, /* text */
    PLAN_PIECE_ENV,     /* what LOOKUPS[ref] finds when the plan is loaded */
    PLAN_PIECE_PORT,    /* the port of SERVICES[ref] in decimal; it has one */
    PLAN_PIECE_KIND_COUNT
};

struct plan_piece {
    uint32_t kind;           /* enum plan_piece_kind */
    uint32_t ref;            /* LITERAL: PLAN_NONE */
    struct plan_string text; /* LITERAL; else the empty string */
};

/* A variable of the environment of whoever loads the plan; its value never stands in a plan. Each
 * pair of name and fallback is there once, and some piece refers to it. Of the same name, the one
 * without fallback comes first. */
#define PLAN_LOOKUP_FALLBACK (1u << 0)

struct plan_lookup {
    struct plan_string name;       /* not empty, no '=' */
    struct plan_string fallback;   /* with PLAN_LOOKUP_FALLBACK; else "", and loading needs it */
    uint32_t flags;                /* PLAN_LOOKUP_... */
    uint32_t source, line, column; /* the first place that asks for it; as in struct plan_span */
};

#define PLAN_COMMAND_SHELL (1u << 0) /* argv is /bin/sh -c and what the shell runs */

struct plan_command {
    struct plan_text line;  /* as it was written, for people */
    struct plan_range argv; /* -> ARGV, at least one */
    uint32_t flags;         /* PLAN_COMMAND_... */
    uint32_t reserved;      /* 0 */
};

struct plan_settings {
    struct plan_string domain; /* names are <subdomain>.<domain>; spelt as a host */
    uint32_t log_level;        /* 0 trace, 1 debug, 2 info, 3 warn, 4 error */
    uint32_t hold_ms;          /* how long the proxy lets a request wait for a service */
    uint16_t proxy_port;       /* 0: no proxy; no service's port */
    uint16_t reserved[3];      /* 0 */
};

/* Durations (..._ms) are 1..PLAN_DURATION_MAX everywhere. */
enum plan_service_kind { PLAN_KIND_SERVICE, PLAN_KIND_TASK, PLAN_KIND_COUNT };
enum plan_port_source { PLAN_PORT_NONE, PLAN_PORT_FIXED, PLAN_PORT_CHOSEN, PLAN_PORT_SOURCE_COUNT };
enum plan_start { PLAN_START_EAGER, PLAN_START_COUNT };
enum plan_restart_policy {
    PLAN_RESTART_NEVER,
    PLAN_RESTART_ON_FAILURE,
    PLAN_RESTART_ALWAYS,
    PLAN_RESTART_COUNT
};
/* The plan's own numbers: those of the signals differ from system to system. */
enum plan_signal {
    PLAN_SIGNAL_TERM,
    PLAN_SIGNAL_INT,
    PLAN_SIGNAL_QUIT,
    PLAN_SIGNAL_HUP,
    PLAN_SIGNAL_USR1,
    PLAN_SIGNAL_USR2,
    PLAN_SIGNAL_KILL,
    PLAN_SIGNAL_COUNT
};

#define PLAN_SERVICE_DISABLED     (1u << 0) /* started only when it is named */
#define PLAN_SERVICE_TTY          (1u << 1) /* it runs on a terminal of its own */
#define PLAN_SERVICE_ON_UNHEALTHY (1u << 2) /* unhealthy restarts it */
#define PLAN_SERVICE_OWN_HOST     (1u << 3) /* the proxy says Host: localhost and its port */
#define PLAN_SERVICE_FLAGS        15u

struct plan_service {
    struct plan_string name;     /* [A-Za-z0-9_][A-Za-z0-9_.-]*, unique */
    struct plan_text dir;        /* relative to the plan's root; not empty ("." is the root) */
    struct plan_range env;       /* -> ENV, by name (bytes), each once; the dev block's merged in */
    struct plan_range env_files; /* -> ENV_FILES, later ones are stronger; the dev block's first */
    struct plan_range labels;    /* -> LABELS, not empty, rising (bytes), each once */
    struct plan_range deps;      /* -> DEPS, rising */
    struct plan_range rdeps;     /* -> RDEPS, rising */
    struct plan_range spans;     /* -> SPANS, by rising field; PLAN_FIELD_NAME is there */
    uint32_t command;            /* index into COMMANDS */
    uint32_t pre_start;          /* index into COMMANDS, or PLAN_NONE: runs before each start */
    uint32_t post_stop;          /* index into COMMANDS, or PLAN_NONE: runs when all is gone */
    uint32_t probe;              /* index into PROBES, or PLAN_NONE */
    uint32_t watch;              /* index into WATCHES, or PLAN_NONE */
    uint32_t log;                /* index into LOGS, or PLAN_NONE */
    uint32_t declared;           /* its place in the source: unique, below the number of services */
    uint32_t flags;              /* PLAN_SERVICE_... */
    uint32_t backoff_ms;         /* the first wait before a restart; doubles; <= max_backoff_ms */
    uint32_t max_backoff_ms;     /* up to this */
    uint32_t reset_after_ms;     /* healthy for so long: the count begins anew */
    uint32_t max_restarts;       /* 0: no limit */
    uint32_t stop_timeout_ms;
    uint16_t port;       /* 0 unless PLAN_PORT_FIXED */
    uint8_t port_source; /* enum plan_port_source */
    uint8_t kind;        /* enum plan_service_kind */
    uint8_t restart;     /* enum plan_restart_policy */
    uint8_t stop_signal; /* enum plan_signal */
    uint8_t start;       /* enum plan_start */
    uint8_t reserved;    /* 0 */
    uint32_t replicas;   /* 1 */
};

/* Strongest first: the service's own env, its env_files, the dev block's env, its env_files. */
#define PLAN_ENV_SHARED (1u << 0) /* from the dev block */

struct plan_env {
    struct plan_string name; /* not empty, no '=' */
    struct plan_text value;
    uint32_t flags;    /* PLAN_ENV_... */
    uint32_t reserved; /* 0 */
};

/* Read at each start of the service; what is in it never stands in a plan. */
struct plan_env_file {
    struct plan_string path;       /* relative to the plan's root, not empty */
    uint32_t flags;                /* PLAN_ENV_... */
    uint32_t source, line, column; /* where it is named; as in struct plan_span */
};

enum plan_probe_type {
    PLAN_PROBE_HTTP, /* a GET of path is answered with a good status */
    PLAN_PROBE_TCP,  /* a connection is accepted */
    PLAN_PROBE_EXEC, /* command ends with exit code 0 */
    PLAN_PROBE_LOG,  /* a line of output matches pattern */
    PLAN_PROBE_TYPE_COUNT
};

struct plan_probe {
    struct plan_text path;      /* http: begins with a literal '/'; else no pieces */
    struct plan_string pattern; /* log: a PCRE2 pattern, not empty; else the empty string */
    uint32_t command;           /* exec: index into COMMANDS; else PLAN_NONE */
    uint32_t service;           /* its owner: index into SERVICES */
    uint32_t interval_ms;
    uint32_t timeout_ms;
    uint32_t start_timeout_ms;
    uint32_t retries;                /* failures in a row that make it unhealthy, at least 1 */
    uint16_t port;                   /* http, tcp: 0 is the service's own, which it has; else 0 */
    uint16_t status_min, status_max; /* http: 100..999, min <= max; else 0 */
    uint8_t type;                    /* enum plan_probe_type */
    uint8_t reserved;                /* 0 */
};

struct plan_watch {
    struct plan_range paths;   /* -> PATTERNS, at least one: relative to the plan's root */
    struct plan_range ignores; /* -> PATTERNS, with gitignore's meaning */
    uint32_t service;          /* its owner: index into SERVICES */
    uint32_t debounce_ms;
    uint32_t restart;  /* 1, or 0: a change is only reported */
    uint32_t reserved; /* 0 */
};

/* A file that gets what the service prints. */
struct plan_log {
    struct plan_text file; /* relative to the plan's root, not empty */
    uint64_t max_size;     /* bytes, at least PLAN_LOG_SIZE_MIN: beyond it the file is rotated */
    uint32_t keep;         /* how many rotated files are kept, 0..PLAN_LOG_KEEP_MAX */
    uint32_t service;      /* its owner: index into SERVICES */
};

struct plan_route {
    struct plan_string host; /* lower-case DNS labels, with the domain: "web.localhost" */
    uint32_t service;        /* index into SERVICES; it has a port */
    uint32_t reserved;       /* 0 */
};

/* One for each service with PLAN_PORT_FIXED. */
struct plan_port {
    uint32_t port;    /* 1..65535, unique */
    uint32_t service; /* index into SERVICES, whose port it is */
};

struct plan_source {
    struct plan_string path; /* relative to the plan's root, not empty */
    uint64_t size;           /* bytes */
    uint64_t hash;           /* XXH3-64 of the bytes */
};

/* What a span is about. X(FIELD, "as a person writes it") */
#define PLAN_FIELDS(X)          \
    X(NAME, "service")          \
    X(CMD, "cmd")               \
    X(DIR, "dir")               \
    X(PORT, "port")             \
    X(SUBDOMAIN, "subdomain")   \
    X(ENV, "env")               \
    X(ENV_FILE, "env_file")     \
    X(DEPENDS_ON, "depends_on") \
    X(KIND, "kind")             \
    X(PRE_START, "pre_start")   \
    X(POST_STOP, "post_stop")   \
    X(LABELS, "labels")         \
    X(DISABLED, "disabled")     \
    X(TTY, "tty")               \
    X(WATCH, "watch")           \
    X(HEALTH, "health")         \
    X(RESTART, "restart")       \
    X(STOP, "stop")             \
    X(LOG, "log")               \
    X(HOST, "host")

enum plan_field {
#define X(field, name) PLAN_FIELD_##field,
    PLAN_FIELDS(X)
#undef X
        PLAN_FIELD_COUNT
};

struct plan_span {
    uint32_t field;        /* enum plan_field */
    uint32_t source;       /* index into SOURCES */
    uint32_t line, column; /* from 1; columns are grapheme clusters */
};

_Static_assert(sizeof(struct plan_header) == 40, "format");
_Static_assert(sizeof(struct plan_section) == 24, "format");
_Static_assert(sizeof(struct plan_piece) == 16, "format");
_Static_assert(sizeof(struct plan_settings) == 24, "format");
_Static_assert(sizeof(struct plan_lookup) == 32, "format");
_Static_assert(sizeof(struct plan_command) == 24, "format");
_Static_assert(sizeof(struct plan_service) == 128, "format");
_Static_assert(sizeof(struct plan_env) == 24, "format");
_Static_assert(sizeof(struct plan_env_file) == 24, "format");
_Static_assert(sizeof(struct plan_probe) == 48, "format");
_Static_assert(sizeof(struct plan_log) == 24, "format");
_Static_assert(sizeof(struct plan_watch) == 32, "format");
_Static_assert(sizeof(struct plan_route) == 16, "format");
_Static_assert(sizeof(struct plan_port) == 8, "format");
_Static_assert(sizeof(struct plan_source) == 24, "format");
_Static_assert(sizeof(struct plan_span) == 16, "format");

/* What is wrong with a malformed file: PLAN_OK, or PLAN_E_... */
#define PLAN_ERRORS(X)                                                                       \
    X(TOO_SMALL, "the file is too short to be a plan")                                       \
    X(TOO_LARGE, "the file is larger than a plan may be (64 MiB)")                           \
    X(MAGIC, "the file is not a plan")                                                       \
    X(ENDIAN, "the plan was written with another byte order")                                \
    X(VERSION, "the plan has another format version: compile it again")                      \
    X(SIZE, "the file is cut off or has bytes behind its end")                               \
    X(CHECKSUM, "the checksum does not match: the file is damaged")                          \
    X(RESERVED, "a reserved byte is not zero")                                               \
    X(SECTION_COUNT, "the number of sections is wrong")                                      \
    X(SECTION_KIND, "a section is missing or out of order")                                  \
    X(SECTION_RECORD, "a section has records of another size")                               \
    X(SECTION_BOUNDS, "a section reaches beyond the file")                                   \
    X(SECTION_LAYOUT, "sections overlap, leave a gap or are not aligned")                    \
    X(PADDING, "the padding between sections is not zero")                                   \
    X(LIMIT, "a plan may not have so many records, or so much text")                         \
    X(STRING, "a string lies outside the blob, has no end, or is not UTF-8")                 \
    X(NAME, "a name has a character that names may not have")                                \
    X(ENUM, "a field has a value that it may not have")                                      \
    X(RANGE, "a range does not tile its section")                                            \
    X(INDEX, "an index points at nothing, or at the wrong record")                           \
    X(ORDER, "records are not in their order, or a service comes before what it depends on") \
    X(MIRROR, "dependencies and dependents do not agree")                                    \
    X(DUPLICATE, "two services, routes or ports are the same")                               \
    X(UNUSED, "a lookup is there that nothing refers to")                                    \
    X(VALUE, "a number or a text is outside its bounds")                                     \
    X(SYSTEM, "the system refused")

enum plan_error {
    PLAN_OK,
#define X(error, text) PLAN_E_##error,
    PLAN_ERRORS(X)
#undef X
        PLAN_ERROR_COUNT
};

/* The sentence for an error. */
const char *plan_error_text(enum plan_error error);
const char *plan_section_name(uint32_t kind); /* "services"; "header" beyond the last */
const char *plan_field_name(enum plan_field field);

/* Judges any bytes; bytes is aligned to 8. On an error *out_where is an offset near it. Never reads
 * outside [bytes, bytes + size), takes time linear in size and in PLAN_TEXTS_MAX, allocates a
 * few bytes a service and lookup (PLAN_E_SYSTEM if it cannot). */
enum plan_error plan_verify(const void *bytes, size_t size, uint64_t *out_where);

/* A verified plan. The pointers lie in the plan's own read-only pages. */
struct plan {
    const unsigned char *bytes;
    size_t size;
    const struct plan_settings *settings;
    const struct plan_service *services;
    const uint32_t *deps, *rdeps;
    const struct plan_command *commands;
    const struct plan_text *argv;
    const struct plan_env *env;
    const struct plan_env_file *env_files;
    const struct plan_string *labels;
    const struct plan_piece *pieces;
    const struct plan_lookup *lookups;
    const struct plan_probe *probes;
    const struct plan_watch *watches;
    const struct plan_string *patterns;
    const struct plan_log *logs;
    const struct plan_route *routes;
    const struct plan_port *ports;
    const struct plan_source *sources;
    const struct plan_span *spans;
    const char *strings;
    uint32_t service_count, command_count, lookup_count, probe_count, watch_count, log_count,
        route_count, port_count, source_count;
    uint64_t hash; /* the header's checksum: the plan's identity */
};

/* Who may have written the file that plan_open reads. */
enum plan_trust {
    /* Refuse what another user owns, group or world may write, or a symlink names. */
    PLAN_TRUST_OWN,
    PLAN_TRUST_ANY
};

/* Reads the file whole into private pages, verifies it and makes the pages read-only.
 *
 * Gives PLAN_OK, or what is wrong with the file (*out_errno is 0), or PLAN_E_SYSTEM with a negative
 * *out_errno: -ENOENT and the like from open, -EISDIR, -EINVAL for what is no regular file, -ELOOP
 * for a symlink and -EPERM for an owner or mode that is not to be trusted (PLAN_TRUST_OWN only).
 * On failure *plan is untouched. */
enum plan_error plan_open(struct plan *plan, const char *path, enum plan_trust trust,
                          int *out_errno, uint64_t *out_where);
/* As plan_open, for a plan in memory; takes a copy. */
enum plan_error plan_open_bytes(struct plan *plan, const void *bytes, size_t size,
                                uint64_t *out_where);
void plan_close(struct plan *plan);
/* A verified plan in place: copies nothing, and there is nothing to close. */
void plan_view(struct plan *plan, const void *bytes, size_t size);

static inline const char *plan_text_ptr(const struct plan *plan, struct plan_string s)
{
    return plan->strings + s.offset; /* NUL-terminated */
}

static inline const char *plan_service_name(const struct plan *plan, uint32_t service)
{
    return plan_text_ptr(plan, plan->services[service].name);
}

struct strbuf;
/* Adds the text as a person may see it: the literals as they are, for the rest ${env("NAME")} and
 * ${service.NAME.port}. What is looked up when the plan is loaded is never shown. */
void plan_text_show(const struct plan *plan, struct plan_text text, struct strbuf *out);

/* The service with this name, or PLAN_NONE. */
uint32_t plan_find_service(const struct plan *plan, const char *name);
/* The span of a service's field, else of its name. */
const struct plan_span *plan_find_span(const struct plan *plan, uint32_t service,
                                       enum plan_field field);

#endif
