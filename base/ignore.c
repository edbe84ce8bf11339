#include "ignore.h"

#include "array.h"
#include "mem.h"
#include "str.h"

#include <ctype.h>

/* ---- One segment: "*", "?", "[..]", "\x" and literal bytes; no slashes. ---- */

struct bracket_class {
    const char *name;
    int (*has)(int c);
};

static bool class_has(struct str name, unsigned char c)
{
    static const struct bracket_class classes[] = {
        {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
        {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
        {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
    };
    for (size_t i = 0; i < ARRAY_LEN(classes); i++)
        if (str_is(name, classes[i].name))
            return classes[i].has(c) != 0;
    return false;
}

/* One member of a bracket expression at *at: a byte, a range or a class. */
static bool member_has(const char **at, const char *end, unsigned char c)
{
    const char *p = *at;
    if (end - p >= 4 && p[0] == '[' && p[1] == ':') {
        const char *close = memmem(p + 2, (size_t)(end - p - 2), ":]", 2);
        if (close) {
            *at = close + 2;
            return class_has((struct str){p + 2, (size_t)(close - p - 2)}, c);
        }
    }
    if (*p == '\\' && p + 1 < end)
        p++;
    unsigned char low = (unsigned char)*p++, high = low;
    if (end - p >= 2 && p[0] == '-' && p[1] != ']') {
        p++;
        if (*p == '\\' && p + 1 < end)
            p++;
        high = (unsigned char)*p++;
    }
    *at = p;
    return low <= c && c <= high;
}

/* The bracket expression at `at` ("["): sets *out_end behind it. False without an end; then the "["
 * is a plain byte. */
static bool match_bracket(const char *at, const char *end, unsigned char c, const char **out_end,
                          bool *out_has)
{
    bool negated = false, has = false;
    at++;
    if (at < end && (*at == '!' || *at == '^')) {
        negated = true;
        at++;
    }
    for (const char *first = at; at < end && (*at != ']' || at == first);)
        has |= member_has(&at, end, c);
    if (at >= end)
        return false;
    *out_end = at + 1;
    *out_has = has != negated;
    return true;
}

/* Whether the item at *glob, which is no "*", takes c; moves *glob behind it. */
static bool match_item(const char **glob, const char *end, unsigned char c)
{
    const char *at = *glob;
    bool has;
    if (*at == '?') {
        *glob = at + 1;
        return true;
    }
    if (*at == '[' && match_bracket(at, end, c, glob, &has))
        return has;
    if (*at == '\\' && at + 1 < end)
        at++;
    *glob = at + 1;
    return (unsigned char)*at == c;
}

/* Only the last "*" ever needs another try, so the time is bounded by the product of the lengths.
 */
static bool match_segment(struct str glob, struct str text)
{
    const char *g = glob.ptr, *g_end = glob.ptr + glob.len;
    const char *t = text.ptr, *t_end = text.ptr + text.len;
    const char *star = NULL, *star_text = NULL;
    while (t < t_end) {
        const char *next = g;
        if (g < g_end && *g == '*') {
            star = ++g;
            star_text = t;
        } else if (g < g_end && match_item(&next, g_end, (unsigned char)*t)) {
            g = next;
            t++;
        } else if (star) {
            g = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (g < g_end && *g == '*')
        g++;
    return g == g_end;
}

/* ---- Segments, where "**" is what "*" is among bytes. ---- */

static struct str first_segment(struct str path)
{
    const char *slash = memchr(path.ptr, '/', path.len);
    return (struct str){path.ptr, slash ? (size_t)(slash - path.ptr) : path.len};
}

/* Without its first segment; ptr is NULL when none is left. */
static struct str rest_segments(struct str path)
{
    size_t length = first_segment(path).len;
    if (length == path.len)
        return (struct str){NULL, 0};
    return (struct str){path.ptr + length + 1, path.len - length - 1};
}

static bool match_path(struct str glob, struct str path)
{
    struct str star = {NULL, 0}, star_path = {NULL, 0};
    bool starred = false;
    while (path.ptr) {
        if (glob.ptr && str_is(first_segment(glob), "**")) {
            glob = rest_segments(glob);
            if (!glob.ptr)
                return true; /* "a/" and "**": all that is in it, at least one segment */
            star = glob;
            star_path = path;
            starred = true;
        } else if (glob.ptr && match_segment(first_segment(glob), first_segment(path))) {
            glob = rest_segments(glob);
            path = rest_segments(path);
        } else if (starred) {
            glob = star;
            path = star_path = rest_segments(star_path);
        } else {
            return false;
        }
    }
    return !glob.ptr;
}

/* ---- Lists ---- */

void ignore_init(struct ignore *ignore)
{
    *ignore = (struct ignore){0};
}

void ignore_finish(struct ignore *ignore)
{
    free(ignore->rules);
    *ignore = (struct ignore){0};
}

void ignore_add(struct ignore *ignore, const char *pattern)
{
    struct ignore_rule rule = {0};
    if (*pattern == '!') {
        rule.negated = true;
        pattern++;
    }
    rule.glob = pattern;
    rule.length = strlen(pattern);
    if (rule.length && pattern[rule.length - 1] == '/') {
        rule.folders_only = true;
        rule.length--;
    }
    rule.anchored = memchr(rule.glob, '/', rule.length) != NULL;
    if (rule.length && *rule.glob == '/') {
        rule.glob++;
        rule.length--;
    }
    if (rule.length == 0)
        return;
    if (ignore->count == ignore->capacity) {
        ignore->capacity = ignore->capacity ? ignore->capacity * 2 : 8;
        ignore->rules = mem_grow(ignore->rules, ignore->capacity, sizeof *ignore->rules);
    }
    ignore->rules[ignore->count++] = rule;
}

bool ignore_always(const char *name)
{
    return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

static bool rule_matches(const struct ignore_rule *rule, struct str path, struct str name,
                         bool is_folder)
{
    struct str glob = {rule->glob, rule->length};
    if (rule->folders_only && !is_folder)
        return false;
    return rule->anchored ? match_path(glob, path) : match_segment(glob, name);
}

bool ignore_match(const struct ignore *ignore, const char *path, bool is_folder)
{
    const char *slash = strrchr(path, '/');
    struct str name = str_from(slash ? slash + 1 : path);
    for (uint32_t i = ignore->count; i-- > 0;)
        if (rule_matches(&ignore->rules[i], str_from(path), name, is_folder))
            return !ignore->rules[i].negated;
    return false;
}
