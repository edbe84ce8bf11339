#include "site.h"

#include "page.h"
#include "site_page.h"

#include <errno.h>
#include <sys/random.h>

#define TOKEN_BYTES (SITE_TOKEN_TEXT / 2)

static int make_secret(char out_text[SITE_TOKEN_TEXT + 1])
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
        snprintf(out_text + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

int site_init(struct site *site)
{
    *site = (struct site){0};
    return make_secret(site->token);
}

int site_make_ticket(struct site *site, int64_t now)
{
    site->ticket_until = now + SITE_TICKET_MS;
    return make_secret(site->ticket);
}

bool site_is_host(const struct plan *plan, const struct host *host)
{
    struct str name = {host->name, host->length};
    struct str domain = {plan_text_ptr(plan, plan->settings->domain),
                         plan->settings->domain.length};
    return str_has_prefix(name, STR(SITE_NAME ".")) && name.len == sizeof SITE_NAME + domain.len &&
           str_has_suffix(name, domain);
}

void site_address(struct strbuf *out, const struct plan *plan, uint16_t port)
{
    strbuf_addf(out, "http://" SITE_NAME ".%s:%u/", plan_text_ptr(plan, plan->settings->domain),
                port);
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
static bool is_secret(const char *secret, struct str text)
{
    unsigned char difference = 0;
    if (text.len != SITE_TOKEN_TEXT)
        return false;
    for (size_t i = 0; i < SITE_TOKEN_TEXT; i++)
        difference |= (unsigned char)(text.ptr[i] ^ secret[i]);
    return difference == 0;
}

/* Whether Authorization is there once, of this scheme ("Bearer ") and with this secret. */
static bool is_authorized(const struct head *head, struct str scheme, const char *secret)
{
    struct str value;
    if (!only_value(head, FIELD_AUTHORIZATION, &value) || value.len < scheme.len ||
        !str_equal_nocase((struct str){value.ptr, scheme.len}, scheme))
        return false;
    return is_secret(secret, (struct str){value.ptr + scheme.len, value.len - scheme.len});
}

/* A ticket is good once. */
static bool take_ticket(struct site *site, const struct head *head, int64_t now)
{
    if (!site->ticket[0] || now >= site->ticket_until ||
        !is_authorized(head, STR("Ticket "), site->ticket))
        return false;
    site->ticket[0] = '\0';
    return true;
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

static struct site_visit refuse_method(const char *error, const char *allow)
{
    struct site_visit visit = refuse(405, error);
    visit.allow = allow;
    return visit;
}

static struct site_visit judge_ticket(struct site *site, const struct head *head, int64_t now)
{
    if (!str_is(head->method, "POST"))
        return refuse_method("a ticket is taken by POST", "POST");
    if (!is_json(head))
        return refuse(415, "the content type of a POST is application/json");
    if (!take_ticket(site, head, now))
        return refuse(401, "the address was used already, or is too old: "
                           "\"a3s open\" opens the page anew");
    return (struct site_visit){.verdict = SITE_TOKEN, .status = 200};
}

static struct site_visit judge_control(const struct site *site, const struct head *head)
{
    bool post = str_is(head->method, "POST");
    if (!post && !str_is(head->method, "GET"))
        return refuse_method("only GET and POST are answered here", "GET, POST");
    if (!is_authorized(head, STR("Bearer "), site->token))
        return refuse(401, "the token is missing or not that of this a3s: "
                           "\"a3s open\" opens the page with it");
    if (post && !is_json(head))
        return refuse(415, "the content type of a POST is application/json");
    return (struct site_visit){.verdict = SITE_CONTROL};
}

struct site_visit site_judge(struct site *site, const struct head *head, const struct host *host,
                             int64_t now)
{
    struct str path = host->target;
    const char *mark = path.len ? memchr(path.ptr, '?', path.len) : NULL;
    if (mark)
        path.len = (size_t)(mark - path.ptr);
    if (str_is(path, "/v1") || str_has_prefix(path, STR("/v1/"))) {
        if (is_from_elsewhere(head, host))
            return refuse(403, "the request comes from another page");
        return str_is(path, "/v1/token") ? judge_ticket(site, head, now)
                                         : judge_control(site, head);
    }
    if (!str_is(path, "/") && path.len)
        return refuse(404, "there is nothing of this name here");
    if (str_is(head->method, "GET") || str_is(head->method, "HEAD"))
        return (struct site_visit){.verdict = SITE_PAGE, .status = 200};
    return refuse_method("the page can only be read", "GET, HEAD");
}

/* ---- Answering ---- */

/* The sentences are ours: what JSON escapes in them is the quotation mark alone. */
static void add_error(struct strbuf *out, const char *error)
{
    strbuf_adds(out, "{\"error\": \"");
    for (; *error; error++)
        strbuf_addf(out, *error == '"' ? "\\%c" : "%c", *error);
    strbuf_adds(out, "\"}\n");
}

static void add_head(struct strbuf *out, const struct site_visit *visit, size_t length, bool close)
{
    bool page = visit->verdict == SITE_PAGE;
    strbuf_addf(out,
                "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
                "Cross-Origin-Opener-Policy: same-origin\r\nX-Frame-Options: DENY\r\n"
                "Content-Security-Policy: %s\r\n",
                visit->status, page_reason(visit->status),
                page ? "text/html; charset=utf-8" : "application/json", length,
                page ? site_page_policy : "default-src 'none'; frame-ancestors 'none'");
    if (visit->allow)
        strbuf_addf(out, "Allow: %s\r\n", visit->allow);
    if (visit->status == 401)
        strbuf_adds(out, "WWW-Authenticate: Bearer realm=\"a3s\"\r\n");
    strbuf_addf(out, "%s\r\n", close ? "Connection: close\r\n" : "");
}

uint64_t site_answer(const struct site *site, const struct site_visit *visit, bool without_body,
                     bool close, struct buffer *out)
{
    struct strbuf head = {0}, json = {0};
    struct str body = {(const char *)site_page, site_page_size};
    if (visit->verdict == SITE_TOKEN)
        strbuf_addf(&json, "{\"token\": \"%s\"}\n", site->token);
    else if (visit->verdict == SITE_REFUSED)
        add_error(&json, visit->error);
    if (visit->verdict != SITE_PAGE)
        body = strbuf_str(&json);
    add_head(&head, visit, body.len, close);
    buffer_adds(out, strbuf_str(&head));
    uint64_t size = without_body ? 0 : body.len;
    buffer_add(out, body.ptr, (size_t)size);
    strbuf_finish(&head);
    strbuf_finish(&json);
    return size;
}
