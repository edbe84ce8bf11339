/* Access lines: what is remembered of a finished request, and how it is told.
 *
 * A request becomes a record at once (access_pack): a line that is not meant to be read, which
 * costs a copy. It becomes text only when somebody asks for it. Records lie as lines of the stream
 * LOG_HTTP in a struct logs of their own. The query of a path is left out: tokens and names of
 * people stand there. Bytes that no URL may hold (control characters, quotes, what is beyond ASCII)
 * are written as %XX: what a client sent means nothing to a terminal, to JSON or to HTML.
 */
#ifndef RUNTIME_ACCESS_H
#define RUNTIME_ACCESS_H

#include "proxy.h"
#include "str.h"

#define ACCESS_PATH_MAX   1024 /* bytes; a longer path ends with "..." */
#define ACCESS_METHOD_MAX 32
#define ACCESS_RECORD_MAX (ACCESS_PATH_MAX + ACCESS_METHOD_MAX + 256)
/* The budget of a service's ring: some two thousand requests. */
#define ACCESS_RING_BYTES (256u << 10)

/* Writes the record of the request; its size. */
size_t access_pack(const struct proxy_access *access, char out_record[ACCESS_RECORD_MAX]);
/* "GET /path": what a pattern is looked for in. */
struct str access_words(struct str record);
/* Adds the members of the record's object, without braces: "id":"..","method":"GET",... */
void access_add_json(struct strbuf *out, struct str record);

#endif
