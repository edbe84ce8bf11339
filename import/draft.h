/* An A3sfile in the making: what every format's reader fills, and the writer (write.h) prints.
 *
 * A service has an HCL expression for each attribute of schema.def that is to be written, whatever
 * the block that it stands in; only what is gathered piece by piece (env, depends_on) has a list of
 * its own. Lines are those of the imported file, 0 if there is none to name. Everything lives in
 * the draft's arena.
 */
#ifndef IMPORT_DRAFT_H
#define IMPORT_DRAFT_H

#include "dollar.h"
#include "map.h"
#include "schema.h"

#define DRAFT_SERVICES_MAX 1000u

struct draft_value {
    struct str text;   /* an HCL expression; ptr NULL: it is not written */
    struct str reason; /* ptr not NULL: it is written as a comment, with this reason */
    char *list;        /* not NULL: text is a list that grows, and lies in this buffer */
    size_t list_size;  /* bytes */
};

struct draft_variable {     /* of env */
    struct str name, value; /* value: an HCL expression */
};

struct draft_edge { /* of depends_on */
    struct draft_service *to;
    uint32_t line;
};

struct draft_note { /* what could not be carried over: a comment */
    uint32_t line;
    struct str text;
};

struct draft_loss {            /* a key that was not: one comment names them all */
    const char *key, *instead; /* instead: what to do, or NULL */
    uint32_t line;
};

struct draft_service {
    struct str key;  /* as the file calls it */
    struct str name; /* what an A3sfile may call it; unique */
    uint32_t line;
    const char *place;   /* NULL, or where it stands in words, instead of the line */
    struct str left_out; /* ptr not NULL: the whole service is a comment, with this reason */
    struct draft_value values[SCHEMA_ATTR_COUNT];
    VEC(struct draft_variable) env;
    struct map env_index; /* by name -> env */
    VEC(struct draft_edge) depends_on;
    VEC(struct draft_note) notes;
    VEC(struct draft_loss) lost;
    const char *lost_help; /* what to do about all that is lost, or NULL */
};

struct draft {
    struct arena *arena;
    const char *from; /* what was imported, as it is shown; NULL: nothing */
    VEC(struct draft_service *) services;
    struct map keys, names;       /* -> services */
    struct draft_service *dev;    /* the block dev: only its attributes count */
    VEC(struct draft_note) notes; /* about the file as a whole */
    VEC(struct draft_loss) lost;
    VEC(const char *) lost_keys; /* of all, each once */
    struct map lost_index;       /* -> lost_keys */
};

void draft_init(struct draft *draft, struct arena *arena, const char *from);

/* A new service; its name is made of the key. NULL if there are DRAFT_SERVICES_MAX. */
struct draft_service *draft_service(struct draft *draft, struct str key, uint32_t line);
/* NULL if the file has no service of this name. */
struct draft_service *draft_find(const struct draft *draft, struct str key);
/* By the name in the A3sfile, which a command line says. */
struct draft_service *draft_find_name(const struct draft *draft, const char *name);

void draft_set(struct draft_service *service, enum schema_attr_id attr, struct str expression);
void draft_setf(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* As a quoted string. */
void draft_set_text(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                    struct str text);
/* One more element of a list of strings. */
void draft_add_text(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                    struct str text);
bool draft_has(const struct draft_service *service, enum schema_attr_id attr);
/* A later value of the same name counts. */
void draft_env(struct draft *draft, struct draft_service *service, struct str name,
               struct str expression);
/* Once for each dependency. */
void draft_depend(struct draft *draft, struct draft_service *service, struct draft_service *to,
                  uint32_t line);
/* service NULL: about the file. */
void draft_note(struct draft *draft, struct draft_service *service, uint32_t line,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A key of the file that is not carried over; likewise. The texts stay the caller's. */
void draft_lose(struct draft *draft, struct draft_service *service, const char *key, uint32_t line,
                const char *instead);
/* The service becomes a comment. The first reason counts. */
void draft_leave_out(struct draft *draft, struct draft_service *service, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
