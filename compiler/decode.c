#include "array.h"
#include "ascii.h"
#include "codes.h"
#include "decode_parts.h"
#include "forms.h"
#include "later.h"
#include "pattern.h"
#include "schema_doc.h"
#include "suggest.h"

static bool decode_bool(const struct target *t, const struct value *value)
{
    return value_to_bool(value, t->field) ||
           decode_wrong_type(t, value, schema_expected(t->attr->type));
}

static bool decode_number(const struct target *t, const struct value *value)
{
    struct number number;
    if (!value_to_number(value, t->decode->arena, &number))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    int64_t integer;
    bool fits = number_int64(&number, &integer);
    if (!number_is_integer(&number)) {
        struct diag *diag = decode_complain(t, CODE(WRONG_TYPE), value, "a whole number");
        diag_label(diag, "this one is not whole");
        return false;
    }
    if (!fits || integer < t->attr->min || integer > t->attr->max) {
        struct diag *diag = diag_error(t->decode->diags, CODE(OUT_OF_RANGE), value->span,
                                       "\"%s\" must be between %u and %u", t->attr->name.ptr,
                                       t->attr->min, t->attr->max);
        diag_label(diag, "out of range");
        return false;
    }
    *(uint32_t *)t->field = (uint32_t)integer;
    return true;
}

static bool bad_duration(const struct target *t, const struct value *value)
{
    struct diag *diag = decode_complain(t, CODE(BAD_DURATION), value, "a duration");
    struct number number;
    if (value_to_number(value, t->decode->arena, &number)) {
        diag_label(diag, "a number without its unit");
        struct str text = number_text(t->decode->arena, &number);
        diag_help(diag, "write \"%.*ss\" or \"%.*sms\"", STR_ARG(text), STR_ARG(text));
    } else {
        diag_label(diag, "this is none");
        diag_help(diag, "%s", schema_form(t->attr->type));
    }
    return false;
}

static bool decode_duration(const struct target *t, const struct value *value)
{
    if (value->kind != VALUE_STRING && value->kind != VALUE_NUMBER)
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    uint32_t ms;
    if (value->kind == VALUE_NUMBER || !form_duration(value->string, &ms))
        return bad_duration(t, value);
    if (ms < t->attr->min || ms > t->attr->max) {
        struct diag *diag = decode_complain(t, CODE(OUT_OF_RANGE), value, "between 1ms and 24h");
        diag_label(diag, "out of range");
        return false;
    }
    *(uint32_t *)t->field = ms;
    return true;
}

static void unknown_word(const struct target *t, const struct value *value, struct str word)
{
    struct strbuf list = {0};
    struct suggestion close = suggest_begin(word);
    for (uint32_t i = 0; t->attr->words[i] != NULL; i++) {
        strbuf_addf(&list, "%s\"%s\"", i > 0 ? ", " : "one of ", t->attr->words[i]);
        suggest_offer(&close, str_from(t->attr->words[i]), i);
    }
    struct diag *diag = decode_complain(t, CODE(UNKNOWN_WORD), value, strbuf_text(&list));
    strbuf_finish(&list);
    diag_label(diag, "this is none of them");
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%s\"?", close.best.ptr);
}

static bool decode_word(const struct target *t, const struct value *value)
{
    struct str word;
    if (!value_to_string(value, t->decode->arena, &word))
        return decode_wrong_type(t, value, "a string");
    for (uint32_t i = 0; t->attr->words[i] != NULL; i++) {
        if (str_is(word, t->attr->words[i])) {
            *(uint32_t *)t->field = i;
            return true;
        }
    }
    unknown_word(t, value, word);
    return false;
}

static bool decode_path(const struct target *t, const struct value *value)
{
    struct model_text path;
    if (!decode_take_later(t, value, "a string", &path))
        return false;
    if (path.count == 0 && path.text.len == 0)
        return decode_take_nonempty(t, value, "a string", &path.text);
    *(struct model_text *)t->field = path;
    return true;
}

static bool decode_strings(const struct target *t, const struct value *value)
{
    return decode_take_strings(t, value, t->field);
}

static bool decode_paths(const struct target *t, const struct value *value)
{
    struct model_strings paths;
    if (!decode_take_strings(t, value, &paths))
        return false;
    if (t->attr->required && paths.count == 0) {
        struct diag *diag = diag_error(t->decode->diags, CODE(EMPTY_STRING), value->span,
                                       "\"%s\" must name at least one path", t->attr->name.ptr);
        diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    *(struct model_strings *)t->field = paths;
    return true;
}

/* One file, or a list of them. */
static bool decode_files(const struct target *t, const struct value *value)
{
    struct value list = *value;
    if (value->kind == VALUE_STRING) {
        struct value *only = arena_new(t->decode->arena, struct value, 1);
        *only = *value;
        list = (struct value){.kind = VALUE_TUPLE, .span = value->span};
        list.tuple.items = only;
        list.tuple.count = 1;
    }
    return decode_take_strings(t, &list, t->field);
}

static bool take_host(const struct target *t, const struct value *value, struct str *out_host)
{
    struct str host;
    if (!decode_take_text(t, value, schema_expected(t->attr->type), &host))
        return false;
    if (form_is_host(host) && host.len <= MODEL_HOST_MAX) {
        *out_host = host;
        return true;
    }
    struct diag *diag = diag_error(t->decode->diags, CODE(BAD_DOMAIN), value->span,
                                   "\"%.*s\" cannot stand in a host name", STR_ARG(host));
    char *lower = arena_strndup(t->decode->arena, host.ptr, host.len);
    for (size_t i = 0; i < host.len; i++)
        lower[i] = lower[i] == '_' ? '-' : ascii_lower(lower[i]);
    if (form_is_host((struct str){lower, host.len}))
        diag_help(diag, "write \"%s\"", lower);
    else
        diag_help(diag, "use a-z, 0-9 and '-' (not first or last), with dots between labels");
    return false;
}

static bool decode_domain(const struct target *t, const struct value *value)
{
    return take_host(t, value, t->field);
}

static bool decode_subdomain(const struct target *t, const struct value *value)
{
    struct model_subdomain subdomain = {0};
    if (value->kind != VALUE_NULL) {
        if (!take_host(t, value, &subdomain.text))
            return false;
        subdomain.routed = true;
    }
    *(struct model_subdomain *)t->field = subdomain;
    return true;
}

/* The text with a letter for each value that is not known yet: its spelling is checked at start. */
static struct str stand_in(const struct target *t, const struct model_text *path)
{
    struct strbuf text = {0};
    if (path->count == 0)
        return path->text;
    for (uint32_t i = 0; i < path->count; i++)
        strbuf_add_str(&text,
                       path->pieces[i].kind == VALUE_PIECE_TEXT ? path->pieces[i].text : STR("x"));
    return strbuf_move(&text, t->decode->arena);
}

static bool decode_url_path(const struct target *t, const struct value *value)
{
    struct model_text path;
    if (!decode_take_later(t, value, "a string", &path))
        return false;
    struct str text = stand_in(t, &path);
    if (!form_is_url_path(text)) {
        struct diag *diag =
            decode_complain(t, CODE(BAD_URL_PATH), value, schema_expected(t->attr->type));
        if (text.len > 0 && text.ptr[0] == '/')
            diag_help(diag, "write blanks, '#' and characters outside ASCII as %%XX");
        else
            diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    *(struct model_text *)t->field = path;
    return true;
}

static bool decode_status(const struct target *t, const struct value *value)
{
    struct str text;
    struct model_status status;
    if (!value_to_string(value, t->decode->arena, &text))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    if (!form_status(text, &status.min, &status.max)) {
        struct diag *diag = decode_complain(t, CODE(BAD_STATUS), value,
                                            "a status code or a range of them, 100 to 999");
        diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    *(struct model_status *)t->field = status;
    return true;
}

static const char *show_size(const struct target *t, uint32_t bytes)
{
    struct strbuf text = {0};
    schema_show_size(bytes, &text);
    return strbuf_move(&text, t->decode->arena).ptr;
}

static bool decode_size(const struct target *t, const struct value *value)
{
    uint32_t bytes;
    if (value->kind != VALUE_STRING && value->kind != VALUE_NUMBER)
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    if (value->kind == VALUE_NUMBER || !form_size(value->string, &bytes)) {
        struct diag *diag =
            decode_complain(t, CODE(BAD_SIZE), value, schema_expected(t->attr->type));
        diag_label(diag,
                   value->kind == VALUE_NUMBER ? "a number without its unit" : "this is none");
        diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    if (bytes < t->attr->min || bytes > t->attr->max) {
        struct diag *diag = diag_error(t->decode->diags, CODE(OUT_OF_RANGE), value->span,
                                       "\"%s\" must be between %s and %s", t->attr->name.ptr,
                                       show_size(t, t->attr->min), show_size(t, t->attr->max));
        diag_label(diag, "out of range");
        return false;
    }
    *(uint32_t *)t->field = bytes;
    return true;
}

static bool decode_pattern(const struct target *t, const struct value *value)
{
    struct str pattern;
    size_t offset;
    const char *why;
    if (!decode_take_nonempty(t, value, "a string", &pattern))
        return false;
    if (!pattern_check(t->decode->arena, pattern, &offset, &why)) {
        struct diag *diag =
            decode_complain(t, CODE(BAD_PATTERN), value, schema_expected(t->attr->type));
        diag_label(diag, "at byte %zu of it: %s", offset, why);
        diag_help(diag, "a backslash before a character takes its meaning away; in a string it is "
                        "written twice: \"\\\\[ready\\\\]\"");
        return false;
    }
    *(struct str *)t->field = pattern;
    return true;
}

static bool decode_text(const struct target *t, const struct value *value)
{
    return decode_take_text(t, value, "a string", t->field);
}

static bool decode_any(const struct target *t, const struct value *value)
{
    const struct value *later = later_find(value);
    if (later != NULL)
        return decode_wrong_type(t, later, "");
    if (value_knowledge(value) != value->kind)
        return false; /* something in it is unknown */
    *(struct value *)t->field = *value;
    return true;
}

static bool (*const decoders[])(const struct target *, const struct value *) = {
    [SCHEMA_TYPE_BOOL] = decode_bool,         [SCHEMA_TYPE_NUMBER] = decode_number,
    [SCHEMA_TYPE_DURATION] = decode_duration, [SCHEMA_TYPE_WORD] = decode_word,
    [SCHEMA_TYPE_PATH] = decode_path,         [SCHEMA_TYPE_PATHS] = decode_paths,
    [SCHEMA_TYPE_STRINGS] = decode_strings,   [SCHEMA_TYPE_ENV] = decode_env,
    [SCHEMA_TYPE_COMMAND] = decode_command,   [SCHEMA_TYPE_SUBDOMAIN] = decode_subdomain,
    [SCHEMA_TYPE_DOMAIN] = decode_domain,     [SCHEMA_TYPE_URLPATH] = decode_url_path,
    [SCHEMA_TYPE_STATUS] = decode_status,     [SCHEMA_TYPE_FILES] = decode_files,
    [SCHEMA_TYPE_SIZE] = decode_size,         [SCHEMA_TYPE_PATTERN] = decode_pattern,
    [SCHEMA_TYPE_TEXT] = decode_text,         [SCHEMA_TYPE_ANY] = decode_any,
};
_Static_assert(ARRAY_LEN(decoders) == SCHEMA_TYPE_COUNT, "a decoder for each type");

bool decode_attr(struct decode *decode, const struct schema_attr *attr, const struct value *value,
                 void *target)
{
    if (value->kind == VALUE_UNKNOWN)
        return false;
    struct target t = {
        .decode = decode, .attr = attr, .field = target, .span = value->span, .part = ""};
    return decoders[attr->type](&t, value);
}
