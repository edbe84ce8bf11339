#include "eval_file.h"

#include "functions_parts.h"
#include "map.h"
#include "vec.h"

/* The bindings may move as they grow, so the scope is set anew for each. */
static void bind_variables(struct eval *eval, const struct ast_body *body, struct eval_scope *scope)
{
    VEC(struct eval_binding) variables = {0};
    struct map *index = arena_new(eval->arena, struct map, 1);
    map_init(index, eval->arena, 0);
    for (const struct ast_block *block = body->blocks; block != NULL; block = block->next) {
        if (!str_is(block->type, "vars") || block->label_count > 0)
            continue;
        for (const struct ast_attribute *it = block->body.attributes; it != NULL; it = it->next) {
            struct value value = eval_expr(eval, it->expr);
            uint32_t size = eval_bound(eval, &value, it->name_span);
            if (size > 1 && !eval_charge(eval, it->expr->span, size))
                value = value_unknown(it->expr->span);
            bool is_new;
            uint32_t *place = map_put(index, it->name, &is_new);
            if (is_new) /* of two blocks with one name the first counts */
                *place = variables.count;
            *vec_push(eval->arena, &variables) = (struct eval_binding){it->name, value};
            *scope = (struct eval_scope){
                .bindings = variables.items, .count = variables.count, .index = index};
        }
    }
}

/* What stands under one name of a body, or under one label of its blocks: an attribute's value;
 * blocks by their next label; or blocks without another label. */
struct place {
    struct str name;
    struct value value;  /* an empty object where nothing is yet */
    struct level *below; /* NULL: none */
    VEC(struct value) bodies;
};

struct level {
    VEC(struct place) places;
    struct map index; /* name -> index into places */
};

/* The place of that name, a new one if there is none. Valid until the next one of its level. */
static struct place *find_place(struct eval *eval, struct level *level, struct str name)
{
    bool is_new;
    level->index.arena = eval->arena;
    uint32_t *index = map_put(&level->index, name, &is_new);
    if (is_new) {
        *index = level->places.count;
        *vec_push(eval->arena, &level->places) =
            (struct place){.name = name, .value = {.kind = VALUE_OBJECT}};
    }
    return &level->places.items[*index];
}

/* The level below the place; the members of an attribute's object are in it from the start. */
static struct level *level_below(struct eval *eval, struct place *place)
{
    if (place->below != NULL)
        return place->below;
    place->below = arena_new(eval->arena, struct level, 1);
    for (uint32_t i = 0; i < place->value.object.count; i++) {
        const struct value_member *member = &place->value.object.items[i];
        find_place(eval, place->below, member->name)->value = member->value;
    }
    return place->below;
}

/* Makes it a list of bodies, which begins with what an attribute's list has. Of anything else that
 * has the name already, the block wins. */
static void add_body(struct eval *eval, struct place *place, struct value body)
{
    bool has_list = place->bodies.count == 0 && place->value.kind == VALUE_TUPLE;
    for (uint32_t i = 0; has_list && i < place->value.tuple.count; i++)
        *vec_push(eval->arena, &place->bodies) = place->value.tuple.items[i];
    place->value = (struct value){.kind = VALUE_TUPLE};
    place->below = NULL;
    *vec_push(eval->arena, &place->bodies) = body;
}

static struct value eval_body(struct eval *eval, const struct ast_body *body, bool top);

static void add_block(struct eval *eval, struct level *level, const struct ast_block *block)
{
    struct value body = eval_body(eval, &block->body, false);
    struct place *place = find_place(eval, level, block->type);
    for (const struct ast_label *label = block->labels; label != NULL; label = label->next)
        if (place->value.kind == VALUE_OBJECT)
            place = find_place(eval, level_below(eval, place), label->text);
    add_body(eval, place, body);
}

/* As deep as a block has labels, which the parser bounds. */
static struct value level_value(struct eval *eval, const struct level *level)
{
    struct value object = {.kind = VALUE_OBJECT};
    object.object.items = arena_new(eval->arena, struct value_member, level->places.count);
    VEC_EACH (&level->places, it) {
        struct value value = it->below != NULL ? level_value(eval, it->below) : it->value;
        if (it->bodies.count > 0) {
            value.tuple.items = it->bodies.items;
            value.tuple.count = it->bodies.count;
        }
        object.object.items[object.object.count++] =
            (struct value_member){.name = it->name, .value = value};
    }
    value_sort_members(eval->arena, &object);
    return object;
}

/* As deep as blocks nest, which the parser bounds. */
static struct value eval_body(struct eval *eval, const struct ast_body *body, bool top)
{
    struct level level = {0};
    for (const struct ast_attribute *it = body->attributes; it != NULL; it = it->next) {
        struct value value = eval_expr(eval, it->expr);
        find_place(eval, &level, it->name)->value = value;
    }
    for (const struct ast_block *block = body->blocks; block != NULL; block = block->next)
        if (!top || !str_is(block->type, "vars") || block->label_count > 0)
            add_block(eval, &level, block);
    return level_value(eval, &level);
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
