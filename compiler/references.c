#include "references_parts.h"

#include "array.h"
#include "cycle_text.h"
#include "forms.h"
#include "suggest.h"

/* A value of more parts is charged wherever it is referred to, a smaller one only within a local:
 * there it can grow with each step. */
#define SMALL_MAX 4096u

const char *reference_root_text(enum reference_root root)
{
    static const char *const texts[] = {"local", "var", "service"};
    _Static_assert(ARRAY_LEN(texts) == REFERENCE_ROOT_COUNT, "a text for each");
    return texts[root];
}

struct references *references_new(struct eval *eval, const struct ast_body *body, bool partial)
{
    struct references *refs = arena_new(eval->arena, struct references, 1);
    refs->eval = eval;
    refs->body = body;
    refs->partial = partial;
    for (int root = 0; root < REFERENCE_ROOT_COUNT; root++)
        refs->names[root].arena = eval->arena;
    eval->references = refs;
    return refs;
}

struct node *references_add(struct references *refs, enum reference_root root, struct str name,
                            struct span name_span)
{
    bool is_new;
    uint32_t *index = map_put(&refs->names[root], name, &is_new);
    if (!is_new)
        return NULL;
    struct node *node = arena_new(refs->eval->arena, struct node, 1);
    *node = (struct node){.root = root, .name = name, .name_span = name_span};
    *index = refs->nodes.count;
    *vec_push(refs->eval->arena, &refs->nodes) = node;
    return node;
}

struct node *references_find(const struct references *refs, enum reference_root root,
                             struct str name)
{
    const uint32_t *index = map_find(&refs->names[root], name);
    return index != NULL ? refs->nodes.items[*index] : NULL;
}

static void duplicate(struct references *refs, enum reference_root root, struct str name,
                      struct span span)
{
    struct diag *diag =
        diag_error(refs->eval->diags, CODE(DUPLICATE_NAME), span, "%s.%.*s is declared twice",
                   reference_root_text(root), STR_ARG(name));
    diag_note(diag, references_find(refs, root, name)->name_span, "first declared here");
    diag_help(diag, "rename one of the two");
}

void references_add_local(struct references *refs, const struct ast_attribute *attribute)
{
    struct node *node =
        references_add(refs, REFERENCE_LOCAL, attribute->name, attribute->name_span);
    if (node != NULL)
        node->expr = attribute->expr;
    else
        duplicate(refs, REFERENCE_LOCAL, attribute->name, attribute->name_span);
}

struct value *references_add_variable(struct references *refs, struct str name,
                                      struct span name_span)
{
    struct node *node = references_add(refs, REFERENCE_VARIABLE, name, name_span);
    if (node == NULL) {
        duplicate(refs, REFERENCE_VARIABLE, name, name_span);
        return NULL;
    }
    node->value = value_unknown(name_span);
    node->progress = DONE;
    return &node->value;
}

/* Circles */

static const char *node_text(struct references *refs, const struct node *node)
{
    return arena_printf(refs->eval->arena, "%s.%.*s%s", reference_root_text(node->root),
                        STR_ARG(node->name), node->root == REFERENCE_SERVICE ? ".port" : "");
}

struct circle {
    struct references *refs;
    struct frame **members;
};

static void add_name(const void *context, uint32_t place, struct strbuf *out)
{
    const struct circle *circle = context;
    strbuf_adds(out, node_text(circle->refs, circle->members[place]->node));
}

/* circle[i] refers to circle[i + 1], the last one to the first at back. */
static void report_circle(struct references *refs, struct frame **circle, uint32_t count,
                          struct span back)
{
    struct strbuf path = {0};
    cycle_describe(count, add_name, &(struct circle){refs, circle}, &path);
    struct diag *diag =
        diag_error(refs->eval->diags, CODE(REFERENCE_CYCLE), count > 1 ? circle[1]->asked : back,
                   "values refer to each other in a circle: %s", strbuf_text(&path));
    strbuf_finish(&path);
    diag_label(diag, "%s needs %s", node_text(refs, circle[0]->node),
               node_text(refs, circle[1 % count]->node));
    for (uint32_t i = 1; i < count; i++)
        if (cycle_is_shown(i, count))
            diag_note(diag, i + 1 < count ? circle[i + 1]->asked : back, "%s needs %s",
                      node_text(refs, circle[i]->node),
                      node_text(refs, circle[(i + 1) % count]->node));
    diag_help(diag, "one of them must have a value of its own");
}

static void keep_findings(struct references *refs, struct eval_mark mark)
{
    struct eval_findings findings = eval_take(refs->eval, mark);
    if (findings.count > 0)
        *vec_push(refs->eval->arena, &refs->findings) = findings;
}

/* The node is asked for, at the span, while it is computed. */
static void meet_circle(struct references *refs, const struct node *node, struct span back)
{
    uint32_t count = 1;
    struct node *from = refs->top->node;
    if (from->told)
        return;
    from->told = true;
    for (struct frame *at = refs->top; at->node != node; at = at->up)
        count++;
    struct frame **circle = arena_new(refs->eval->arena, struct frame *, count);
    struct frame *at = refs->top;
    for (uint32_t i = count; i-- > 0; at = at->up)
        circle[i] = at;
    struct eval_mark mark = eval_mark(refs->eval);
    report_circle(refs, circle, count, back);
    keep_findings(refs, mark);
}

/* Sizes */

static void bound(struct references *refs, struct node *node)
{
    node->size = eval_bound(refs->eval, &node->value, node->name_span);
}

/* False, after a diagnostic once, if all that is referred to adds up to too much. */
static bool charge(struct references *refs, struct node *node, struct span span)
{
    if (node->size == 0)
        bound(refs, node);
    bool grows = node->size > 1 && (refs->top != NULL || node->size > SMALL_MAX);
    return !grows || eval_charge(refs->eval, span, node->size);
}

/* Computing */

/* Out of the loops and scopes of whoever asks. What is wrong with a port the checker finds again,
 * and reports, when it comes to that service. */
static struct value compute(struct references *refs, const struct node *node)
{
    struct eval *eval = refs->eval;
    const struct eval_scope *scope = eval->scope;
    const struct value *item = eval->item;
    struct eval_mark mark = eval_mark(eval);
    eval->scope = NULL;
    eval->item = NULL;
    struct value value = eval_expr(eval, node->expr);
    eval->scope = scope;
    eval->item = item;
    if (node->root == REFERENCE_LOCAL)
        keep_findings(refs, mark);
    else
        eval_rewind(eval, mark);
    return value;
}

struct value references_compute_node(struct references *refs, struct node *node, struct span asked)
{
    if (node->progress == BUSY) {
        meet_circle(refs, node, asked);
        return value_unknown(asked);
    }
    if (node->progress == NEW) {
        struct frame frame = {node, asked, refs->top};
        refs->top = &frame;
        node->progress = BUSY;
        node->value = compute(refs, node);
        node->progress = DONE;
        refs->top = frame.up;
    }
    return node->value;
}

void references_compute(struct references *refs)
{
    refs->ready = true;
    for (uint32_t i = 0; i < refs->nodes.count; i++) {
        struct node *node = refs->nodes.items[i];
        if (node->root == REFERENCE_LOCAL)
            references_compute_node(refs, node, node->name_span);
    }
}

void references_finish(struct references *refs)
{
    VEC_EACH (&refs->findings, it)
        eval_put(refs->eval, it);
    refs->findings.count = 0;
}

struct value references_unknown(struct references *refs, const struct reference *reference)
{
    bool service = reference->root == REFERENCE_SERVICE;
    if (refs->partial)
        return value_unknown(reference->span);
    struct suggestion close = suggest_begin(reference->name);
    bool suggest = suggest_afford(&refs->suggest_work, refs->nodes.count);
    for (struct node **it = refs->nodes.items;
         suggest && it < refs->nodes.items + refs->nodes.count; it++)
        if ((*it)->root == reference->root && (*it)->progress != BUSY)
            suggest_offer(&close, (*it)->name, 0);
    struct diag *diag =
        diag_error(refs->eval->diags, service ? CODE(UNKNOWN_SERVICE) : CODE(UNKNOWN_VARIABLE),
                   reference->name_span, "there is no %s named \"%.*s\"",
                   service                              ? "service"
                   : reference->root == REFERENCE_LOCAL ? "local"
                                                        : "variable",
                   STR_ARG(reference->name));
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%.*s\"?", STR_ARG(close.best));
    else if (service || !form_is_identifier(reference->name))
        return value_unknown(reference->span);
    else if (reference->root == REFERENCE_LOCAL)
        diag_help(diag, "declare it: locals { %.*s = ... }", STR_ARG(reference->name));
    else
        diag_help(diag, "declare it: variable \"%.*s\" { }", STR_ARG(reference->name));
    return value_unknown(reference->span);
}

static struct value too_early(struct references *refs, const struct reference *reference)
{
    struct diag *diag = diag_error(refs->eval->diags, CODE(NOT_CONSTANT), reference->span,
                                   "the default of a variable cannot refer to anything");
    diag_label(diag, "this is not known yet");
    diag_help(diag, "write the value itself");
    return value_unknown(reference->span);
}

struct value references_value(struct references *refs, const struct reference *reference)
{
    if (!refs->ready)
        return too_early(refs, reference);
    if (reference->root == REFERENCE_SERVICE)
        return references_service(refs, reference);
    struct node *node = references_find(refs, reference->root, reference->name);
    if (node == NULL)
        return references_unknown(refs, reference);
    struct value value = references_compute_node(refs, node, reference->span);
    if (node->progress != DONE)
        return value;
    return charge(refs, node, reference->span) ? node->value : value_unknown(reference->span);
}
