#include "eval_parts.h"

#include "map.h"

bool eval_loop_begin(struct eval *eval, struct eval_loop *loop, struct str key, struct str value,
                     const struct ast_expr *collection, struct value *out_collection)
{
    *loop = (struct eval_loop){.collection = out_collection};
    *out_collection = eval_expr(eval, collection);
    if (out_collection->kind == VALUE_NULL) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_LOOP), collection->span, "Iteration over null value");
        diag_detail(diag, "there is nothing to go through: it is null");
        out_collection->kind = VALUE_UNKNOWN;
    } else if (value_is_sequence(out_collection)) {
        loop->count = out_collection->tuple.count;
    } else if (value_is_mapping(out_collection)) {
        loop->count = out_collection->object.count;
    } else if (eval_is_known(out_collection->kind)) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_LOOP), collection->span, "Iteration over non-iterable value");
        diag_detail(diag, "%s has no elements to go through",
                    value_kind_text(out_collection->kind));
        out_collection->kind = VALUE_UNKNOWN;
    }
    if (!eval_is_known(out_collection->kind)) {
        out_collection->kind = eval_need(eval, out_collection, "a loop");
        return false;
    }
    loop->bindings[0].name = value;
    loop->bindings[1].name = key;
    loop->scope = (struct eval_scope){
        .parent = eval->scope, .bindings = loop->bindings, .count = key.len > 0 ? 2 : 1};
    eval->scope = &loop->scope;
    eval->loops++;
    return true;
}

static void bind_element(struct eval_loop *loop)
{
    const struct value *collection = loop->collection;
    struct value *key = &loop->bindings[1].value, *value = &loop->bindings[0].value;
    uint32_t at = loop->at;
    if (value_is_mapping(collection)) {
        *key =
            value_string(collection->object.items[at].name_span, collection->object.items[at].name);
        *value = collection->object.items[at].value;
        return;
    }
    *value = collection->tuple.items[at];
    *key = (struct value){.kind = VALUE_NUMBER, .number = number_from_int64(at)};
    if (collection->kind == VALUE_SET)
        *key = *value;
}

bool eval_loop_next(struct eval *eval, struct eval_loop *loop)
{
    if (loop->at == loop->count || eval->exhausted)
        return false;
    bind_element(loop);
    loop->at++;
    return true;
}

void eval_loop_end(struct eval *eval, struct eval_loop *loop)
{
    eval->scope = loop->scope.parent;
    eval->loops--;
}

/* For expressions */

struct build {
    const struct ast_expr *expr;
    VEC(struct value) items;          /* a tuple's */
    VEC(struct value_member) members; /* an object's; while grouping, value is a tuple */
    struct map seen;                  /* key -> index into members */
    enum value_kind unknown;          /* what the whole is, or VALUE_KIND_COUNT */
};

static void spoil(struct build *build, enum value_kind kind)
{
    if (build->unknown != VALUE_UNKNOWN)
        build->unknown = kind;
}

static bool bad_if(struct eval *eval, struct build *build, const char *summary, const char *why)
{
    if (build->unknown == VALUE_KIND_COUNT) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_CONDITION), build->expr->loop.condition->span, summary);
        diag_detail(diag, "%s", why);
    }
    spoil(build, VALUE_UNKNOWN);
    return false;
}

/* Whether the element takes part. */
static bool is_wanted(struct eval *eval, struct build *build)
{
    const char *why;
    if (build->expr->loop.condition == NULL)
        return true;
    struct value value = eval_expr(eval, build->expr->loop.condition);
    if (value.kind == VALUE_NULL)
        return bad_if(eval, build, "Invalid 'for' condition", "it is null");
    if (value.kind == VALUE_LATER)
        value.kind = eval_need(eval, &value, "a condition");
    if (!convert_value(eval->arena, &value, &type_bool, &value, &why))
        return bad_if(eval, build, "Invalid 'for' condition", why);
    if (!eval_is_known(value.kind)) {
        spoil(build, value.kind);
        return false;
    }
    return value.boolean;
}

/* Once with elements that are not known, so that a condition that can never be right is reported
 * once and not for each element. */
static bool condition_makes_sense(struct eval *eval, struct build *build, struct eval_loop *loop)
{
    const struct ast_expr *condition = build->expr->loop.condition;
    const char *why;
    if (condition == NULL)
        return true;
    struct eval_mark mark = eval_mark(eval);
    loop->bindings[0].value = loop->bindings[1].value = (struct value){.kind = VALUE_LATER};
    struct value value = eval_expr(eval, condition);
    if (value.kind == VALUE_LATER)
        value.kind = eval_need(eval, &value, "a condition");
    if (value.kind == VALUE_NULL)
        return bad_if(eval, build, "Condition is null", "it is null whatever the element is");
    if (!convert_value(eval->arena, &value, &type_bool, &value, &why))
        return bad_if(eval, build, "Invalid 'for' condition", why);
    if (eval->diags->errors > mark.errors || value.kind == VALUE_UNKNOWN)
        spoil(build, VALUE_UNKNOWN);
    return build->unknown == VALUE_KIND_COUNT;
}

static void bad_for_key(struct eval *eval, struct build *build, const char *why)
{
    if (build->unknown == VALUE_KIND_COUNT) {
        struct diag *diag =
            eval_error(eval, CODE(BAD_KEY), build->expr->loop.key_expr->span, "Invalid object key");
        diag_detail(diag, "%s", why);
    }
    spoil(build, VALUE_UNKNOWN);
}

static bool take_key(struct eval *eval, struct build *build, struct value *out_key)
{
    const char *why;
    struct value key = eval_expr(eval, build->expr->loop.key_expr);
    if (key.kind == VALUE_NULL)
        bad_for_key(eval, build, "it is null");
    else if (!eval_is_known(key.kind))
        spoil(build, eval_need(eval, &key, "a key"));
    else if (!convert_value(eval->arena, &key, &type_string, &key, &why))
        bad_for_key(eval, build, why);
    else {
        *out_key = key;
        return true;
    }
    return false;
}

/* While grouping, the values of a key are a growing tuple: its capacity is a power of two. */
static void append_grouped(struct eval *eval, struct value *tuple, struct value value)
{
    uint32_t count = tuple->tuple.count;
    if ((count & (count - 1)) == 0) {
        struct value *grown = arena_new(eval->arena, struct value, count == 0 ? 1 : count * 2);
        if (count > 0)
            memcpy(grown, tuple->tuple.items, count * sizeof *grown);
        tuple->tuple.items = grown;
    }
    tuple->tuple.items[tuple->tuple.count++] = value;
}

static void duplicate_key(struct eval *eval, const struct build *build, struct str key)
{
    struct diag *diag = eval_error(eval, CODE(DUPLICATE_KEY), build->expr->loop.key_expr->span,
                                   "Duplicate object key");
    diag_detail(diag, "two elements have the key \"%.*s\"", STR_ARG(key));
    diag_help(diag, "write \"...\" behind the value to collect the values of each key in a list");
}

static void add_member(struct eval *eval, struct build *build)
{
    struct value key;
    bool is_new;
    if (!take_key(eval, build, &key))
        return;
    struct value value = eval_expr(eval, build->expr->loop.value_expr);
    uint32_t *index = map_put(&build->seen, key.string, &is_new);
    if (is_new) {
        *index = build->members.count;
        *vec_push(eval->arena, &build->members) =
            (struct value_member){.name = key.string, .name_span = key.span, .value = value};
        if (build->expr->loop.group) {
            struct value *group = &build->members.items[*index].value;
            *group = (struct value){.kind = VALUE_TUPLE, .span = value.span};
            append_grouped(eval, group, value);
        }
    } else if (build->expr->loop.group) {
        append_grouped(eval, &build->members.items[*index].value, value);
    } else {
        duplicate_key(eval, build, key.string);
        spoil(build, VALUE_UNKNOWN);
    }
}

static struct value finish(struct eval *eval, struct build *build)
{
    struct value value = {.kind = VALUE_TUPLE};
    if (build->unknown != VALUE_KIND_COUNT)
        return (struct value){.kind = build->unknown};
    if (build->expr->loop.key_expr == NULL) {
        value.tuple.items = build->items.items;
        value.tuple.count = build->items.count;
        return value;
    }
    value.kind = VALUE_OBJECT;
    value.object.items = build->members.items;
    value.object.count = build->members.count;
    value_sort_members(eval->arena, &value);
    return value;
}

struct value eval_for(struct eval *eval, const struct ast_expr *expr)
{
    struct build build = {.expr = expr, .unknown = VALUE_KIND_COUNT};
    struct eval_loop loop;
    struct value collection;
    if (!eval_loop_begin(eval, &loop, expr->loop.key, expr->loop.value, expr->loop.collection,
                         &collection))
        return collection;
    map_init(&build.seen, eval->arena, 0);
    if (condition_makes_sense(eval, &build, &loop)) {
        while (eval_loop_next(eval, &loop)) {
            if (!is_wanted(eval, &build))
                continue;
            if (expr->loop.key_expr != NULL)
                add_member(eval, &build);
            else
                *vec_push(eval->arena, &build.items) = eval_expr(eval, expr->loop.value_expr);
        }
    }
    eval_loop_end(eval, &loop);
    if (eval->exhausted)
        return value_unknown(expr->span);
    return finish(eval, &build);
}
