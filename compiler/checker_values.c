#include "checker_parts.h"

#include "forms.h"
#include "references.h"

static struct model_variable *check_variable(struct check *ck, const struct ast_block *ast)
{
    const struct schema_block *schema = &schema_blocks[SCHEMA_BLOCK_variable];
    struct model_variable *variable = (struct model_variable *)check_new_block(ck, schema, ast);
    check_labels(ck, schema, ast);
    ck->label = STR("?");
    if (ast->labels != NULL) {
        variable->name = ck->label = ast->labels->text;
        variable->name_span = ast->labels->span;
    }
    check_body(ck, schema, &ast->body, &variable->block);
    variable->has_fallback = check_written(&variable->block, SCHEMA_variable_default) != NULL;
    return variable;
}

static bool has_name(struct check *ck, const struct model_variable *variable)
{
    if (variable->block.ast->labels == NULL)
        return false;
    if (form_is_identifier(variable->name) && variable->name.len <= MODEL_NAME_MAX)
        return true;
    struct diag *diag = diag_error(ck->diags, CODE(BAD_NAME), variable->name_span,
                                   "\"%.*s\" cannot be a variable's name", STR_ARG(variable->name));
    diag_help(diag,
              "use letters, digits, '_' and '-', at most %u, and neither a digit nor '-' first",
              MODEL_NAME_MAX);
    return false;
}

/* Whether a mistake in the block leaves open what its value would be. */
static bool is_doubtful(const struct check *ck, const struct model_variable *variable)
{
    return variable->block.broken != 0 || (ck->options->partial && !variable->has_fallback);
}

static void add_variable(struct check *ck, const struct ast_block *ast)
{
    struct model_variable *variable = check_variable(ck, ast);
    if (!has_name(ck, variable))
        return;
    struct value *value =
        references_add_variable(ck->eval.references, variable->name, variable->name_span);
    if (value == NULL)
        return;
    *vec_push(ck->arena, &ck->model->variables) = variable;
    if (!is_doubtful(ck, variable))
        *value = variable_value(&ck->eval, variable, &ck->options->settings);
}

static void add_locals(struct check *ck, const struct ast_block *ast)
{
    const struct schema_block *schema = &schema_blocks[SCHEMA_BLOCK_locals];
    check_labels(ck, schema, ast);
    for (const struct ast_attribute *it = ast->body.attributes; it != NULL; it = it->next)
        references_add_local(ck->eval.references, it);
    for (const struct ast_block *it = ast->body.blocks; it != NULL; it = it->next)
        check_unknown_block(ck, schema, it);
}

void check_values(struct check *ck, const struct ast_body *body)
{
    const struct schema_block *blocks[] = {&schema_blocks[SCHEMA_BLOCK_variable],
                                           &schema_blocks[SCHEMA_BLOCK_locals]};
    ck->eval.references = references_new(&ck->eval, body, ck->options->partial);
    for (const struct ast_block *it = body->blocks; it != NULL; it = it->next) {
        if (str_equal(it->type, blocks[0]->name))
            add_variable(ck, it);
        else if (str_equal(it->type, blocks[1]->name))
            add_locals(ck, it);
    }
    if (ck->options->settings.count > 0 && !ck->options->partial)
        variables_check_settings(ck->model, &ck->options->settings, ck->options->path, ck->diags);
    references_compute(ck->eval.references);
}
