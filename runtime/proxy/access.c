#include "access.h"

#include "request_id.h"

#include <inttypes.h>

/* Lies at the front of a record, as letters; behind it id, method, a space and path. */
struct prefix {
    uint64_t bytes;
    uint32_t micros, parked_micros;
    uint16_t status, path;
    uint8_t id, method; /* lengths */
};
#define PREFIX_SIZE (2 * sizeof(struct prefix))

/* Of an id as long as may be, nothing is to be cut for the "...". */
#define ID_ROOM (REQUEST_ID_MAX + 8)
_Static_assert(ACCESS_RECORD_MAX >= PREFIX_SIZE + ID_ROOM + ACCESS_METHOD_MAX + 1 + ACCESS_PATH_MAX,
               "the longest record fits");

/* Half a byte a letter: a record is a line, and has no line break. */
static void write_prefix(char *out, const struct prefix *prefix)
{
    const unsigned char *bytes = (const unsigned char *)prefix;
    for (size_t i = 0; i < sizeof *prefix; i++) {
        out[2 * i] = (char)('a' + (bytes[i] >> 4));
        out[2 * i + 1] = (char)('a' + (bytes[i] & 15));
    }
}

static struct prefix read_prefix(struct str record)
{
    struct prefix prefix;
    unsigned char *bytes = (unsigned char *)&prefix;
    for (size_t i = 0; i < sizeof prefix; i++)
        bytes[i] = (unsigned char)((record.ptr[2 * i] - 'a') << 4 | (record.ptr[2 * i + 1] - 'a'));
    return prefix;
}

static uint32_t to_micros(double seconds)
{
    double micros = seconds > 0. ? seconds * 1e6 + 0.5 : 0.;
    return micros < UINT32_MAX ? (uint32_t)micros : UINT32_MAX;
}

/* What may stand in a URL, and can be nothing else in JSON, HTML or a terminal. */
static const bool plain[256] = {['!'] = true,         ['#' ... ';'] = true, ['='] = true,
                                ['?' ... '['] = true, [']' ... '_'] = true, ['a' ... '~'] = true};

static size_t plain_length(struct str text)
{
    size_t length = 0;
    while (length < text.len && plain[(unsigned char)text.ptr[length]])
        length++;
    return length;
}

/* Text in at most max bytes; how many. */
static size_t add_safely(char *out, size_t max, struct str text)
{
    static const char hex[] = "0123456789ABCDEF", more[] = "...";
    size_t length = plain_length(text);
    if (length > max || (length < text.len && length > max - sizeof more + 1))
        length = max - sizeof more + 1;
    if (length)
        memcpy(out, text.ptr, length);
    for (size_t i = length; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (length > max - sizeof more - 2) {
            memcpy(out + length, more, sizeof more - 1);
            return length + sizeof more - 1;
        }
        if (plain[c]) {
            out[length++] = (char)c;
        } else {
            out[length++] = '%';
            out[length++] = hex[c >> 4];
            out[length++] = hex[c & 15];
        }
    }
    return length;
}

static struct str without_query(struct str target)
{
    const char *mark = target.len ? memchr(target.ptr, '?', target.len) : NULL;
    return (struct str){target.ptr, mark ? (size_t)(mark - target.ptr) : target.len};
}

size_t access_pack(const struct proxy_access *access, char out_record[ACCESS_RECORD_MAX])
{
    struct prefix prefix = {.bytes = access->bytes,
                            .micros = to_micros(access->seconds),
                            .parked_micros = to_micros(access->parked),
                            .status = access->status};
    char *at = out_record + PREFIX_SIZE;
    prefix.id = (uint8_t)add_safely(at, ID_ROOM, access->id);
    at += prefix.id;
    prefix.method = (uint8_t)add_safely(at, ACCESS_METHOD_MAX, access->method);
    at += prefix.method;
    *at++ = ' ';
    prefix.path = (uint16_t)add_safely(at, ACCESS_PATH_MAX, without_query(access->target));
    at += prefix.path;
    write_prefix(out_record, &prefix);
    return (size_t)(at - out_record);
}

struct str access_words(struct str record)
{
    struct prefix prefix = read_prefix(record);
    size_t before = PREFIX_SIZE + prefix.id;
    return (struct str){record.ptr + before, record.len - before};
}

void access_add_json(struct strbuf *out, struct str record)
{
    struct prefix prefix = read_prefix(record);
    const char *id = record.ptr + PREFIX_SIZE, *method = id + prefix.id;
    const char *path = method + prefix.method + 1;
    strbuf_addf(
        out,
        "\"id\":\"%.*s\",\"method\":\"%.*s\",\"path\":\"%.*s\",\"status\":%u,\"bytes\":%" PRIu64
        ",\"ms\":%u.%03u,\"parked_ms\":%u.%03u",
        prefix.id, id, prefix.method, method, prefix.path, path, prefix.status, prefix.bytes,
        prefix.micros / 1000, prefix.micros % 1000, prefix.parked_micros / 1000,
        prefix.parked_micros % 1000);
}
