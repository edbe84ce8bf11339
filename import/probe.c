#include "probe.h"

#include "array.h"
#include "words.h"

/* What a3s has if nothing is written. */
#define INTERVAL_MS 2000u

void import_probe_http(struct import *im, struct draft_service *service, uint32_t port,
                       struct str path)
{
    struct str own = service->values[SCHEMA_service_port].text;
    const char *text = arena_printf(im->arena, "%u", port);
    draft_set_text(&im->draft, service, SCHEMA_health_type, STR("http"));
    if (path.len && !str_is(path, "/"))
        draft_set_text(&im->draft, service, SCHEMA_health_path, path);
    if (port && !(own.ptr && str_is(own, text)))
        draft_set(service, SCHEMA_health_port, str_from(text));
}

void import_probe_exec(struct import *im, struct draft_service *service, struct str command)
{
    draft_set_text(&im->draft, service, SCHEMA_health_type, STR("exec"));
    draft_set(service, SCHEMA_health_cmd, command);
}

/* "curl ... || exit 1": the shell's way of turning every failure into 1. */
static struct str without_exit(struct str line)
{
    static const struct str ends[] = {{"exit 1", 6}, {"exit", 4}, {"false", 5}, {"/bin/false", 10}};
    line = str_trim(line);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        if (!str_has_suffix(line, ends[i]))
            continue;
        struct str before = str_trim((struct str){line.ptr, line.len - ends[i].len});
        if (str_has_suffix(before, STR("||")))
            return str_trim((struct str){before.ptr, before.len - 2});
    }
    return line;
}

static bool is_option_of_more(struct str word)
{
    static const char *const more[] = {"-X",     "-d",          "-H",          "-u",     "-I",
                                       "--head", "--request",   "--header",    "--data", "--user",
                                       "-k",     "--post-data", "--post-file", "-F",     "--json"};
    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (str_is(word, more[i]))
            return true;
    return false;
}

/* "http://localhost:8080/health" */
static bool read_address(struct str word, uint32_t *out_port, struct str *out_path)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "0.0.0.0", "[::1]"};
    struct str scheme = STR("http://");
    *out_port = 80;
    if (str_has_prefix(word, scheme))
        word = (struct str){word.ptr + scheme.len, word.len - scheme.len};
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct str host = str_from(hosts[i]);
        if (!str_has_prefix(word, host))
            continue;
        struct str rest = {word.ptr + host.len, word.len - host.len};
        const char *slash = rest.len ? memchr(rest.ptr, '/', rest.len) : NULL;
        struct str port = {rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len};
        *out_path = (struct str){rest.ptr + port.len, rest.len - port.len};
        if (port.len == 0)
            return true;
        return port.ptr[0] == ':' &&
               import_number((struct str){port.ptr + 1, port.len - 1}, 65535, out_port);
    }
    return false;
}

bool import_probe_command(struct import *im, struct draft_service *service, struct str line)
{
    struct words words = {0};
    struct str path = {0};
    uint32_t port, addresses = 0, found = 0;
    if (words_split(im->arena, without_exit(line), &words) != WORDS_PLAIN)
        return false;
    if (!str_is(words.items[0], "curl") && !str_is(words.items[0], "wget"))
        return false;
    for (uint32_t i = 1; i < words.count; i++) {
        if (is_option_of_more(words.items[i]))
            return false;
        addresses += str_contains(words.items[i], "://");
        if (words.items[i].ptr[0] != '-' && read_address(words.items[i], &port, &path))
            found = port;
    }
    if (!found || addresses > 1)
        return false;
    import_probe_http(im, service, found, path);
    return true;
}

void import_probe_set_times(struct import *im, struct draft_service *service,
                            struct probe_times times)
{
    uint32_t interval = times.interval ? times.interval : INTERVAL_MS;
    if (!draft_has(service, SCHEMA_health_type))
        return;
    if (times.timeout > interval && !times.interval)
        times.interval = interval = times.timeout;
    if (times.timeout > interval) {
        times.timeout = interval;
        draft_note(&im->draft, service, 0,
                   "a probe takes no longer than its interval: its timeout is cut to that");
    }
    if (times.interval)
        import_set_duration(im, service, SCHEMA_health_interval, times.interval);
    if (times.timeout)
        import_set_duration(im, service, SCHEMA_health_timeout, times.timeout);
    if (times.retries)
        draft_setf(&im->draft, service, SCHEMA_health_retries, "%u", times.retries);
}
