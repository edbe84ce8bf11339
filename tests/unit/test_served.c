#include "served.h"

#include "suite.h"

#include <jansson.h>

static const char strings[] = "localhost\0web\0web.localhost\0api\0v1.api.localhost";
static const struct plan_settings settings = {.domain = {0, 9}};
static const struct plan_service services[] = {{.name = {10, 3}}, {.name = {28, 3}}};
static const struct plan_route routes[] = {{.host = {32, 16}, .service = 1},
                                           {.host = {14, 13}, .service = 0}};
static const struct plan plan = {.services = services,
                                 .service_count = 2,
                                 .routes = routes,
                                 .route_count = 2,
                                 .settings = &settings,
                                 .strings = strings};

static struct host host_of(const char *name, const char *target)
{
    struct host host = {0};
    ck_assert(host_parse(&host, str_from(name)));
    host.target = str_from(target);
    return host;
}

static const struct {
    const char *name;
    bool told;
} hosts[] = {
    {"localhost", true},      {"LOCALHOST.:7080", true},
    {"wbe.localhost", true},  {"a.b.localhost", true},
    {"127.0.0.1:7080", true}, {"[::1]:7080", true},
    {"example.com", false},   {"localhost.example", false},
    {"xlocalhost", false},    {"web.example.com", false},
    {"127.0.0.2", false},     {"127.0.0.1.example", false},
    {"192.168.0.1", false},   {"[::2]", false},
    {"web.local", false},
};
#define HOSTS (int)(sizeof hosts / sizeof *hosts)

START_TEST(names_are_told_to_this_machine_alone)
{
    struct host host = host_of(hosts[_i].name, "/");
    ck_assert_msg(served_may_be_told(&host) == hosts[_i].told, "%s", hosts[_i].name);
}
END_TEST

static const struct {
    const char *name, *target, *nearest;
} typos[] = {
    {"wbe.localhost", "/a?b=1", "http://web.localhost:7080/a?b=1"},
    {"web.localhost.localhost", "/", "http://web.localhost:7080/"},
    {"v1api.localhost:7080", "*", "http://v1.api.localhost:7080/"},
    {"as3.localhost", "/v1", "http://a3s.localhost:7080/"},
    {"elsewhere.localhost", "/", NULL},
    {"localhost", "/web", NULL},
};
#define TYPOS (int)(sizeof typos / sizeof *typos)

START_TEST(the_nearest_is_offered)
{
    struct host host = host_of(typos[_i].name, typos[_i].target);
    struct served served = {.plan = &plan, .asked = &host, .port = 7080, .page = true};
    struct strbuf text = {0};
    strbuf_adds(&text, "{\"status\":421");
    served_json(&served, &text);
    strbuf_addc(&text, '}');
    json_t *object = json_loads(strbuf_text(&text), 0, NULL);
    const char *nearest = json_string_value(json_object_get(object, "nearest"));
    if (typos[_i].nearest)
        ck_assert_str_eq(nearest, typos[_i].nearest);
    else
        ck_assert_ptr_null(nearest);
    json_t *list = json_object_get(object, "served"), *last = json_array_get(list, 1);
    ck_assert_uint_eq(json_array_size(list), 2);
    ck_assert_str_eq(json_string_value(json_object_get(last, "service")), "web");
    ck_assert_str_eq(json_string_value(json_object_get(last, "url")), "http://web.localhost:7080/");
    ck_assert_int_eq(json_integer_value(json_object_get(object, "served_more")), 0);
    json_decref(object);
    strbuf_finish(&text);
}
END_TEST

START_TEST(links_are_escaped)
{
    struct host host = host_of("wbe.localhost", "/\"><script>&");
    struct served served = {.plan = &plan, .asked = &host, .port = 7080};
    struct strbuf text = {0};
    served_html(&served, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "<a href=\"http://web.localhost:7080/&quot;&gt;&lt;"
                                           "script&gt;&amp;\">"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "<a href=\"http://v1.api.localhost:7080/\">api</a>"));
    ck_assert_ptr_null(strstr(text.ptr, "<script>"));
    ck_assert_ptr_null(strstr(text.ptr, "a3s.localhost")); /* which is not served here */
    strbuf_finish(&text);
}
END_TEST

START_TEST(the_list_is_bounded)
{
    static struct plan_route many[SERVED_SHOWN_MAX + 7];
    struct plan large = plan;
    struct host host = host_of("localhost", "/");
    struct served served = {.plan = &large, .asked = &host, .port = 7080};
    struct strbuf text = {0};
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = routes[1];
    large.routes = many;
    large.route_count = sizeof many / sizeof *many;
    served_html(&served, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "<p>and 7 more: <code>a3s status</code></p>"));
    size_t items = 0;
    for (const char *at = text.ptr; (at = strstr(at, "<li>")); at++)
        items++;
    ck_assert_uint_eq(items, SERVED_SHOWN_MAX);
    strbuf_clear(&text);
    served_json(&served, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "],\"served_more\":7"));
    strbuf_clear(&text);
    large.route_count = 0;
    served_html(&served, &text);
    ck_assert_ptr_nonnull(strstr(text.ptr, "No service of this A3sfile is served so far."));
    strbuf_finish(&text);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("served");
    SUITE_LOOP(s, names_are_told_to_this_machine_alone, 0, HOSTS);
    SUITE_LOOP(s, the_nearest_is_offered, 0, TYPOS);
    SUITE_CASE(s, links_are_escaped);
    SUITE_CASE(s, the_list_is_bounded);
    return suite_run(s);
}
