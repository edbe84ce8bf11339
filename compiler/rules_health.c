#include "array.h"
#include "codes.h"
#include "rules_parts.h"

/* Which attributes belong to which types of probe, and which of them a type cannot do without. */
static const struct {
    enum schema_attr_id id;
    unsigned types; /* bit per enum model_probe */
    bool needed;
} probe_attributes[] = {
    {SCHEMA_health_path, 1u << MODEL_HTTP, false},
    {SCHEMA_health_port, 1u << MODEL_HTTP | 1u << MODEL_TCP, false},
    {SCHEMA_health_status, 1u << MODEL_HTTP, false},
    {SCHEMA_health_cmd, 1u << MODEL_EXEC, true},
    {SCHEMA_health_pattern, 1u << MODEL_LOG, true},
};

static const char *probe_name(const struct model_health *health)
{
    return schema_attrs[SCHEMA_health_type].words[health->type];
}

static const char *article(const struct model_health *health)
{
    return health->type == MODEL_EXEC || health->type == MODEL_HTTP ? "an" : "a";
}

static void foreign_attribute(struct rules *r, const struct model_health *health,
                              const struct ast_attribute *attribute, unsigned types)
{
    unsigned type = 0;
    while (!(types >> type & 1))
        type++;
    struct diag *diag = diag_error(r->diags, CODE(PROBE_ATTRIBUTE), attribute->name_span,
                                   "%s %s probe has no \"%.*s\"", article(health),
                                   probe_name(health), STR_ARG(attribute->name));
    diag_note(diag, rules_value_span(&health->block, SCHEMA_health_type),
              "the type is written here");
    diag_help(diag, "take it out, or write type = \"%s\"",
              schema_attrs[SCHEMA_health_type].words[type]);
}

static void missing_attribute(struct rules *r, const struct model_health *health,
                              const struct schema_attr *attr)
{
    struct diag *diag = diag_error(
        r->diags, CODE(MISSING_ATTRIBUTE), rules_value_span(&health->block, SCHEMA_health_type),
        "%s %s probe needs \"%s\"", article(health), probe_name(health), attr->name.ptr);
    diag_help(diag, "add %s = ...; %s", attr->name.ptr, schema_form(attr->type));
}

static void check_probe_attributes(struct rules *r, const struct model_health *health)
{
    if (check_written(&health->block, SCHEMA_health_type) == NULL ||
        check_broken(&health->block, SCHEMA_health_type))
        return;
    for (size_t i = 0; i < ARRAY_LEN(probe_attributes); i++) {
        enum schema_attr_id id = probe_attributes[i].id;
        const struct ast_attribute *written = check_written(&health->block, id);
        bool fits = probe_attributes[i].types >> health->type & 1;
        if (!fits && written != NULL)
            foreign_attribute(r, health, written, probe_attributes[i].types);
        else if (fits && written == NULL && probe_attributes[i].needed && !r->partial &&
                 !check_broken(&health->block, id))
            missing_attribute(r, health, &schema_attrs[id]);
    }
}

static bool needs_port(const struct model_health *health)
{
    return health->type == MODEL_HTTP || health->type == MODEL_TCP;
}

static void no_probe_port(struct rules *r, const struct model_service *service)
{
    struct diag *diag = diag_error(
        r->diags, CODE(NO_PROBE_PORT), service->health->block.ast->type_span,
        "there is nothing to probe: service \"%.*s\" has no port", STR_ARG(service->name));
    diag_help(diag, "add port = ... to the service or to this block");
}

void rules_check_health(struct rules *r, const struct model_service *service)
{
    const struct model_health *health = service->health;
    if (service->kind == MODEL_TASK && !check_broken(&service->block, SCHEMA_service_kind)) {
        struct diag *diag = diag_error(r->diags, CODE(TASK_HEALTH), health->block.ast->type_span,
                                       "service \"%.*s\" is a task and cannot have a health block",
                                       STR_ARG(service->name));
        diag_note(diag, rules_value_span(&service->block, SCHEMA_service_kind),
                  "it is a task here");
        diag_help(diag, "a task is ready when it has ended with exit code 0");
        return;
    }
    check_probe_attributes(r, health);
    if (needs_port(health) && !service->has_port &&
        check_written(&health->block, SCHEMA_health_port) == NULL)
        no_probe_port(r, service);
    if (check_written(&health->block, SCHEMA_health_timeout) == NULL)
        return; /* the interval bounds it then: lower_service.c */
    rules_check_rising(r, CODE(TIMEOUT_ABOVE_INTERVAL), &health->block, SCHEMA_health_timeout,
                       health->timeout, SCHEMA_health_interval, health->interval);
}
