#include "access.h"

#include "request_id.h"

#include <inttypes.h>

/* Lies at the front of a record; behind it id, method and path. */
struct prefix {
    uint64_t bytes;
    uint32_t micros, parked_micros;
    uint16_t status, path;
    uint8_t id, method; /* lengths */
};
/* Of an id as long as may be, nothing is to be cut for the "...". */
#define ID_ROOM (REQUEST_ID_MAX + 8)
_Static_assert(ACCESS_RECORD_MAX >=
                   sizeof(struct prefix) + ID_ROOM + ACCESS_METHOD_MAX + ACCESS_PATH_MAX,
               "the longest record fits");

static uint32_t to_micros(double seconds)
{
    double micros = seconds > 0. ? seconds * 1e6 + 0.5 : 0.;
    return micros < UINT32_MAX ? (uint32_t)micros : UINT32_MAX;
}

static bool may_stand_in_url(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\' && c != '`';
}

/* Text in at most max bytes, up to the first of the marks; how many. */
static size_t add_safely(char *out, size_t max, struct str text, const char *marks)
{
    static const char hex[] = "0123456789ABCDEF", more[] = "...";
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c && strchr(marks, c))
            break;
        if (length > max - sizeof more - 2) {
            memcpy(out + length, more, sizeof more - 1);
            return length + sizeof more - 1;
        }
        if (may_stand_in_url(c)) {
            out[length++] = (char)c;
        } else {
            out[length++] = '%';
            out[length++] = hex[c >> 4];
            out[length++] = hex[c & 15];
        }
    }
    return length;
}

size_t access_pack(const struct proxy_access *access, char out_record[ACCESS_RECORD_MAX])
{
    struct prefix prefix = {.bytes = access->bytes,
                            .micros = to_micros(access->seconds),
                            .parked_micros = to_micros(access->parked),
                            .status = access->status};
    char *at = out_record + sizeof prefix;
    prefix.id = (uint8_t)add_safely(at, ID_ROOM, access->id, "");
    at += prefix.id;
    prefix.method = (uint8_t)add_safely(at, ACCESS_METHOD_MAX, access->method, "");
    at += prefix.method;
    prefix.path = (uint16_t)add_safely(at, ACCESS_PATH_MAX, access->target, "?#");
    at += prefix.path;
    memcpy(out_record, &prefix, sizeof prefix);
    return (size_t)(at - out_record);
}

void access_add_json(struct strbuf *out, struct str record)
{
    struct prefix prefix;
    memcpy(&prefix, record.ptr, sizeof prefix);
    const char *id = record.ptr + sizeof prefix, *method = id + prefix.id;
    const char *path = method + prefix.method;
    strbuf_addf(
        out,
        "\"id\":\"%.*s\",\"method\":\"%.*s\",\"path\":\"%.*s\",\"status\":%u,\"bytes\":%" PRIu64
        ",\"ms\":%u.%03u,\"parked_ms\":%u.%03u",
        prefix.id, id, prefix.method, method, prefix.path, path, prefix.status, prefix.bytes,
        prefix.micros / 1000, prefix.micros % 1000, prefix.parked_micros / 1000,
        prefix.parked_micros % 1000);
}
