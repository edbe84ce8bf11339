#include "eval_file.h"

#include "functions_parts.h"
#include "value.h"

/* The bindings may move as they grow, so the scope is set anew for each. */
static void bind_variables(struct eval *eval, const struct ast_body *body, struct eval_scope *scope)
{
    VEC(struct eval_binding) variables = {0};
    for (const struct ast_block *block = body->blocks; block != NULL; block = block->next) {
        if (!str_is(block->type, "vars") || block->label_count > 0)
            continue;
        for (const struct ast_attribute *it = block->body.attributes; it != NULL; it = it->next) {
            struct value value = eval_expr(eval, it->expr);
            uint32_t size = eval_bound(eval, &value, it->name_span);
            if (size > 1 && !eval_charge(eval, it->expr->span, size))
                value = value_unknown(it->expr->span);
            *vec_push(eval->arena, &variables) = (struct eval_binding){it->name, value};
            *scope = (struct eval_scope){.bindings = variables.items, .count = variables.count};
        }
    }
}

static struct value_member *add_member(struct eval *eval, struct value *object, struct str name)
{
    for (uint32_t i = 0; i < object->object.count; i++)
        if (str_equal(object->object.items[i].name, name))
            return &object->object.items[i];
    uint32_t count = object->object.count;
    if ((count & (count - 1)) == 0) { /* the capacity is a power of two */
        struct value_member *grown =
            arena_new(eval->arena, struct value_member, count == 0 ? 1 : count * 2);
        if (count > 0)
            memcpy(grown, object->object.items, count * sizeof *grown);
        object->object.items = grown;
    }
    struct value_member *member = &object->object.items[object->object.count++];
    *member = (struct value_member){.name = name, .value = {.kind = VALUE_OBJECT}};
    return member;
}

static struct value eval_body(struct eval *eval, const struct ast_body *body, bool top);

static void append_body(struct eval *eval, struct value *list, struct value body)
{
    struct value *items = arena_new(eval->arena, struct value, list->tuple.count + 1);
    if (list->tuple.count > 0)
        memcpy(items, list->tuple.items, list->tuple.count * sizeof *items);
    items[list->tuple.count] = body;
    list->tuple.items = items;
    list->tuple.count++;
}

static void add_block(struct eval *eval, struct value *object, const struct ast_block *block)
{
    struct value_member *place = add_member(eval, object, block->type);
    for (const struct ast_label *label = block->labels; label != NULL; label = label->next)
        if (place->value.kind == VALUE_OBJECT)
            place = add_member(eval, &place->value, label->text);
    /* An attribute, or a block with other labels, that has the name already: the block wins. */
    if (place->value.kind != VALUE_TUPLE)
        place->value = (struct value){.kind = VALUE_TUPLE};
    struct value value = eval_body(eval, &block->body, false);
    append_body(eval, &place->value, value);
}

static void sort_members(struct eval *eval, struct value *value)
{
    if (value->kind != VALUE_OBJECT)
        return;
    for (uint32_t i = 0; i < value->object.count; i++)
        sort_members(eval, &value->object.items[i].value);
    value_sort_members(eval->arena, value);
}

/* As deep as blocks nest, which the parser bounds. */
static struct value eval_body(struct eval *eval, const struct ast_body *body, bool top)
{
    struct value object = {.kind = VALUE_OBJECT};
    for (const struct ast_attribute *it = body->attributes; it != NULL; it = it->next) {
        struct value value = eval_expr(eval, it->expr);
        add_member(eval, &object, it->name)->value = value;
    }
    for (const struct ast_block *block = body->blocks; block != NULL; block = block->next)
        if (!top || !str_is(block->type, "vars") || block->label_count > 0)
            add_block(eval, &object, block);
    sort_members(eval, &object);
    return object;
}

bool eval_file(struct diag_list *diags, const struct ast_body *body, struct strbuf *out)
{
    struct eval_scope scope = {0};
    struct eval eval = {.arena = diags->arena, .diags = diags, .scope = &scope};
    bind_variables(&eval, body, &scope);
    struct value value = eval_body(&eval, body, true);
    if (diags->errors > 0)
        return false;
    function_write_json(diags->arena, &value, out);
    return true;
}
