#include "functions_parts.h"

#include "ascii.h"
#include "utf8.h"

/* No field is wider, and no number has more digits behind its point. */
#define FIELD_MAX 4096

/* %[flags][width][.precision][[index]]verb */
struct verb {
    size_t offset;
    struct str raw;
    uint32_t arg;         /* from 1 */
    int width, precision; /* -1: none */
    bool zero, sharp, plus, minus, space;
    char mode;
};

struct formatter {
    struct function_call *call;
    struct str format;
    size_t at;
    const struct value *args;
    uint32_t count, next, highest; /* arguments from 1 */
    struct strbuf out;
};

static char current(const struct formatter *f)
{
    return f->at < f->format.len ? f->format.ptr[f->at] : '\0';
}

static bool read_int(struct formatter *f, int *out)
{
    int number = 0;
    for (; ascii_is_digit(current(f)); f->at++) {
        number = number * 10 + (current(f) - '0');
        if (number > FIELD_MAX)
            return function_fail(f->call, "a number in the format at byte %zu is too large", f->at);
    }
    *out = number;
    return true;
}

static void read_flags(struct formatter *f, struct verb *verb)
{
    for (;; f->at++) {
        switch (current(f)) {
        case '0': verb->zero = true; break;
        case '#': verb->sharp = true; break;
        case '+': verb->plus = true; break;
        case '-': verb->minus = true; break;
        case ' ': verb->space = true; break;
        default: return;
        }
    }
}

static bool read_verb(struct formatter *f, struct verb *verb)
{
    *verb = (struct verb){.offset = f->at, .arg = f->next, .width = -1, .precision = -1};
    int index;
    f->at++;
    read_flags(f, verb);
    if (ascii_is_digit(current(f)) && !read_int(f, &verb->width))
        return false;
    if (current(f) == '.') {
        f->at++;
        if (!read_int(f, &verb->precision))
            return false;
    }
    if (current(f) == '[') {
        f->at++;
        if (!read_int(f, &index))
            return false;
        if (index == 0 || current(f) != ']')
            return function_fail(f->call, "the index of an argument at byte %zu is wrong", f->at);
        f->at++;
        verb->arg = (uint32_t)index;
    }
    verb->mode = current(f);
    if (!ascii_is_letter(verb->mode))
        return function_fail(f->call, "the format has no verb at byte %zu", f->at);
    f->at++;
    verb->raw = (struct str){f->format.ptr + verb->offset, f->at - verb->offset};
    return true;
}

static bool bad_value(struct formatter *f, const struct verb *verb, const char *why)
{
    return function_fail(f->call, "\"%.*s\" at byte %zu: %s", STR_ARG(verb->raw), verb->offset,
                         why);
}

/* The bytes of at most limit characters. */
static size_t prefix_length(struct str text, int limit)
{
    size_t at = 0;
    for (; limit > 0 && at < text.len; limit--)
        at += utf8_cluster((struct str){text.ptr + at, text.len - at});
    return at;
}

static void add_padded(struct formatter *f, const struct verb *verb, struct str text)
{
    int count = (int)utf8_count_clusters(text);
    size_t pad = verb->width > count ? (size_t)(verb->width - count) : 0;
    char fill = verb->zero ? '0' : ' ';
    if (!verb->minus)
        strbuf_addn(&f->out, fill, pad);
    strbuf_add_str(&f->out, text);
    if (verb->minus)
        strbuf_addn(&f->out, fill, pad);
}

static void add_json(struct formatter *f, const struct verb *verb, const struct value *value)
{
    struct strbuf json = {0};
    function_write_json(f->call->arena, value, &json);
    add_padded(f, verb, strbuf_str(&json));
    strbuf_finish(&json);
}

static bool add_string(struct formatter *f, const struct verb *verb, struct value value)
{
    const char *why;
    if (!convert_value(f->call->arena, &value, &type_string, &value, &why))
        return bad_value(f, verb, why);
    if (verb->precision > 0)
        value.string.len = prefix_length(value.string, verb->precision);
    if (verb->mode == 'q')
        add_json(f, verb, &value);
    else
        add_padded(f, verb, value.string);
    return true;
}

/* Sign, zeros and width as printf has them. */
static void add_digits(struct formatter *f, const struct verb *verb, struct str digits,
                       const char *prefix)
{
    bool negative = digits.len > 0 && digits.ptr[0] == '-';
    const char *sign = negative ? "-" : verb->plus ? "+" : verb->space ? " " : "";
    if (negative)
        digits = (struct str){digits.ptr + 1, digits.len - 1};
    size_t zeros = verb->precision > (int)digits.len ? (size_t)verb->precision - digits.len : 0;
    size_t length = strlen(sign) + strlen(prefix) + zeros + digits.len;
    size_t pad = verb->width > (int)length ? (size_t)verb->width - length : 0;
    if (verb->zero && !verb->minus && verb->precision < 0) {
        zeros += pad;
        pad = 0;
    }
    if (!verb->minus)
        strbuf_addn(&f->out, ' ', pad);
    strbuf_addf(&f->out, "%s%s", sign, prefix);
    strbuf_addn(&f->out, '0', zeros);
    strbuf_add_str(&f->out, digits);
    if (verb->minus)
        strbuf_addn(&f->out, ' ', pad);
}

static bool add_integer(struct formatter *f, const struct verb *verb, const struct number *number)
{
    struct strbuf digits = {0};
    bool hex = verb->mode == 'x' || verb->mode == 'X';
    int base = hex ? 16 : verb->mode == 'o' ? 8 : verb->mode == 'b' ? 2 : 10;
    const char *prefix = !verb->sharp        ? ""
                         : verb->mode == 'x' ? "0x"
                         : verb->mode == 'X' ? "0X"
                         : verb->mode == 'o' ? "0"
                         : verb->mode == 'b' ? "0b"
                                             : "";
    if (!number_is_integer(number))
        return bad_value(f, verb, "a whole number is required");
    number_format_base(number, base, &digits);
    for (size_t i = 0; i < digits.len && verb->mode == 'X'; i++)
        digits.ptr[i] = ascii_upper(digits.ptr[i]);
    add_digits(f, verb, strbuf_str(&digits), prefix);
    strbuf_finish(&digits);
    return true;
}

static void add_float(struct formatter *f, const struct verb *verb, const struct number *number)
{
    char flags[6];
    size_t count = 0;
    if (verb->plus)
        flags[count++] = '+';
    if (verb->minus)
        flags[count++] = '-';
    if (verb->space)
        flags[count++] = ' ';
    if (verb->zero && !verb->minus)
        flags[count++] = '0';
    if (verb->sharp)
        flags[count++] = '#';
    flags[count] = '\0';
    int precision =
        verb->precision < 0 && (verb->mode == 'e' || verb->mode == 'E') ? 6 : verb->precision;
    number_format(number, verb->mode, flags, verb->width, precision, &f->out);
}

static bool add_number(struct formatter *f, const struct verb *verb, struct value value)
{
    const char *why;
    if (!convert_value(f->call->arena, &value, &type_number, &value, &why))
        return bad_value(f, verb, why);
    if (strchr("bdoxX", verb->mode) != NULL)
        return add_integer(f, verb, &value.number);
    add_float(f, verb, &value.number);
    return true;
}

static bool add_bool(struct formatter *f, const struct verb *verb, struct value value)
{
    const char *why;
    if (!convert_value(f->call->arena, &value, &type_bool, &value, &why))
        return bad_value(f, verb, why);
    strbuf_adds(&f->out, value.boolean ? "true" : "false");
    return true;
}

static void add_as_is(struct formatter *f, const struct verb *verb, const struct value *value)
{
    struct strbuf text = {0};
    if (value->kind == VALUE_STRING && !verb->sharp) {
        add_padded(f, verb, value->string);
    } else if (value->kind == VALUE_NUMBER && !verb->sharp) {
        number_format(&value->number, 'g', "", -1, -1, &text);
        add_padded(f, verb, strbuf_str(&text));
    } else {
        add_json(f, verb, value);
    }
    strbuf_finish(&text);
}

static bool add_verb(struct formatter *f, const struct verb *verb)
{
    if (verb->arg > f->highest)
        f->highest = verb->arg;
    if (verb->arg > f->count)
        return bad_value(f, verb, "there are not so many arguments");
    const struct value *value = &f->args[verb->arg - 1];
    f->next = verb->arg + 1;
    if (verb->mode == 'v') {
        add_as_is(f, verb, value);
        return true;
    }
    if (value->kind == VALUE_NULL)
        return bad_value(f, verb, "null cannot be formatted");
    if (verb->mode == 't')
        return add_bool(f, verb, *value);
    if (verb->mode == 's' || verb->mode == 'q')
        return add_string(f, verb, *value);
    if (strchr("bdoxXeEfgG", verb->mode) != NULL)
        return add_number(f, verb, *value);
    return bad_value(f, verb, "there is no such verb");
}

static bool run_format(struct formatter *f)
{
    struct verb verb;
    while (f->at < f->format.len) {
        size_t before = f->out.len;
        if (current(f) != '%') {
            strbuf_addc(&f->out, current(f));
            f->at++;
            continue;
        }
        if (f->at + 1 < f->format.len && f->format.ptr[f->at + 1] == '%') {
            strbuf_addc(&f->out, '%');
            f->at += 2;
            continue;
        }
        if (!read_verb(f, &verb) || !add_verb(f, &verb) ||
            !function_charge(f->call, eval_text_units(f->out.len - before)))
            return false;
    }
    if (f->highest < f->count)
        return function_reject(f->call, f->highest + 1, "the format uses only %u of the arguments",
                               f->highest);
    return true;
}

static bool format_one(struct function_call *call, const struct value *args, uint32_t count,
                       struct str *out)
{
    struct formatter f = {
        .call = call, .format = call->args[0].string, .args = args, .count = count, .next = 1};
    bool done = run_format(&f);
    if (done)
        *out = eval_text(call->eval, &f.out);
    strbuf_finish(&f.out);
    return done;
}

bool function_format(struct function_call *call, struct value *out)
{
    struct str text;
    return format_one(call, call->args + 1, call->count - 1, &text) &&
           function_give_str(call, text, out);
}

/* How often to format: the length that all lists among the arguments have; 1 if there is none. */
static bool list_length(struct function_call *call, uint32_t *out)
{
    uint32_t first = 0;
    *out = 1;
    for (uint32_t i = 1; i < call->count; i++) {
        if (!value_is_sequence(&call->args[i]))
            continue;
        if (first > 0 && call->args[i].tuple.count != *out)
            return function_reject(call, i, "it has %u elements, but argument %u has %u",
                                   call->args[i].tuple.count, first, *out);
        *out = call->args[i].tuple.count;
        first = first > 0 ? first : i;
    }
    return true;
}

bool function_formatlist(struct function_call *call, struct value *out)
{
    uint32_t length;
    if (!list_length(call, &length) || !function_charge(call, length))
        return false;
    struct value result = function_new_list(call, length, &type_string);
    struct value *args = arena_new(call->arena, struct value, call->count);
    for (uint32_t at = 0; at < length; at++) {
        struct str text;
        for (uint32_t i = 1; i < call->count; i++)
            args[i - 1] =
                value_is_sequence(&call->args[i]) ? call->args[i].tuple.items[at] : call->args[i];
        if (!format_one(call, args, call->count - 1, &text))
            return call->why == NULL ? false : function_fail(call, "element %u: %s", at, call->why);
        result.tuple.items[result.tuple.count++] = value_string(call->expr->span, text);
    }
    *out = result;
    return true;
}
