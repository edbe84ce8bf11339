#include "functions_parts.h"

#include "pattern.h"
#include "utf8.h"

/* PCRE2 reads what RE2 reads, and more. Its steps are bounded, so that no pattern can hang. */
#define MATCH_LIMIT 200000
#define DEPTH_LIMIT 1000
#define GROUPS_MAX  1000

struct regex {
    struct function_call *call;
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    struct str subject;
    struct str *names; /* of the groups from 1; NULL if they have none */
    uint32_t groups;
};

static void regex_finish(struct regex *regex)
{
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
}

static bool read_names(struct regex *regex)
{
    uint32_t named = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT, &regex->groups);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &named);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
    if (regex->groups > GROUPS_MAX)
        return function_reject(regex->call, 0, "the pattern has too many groups");
    if (named == 0)
        return true;
    if (named != regex->groups)
        return function_reject(regex->call, 0, "groups with and without names cannot be mixed");
    regex->names = arena_new(regex->call->arena, struct str, regex->groups + 1);
    for (uint32_t i = 0; i < named; i++) {
        PCRE2_SPTR entry = table + (size_t)i * size;
        uint32_t group = (uint32_t)entry[0] << 8 | entry[1];
        const char *name = (const char *)entry + 2;
        regex->names[group] = str_from(arena_strndup(regex->call->arena, name, strlen(name)));
    }
    return true;
}

static bool regex_compile(struct regex *regex)
{
    const char *why;
    size_t offset;
    /* "$" matches at the very end alone, not before a last newline: as in RE2. */
    regex->code = pattern_compile(regex->call->arena, regex->call->args[0].string,
                                  PCRE2_DOLLAR_ENDONLY, &offset, &why);
    if (regex->code == NULL)
        return function_reject(regex->call, 0, "at byte %zu of the pattern: %s", offset, why);
    regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->context = pcre2_match_context_create(NULL);
    if (regex->match == NULL || regex->context == NULL)
        return function_fail(regex->call, "there is not enough memory");
    pcre2_set_match_limit(regex->context, MATCH_LIMIT);
    pcre2_set_depth_limit(regex->context, DEPTH_LIMIT);
    regex->subject = regex->call->args[1].string;
    return read_names(regex);
}

/* 1: found; 0: not; -1: failed. */
static int regex_find(struct regex *regex, size_t at, uint32_t options)
{
    int found = pcre2_match(regex->code, (PCRE2_SPTR)regex->subject.ptr, regex->subject.len, at,
                            options, regex->match, regex->context);
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    if (found > 0)
        return 1;
    if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT ||
        found == PCRE2_ERROR_HEAPLIMIT)
        function_refuse(regex->call, FUNCTION_NONE,
                        "the pattern takes too many steps on this text");
    else
        function_refuse(regex->call, FUNCTION_NONE, "the text cannot be searched");
    return -1;
}

/* What a group matched; null if it took no part. */
static struct value group_value(struct regex *regex, uint32_t group)
{
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(regex->match);
    PCRE2_SIZE start = places[group * 2], end = places[group * 2 + 1];
    if (start == PCRE2_UNSET || end < start)
        return (struct value){.kind = VALUE_NULL, .null_type = &type_string};
    struct str text = {regex->subject.ptr + start, end - start};
    return value_string(regex->call->expr->span, utf8_nfc(regex->call->arena, text));
}

static struct value match_value(struct regex *regex)
{
    if (regex->groups == 0)
        return group_value(regex, 0);
    struct value value = {.kind = VALUE_TUPLE, .span = regex->call->expr->span};
    if (regex->names == NULL) {
        value = function_new_list(regex->call, regex->groups, NULL);
        for (uint32_t i = 1; i <= regex->groups; i++)
            value.tuple.items[value.tuple.count++] = group_value(regex, i);
        return value;
    }
    value.kind = VALUE_OBJECT;
    value.object.items = arena_new(regex->call->arena, struct value_member, regex->groups);
    for (uint32_t i = 1; i <= regex->groups; i++)
        value.object.items[value.object.count++] =
            (struct value_member){.name = regex->names[i], .value = group_value(regex, i)};
    value_sort_members(regex->call->arena, &value);
    return value;
}

bool function_regex(struct function_call *call, struct value *out)
{
    struct regex regex = {.call = call};
    bool done = regex_compile(&regex);
    int found = done ? regex_find(&regex, 0, 0) : -1;
    if (found > 0)
        *out = match_value(&regex);
    if (found == 0)
        function_refuse(call, FUNCTION_NONE, "the pattern matches no part of the text");
    regex_finish(&regex);
    return found > 0;
}

static size_t behind_point(struct str text, size_t at)
{
    at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
        at++;
    return at;
}

/* The type of each match: the same whatever was found. */
static const struct type *match_type(struct regex *regex)
{
    struct arena *arena = regex->call->arena;
    if (regex->groups == 0)
        return &type_string;
    const struct type **parts = arena_new(arena, const struct type *, regex->groups);
    for (uint32_t i = 0; i < regex->groups; i++)
        parts[i] = &type_string;
    if (regex->names == NULL)
        return type_of_parts(arena, TYPE_TUPLE, parts, NULL, regex->groups);
    struct value sample = {.kind = VALUE_OBJECT};
    sample.object.items = arena_new(arena, struct value_member, regex->groups);
    for (uint32_t i = 1; i <= regex->groups; i++)
        sample.object.items[sample.object.count++] = (struct value_member){
            .name = regex->names[i], .value = {.kind = VALUE_STRING, .string = STR("")}};
    value_sort_members(arena, &sample);
    return value_type(arena, &sample);
}

static bool find_all(struct regex *regex, struct value *out)
{
    VEC(struct value) items = {0};
    size_t at = 0, last = SIZE_MAX;
    while (at <= regex->subject.len) {
        if (!function_charge(regex->call, 1 + regex->groups))
            return false;
        int found = regex_find(regex, at, items.count > 0 ? PCRE2_NO_UTF_CHECK : 0);
        if (found < 0)
            return false;
        if (found == 0)
            break;
        const PCRE2_SIZE *places = pcre2_get_ovector_pointer(regex->match);
        size_t start = places[0], end = places[1];
        /* An empty match right behind another match is none. */
        if (end > start || start != last)
            *vec_push(regex->call->arena, &items) = match_value(regex);
        last = end;
        at = end > at ? end : end == start ? behind_point(regex->subject, at) : end;
        if (end == start && at == end)
            at = behind_point(regex->subject, at);
    }
    *out = (struct value){.kind = VALUE_LIST, .span = regex->call->expr->span};
    out->tuple.items = items.items;
    out->tuple.count = items.count;
    out->tuple.element = match_type(regex);
    return true;
}

bool function_regexall(struct function_call *call, struct value *out)
{
    struct regex regex = {.call = call};
    bool done = regex_compile(&regex) && find_all(&regex, out);
    regex_finish(&regex);
    return done;
}
