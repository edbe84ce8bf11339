#include "references_parts.h"

#include "array.h"
#include "later.h"
#include "schema.h"
#include "suggest.h"

#define HOST "127.0.0.1"

static const struct ast_expr *port_expr(const struct ast_block *block)
{
    for (const struct ast_attribute *it = block->body.attributes; it != NULL; it = it->next)
        if (str_is(it->name, "port"))
            return it->expr;
    return NULL;
}

/* Numbered as the checker does: in source order, of two of a name the first. */
static void find_services(struct references *refs)
{
    uint32_t count = 0;
    if (refs->services_known)
        return;
    refs->services_known = true;
    for (const struct ast_block *it = refs->body->blocks; it != NULL; it = it->next) {
        if (it->labels == NULL || !str_is(it->type, "service"))
            continue;
        struct node *node =
            references_add(refs, REFERENCE_SERVICE, it->labels->text, it->labels->span);
        if (node == NULL)
            continue;
        node->index = count++;
        node->block = it;
        node->expr = port_expr(it);
    }
}

static struct value no_port(struct references *refs, const struct reference *reference,
                            const struct node *node)
{
    if (refs->partial)
        return value_unknown(reference->span);
    /* A misspelt "port" is a mistake of its own. */
    const struct ast_attribute *it = node->block->body.attributes;
    for (; it != NULL; it = it->next) {
        struct suggestion close = suggest_begin(it->name);
        suggest_offer(&close, STR("port"), 0);
        if (close.best.ptr != NULL && schema_find_attr(SCHEMA_BLOCK_service, it->name) == NULL)
            return value_unknown(reference->span);
    }
    struct diag *diag = diag_error(refs->eval->diags, CODE(SERVICE_WITHOUT_PORT), reference->span,
                                   "service \"%.*s\" has no port", STR_ARG(node->name));
    diag_note(diag, node->name_span, "it is declared here");
    diag_help(diag, "add port = ... to it; 0: a free one is chosen at start and given as PORT");
    return value_unknown(reference->span);
}

static struct value later_port(struct references *refs, const struct reference *reference,
                               const struct node *node, bool url)
{
    struct value_piece pieces[] = {{.kind = VALUE_PIECE_TEXT, .text = STR("http://" HOST ":")},
                                   {.kind = VALUE_PIECE_PORT,
                                    .service = node->index,
                                    .text = node->name,
                                    .span = reference->span}};
    return later_new(refs->eval->arena, url ? pieces : pieces + 1, url ? 2 : 1, reference->span);
}

static struct value port_value(struct references *refs, const struct reference *reference,
                               struct node *node, bool url)
{
    struct value value = references_compute_node(refs, node, reference->span);
    struct number number;
    int64_t port;
    if (value.kind == VALUE_NULL)
        return no_port(refs, reference, node);
    if (!value_to_number(&value, refs->eval->arena, &number) || !number_is_integer(&number) ||
        !number_int64(&number, &port) || port < 0 || port > UINT16_MAX)
        return value_unknown(reference->span);
    if (port == 0)
        return later_port(refs, reference, node, url);
    if (!url)
        return (struct value){.kind = VALUE_NUMBER, .number = number_from_int64(port)};
    return value_string(reference->span,
                        str_from(arena_printf(refs->eval->arena, "http://" HOST ":%d", (int)port)));
}

struct value references_service(struct references *refs, const struct reference *reference)
{
    static const char *const attributes[] = {"port", "host", "url"};
    struct suggestion close = suggest_begin(reference->attribute);
    find_services(refs);
    struct node *node = references_find(refs, REFERENCE_SERVICE, reference->name);
    if (node == NULL)
        return references_unknown(refs, reference);
    for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
        suggest_offer(&close, str_from(attributes[i]), 0);
        if (!str_is(reference->attribute, attributes[i]))
            continue;
        if (node->expr == NULL)
            return no_port(refs, reference, node);
        return i == 1 ? value_string(reference->span, STR(HOST))
                      : port_value(refs, reference, node, i == 2);
    }
    struct diag *diag =
        diag_error(refs->eval->diags, CODE(NO_ATTRIBUTE), reference->attribute_span,
                   "a service has no \"%.*s\" to refer to; it has port, host and url",
                   STR_ARG(reference->attribute));
    if (close.best.ptr != NULL)
        diag_help(diag, "did you mean \"%.*s\"?", STR_ARG(close.best));
    return value_unknown(reference->span);
}
