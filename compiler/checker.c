#include "checker_parts.h"

#include "forms.h"
#include "references.h"
#include "rules.h"
#include "suggest.h"

static enum schema_block_id block_id(const struct schema_block *schema)
{
    return (enum schema_block_id)(schema - schema_blocks);
}

/* "service "web"", or "the health block of service "web"". */
static const char *describe(struct check *ck, const struct schema_block *schema)
{
    if (block_id(schema) == SCHEMA_BLOCK_root)
        return "the A3sfile";
    if (schema->labels > 0)
        return arena_printf(ck->arena, "%s \"%.*s\"", schema->name.ptr, STR_ARG(ck->label));
    if (schema->parent == SCHEMA_BLOCK_service)
        return arena_printf(ck->arena, "the %s block of service \"%.*s\"", schema->name.ptr,
                            STR_ARG(ck->label));
    return arena_printf(ck->arena, "the %s block", schema->name.ptr);
}

/* Defaults */

static struct value fallback_value(struct arena *arena, const char *text)
{
    struct str all = str_from(text);
    switch (text[0]) {
    case '"': return (struct value){.kind = VALUE_STRING, .string = {all.ptr + 1, all.len - 2}};
    case '[': return (struct value){.kind = VALUE_TUPLE};
    case 't':
    case 'f': return (struct value){.kind = VALUE_BOOL, .boolean = text[0] == 't'};
    default: break;
    }
    struct value value = {.kind = VALUE_NUMBER};
    number_parse(arena, all, &value.number);
    return value;
}

static struct model_block *new_defaults(struct check *ck, const struct schema_block *schema)
{
    struct model_block *block = arena_alloc(ck->arena, schema->size, 16);
    block->written = arena_new(ck->arena, const struct ast_attribute *, schema->count);
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct schema_attr *attr = &schema_attrs[schema->first + i];
        if (attr->fallback == NULL)
            continue;
        struct value value = fallback_value(ck->arena, attr->fallback);
        decode_attr(&ck->decode, attr, &value, (char *)block + attr->offset);
    }
    return block;
}

static struct model_block **child_slot(struct model_block *parent, const struct schema_block *child)
{
    return (struct model_block **)(void *)((char *)parent + child->target);
}

/* A parent's row stands before its children's, so going backward they are there when it is made. */
static void build_defaults(struct check *ck)
{
    for (uint32_t id = SCHEMA_BLOCK_COUNT; id-- > 0;) {
        ck->defaults[id] = new_defaults(ck, &schema_blocks[id]);
        for (uint32_t child = id + 1; child < SCHEMA_BLOCK_COUNT; child++)
            if (schema_blocks[child].parent == id && schema_blocks[child].defaults)
                *child_slot(ck->defaults[id], &schema_blocks[child]) = ck->defaults[child];
    }
}

struct model_block *check_new_block(struct check *ck, const struct schema_block *schema,
                                    const struct ast_block *ast)
{
    struct model_block *block = arena_alloc(ck->arena, schema->size, 16);
    memcpy(block, ck->defaults[block_id(schema)], schema->size);
    block->ast = ast;
    block->written = arena_new(ck->arena, const struct ast_attribute *, schema->count);
    return block;
}

/* Attributes */

/* Where else the name would be right; an answer for who forgot or misplaced a brace. */
static void help_elsewhere(struct diag *diag, struct str name)
{
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        const struct schema_block *block = &schema_blocks[id];
        if (str_equal(block->name, name)) {
            if (block->parent == SCHEMA_BLOCK_root)
                diag_help(diag, "a %s block stands at the top of the file", block->name.ptr);
            else
                diag_help(diag, "a %s block belongs in a %s block", block->name.ptr,
                          schema_blocks[block->parent].name.ptr);
            return;
        }
        if (schema_find_attr(id, name) != NULL) {
            diag_help(diag, "\"%.*s\" belongs in a %s block", STR_ARG(name), block->name.ptr);
            return;
        }
    }
}

/* Counts as a broken attempt at the name that is suggested, so that its absence is no news. */
static void unknown_attribute(struct check *ck, const struct schema_block *schema,
                              const struct ast_attribute *attribute, struct model_block *target)
{
    struct diag *diag = diag_error(ck->diags, CODE(UNKNOWN_ATTRIBUTE), attribute->name_span,
                                   "unknown attribute \"%.*s\" in %s", STR_ARG(attribute->name),
                                   describe(ck, schema));
    diag_label(diag, "no attribute has this name");
    if (schema_find_block(block_id(schema), attribute->name) != NULL) {
        diag_help(diag, "\"%.*s\" is a block: write %.*s { ... } without \"=\"",
                  STR_ARG(attribute->name), STR_ARG(attribute->name));
        return;
    }
    struct suggestion close = suggest_begin(attribute->name);
    for (uint32_t i = 0; i < schema->count; i++)
        suggest_offer(&close, schema_attrs[schema->first + i].name, i);
    if (close.best.ptr == NULL) {
        help_elsewhere(diag, attribute->name);
        return;
    }
    diag_help(diag, "did you mean \"%s\"?", close.best.ptr);
    target->broken |= 1u << close.number;
}

static void check_attribute(struct check *ck, const struct schema_block *schema,
                            const struct ast_attribute *attribute, struct model_block *target)
{
    const struct schema_attr *attr = schema_find_attr(block_id(schema), attribute->name);
    if (attr == NULL) {
        unknown_attribute(ck, schema, attribute, target);
        return;
    }
    struct value value = eval_expr(&ck->eval, attribute->expr);
    /* As everywhere in HCL, null is the same as nothing; a subdomain alone gives it a meaning. */
    if (value.kind == VALUE_NULL && attr->type != SCHEMA_TYPE_SUBDOMAIN)
        return;
    uint32_t place = (uint32_t)(attr - &schema_attrs[schema->first]);
    target->written[place] = attribute;
    if (!decode_attr(&ck->decode, attr, &value, (char *)target + attr->offset))
        target->broken |= 1u << place;
}

static void check_required(struct check *ck, const struct schema_block *schema,
                           const struct model_block *target)
{
    for (uint32_t i = 0; i < schema->count && !ck->options->partial; i++) {
        const struct schema_attr *attr = &schema_attrs[schema->first + i];
        if (!attr->required || target->written[i] != NULL || (target->broken >> i & 1))
            continue;
        struct diag *diag = diag_error(ck->diags, CODE(MISSING_ATTRIBUTE), target->ast->header,
                                       "%s has no \"%s\"", describe(ck, schema), attr->name.ptr);
        diag_label(diag, "\"%s\" is required", attr->name.ptr);
        if (attr->words != NULL)
            diag_help(diag, "add %s = \"%s\"", attr->name.ptr, attr->words[0]);
        else
            diag_help(diag, "add %s = ...; %s", attr->name.ptr, schema_form(attr->type));
    }
}

/* Blocks */

void check_unknown_block(struct check *ck, const struct schema_block *parent,
                         const struct ast_block *block)
{
    struct diag *diag =
        diag_error(ck->diags, CODE(UNKNOWN_BLOCK), block->type_span, "unknown block \"%.*s\" in %s",
                   STR_ARG(block->type), describe(ck, parent));
    diag_label(diag, "no block has this name");
    if (schema_find_attr(block_id(parent), block->type) != NULL) {
        diag_help(diag, "\"%.*s\" is an attribute: write %.*s = ...", STR_ARG(block->type),
                  STR_ARG(block->type));
        return;
    }
    struct suggestion close = suggest_begin(block->type);
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        if (schema_blocks[id].parent == block_id(parent))
            suggest_offer(&close, schema_blocks[id].name, id);
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%s\"?", close.best.ptr);
    else
        help_elsewhere(diag, block->type);
}

void check_labels(struct check *ck, const struct schema_block *schema,
                  const struct ast_block *block)
{
    if (block->label_count < schema->labels) {
        struct diag *diag = diag_error(ck->diags, CODE(LABEL_COUNT), block->type_span,
                                       "this %s block has no name", schema->name.ptr);
        diag_label(diag, "a label is missing");
        diag_help(diag, "write %s \"NAME\" { ... }", schema->name.ptr);
        return;
    }
    const struct ast_label *label = block->labels;
    for (uint32_t i = 0; i < schema->labels; i++)
        label = label->next;
    if (label == NULL)
        return;
    struct diag *diag =
        diag_error(ck->diags, CODE(LABEL_COUNT), label->span, "a %s block has %s", schema->name.ptr,
                   schema->labels > 0 ? "one label, its name" : "no label");
    diag_label(diag, "this one is too many");
}

static void repeated_block(struct check *ck, const struct schema_block *parent,
                           const struct ast_block *first, const struct ast_block *block)
{
    struct diag *diag = diag_error(ck->diags, CODE(REPEATED_BLOCK), block->type_span,
                                   "there is more than one %.*s block in %s", STR_ARG(block->type),
                                   describe(ck, parent));
    diag_note(diag, first->type_span, "the first one is here");
    diag_help(diag, "merge the two into one");
}

static void check_service_name(struct check *ck, const struct ast_label *label)
{
    if (form_is_name(label->text) && label->text.len <= MODEL_NAME_MAX)
        return;
    struct diag *diag = diag_error(ck->diags, CODE(BAD_NAME), label->span,
                                   "\"%.*s\" cannot be a service's name", STR_ARG(label->text));
    diag_help(diag,
              "use letters, digits, '_', '.' and '-', at most %u, and neither '.' nor '-' "
              "first",
              MODEL_NAME_MAX);
}

/* Adds the service under its name, unless that is taken. */
static void add_service(struct check *ck, struct model_service *service)
{
    bool is_new;
    uint32_t *index = map_put(&ck->names, service->name, &is_new);
    if (!is_new) {
        struct diag *diag =
            diag_error(ck->diags, CODE(DUPLICATE_SERVICE), service->name_span,
                       "service \"%.*s\" is declared twice", STR_ARG(service->name));
        diag_note(diag, ck->model->services.items[*index]->name_span, "first declared here");
        diag_help(diag, "rename one of the two");
        return;
    }
    service->declared = *index = ck->model->services.count;
    *vec_push(ck->arena, &ck->model->services) = service;
}

static void check_service(struct check *ck, const struct schema_block *schema,
                          const struct ast_block *ast)
{
    struct model_service *service = (struct model_service *)check_new_block(ck, schema, ast);
    ck->any_service = true;
    ck->label = STR("?");
    if (ast->labels != NULL) {
        check_service_name(ck, ast->labels);
        service->name = ck->label = ast->labels->text;
        service->name_span = ast->labels->span;
        add_service(ck, service);
    }
    check_body(ck, schema, &ast->body, &service->block);
}

static void check_block(struct check *ck, const struct schema_block *parent,
                        const struct ast_block *ast, struct model_block *target,
                        const struct ast_block **seen)
{
    const struct schema_block *schema = schema_find_block(block_id(parent), ast->type);
    if (schema == NULL) {
        check_unknown_block(ck, parent, ast);
        return;
    }
    if (schema->many && block_id(schema) != SCHEMA_BLOCK_service)
        return; /* check_values has seen it */
    check_labels(ck, schema, ast);
    if (schema->many) {
        check_service(ck, schema, ast);
        return;
    }
    const struct ast_block **first = &seen[block_id(schema)];
    if (*first != NULL)
        repeated_block(ck, parent, *first, ast);
    struct model_block *block = check_new_block(ck, schema, ast);
    check_body(ck, schema, &ast->body, block);
    if (*first == NULL)
        *child_slot(target, schema) = block;
    *first = *first == NULL ? ast : *first;
}

/* Recursion is as deep as the schema. */
void check_body(struct check *ck, const struct schema_block *schema, const struct ast_body *body,
                struct model_block *target)
{
    const struct ast_block *seen[SCHEMA_BLOCK_COUNT] = {0};
    for (const struct ast_attribute *it = body->attributes; it != NULL; it = it->next)
        check_attribute(ck, schema, it, target);
    check_required(ck, schema, target);
    for (const struct ast_block *it = body->blocks; it != NULL; it = it->next)
        check_block(ck, schema, it, target, seen);
}

static void no_services(struct check *ck, const struct ast_body *body)
{
    const char *path = ck->diags->sources->files.items[body->span.source].path;
    struct diag *diag =
        diag_file_error(ck->diags, CODE(NO_SERVICES), path, "no service is declared");
    diag_help(diag, "say what to run: service \"web\" { cmd = \"npm run dev\" }");
}

struct model *check(const struct ast_body *body, struct diag_list *diags,
                    const struct check_options *options)
{
    struct check ck = {.arena = diags->arena,
                       .diags = diags,
                       .eval = {.arena = diags->arena, .diags = diags},
                       .decode = {diags->arena, diags},
                       .options = options};
    build_defaults(&ck);
    map_init(&ck.names, ck.arena, body->block_count);
    ck.model = (struct model *)check_new_block(&ck, &schema_blocks[SCHEMA_BLOCK_root], NULL);
    ck.model->files =
        (struct files){.arena = ck.arena, .sources = diags->sources, .folder = options->folder};
    ck.eval.files = &ck.model->files;
    check_values(&ck, body);
    check_body(&ck, &schema_blocks[SCHEMA_BLOCK_root], body, &ck.model->block);
    references_finish(ck.eval.references);
    /* Beside other mistakes it may only be misspelt. */
    if (!ck.any_service && !options->partial && !diags->errors)
        no_services(&ck, body);
    rules_check(ck.model, &ck.names, diags, options->partial);
    return ck.model;
}
