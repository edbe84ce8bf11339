#include "compose.h"

#include "ascii.h"

/* A text is cut at what ends a host name; each part is asked whether it can be one. */
struct host_finder {
    const struct compose *file;
    struct str name; /* of the variable */
    struct str text;
    size_t at; /* of the part */
    struct strbuf out;
    bool found;
};

static bool ends_part(char c)
{
    return c == ':' || c == '/' || c == ',' || c == '?' || c == '@';
}

static char char_at(const struct host_finder *f, size_t at)
{
    return at < f->text.len ? f->text.ptr[at] : '\0';
}

/* "user" and "user:password" before an '@' (RFC 3986, section 3.2.1). */
static bool is_user(const struct host_finder *f, size_t end)
{
    while (end < f->text.len && f->text.ptr[end] != '@' && !strchr("/?,", f->text.ptr[end]))
        end++;
    return char_at(f, end) == '@';
}

/* "http:" of "http://" is no host, and neither is a user. A text that is one word is a host only if
 * its variable is called so: APP_NAME=web stays. */
static bool can_be_host(const struct host_finder *f, size_t end)
{
    size_t at = f->at;
    char before = at > 0 ? f->text.ptr[at - 1] : '\0';
    bool is_scheme =
        char_at(f, end) == ':' && char_at(f, end + 1) == '/' && char_at(f, end + 2) == '/';
    if (at == 0 && end == f->text.len)
        return str_contains(f->name, "HOST");
    return !is_scheme && !is_user(f, end) &&
           (at == 0 || before == '@' || before == ',' ||
            (before == '/' && at > 1 && f->text.ptr[at - 2] == '/'));
}

/* ":5432" behind a host: the port may be another one on this machine. Gives what it takes. */
static size_t add_port(struct host_finder *f, struct compose_service *s, size_t at)
{
    struct str digits = {f->text.ptr + at + 1, 0};
    uint32_t port, here;
    if (char_at(f, at) != ':')
        return 0;
    while (ascii_is_digit(char_at(f, at + 1 + digits.len)))
        digits.len++;
    if (!import_number(digits, 65535, &port))
        return 0;
    here = compose_port_here(s, port);
    if (!here && port > 0)
        compose_publish(s, port);
    strbuf_addf(&f->out, ":%u", here ? here : port);
    return digits.len + 1;
}

static struct compose_service *find_service(const struct compose *file, struct str key)
{
    const uint32_t *index = key.len ? map_find(&file->im->draft.keys, key) : NULL;
    return index ? &file->services[*index] : NULL;
}

static void add_part(struct host_finder *f)
{
    size_t end = f->at;
    while (end < f->text.len && !ends_part(f->text.ptr[end]))
        end++;
    struct str word = {f->text.ptr + f->at, end - f->at};
    struct compose_service *s = can_be_host(f, end) ? find_service(f->file, word) : NULL;
    strbuf_add_str(&f->out, s ? STR("127.0.0.1") : word);
    f->found |= s != NULL;
    f->at = end + (s ? add_port(f, s, end) : 0);
    if (f->at < f->text.len)
        strbuf_addc(&f->out, f->text.ptr[f->at++]);
}

struct str compose_hosts(const struct compose *file, struct str name, struct str text, bool *found)
{
    struct host_finder f = {.file = file, .name = name, .text = text};
    while (f.at < text.len)
        add_part(&f);
    *found |= f.found;
    return strbuf_move(&f.out, file->im->arena);
}
