#include "codes.h"
#include "decode_parts.h"
#include "forms.h"
#include "suggest.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof(array)[0])

static struct diag *complain(const struct target *t, const struct diag_code *code,
                             const struct value *value, const char *what)
{
    return diag_error(t->decode->diags, code, value->span, "%s\"%s\" must be %s", t->part,
                      t->attr->name.ptr, what);
}

bool decode_wrong_type(const struct target *t, const struct value *value, const char *expected)
{
    if (value->kind == VALUE_UNKNOWN)
        return false;
    struct diag *diag = complain(t, CODE(WRONG_TYPE), value, expected);
    diag_label(diag, "this is %s", value_kind_text(value->kind));
    diag_help(diag, "%s", schema_form(t->attr->type));
    return false;
}

bool decode_take_text(const struct target *t, const struct value *value, const char *expected,
                      struct str *out_text)
{
    struct str text;
    if (!value_to_string(value, t->decode->arena, &text))
        return decode_wrong_type(t, value, expected);
    if (text.len > MODEL_TEXT_MAX) {
        struct diag *diag = diag_error(t->decode->diags, CODE(TOO_MUCH), value->span,
                                       "this string has %zu bytes", text.len);
        diag_help(diag, "a string has at most %u", MODEL_TEXT_MAX);
        return false;
    }
    if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL) {
        struct diag *diag = diag_error(t->decode->diags, CODE(NUL_BYTE), value->span,
                                       "\"%s\" has a NUL character in it", t->attr->name.ptr);
        diag_help(diag, "programs see only what stands before it: take it out");
        return false;
    }
    *out_text = text;
    return true;
}

static bool take_nonempty(const struct target *t, const struct value *value, const char *expected,
                          struct str *out_text)
{
    struct str text;
    if (!decode_take_text(t, value, expected, &text))
        return false;
    if (text.len == 0) {
        diag_error(t->decode->diags, CODE(EMPTY_STRING), value->span,
                   "\"%s\" must not be an empty string", t->attr->name.ptr);
        return false;
    }
    *out_text = text;
    return true;
}

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
        struct diag *diag = complain(t, CODE(WRONG_TYPE), value, "a whole number");
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
    struct diag *diag = complain(t, CODE(BAD_DURATION), value, "a duration");
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
        struct diag *diag = complain(t, CODE(OUT_OF_RANGE), value, "between 1ms and 24h");
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
    struct diag *diag = complain(t, CODE(UNKNOWN_WORD), value, strbuf_text(&list));
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
    return take_nonempty(t, value, "a string", t->field);
}

bool decode_take_strings(const struct target *t, const struct value *value, bool empty_allowed,
                         struct model_strings *out_strings)
{
    if (!value_is_sequence(value))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    struct target element = *t;
    element.part = "each element of ";
    struct model_strings strings = {
        .items = arena_new(t->decode->arena, struct model_string, value->tuple.count)};
    for (uint32_t i = 0; i < value->tuple.count; i++) {
        const struct value *item = &value->tuple.items[i];
        struct model_string *string = &strings.items[strings.count];
        string->span = item->span;
        strings.count += empty_allowed ? decode_take_text(&element, item, "a string", &string->text)
                                       : take_nonempty(&element, item, "a string", &string->text);
    }
    if (strings.count < value->tuple.count)
        return false;
    *out_strings = strings;
    return true;
}

static bool decode_strings(const struct target *t, const struct value *value)
{
    return decode_take_strings(t, value, false, t->field);
}

static bool decode_paths(const struct target *t, const struct value *value)
{
    struct model_strings paths;
    if (!decode_take_strings(t, value, false, &paths))
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
        lower[i] = lower[i] >= 'A' && lower[i] <= 'Z' ? (char)(lower[i] + 32)
                   : lower[i] == '_'                  ? '-'
                                                      : lower[i];
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

static bool decode_url_path(const struct target *t, const struct value *value)
{
    struct str path;
    if (!decode_take_text(t, value, "a string", &path))
        return false;
    if (!form_is_url_path(path)) {
        struct diag *diag = complain(t, CODE(BAD_URL_PATH), value, schema_expected(t->attr->type));
        if (path.len > 0 && path.ptr[0] == '/')
            diag_help(diag, "write blanks, '#' and characters outside ASCII as %%XX");
        else
            diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    *(struct str *)t->field = path;
    return true;
}

static bool decode_status(const struct target *t, const struct value *value)
{
    struct str text;
    struct model_status status;
    if (!value_to_string(value, t->decode->arena, &text))
        return decode_wrong_type(t, value, schema_expected(t->attr->type));
    if (!form_status(text, &status.min, &status.max)) {
        struct diag *diag =
            complain(t, CODE(BAD_STATUS), value, "a status code or a range of them, 100 to 999");
        diag_help(diag, "%s", schema_form(t->attr->type));
        return false;
    }
    *(struct model_status *)t->field = status;
    return true;
}

static bool (*const decoders[])(const struct target *, const struct value *) = {
    [SCHEMA_TYPE_BOOL] = decode_bool,         [SCHEMA_TYPE_NUMBER] = decode_number,
    [SCHEMA_TYPE_DURATION] = decode_duration, [SCHEMA_TYPE_WORD] = decode_word,
    [SCHEMA_TYPE_PATH] = decode_path,         [SCHEMA_TYPE_PATHS] = decode_paths,
    [SCHEMA_TYPE_STRINGS] = decode_strings,   [SCHEMA_TYPE_ENV] = decode_env,
    [SCHEMA_TYPE_COMMAND] = decode_command,   [SCHEMA_TYPE_SUBDOMAIN] = decode_subdomain,
    [SCHEMA_TYPE_DOMAIN] = decode_domain,     [SCHEMA_TYPE_URLPATH] = decode_url_path,
    [SCHEMA_TYPE_STATUS] = decode_status,
};
_Static_assert(ARRAY_LEN(decoders) == SCHEMA_TYPE_COUNT, "a decoder for each type");

bool decode_attr(struct decode *decode, const struct schema_attr *attr, const struct value *value,
                 void *target)
{
    if (value->kind == VALUE_UNKNOWN)
        return false;
    if (value->kind == VALUE_LATER) {
        struct diag *diag = diag_error(decode->diags, CODE(NOT_CONSTANT), value->span,
                                       "\"%s\" must be known before the start", attr->name.ptr);
        diag_help(diag, "write the value itself");
        return false;
    }
    struct target t = {.decode = decode, .attr = attr, .field = target, .part = ""};
    return decoders[attr->type](&t, value);
}
