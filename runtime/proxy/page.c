#include "page.h"

#include <inttypes.h>

const char *page_reason(uint16_t status)
{
    switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 508: return "Loop Detected";
    default: return "";
    }
}

bool page_wants_json(const struct head *request)
{
    return head_lists(request, FIELD_ACCEPT, STR("application/json"));
}

void page_add_html(struct strbuf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': strbuf_adds(out, "&amp;"); break;
        case '<': strbuf_adds(out, "&lt;"); break;
        case '>': strbuf_adds(out, "&gt;"); break;
        case '"': strbuf_adds(out, "&quot;"); break;
        case '\'': strbuf_adds(out, "&#39;"); break;
        default: strbuf_addc(out, text.ptr[i]);
        }
    }
}

void page_add_json(struct strbuf *out, struct str text)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n')
            strbuf_adds(out, "\\n");
        else if (c < ' ')
            strbuf_addf(out, "\\u%04x", c);
        else
            strbuf_addc(out, (char)c);
    }
    strbuf_addc(out, '"');
}

static void render_json(const struct page *page, struct strbuf *out)
{
    strbuf_addf(out, "{\"status\":%u,\"title\":", page->status);
    page_add_json(out, str_from(page->title));
    strbuf_adds(out, ",\"service\":");
    if (page->service)
        page_add_json(out, str_from(page->service));
    else
        strbuf_adds(out, "null");
    strbuf_adds(out, ",\"text\":");
    page_add_json(out, page->text);
    if (page->trouble)
        trouble_json(page->trouble, out);
    if (page->served)
        served_json(page->served, out);
    strbuf_adds(out, "}\n");
}

static void render_html(const struct page *page, struct strbuf *out)
{
    strbuf_adds(out, "<!doctype html>\n<html lang=\"en\"");
    if (page->trouble)
        strbuf_addf(out, " data-trouble=\"%016" PRIx64 "\"", trouble_id(page->trouble));
    strbuf_adds(out, "><head><meta charset=\"utf-8\">\n<title>");
    page_add_html(out, str_from(page->title));
    strbuf_adds(out, "</title>\n");
    if (page->trouble && page->again)
        trouble_html_head(out);
    strbuf_adds(out, "<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;"
                     "max-width:44em;margin:12vh auto;padding:0 1em}pre{white-space:pre-wrap;"
                     "padding:1em;border-left:3px solid #c33;background:#8881}h2{font-size:1em}"
                     "dt{float:left;clear:left;width:7em;opacity:.7}dd{margin:0 0 0 7em}"
                     "</style></head>\n<body><h1>");
    page_add_html(out, str_from(page->title));
    strbuf_adds(out, "</h1>\n");
    if (page->trouble) {
        trouble_html(page->trouble, page->again, out);
    } else if (page->served) {
        served_html(page->served, out);
    } else if (page->text.len) {
        strbuf_adds(out, "<pre>");
        page_add_html(out, page->text);
        strbuf_adds(out, "</pre>\n");
    }
    strbuf_addf(out, "<p>%u %s &middot; a3s</p></body></html>\n", page->status,
                page_reason(page->status));
}

uint64_t page_write(const struct page *page, struct buffer *out)
{
    struct strbuf content = {0}, head = {0};
    if (page->json)
        render_json(page, &content);
    else
        render_html(page, &content);
    strbuf_addf(&head,
                "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                "Content-Security-Policy: %s\r\n%s",
                page->status, page_reason(page->status),
                page->json ? "application/json" : "text/html; charset=utf-8", content.len,
                page->trouble ? trouble_policy() : "default-src 'none'; style-src 'unsafe-inline'",
                page->close ? "Connection: close\r\n" : "");
    if (page->id.len)
        strbuf_addf(&head, "X-Request-Id: %.*s\r\n", STR_ARG(page->id));
    if (page->fault)
        strbuf_addf(&head, "X-A3s-Fault: %s\r\n", page->fault);
    if (page->trouble)
        strbuf_addf(&head, "X-A3s-Trouble: %016" PRIx64 "\r\n", trouble_id(page->trouble));
    if (page->served)
        strbuf_adds(&head, "Cross-Origin-Resource-Policy: same-origin\r\n");
    if (page->retry_after)
        strbuf_addf(&head, "Retry-After: %u\r\n", page->retry_after);
    strbuf_adds(&head, "\r\n");
    buffer_adds(out, strbuf_str(&head));
    uint64_t size = page->without_body ? 0 : content.len;
    buffer_add(out, content.ptr, (size_t)size);
    strbuf_finish(&head);
    strbuf_finish(&content);
    return size;
}
