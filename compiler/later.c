#include "later.h"

#include "variables.h"

struct value later_new(struct arena *arena, const struct value_piece *pieces, uint32_t count,
                       struct span span)
{
    struct value_piece *copy = arena_new(arena, struct value_piece, count);
    memcpy(copy, pieces, count * sizeof *copy);
    struct value value = {.kind = VALUE_LATER, .span = span};
    value.later.pieces = copy;
    value.later.count = count;
    return value;
}

const struct value *later_find(const struct value *value)
{
    const struct value *found = NULL;
    if (value->kind == VALUE_LATER)
        return value->later.count > 0 ? value : NULL;
    if (value_is_sequence(value))
        for (uint32_t i = 0; i < value->tuple.count && found == NULL; i++)
            found = later_find(&value->tuple.items[i]);
    else if (value_is_mapping(value))
        for (uint32_t i = 0; i < value->object.count && found == NULL; i++)
            found = later_find(&value->object.items[i].value);
    return found;
}

static const struct value_piece *first_unknown(const struct value *value)
{
    const struct value_piece *piece = value->later.pieces;
    while (piece->kind == VALUE_PIECE_TEXT)
        piece++;
    return piece;
}

void later_explain(struct diag *diag, const struct value *value, struct span span)
{
    const struct value_piece *piece = first_unknown(value);
    struct str variable;
    if (!span_within(piece->span, span))
        diag_note(diag, piece->span, "it comes from here");
    if (piece->kind == VALUE_PIECE_PORT)
        diag_help(diag, "give service \"%.*s\" a port that is known: port = 8080",
                  STR_ARG(piece->text));
    else if (variable_of_secret(piece->text, &variable))
        diag_help(diag,
                  "a sensitive variable never enters the plan: take out sensitive = true if "
                  "\"%.*s\" is no secret",
                  STR_ARG(variable));
    else
        diag_help(diag, "declare a variable and write var.NAME: it is set when compiling, by --var "
                        "NAME=... or " VARIABLE_PREFIX "NAME");
}

void later_describe(const struct value_piece *pieces, uint32_t count, struct strbuf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        switch (pieces[i].kind) {
        case VALUE_PIECE_TEXT: strbuf_add_str(out, pieces[i].text); break;
        case VALUE_PIECE_ENV: strbuf_addf(out, "${env(\"%.*s\")}", STR_ARG(pieces[i].text)); break;
        case VALUE_PIECE_PORT:
            strbuf_addf(out, "${service.%.*s.port}", STR_ARG(pieces[i].text));
            break;
        }
    }
}
