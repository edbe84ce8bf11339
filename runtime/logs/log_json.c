#include "log_json.h"

#include "access.h"
#include "clock_text.h"

#include <inttypes.h>
#include <utf8proc.h>

/* As a JSON string; a byte that is not UTF-8 becomes U+FFFD. */
static void add_string(struct strbuf *out, const char *text, size_t length)
{
    strbuf_addc(out, '"');
    for (size_t at = 0; at < length;) {
        utf8proc_int32_t code = 0;
        utf8proc_ssize_t size = utf8proc_iterate((const utf8proc_uint8_t *)text + at,
                                                 (utf8proc_ssize_t)(length - at), &code);
        if (size <= 0) {
            strbuf_adds(out, "\\ufffd");
            size = 1;
        } else if (code == '"' || code == '\\') {
            strbuf_addf(out, "\\%c", (char)code);
        } else if (code < 0x20 || code == 0x7f) {
            strbuf_addf(out, "\\u%04x", (unsigned)code);
        } else {
            strbuf_add(out, text + at, (size_t)size);
        }
        at += (size_t)size;
    }
    strbuf_addc(out, '"');
}

void log_json_add(struct strbuf *out, const struct log_line *line, const char *const *names)
{
    bool self = line->service == LOGS_SELF;
    uint32_t service = self ? line->about : line->service;
    const char *name = service == LOGS_SELF ? "a3s" : names[service];
    strbuf_adds(out, "{\"time\":\"");
    clock_text_iso(out, line->time_ms);
    strbuf_adds(out, "\",\"service\":");
    add_string(out, name, strlen(name));
    strbuf_addf(out, ",\"stream\":\"%s\",\"seq\":%" PRIu64 ",",
                line->stream == LOG_HTTP     ? "http"
                : self                       ? "a3s"
                : line->stream == LOG_STDERR ? "stderr"
                                             : "stdout",
                line->seq);
    if (line->stream == LOG_HTTP) {
        access_add_json(out, (struct str){line->text, line->length});
    } else {
        strbuf_adds(out, "\"line\":");
        add_string(out, line->text, line->length);
    }
    strbuf_adds(out, "}\n");
}

void log_json_add_lost(struct strbuf *out, uint64_t lost)
{
    strbuf_addf(out, "{\"lost\":%" PRIu64 "}\n", lost);
}

void log_json_add_unread(struct strbuf *out, uint64_t unread)
{
    strbuf_addf(out, "{\"unread\":%" PRIu64 "}\n", unread);
}
