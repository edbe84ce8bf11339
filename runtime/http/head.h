/* The head of an HTTP/1.1 message (RFC 9112), judged byte by byte before any other parser sees it.
 *
 * A head is taken only if it can be read in one way: lines end in CRLF, none begins with a space or
 * a tab, names are tokens that touch their colon, no control bytes, one Content-Length of digits or
 * one Transfer-Encoding that is exactly "chunked", never both. Everything else is an error and the
 * message is refused, not repaired.
 *
 * struct head owns nothing: it points into the bytes that it was parsed from.
 */
#ifndef RUNTIME_HEAD_H
#define RUNTIME_HEAD_H

#include "http_error.h"
#include "str.h"

#include <stdint.h>

#define HEAD_SIZE_MAX   (32u << 10) /* bytes, the blank line included */
#define HEAD_FIELDS_MAX 100u
#define HEAD_TARGET_MAX (8u << 10) /* bytes */
#define HEAD_BLANK_MAX  2u         /* empty lines before a request, skipped */
#define HEAD_LENGTH_MAX INT64_MAX  /* bytes of a body */

enum field_kind {
    FIELD_KIND_END,
    FIELD_KIND_HOP,
    FIELD_KIND_FRAMING,
    FIELD_KIND_OURS,
    FIELD_KIND_BOTH,
    FIELD_KIND_COUNT
};
enum field_id {
#define FIELD(id, name, kind) FIELD_##id,
#include "head_fields.def"
#undef FIELD
    FIELD_OTHER,
    FIELD_COUNT
};
enum field_kind field_kind(enum field_id id);

enum head_kind { HEAD_REQUEST, HEAD_RESPONSE };
/* How the end of the body is told, by the fields alone. */
enum head_framing { HEAD_NO_BODY, HEAD_LENGTH, HEAD_CHUNKED, HEAD_UNTIL_EOF };

struct head_field {
    uint16_t name, name_length, value, value_length; /* bytes, from head.bytes */
    uint16_t id;                                     /* enum field_id */
};

struct head {
    const char *bytes;
    struct str method, target, reason;
    uint64_t length; /* HEAD_LENGTH: bytes of the body */
    uint16_t status; /* of a response: 100..999 */
    uint8_t minor;   /* HTTP/1.minor: 0 or 1 */
    uint8_t framing; /* enum head_framing */
    uint16_t field_count;
    struct head_field fields[HEAD_FIELDS_MAX];
};

/* Looks for the end of a head while it arrives. A zeroed one is at the beginning. */
struct head_scan {
    uint32_t size;  /* bytes seen */
    uint32_t start; /* where the first line begins, behind the skipped blank ones */
    uint32_t line;  /* where the current line begins */
    uint32_t lines; /* complete ones */
    bool after_cr, done;
};
/* Judges bytes[scan->size, length). With done set, the head ends at scan->size. */
enum http_error head_scan(struct head_scan *scan, enum head_kind kind, const char *bytes,
                          size_t length);
/* Parses what a scan has found: [scan->start, scan->size). */
enum http_error head_parse(struct head *head, enum head_kind kind, const char *bytes,
                           const struct head_scan *scan);

static inline struct str head_name(const struct head *head, const struct head_field *field)
{
    return (struct str){head->bytes + field->name, field->name_length};
}
static inline struct str head_value(const struct head *head, const struct head_field *field)
{
    return (struct str){head->bytes + field->value, field->value_length};
}
/* The first field with the id, or NULL; how many there are. */
const struct head_field *head_find(const struct head *head, enum field_id id);
unsigned head_count(const struct head *head, enum field_id id);
/* Takes the next element of a comma-separated list without the white space around it. */
bool head_list_next(struct str *list, struct str *out_element);
/* One or more tchar of RFC 9110, 5.6.2. */
bool str_is_token(struct str s);
/* ASCII only. */
bool str_equal_nocase(struct str a, struct str b);
/* Is the word an element of one of the fields with the id? Case does not matter. */
bool head_lists(const struct head *head, enum field_id id, struct str word);

#endif
