#include "site.h"

#include "page.h"
#include "site_page.h"

#include <errno.h>
#include <sys/random.h>

#define TOKEN_BYTES (SITE_TOKEN_TEXT / 2)

int site_init(struct site *site)
{
    unsigned char bytes[TOKEN_BYTES];
    size_t have = 0;
    while (have < sizeof bytes) {
        ssize_t n = getrandom(bytes + have, sizeof bytes - have, 0);
        if (n < 0 && errno != EINTR)
            return -errno;
        have += n > 0 ? (size_t)n : 0;
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(site->token + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

bool site_is_host(const struct plan *plan, const struct host *host)
{
    struct str name = {host->name, host->length};
    struct str domain = {plan_text_ptr(plan, plan->settings->domain),
                         plan->settings->domain.length};
    return str_has_prefix(name, STR(SITE_NAME ".")) && name.len == sizeof SITE_NAME + domain.len &&
           str_has_suffix(name, domain);
}

void site_address(struct strbuf *out, const struct plan *plan, uint16_t port, const char *token)
{
    strbuf_addf(out, "http://" SITE_NAME ".%s:%u/", plan_text_ptr(plan, plan->settings->domain),
                port);
    if (token)
        strbuf_addf(out, "#token=%s", token);
}

/* ---- Judging ---- */

static struct site_visit refuse(uint16_t status, const char *error)
{
    return (struct site_visit){.verdict = SITE_REFUSED, .status = status, .error = error};
}

/* The value of a field that may be there once; false if it is there more often. */
static bool only_value(const struct head *head, enum field_id id, struct str *out_value)
{
    const struct head_field *field = head_find(head, id);
    *out_value = field ? head_value(head, field) : STR("");
    return head_count(head, id) <= 1;
}

/* What a browser says of where a request comes from. Programs say nothing. */
static bool is_from_elsewhere(const struct head *head, const struct host *host)
{
    struct str origin, site, scheme = STR("http://");
    if (!only_value(head, FIELD_ORIGIN, &origin) || !only_value(head, FIELD_SEC_FETCH_SITE, &site))
        return true;
    if (head_find(head, FIELD_SEC_FETCH_SITE) && !str_is(site, "same-origin") &&
        !str_is(site, "none"))
        return true;
    if (!head_find(head, FIELD_ORIGIN))
        return false;
    /* The port counts: another program of this machine may be at the same name. */
    struct str rest = {origin.ptr + scheme.len, origin.len - scheme.len};
    return !str_has_prefix(origin, scheme) || !str_equal_nocase(rest, host->authority);
}

/* In a time that does not depend on where the first difference is. */
static bool is_token(const struct site *site, struct str text)
{
    unsigned char difference = 0;
    if (text.len != SITE_TOKEN_TEXT)
        return false;
    for (size_t i = 0; i < SITE_TOKEN_TEXT; i++)
        difference |= (unsigned char)(text.ptr[i] ^ site->token[i]);
    return difference == 0;
}

static bool is_authorized(const struct site *site, const struct head *head)
{
    struct str value, scheme = STR("Bearer ");
    if (!only_value(head, FIELD_AUTHORIZATION, &value) || value.len < scheme.len ||
        !str_equal_nocase((struct str){value.ptr, scheme.len}, scheme))
        return false;
    return is_token(site, (struct str){value.ptr + scheme.len, value.len - scheme.len});
}

static bool is_json(const struct head *head)
{
    struct str value;
    if (!only_value(head, FIELD_CONTENT_TYPE, &value))
        return false;
    const char *end = value.len ? memchr(value.ptr, ';', value.len) : NULL;
    struct str type = {value.ptr, end ? (size_t)(end - value.ptr) : value.len};
    while (type.len && (type.ptr[type.len - 1] == ' ' || type.ptr[type.len - 1] == '\t'))
        type.len--;
    return str_equal_nocase(type, STR("application/json"));
}

static struct site_visit judge_control(const struct site *site, const struct head *head,
                                       const struct host *host)
{
    bool post = str_is(head->method, "POST");
    if (is_from_elsewhere(head, host))
        return refuse(403, "the request comes from another page");
    if (!post && !str_is(head->method, "GET")) {
        struct site_visit visit = refuse(405, "only GET and POST are answered here");
        visit.allow = "GET, POST";
        return visit;
    }
    if (!is_authorized(site, head))
        return refuse(401, "the token is missing or not that of this a3s: "
                           "\"a3s open\" opens the page with it");
    if (post && !is_json(head))
        return refuse(415, "the content type of a POST is application/json");
    return (struct site_visit){.verdict = SITE_CONTROL};
}

struct site_visit site_judge(const struct site *site, const struct head *head,
                             const struct host *host)
{
    struct str path = host->target;
    const char *mark = path.len ? memchr(path.ptr, '?', path.len) : NULL;
    if (mark)
        path.len = (size_t)(mark - path.ptr);
    if (str_is(path, "/v1") || str_has_prefix(path, STR("/v1/")))
        return judge_control(site, head, host);
    if (!str_is(path, "/") && path.len)
        return refuse(404, "there is nothing of this name here");
    if (str_is(head->method, "GET") || str_is(head->method, "HEAD"))
        return (struct site_visit){.verdict = SITE_PAGE, .status = 200};
    struct site_visit visit = refuse(405, "the page can only be read");
    visit.allow = "GET, HEAD";
    return visit;
}

/* ---- Answering ---- */

uint64_t site_answer(const struct site_visit *visit, bool without_body, bool close,
                     struct buffer *out)
{
    bool page = visit->verdict == SITE_PAGE;
    struct strbuf head = {0}, error = {0};
    if (!page) {
        /* The sentences are ours: what JSON escapes in them is the quotation mark alone. */
        strbuf_adds(&error, "{\"error\": \"");
        for (const char *c = visit->error; *c; c++)
            strbuf_addf(&error, *c == '"' ? "\\%c" : "%c", *c);
        strbuf_adds(&error, "\"}\n");
    }
    struct str body =
        page ? (struct str){(const char *)site_page, site_page_size} : strbuf_str(&error);
    strbuf_addf(&head,
                "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
                "Cross-Origin-Opener-Policy: same-origin\r\nX-Frame-Options: DENY\r\n"
                "Content-Security-Policy: %s\r\n",
                visit->status, page_reason(visit->status),
                page ? "text/html; charset=utf-8" : "application/json", body.len,
                page ? site_page_policy : "default-src 'none'; frame-ancestors 'none'");
    if (visit->allow)
        strbuf_addf(&head, "Allow: %s\r\n", visit->allow);
    if (visit->status == 401)
        strbuf_adds(&head, "WWW-Authenticate: Bearer realm=\"a3s\"\r\n");
    strbuf_addf(&head, "%s\r\n", close ? "Connection: close\r\n" : "");
    buffer_adds(out, strbuf_str(&head));
    uint64_t size = without_body ? 0 : body.len;
    buffer_add(out, body.ptr, (size_t)size);
    strbuf_finish(&head);
    strbuf_finish(&error);
    return size;
}
