#include "served.h"

#include "page.h"
#include "site.h"
#include "suggest.h"

#include <inttypes.h>

static struct str name_of(const struct host *host)
{
    return (struct str){host->name, host->length};
}

/* The machine, not something on it. */
static bool is_bare(const struct host *asked)
{
    struct str name = name_of(asked);
    return str_is(name, "localhost") || str_is(name, "127.0.0.1") || str_is(name, "[::1]");
}

bool served_may_be_told(const struct host *asked)
{
    return is_bare(asked) || str_has_suffix(name_of(asked), STR(".localhost"));
}

const char *served_title(const struct host *asked)
{
    return is_bare(asked) ? "Each service has a name of its own here"
                          : "Nothing is served under this name";
}

static struct str route_host(const struct served *served, uint32_t route)
{
    struct plan_string host = served->plan->routes[route].host;
    return (struct str){plan_text_ptr(served->plan, host), host.length};
}

/* What stands before the domain, or before "localhost", which is asked for in vain if that is
 * another one. */
static struct str without_domain(const struct served *served, struct str name)
{
    struct plan_string domain = served->plan->settings->domain;
    struct str ends[] = {{plan_text_ptr(served->plan, domain), domain.length}, STR("localhost")};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (name.len > ends[i].len + 1 && str_has_suffix(name, ends[i]) &&
            name.ptr[name.len - ends[i].len - 1] == '.')
            return (struct str){name.ptr, name.len - ends[i].len - 1};
    }
    return name;
}

static void add_address(struct strbuf *out, const struct served *served, struct str host)
{
    strbuf_addf(out, "http://%.*s:%" PRIu16, STR_ARG(host), served->port);
}

/* Appends the address that may have been meant, with what was asked for there; nothing if none is
 * near. */
static void add_nearest(struct strbuf *out, const struct served *served)
{
    struct suggestion near = suggest_begin(without_domain(served, name_of(served->asked)));
    struct str target = served->asked->target;
    uint32_t count = served->plan->route_count;
    if (is_bare(served->asked))
        return;
    for (uint32_t i = 0; i < count && i < SERVED_NAMES_MAX; i++)
        suggest_offer(&near, without_domain(served, route_host(served, i)), i);
    if (served->page)
        suggest_offer(&near, STR(SITE_NAME), PLAN_NONE);
    if (near.best.ptr && near.number == PLAN_NONE) {
        site_address(out, served->plan, served->port);
    } else if (near.best.ptr) {
        add_address(out, served, route_host(served, near.number));
        strbuf_add_str(out, target.len && target.ptr[0] == '/' ? target : STR("/"));
    }
}

static uint32_t shown(const struct served *served)
{
    uint32_t count = served->plan->route_count;
    return count < SERVED_SHOWN_MAX ? count : SERVED_SHOWN_MAX;
}

static const char *service_name(const struct served *served, uint32_t route)
{
    return plan_service_name(served->plan, served->plan->routes[route].service);
}

/* ---- For people ---- */

static void add_link(struct strbuf *out, struct str address, struct str text)
{
    strbuf_adds(out, "<a href=\"");
    page_add_html(out, address);
    strbuf_adds(out, "\">");
    page_add_html(out, text);
    strbuf_adds(out, "</a>");
}

static void add_list(struct strbuf *out, const struct served *served)
{
    struct strbuf address = {0};
    strbuf_adds(out, "<h2>What is served</h2>\n<ul>\n");
    for (uint32_t i = 0; i < shown(served); i++) {
        strbuf_clear(&address);
        add_address(&address, served, route_host(served, i));
        strbuf_addc(&address, '/');
        strbuf_adds(out, "<li>");
        add_link(out, strbuf_str(&address), str_from(service_name(served, i)));
        strbuf_adds(out, " &middot; ");
        page_add_html(out, strbuf_str(&address));
        strbuf_adds(out, "</li>\n");
    }
    strbuf_adds(out, "</ul>\n");
    if (shown(served) < served->plan->route_count)
        strbuf_addf(out, "<p>and %" PRIu32 " more: <code>a3s status</code></p>\n",
                    served->plan->route_count - shown(served));
    strbuf_finish(&address);
}

static void add_page(struct strbuf *out, const struct served *served)
{
    struct strbuf address = {0};
    site_address(&address, served->plan, served->port);
    strbuf_adds(out, "<p>");
    add_link(out, strbuf_str(&address), STR("The page of a3s"));
    strbuf_adds(out, " shows what all services do; <code>a3s open</code> opens it.</p>\n");
    strbuf_finish(&address);
}

void served_html(const struct served *served, struct strbuf *out)
{
    struct strbuf nearest = {0};
    add_nearest(&nearest, served);
    if (nearest.len) {
        strbuf_adds(out, "<p>Did you mean ");
        add_link(out, strbuf_str(&nearest), strbuf_str(&nearest));
        strbuf_adds(out, "?</p>\n");
    }
    if (served->plan->route_count)
        add_list(out, served);
    else
        strbuf_adds(out, "<p>No service of this A3sfile is served so far.</p>\n");
    strbuf_adds(out, "<p>A service gets its name here, or another <code>subdomain</code>, as soon "
                     "as it has a <code>port</code> in the A3sfile.</p>\n");
    if (served->page)
        add_page(out, served);
    strbuf_finish(&nearest);
}

/* ---- For programs ---- */

static void add_route_json(struct strbuf *out, const struct served *served, uint32_t route)
{
    struct strbuf address = {0};
    add_address(&address, served, route_host(served, route));
    strbuf_addc(&address, '/');
    strbuf_adds(out, route ? ",{\"service\":" : "{\"service\":");
    page_add_json(out, str_from(service_name(served, route)));
    strbuf_adds(out, ",\"url\":");
    page_add_json(out, strbuf_str(&address));
    strbuf_addc(out, '}');
    strbuf_finish(&address);
}

void served_json(const struct served *served, struct strbuf *out)
{
    struct strbuf nearest = {0};
    add_nearest(&nearest, served);
    strbuf_adds(out, ",\"nearest\":");
    if (nearest.len)
        page_add_json(out, strbuf_str(&nearest));
    else
        strbuf_adds(out, "null");
    strbuf_adds(out, ",\"served\":[");
    for (uint32_t i = 0; i < shown(served); i++)
        add_route_json(out, served, i);
    strbuf_addf(out, "],\"served_more\":%" PRIu32, served->plan->route_count - shown(served));
    strbuf_finish(&nearest);
}
