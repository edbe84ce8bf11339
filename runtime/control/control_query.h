/* The query of a request's target: "service=a&lines=5", decoded. */
#ifndef RUNTIME_CONTROL_QUERY_H
#define RUNTIME_CONTROL_QUERY_H

#include "arena.h"
#include "str.h"

#include <stdint.h>

/* Parameters of one query: as many as a request may name services, and some. */
#define CONTROL_QUERY_MAX 1100u

struct control_parameter {
    struct str key;    /* as it was sent */
    const char *value; /* decoded; "" if there was none */
};

struct control_query {
    const struct control_parameter *items; /* the arena's */
    uint32_t count;
};

/* False: not well-formed, with a NUL in it, or too many. */
bool control_query_parse(struct arena *arena, struct str text, struct control_query *out_query);

/* Resolves %XX, and '+' for a space if it is a form. False: malformed, or a NUL. */
bool control_percent_decode(struct str text, bool form, struct strbuf *out);

/* "0" or "1"; a whole number below UINT32_MAX. */
bool control_query_flag(const char *value, bool *out_flag);
bool control_query_number(const char *value, uint32_t *out_number);

#endif
