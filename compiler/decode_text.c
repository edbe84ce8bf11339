#include "codes.h"
#include "decode_parts.h"
#include "later.h"

struct diag *decode_complain(const struct target *t, const struct diag_code *code,
                             const struct value *value, const char *what)
{
    bool here = span_within(value->span, t->span);
    struct diag *diag = diag_error(t->decode->diags, code, here ? value->span : t->span,
                                   "%s\"%s\" must be %s", t->part, t->attr->name.ptr, what);
    if (!here && value->kind != VALUE_LATER)
        diag_note(diag, value->span, "it comes from here");
    return diag;
}

static void too_late(const struct target *t, const struct value *value)
{
    struct diag *diag =
        decode_complain(t, CODE(NOT_CONSTANT), value, "known when the file is compiled");
    diag_label(diag, "this is known only at start");
    later_explain(diag, value, diag->span);
}

bool decode_wrong_type(const struct target *t, const struct value *value, const char *expected)
{
    if (value_knowledge(value) == VALUE_UNKNOWN)
        return false; /* something in it was wrong already */
    if (value->kind == VALUE_LATER && value->later.count > 0) {
        too_late(t, value);
        return false;
    }
    struct diag *diag = decode_complain(t, CODE(WRONG_TYPE), value, expected);
    diag_label(diag, "this is %s", value_kind_text(value->kind));
    diag_help(diag, "%s", schema_form(t->attr->type));
    return false;
}

static bool too_long(const struct target *t, struct span span, size_t length)
{
    struct diag *diag =
        diag_error(t->decode->diags, CODE(TOO_MUCH), span, "this string has %zu bytes", length);
    diag_help(diag, "a string has at most %u", MODEL_TEXT_MAX);
    return false;
}

static bool has_nul(struct str text)
{
    return text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL;
}

static bool nul_byte(const struct target *t, struct span span)
{
    struct diag *diag = diag_error(t->decode->diags, CODE(NUL_BYTE), span,
                                   "\"%s\" has a NUL character in it", t->attr->name.ptr);
    diag_help(diag, "programs see only what stands before it: take it out");
    return false;
}

bool decode_take_text(const struct target *t, const struct value *value, const char *expected,
                      struct str *out_text)
{
    struct str text;
    if (!value_to_string(value, t->decode->arena, &text))
        return decode_wrong_type(t, value, expected);
    if (text.len > MODEL_TEXT_MAX)
        return too_long(t, value->span, text.len);
    if (has_nul(text))
        return nul_byte(t, value->span);
    *out_text = text;
    return true;
}

static bool empty(const struct target *t, struct span span)
{
    diag_error(t->decode->diags, CODE(EMPTY_STRING), span, "\"%s\" must not be an empty string",
               t->attr->name.ptr);
    return false;
}

bool decode_take_nonempty(const struct target *t, const struct value *value, const char *expected,
                          struct str *out_text)
{
    struct str text;
    if (!decode_take_text(t, value, expected, &text))
        return false;
    if (text.len == 0)
        return empty(t, value->span);
    *out_text = text;
    return true;
}

bool decode_check_later(const struct target *t, const struct model_text *text)
{
    size_t length = text->count == 0 ? text->text.len : 0;
    for (uint32_t i = 0; i < text->count; i++) {
        const struct value_piece *piece = &text->pieces[i];
        bool known = piece->kind == VALUE_PIECE_TEXT;
        if (has_nul(piece->text) || has_nul(piece->fallback))
            return nul_byte(t, text->span);
        if (!known && (piece->text.len > MODEL_TEXT_MAX || piece->fallback.len > MODEL_TEXT_MAX))
            return too_long(t, piece->span, MODEL_TEXT_MAX + 1);
        length += known ? piece->text.len : 0;
    }
    if (length > MODEL_TEXT_MAX)
        return too_long(t, text->span, length);
    if (text->count > MODEL_PIECES_MAX) {
        diag_error(t->decode->diags, CODE(TOO_MUCH), text->span,
                   "this string has more than %u values in it that are known only at start",
                   MODEL_PIECES_MAX / 2);
        return false;
    }
    return true;
}

bool decode_take_later(const struct target *t, const struct value *value, const char *expected,
                       struct model_text *out_text)
{
    struct model_text text = {.span = value->span};
    if (value->kind != VALUE_LATER || value->later.count == 0) {
        if (!decode_take_text(t, value, expected, &text.text))
            return false;
        *out_text = text;
        return true;
    }
    struct strbuf shown = {0};
    text.pieces = value->later.pieces;
    text.count = value->later.count;
    later_describe(text.pieces, text.count, &shown);
    text.text = strbuf_move(&shown, t->decode->arena);
    if (!decode_check_later(t, &text))
        return false;
    *out_text = text;
    return true;
}

bool decode_take_strings(const struct target *t, const struct value *value,
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
        strings.count += decode_take_nonempty(&element, item, "a string", &string->text);
    }
    if (strings.count < value->tuple.count)
        return false;
    *out_strings = strings;
    return true;
}
