#include "variables.h"

#include "codes.h"
#include "eval.h"
#include "later.h"
#include "model.h"
#include "parse.h"
#include "suggest.h"
#include "utf8.h"

/* What somebody says that the variable is. */
struct given {
    const char *origin; /* "--var" or the name of the environment variable */
    struct str name, text;
};

bool variable_of_secret(struct str environment_name, struct str *out_name)
{
    size_t skip = sizeof VARIABLE_PREFIX - 1;
    if (!str_has_prefix(environment_name, STR(VARIABLE_PREFIX)))
        return false;
    *out_name = (struct str){environment_name.ptr + skip, environment_name.len - skip};
    return true;
}

static const char *environment_name(struct arena *arena, const struct model_variable *variable)
{
    return arena_printf(arena, VARIABLE_PREFIX "%.*s", STR_ARG(variable->name));
}

static const char *find_setting(const struct variable_settings *settings, struct str name)
{
    for (uint32_t i = settings->count; i-- > 0;)
        if (str_is(name, settings->items[i].name))
            return settings->items[i].value;
    return NULL;
}

static bool find_given(struct arena *arena, const struct model_variable *variable,
                       const struct variable_settings *settings, struct given *out_given)
{
    const char *text = find_setting(settings, variable->name);
    const char *environment = environment_name(arena, variable);
    *out_given =
        (struct given){.origin = text != NULL ? "--var" : environment, .name = variable->name};
    if (text == NULL)
        text = getenv(environment);
    out_given->text = str_from(text);
    return text != NULL;
}

/* Secrets */

static void secret_given(struct eval *eval, const struct model_variable *variable)
{
    struct diag *diag =
        diag_error(eval->diags, CODE(SECRET_GIVEN), variable->name_span,
                   "--var %.*s: this variable is sensitive, and its value never enters a plan",
                   STR_ARG(variable->name));
    diag_help(diag, "set %s when the plan is run", environment_name(eval->arena, variable));
}

static struct value secret(struct eval *eval, const struct model_variable *variable,
                           const struct variable_settings *settings)
{
    struct value_piece piece = {.kind = VALUE_PIECE_ENV,
                                .text = str_from(environment_name(eval->arena, variable)),
                                .has_fallback = variable->has_fallback,
                                .span = variable->name_span};
    if (settings->refuse_secrets && find_setting(settings, variable->name) != NULL)
        secret_given(eval, variable);
    if (!variable->has_fallback ||
        value_to_string(&variable->fallback, eval->arena, &piece.fallback))
        return later_new(eval->arena, &piece, 1, variable->name_span);
    struct diag *diag = diag_error(eval->diags, CODE(WRONG_TYPE), variable->fallback.span,
                                   "the default of a sensitive variable must be a string");
    diag_label(diag, "this is %s", value_kind_text(variable->fallback.kind));
    return value_unknown(variable->name_span);
}

/* Texts */

/* The text as a source of its own, "NAME=VALUE", so that diagnostics can show it. */
static struct span show_given(struct eval *eval, const struct given *given)
{
    const char *all =
        arena_printf(eval->arena, "%.*s=%.*s", STR_ARG(given->name), STR_ARG(given->text));
    uint32_t source = source_add(eval->diags->sources, given->origin, str_from(all));
    return (struct span){source, (uint32_t)given->name.len + 1, (uint32_t)given->text.len};
}

static struct value wrong_type(struct eval *eval, const struct model_variable *variable,
                               struct span span, const char *expected)
{
    struct diag *diag =
        diag_error(eval->diags, CODE(WRONG_TYPE), span, "variable \"%.*s\" must be %s",
                   STR_ARG(variable->name), expected);
    diag_note(diag, variable->fallback.span, "as its default is");
    return value_unknown(span);
}

/* A list or an object: constants, in the notation of the file. */
static struct value parse_given(struct eval *eval, const struct model_variable *variable,
                                struct span span)
{
    struct diag_list *diags = eval->diags;
    struct eval alone = {.arena = eval->arena, .diags = diags};
    uint32_t errors = diags->errors;
    const struct ast_body *body = parse_source(diags->sources, span.source, diags);
    if (diags->errors > errors)
        return value_unknown(span);
    bool list = value_is_sequence(&variable->fallback);
    if (body->attribute_count == 1 && body->block_count == 0) {
        struct value value = eval_expr(&alone, body->attributes->expr);
        if (value_knowledge(&value) == VALUE_UNKNOWN)
            return value_unknown(span);
        if (list ? value_is_sequence(&value) : value_is_mapping(&value))
            return value;
    }
    return wrong_type(eval, variable, span,
                      list ? "a list, such as [\"a\", \"b\"]" : "an object, such as { a = 1 }");
}

static struct value take_given(struct eval *eval, const struct model_variable *variable,
                               const struct given *given)
{
    struct span span = show_given(eval, given);
    struct value text = value_string(span, given->text), value = {.span = span};
    if (!utf8_is_valid(given->text)) {
        diag_error(eval->diags, CODE(WRONG_TYPE), span, "variable \"%.*s\" is not UTF-8 text",
                   STR_ARG(variable->name));
        return value_unknown(span);
    }
    switch (variable->has_fallback ? variable->fallback.kind : VALUE_STRING) {
    case VALUE_NUMBER:
        value.kind = VALUE_NUMBER;
        return value_to_number(&text, eval->arena, &value.number)
                   ? value
                   : wrong_type(eval, variable, span, "a number");
    case VALUE_BOOL:
        value.kind = VALUE_BOOL;
        return value_to_bool(&text, &value.boolean)
                   ? value
                   : wrong_type(eval, variable, span, "true or false");
    case VALUE_STRING: return value_string(span, utf8_nfc(eval->arena, given->text));
    default: return parse_given(eval, variable, span);
    }
}

static struct value no_value(struct eval *eval, const struct model_variable *variable)
{
    struct diag *diag = diag_error(eval->diags, CODE(NO_VALUE), variable->name_span,
                                   "variable \"%.*s\" has no value", STR_ARG(variable->name));
    if (variable->description.len > 0)
        diag_label(diag, "%.*s", STR_ARG(variable->description));
    diag_help(diag, "give it one with --var %.*s=... or %s, or add default = ...",
              STR_ARG(variable->name), environment_name(eval->arena, variable));
    return value_unknown(variable->name_span);
}

struct value variable_value(struct eval *eval, const struct model_variable *variable,
                            const struct variable_settings *settings)
{
    struct given given;
    if (variable->sensitive)
        return secret(eval, variable, settings);
    if (find_given(eval->arena, variable, settings, &given))
        return take_given(eval, variable, &given);
    return variable->has_fallback ? variable->fallback : no_value(eval, variable);
}

void variables_check_settings(const struct model *model, const struct variable_settings *settings,
                              const char *path, struct diag_list *diags)
{
    for (uint32_t i = 0; i < settings->count; i++) {
        struct str name = str_from(settings->items[i].name);
        struct suggestion close = suggest_begin(name);
        bool declared = false;
        VEC_EACH (&model->variables, it) {
            suggest_offer(&close, (*it)->name, 0);
            declared = declared || str_equal((*it)->name, name);
        }
        if (declared)
            continue;
        struct diag *diag = diag_file_error(diags, CODE(UNDECLARED_VARIABLE), path,
                                            "--var %.*s: no variable has this name", STR_ARG(name));
        if (close.best.ptr != NULL)
            diag_help(diag, "did you mean \"%.*s\"?", STR_ARG(close.best));
        else
            diag_help(diag, "declare it: variable \"%.*s\" { }", STR_ARG(name));
    }
}
