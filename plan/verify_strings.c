/* The strings of a plan. The blob's bytes are judged once, as a whole; a reference is then good if
 * it begins and ends where a string does. What all references add up to is bounded, so that a small
 * file cannot make its reader work for hours. */
#include "ascii.h"
#include "utf8.h"
#include "verify.h"

enum plan_error verify_blob(struct verifier *v)
{
    const char *blob = v->plan.strings;
    uint32_t size = v->layout.counts[PLAN_SECTION_STRINGS];
    size_t end = utf8_valid_length((struct str){blob, size});
    if (end < size)
        return verify_fail(v, PLAN_E_STRING, blob + end);
    if (size > 0 && blob[size - 1] != 0)
        return verify_fail(v, PLAN_E_STRING, blob + size - 1);
    return PLAN_OK;
}

enum plan_error verify_string(struct verifier *v, const struct plan_string *string, uint32_t max)
{
    const char *blob = v->plan.strings;
    uint32_t size = v->layout.counts[PLAN_SECTION_STRINGS];
    uint32_t offset = string->offset, length = string->length;

    if (offset >= size || length >= size - offset)
        return verify_fail(v, PLAN_E_STRING, string);
    if (length > max || length > PLAN_TEXTS_MAX - v->text_bytes)
        return verify_fail(v, PLAN_E_LIMIT, string);
    v->text_bytes += length;
    if ((offset > 0 && blob[offset - 1] != 0) || strnlen(blob + offset, length + 1) != length)
        return verify_fail(v, PLAN_E_STRING, string);
    return PLAN_OK;
}

static bool is_word(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

enum plan_error verify_name(struct verifier *v, const struct plan_string *string)
{
    VERIFY(verify_string(v, string, PLAN_NAME_MAX));
    const char *name = plan_text_ptr(&v->plan, *string);
    if (!is_word(name[0])) /* the NUL of an empty name is none either */
        return verify_fail(v, PLAN_E_NAME, string);
    for (const char *c = name; *c; c++)
        if (!is_word(*c) && *c != '.' && *c != '-')
            return verify_fail(v, PLAN_E_NAME, string);
    return PLAN_OK;
}

/* RFC 1123, section 2.1: letters, digits and hyphens, no hyphen first or last, 63 bytes. */
static bool is_label(const char *label, size_t length)
{
    if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!ascii_is_lower(label[i]) && !ascii_is_digit(label[i]) && label[i] != '-')
            return false;
    return true;
}

enum plan_error verify_host(struct verifier *v, const struct plan_string *string)
{
    VERIFY(verify_string(v, string, PLAN_NAME_MAX));
    const char *label = plan_text_ptr(&v->plan, *string);
    for (;;) {
        size_t length = strcspn(label, ".");
        if (!is_label(label, length))
            return verify_fail(v, PLAN_E_NAME, string);
        if (label[length] == '\0')
            return PLAN_OK;
        label += length + 1;
    }
}

enum plan_error verify_filled(struct verifier *v, const struct plan_string *string, uint32_t max)
{
    VERIFY(verify_string(v, string, max));
    return string->length ? PLAN_OK : verify_fail(v, PLAN_E_VALUE, string);
}

enum plan_error verify_variable(struct verifier *v, const struct plan_string *string)
{
    VERIFY(verify_string(v, string, PLAN_TEXT_MAX));
    const char *name = plan_text_ptr(&v->plan, *string);
    if (name[0] == '\0' || strchr(name, '='))
        return verify_fail(v, PLAN_E_NAME, string);
    return PLAN_OK;
}

static enum plan_error verify_reference(struct verifier *v, const struct plan_piece *piece)
{
    if (piece->kind == PLAN_PIECE_ENV) {
        if (piece->ref >= v->plan.lookup_count)
            return verify_fail(v, PLAN_E_INDEX, &piece->ref);
        v->looked_up[piece->ref] = true;
    } else if (piece->ref >= v->plan.service_count ||
               v->plan.services[piece->ref].port_source == PLAN_PORT_NONE) {
        return verify_fail(v, PLAN_E_INDEX, &piece->ref);
    }
    VERIFY(verify_string(v, &piece->text, PLAN_TEXT_MAX));
    return piece->text.length ? verify_fail(v, PLAN_E_VALUE, &piece->text) : PLAN_OK;
}

static enum plan_error verify_piece(struct verifier *v, const struct plan_piece *piece)
{
    if (piece->kind >= PLAN_PIECE_KIND_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &piece->kind);
    if (piece->kind != PLAN_PIECE_LITERAL)
        return verify_reference(v, piece);
    if (piece->ref != PLAN_NONE)
        return verify_fail(v, PLAN_E_INDEX, &piece->ref);
    return verify_filled(v, &piece->text, PLAN_TEXT_MAX);
}

enum plan_error verify_text(struct verifier *v, const struct plan_text *text)
{
    VERIFY(verify_range(v, &text->pieces, PLAN_SECTION_PIECES, 0));
    if (text->pieces.count > PLAN_PIECES_MAX)
        return verify_fail(v, PLAN_E_LIMIT, text);
    const struct plan_piece *pieces = &v->plan.pieces[text->pieces.first];
    uint32_t length = 0; /* no more than PLAN_TEXT_MAX twice */
    for (uint32_t i = 0; i < text->pieces.count; i++) {
        VERIFY(verify_piece(v, &pieces[i]));
        if (i > 0 && pieces[i - 1].kind == PLAN_PIECE_LITERAL &&
            pieces[i].kind == PLAN_PIECE_LITERAL)
            return verify_fail(v, PLAN_E_VALUE, &pieces[i]);
        length += pieces[i].text.length;
        if (length > PLAN_TEXT_MAX)
            return verify_fail(v, PLAN_E_LIMIT, text);
    }
    return PLAN_OK;
}
