#include "json.h"

#include "decimal.h"
#include "map.h"
#include "vec.h"

struct writer {
    const struct sources *sources;
    struct strbuf *out;
    struct strbuf text; /* a string under construction, before it is escaped */
    struct arena arena; /* keys and groups */
};

static void write_escaped(struct strbuf *out, struct str text)
{
    size_t from = 0;
    strbuf_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        strbuf_add(out, text.ptr + from, i - from);
        from = i + 1;
        switch (c) {
        case '"': strbuf_adds(out, "\\\""); break;
        case '\\': strbuf_adds(out, "\\\\"); break;
        case '\n': strbuf_adds(out, "\\n"); break;
        case '\r': strbuf_adds(out, "\\r"); break;
        case '\t': strbuf_adds(out, "\\t"); break;
        default: strbuf_addf(out, "\\u%04x", c);
        }
    }
    strbuf_add(out, text.ptr + from, text.len - from);
    strbuf_addc(out, '"');
}

/* Strings: text is collected raw, so that keys can be compared, and escaped at the end. */

static void add_source(struct writer *w, const struct ast_expr *expr)
{
    strbuf_add_str(&w->text, source_text(w->sources, expr->span));
}

static void add_wrapped(struct writer *w, const struct ast_expr *expr)
{
    strbuf_adds(&w->text, "${");
    add_source(w, expr);
    strbuf_addc(&w->text, '}');
}

/* Literal text, in which "${" and "%{" have to be escaped again. */
static void add_literal(struct writer *w, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c == '$' || c == '%') && i + 1 < text.len && text.ptr[i + 1] == '{')
            strbuf_addc(&w->text, c);
        strbuf_addc(&w->text, c);
    }
}

static void add_string_part(struct writer *w, const struct ast_expr *expr);
static void add_parts(struct writer *w, const struct ast_parts *parts);

#define ELSE_MARK "%{else}"

static void begin_if(struct writer *w, const struct ast_expr *condition)
{
    strbuf_adds(&w->text, "%{if ");
    add_source(w, condition);
    strbuf_addc(&w->text, '}');
}

/* Gives where the text of the else begins, for end_if. */
static size_t begin_else(struct writer *w)
{
    strbuf_adds(&w->text, ELSE_MARK);
    return w->text.len;
}

/* An else without text is taken back. */
static void end_if(struct writer *w, size_t otherwise)
{
    if (w->text.len == otherwise)
        w->text.len -= strlen(ELSE_MARK);
    strbuf_adds(&w->text, "%{endif}");
}

static void add_conditional(struct writer *w, const struct ast_expr *expr)
{
    begin_if(w, expr->conditional.condition);
    add_string_part(w, expr->conditional.yes);
    size_t otherwise = begin_else(w);
    add_string_part(w, expr->conditional.no);
    end_if(w, otherwise);
}

static void add_branch(struct writer *w, const struct ast_part *part)
{
    begin_if(w, part->branch.condition);
    add_parts(w, &part->branch.then);
    size_t otherwise = begin_else(w);
    add_parts(w, &part->branch.otherwise);
    end_if(w, otherwise);
}

static void add_loop(struct writer *w, const struct ast_part *part)
{
    strbuf_adds(&w->text, "%{for ");
    if (part->loop.key.len) {
        strbuf_add_str(&w->text, part->loop.key);
        strbuf_adds(&w->text, ", ");
    }
    strbuf_add_str(&w->text, part->loop.value);
    strbuf_adds(&w->text, " in ");
    add_source(w, part->loop.collection);
    strbuf_addc(&w->text, '}');
    add_parts(w, &part->loop.body);
    strbuf_adds(&w->text, "%{endfor}");
}

static void add_parts(struct writer *w, const struct ast_parts *parts)
{
    for (const struct ast_part *it = parts->first; it; it = it->next) {
        switch (it->kind) {
        case AST_PART_LITERAL: add_literal(w, it->literal); break;
        case AST_PART_EXPR: add_string_part(w, it->expr); break;
        case AST_PART_IF: add_branch(w, it); break;
        case AST_PART_FOR: add_loop(w, it); break;
        }
    }
}

/* The expression as it stands inside a string: what is constant is folded into it. */
static void add_string_part(struct writer *w, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case AST_NUMBER: decimal_plain(expr->number, &w->text); break;
    case AST_BOOL: strbuf_adds(&w->text, expr->boolean ? "true" : "false"); break;
    case AST_NULL: strbuf_adds(&w->text, "null"); break;
    case AST_STRING: add_literal(w, expr->string); break;
    case AST_TEMPLATE: add_parts(w, &expr->template); break;
    case AST_WRAP: add_string_part(w, expr->operand); break;
    case AST_CONDITIONAL: add_conditional(w, expr); break;
    default: add_wrapped(w, expr);
    }
}

static void write_text(struct writer *w)
{
    write_escaped(w->out, strbuf_str(&w->text));
    strbuf_clear(&w->text);
}

/* Objects */

static bool is_traversal(const struct ast_expr *expr)
{
    for (;; expr = expr->access.operand) {
        if (expr->kind == AST_VARIABLE)
            return true;
        if (expr->kind != AST_ATTR && expr->kind != AST_INDEX)
            return false;
        if (expr->kind == AST_INDEX && expr->access.key->kind != AST_NUMBER &&
            expr->access.key->kind != AST_STRING && expr->access.key->kind != AST_BOOL &&
            expr->access.key->kind != AST_NULL)
            return false;
    }
}

static struct str key_text(struct writer *w, const struct ast_expr *key)
{
    if (is_traversal(key))
        add_source(w, key);
    else
        add_string_part(w, key);
    struct str text = strbuf_copy(&w->text, &w->arena);
    strbuf_clear(&w->text);
    return text;
}

static void write_expr(struct writer *w, const struct ast_expr *expr);

/* Of equal keys the last one wins. */
static void write_object(struct writer *w, const struct ast_expr *expr)
{
    struct member {
        struct str key;
        const struct ast_expr *value;
    };
    VEC(struct member) members = {0};
    struct map seen;
    map_init(&seen, &w->arena, expr->object.count);
    for (const struct ast_object_item *it = expr->object.first; it; it = it->next) {
        bool is_new;
        struct str key = key_text(w, it->key);
        uint32_t *index = map_put(&seen, key, &is_new);
        if (is_new) {
            *index = members.count;
            vec_push(&w->arena, &members)->key = key;
        }
        members.items[*index].value = it->value;
    }
    strbuf_addc(w->out, '{');
    VEC_EACH (&members, it) {
        if (it != members.items)
            strbuf_addc(w->out, ',');
        write_escaped(w->out, it->key);
        strbuf_addc(w->out, ':');
        write_expr(w, it->value);
    }
    strbuf_addc(w->out, '}');
}

static void write_tuple(struct writer *w, const struct ast_list *list)
{
    strbuf_addc(w->out, '[');
    for (const struct ast_expr *it = list->first; it; it = it->next) {
        if (it != list->first)
            strbuf_addc(w->out, ',');
        write_expr(w, it);
    }
    strbuf_addc(w->out, ']');
}

/* A sign before a number and a "!" before a truth value are part of the constant. */
static void write_unary(struct writer *w, const struct ast_expr *expr)
{
    const struct ast_expr *operand = expr->unary.operand;
    if (expr->unary.op == AST_OP_NEGATE && operand->kind == AST_NUMBER) {
        strbuf_addc(w->out, '-');
        decimal_plain(operand->number, w->out);
    } else if (expr->unary.op == AST_OP_NOT && operand->kind == AST_BOOL) {
        strbuf_adds(w->out, operand->boolean ? "false" : "true");
    } else {
        add_wrapped(w, expr);
        write_text(w);
    }
}

static void write_expr(struct writer *w, const struct ast_expr *expr)
{
    switch (expr->kind) {
    case AST_NUMBER: decimal_plain(expr->number, w->out); break;
    case AST_BOOL: strbuf_adds(w->out, expr->boolean ? "true" : "false"); break;
    case AST_NULL: strbuf_adds(w->out, "null"); break;
    case AST_STRING:
    case AST_TEMPLATE:
        add_string_part(w, expr);
        write_text(w);
        break;
    case AST_WRAP: write_expr(w, expr->operand); break;
    case AST_UNARY: write_unary(w, expr); break;
    case AST_TUPLE: write_tuple(w, &expr->list); break;
    case AST_OBJECT: write_object(w, expr); break;
    default: add_wrapped(w, expr); write_text(w);
    }
}

/* Bodies */

/* Blocks that agree in their type and in the labels so far. */
struct group {
    struct str name;
    VEC(const struct ast_block *) blocks;
    VEC(const struct ast_label *) labels; /* each block's next label, or NULL */
};

struct groups {
    VEC(struct group) items;
    struct map index;
};

static void write_body(struct writer *w, const struct ast_body *body);

static void add_block(struct writer *w, struct groups *groups, struct str name,
                      const struct ast_block *block, const struct ast_label *label)
{
    bool is_new;
    uint32_t *index = map_put(&groups->index, name, &is_new);
    if (is_new) {
        *index = groups->items.count;
        vec_push(&w->arena, &groups->items)->name = name;
    }
    struct group *group = &groups->items.items[*index];
    *vec_push(&w->arena, &group->blocks) = block;
    *vec_push(&w->arena, &group->labels) = label;
}

static void write_groups(struct writer *w, const struct groups *groups, bool comma);

static void write_group(struct writer *w, const struct group *group)
{
    struct groups inner = {0};
    bool array = false;
    map_init(&inner.index, &w->arena, 0);
    for (uint32_t i = 0; i < group->blocks.count; i++) {
        const struct ast_label *label = group->labels.items[i];
        if (label) {
            add_block(w, &inner, label->text, group->blocks.items[i], label->next);
            continue;
        }
        strbuf_addc(w->out, array ? ',' : '[');
        write_body(w, &group->blocks.items[i]->body);
        array = true;
    }
    if (array) {
        strbuf_addc(w->out, ']');
        return;
    }
    strbuf_addc(w->out, '{');
    write_groups(w, &inner, false);
    strbuf_addc(w->out, '}');
}

static void write_groups(struct writer *w, const struct groups *groups, bool comma)
{
    VEC_EACH (&groups->items, it) {
        if (comma)
            strbuf_addc(w->out, ',');
        comma = true;
        write_escaped(w->out, it->name);
        strbuf_addc(w->out, ':');
        write_group(w, it);
    }
}

static void write_body(struct writer *w, const struct ast_body *body)
{
    struct groups groups = {0};
    strbuf_addc(w->out, '{');
    for (const struct ast_attribute *it = body->attributes; it; it = it->next) {
        if (it != body->attributes)
            strbuf_addc(w->out, ',');
        write_escaped(w->out, it->name);
        strbuf_addc(w->out, ':');
        write_expr(w, it->expr);
    }
    map_init(&groups.index, &w->arena, 0);
    for (const struct ast_block *it = body->blocks; it; it = it->next)
        add_block(w, &groups, it->type, it, it->labels);
    write_groups(w, &groups, body->attribute_count > 0);
    strbuf_addc(w->out, '}');
}

void ast_json(const struct sources *sources, const struct ast_body *body, struct strbuf *out)
{
    struct writer w = {.sources = sources, .out = out};
    write_body(&w, body);
    strbuf_finish(&w.text);
    arena_finish(&w.arena);
}
