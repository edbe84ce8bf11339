/* The difference of two plans for people and for programs. */
#include "array.h"
#include "diff.h"
#include "dump.h"
#include "dump_parts.h"

static const char *const change_names[] = {
#define X(change, name) [PLAN_CHANGE_##change] = name,
    PLAN_CHANGES(X)
#undef X
};

const char *plan_change_name(enum plan_change change)
{
    return change < PLAN_CHANGE_COUNT ? change_names[change] : "?";
}

static void add_values(struct strbuf *out, const char *before, const char *after)
{
    bool look_alike = before && after && !strcmp(before, after); /* secrets do */
    strbuf_addf(out, "%s -> %s%s", before ? before : "none", look_alike ? "another " : "",
                after ? after : "none");
}

static void add_setting(const struct plan_diff_setting *setting, struct strbuf *out)
{
    strbuf_addf(out, "dev.%s: ", setting->name);
    add_values(out, setting->before, setting->after);
    strbuf_adds(out, setting->listen ? " (the proxy listens anew)\n" : "\n");
}

/* The line in the new source, or where the service was. */
static void add_field(const struct plan_diff *diff, const struct plan_diff_field *field,
                      struct strbuf *out)
{
    const struct plan_span *span = field->after_span ? field->after_span : field->before_span;
    const struct plan *plan = field->after_span ? diff->after : diff->before;
    strbuf_adds(out, "  ");
    plan_escape(plan, plan->sources[span->source].path, out);
    strbuf_addf(out, ":%u:%u: %s: ", span->line, span->column, field->name);
    add_values(out, field->before, field->after);
    strbuf_addc(out, '\n');
}

static void add_service(const struct plan_diff *diff, const struct plan_diff_service *service,
                        struct strbuf *out)
{
    if (service->change == PLAN_CHANGE_KEEP)
        return;
    strbuf_addf(out, "%s %s\n", plan_change_name(service->change), service->name);
    for (uint32_t i = 0; i < service->field_count; i++)
        add_field(diff, &service->fields[i], out);
}

/* "stop 1, restart 2, keep 6" */
static void add_sums(const struct plan_diff *diff, struct strbuf *out)
{
    static const enum plan_change order[] = {PLAN_CHANGE_STOP, PLAN_CHANGE_RESTART,
                                             PLAN_CHANGE_START, PLAN_CHANGE_UPDATE,
                                             PLAN_CHANGE_KEEP};
    _Static_assert(ARRAY_LEN(order) == PLAN_CHANGE_COUNT, "each once");
    const char *comma = "";
    for (size_t i = 0; i < PLAN_CHANGE_COUNT; i++) {
        if (!diff->counts[order[i]])
            continue;
        strbuf_addf(out, "%s%s %u", comma, plan_change_name(order[i]), diff->counts[order[i]]);
        comma = ", ";
    }
    strbuf_addc(out, '\n');
}

void plan_diff_text(const struct plan_diff *diff, struct strbuf *out)
{
    if (diff->same)
        return;
    for (uint32_t i = 0; i < diff->setting_count; i++)
        add_setting(&diff->settings[i], out);
    for (uint32_t i = 0; i < diff->service_count; i++)
        add_service(diff, &diff->services[i], out);
    if (!diff->setting_count && diff->counts[PLAN_CHANGE_KEEP] == diff->service_count)
        strbuf_adds(out, "only the sources differ, or the places of things in them\n");
    add_sums(diff, out);
}

static json_t *text_json(const char *text)
{
    return text ? json_string_nocheck(text) : json_null();
}

static json_t *span_json(const struct plan *plan, const struct plan_span *span)
{
    return span ? dump_place_json(plan, span->source, span->line, span->column) : json_null();
}

static json_t *field_json(const struct plan_diff *diff, const struct plan_diff_field *field)
{
    json_t *object = json_object();
    json_put(object, "field", json_string(plan_field_name(field->field)));
    json_put(object, "name", json_string_nocheck(field->name));
    json_put(object, "effect", json_string(plan_change_name(field->effect)));
    json_put(object, "before", text_json(field->before));
    json_put(object, "after", text_json(field->after));
    json_put(object, "before_at", span_json(diff->before, field->before_span));
    json_put(object, "after_at", span_json(diff->after, field->after_span));
    return object;
}

static json_t *service_json(const struct plan_diff *diff, const struct plan_diff_service *service)
{
    json_t *object = json_object(), *fields = json_array();
    for (uint32_t i = 0; i < service->field_count; i++)
        json_array_append_new(fields, field_json(diff, &service->fields[i]));
    json_put(object, "name", json_string_nocheck(service->name));
    json_put(object, "change", json_string(plan_change_name(service->change)));
    json_put(object, "fields", fields);
    return object;
}

static json_t *settings_json(const struct plan_diff *diff)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < diff->setting_count; i++) {
        const struct plan_diff_setting *setting = &diff->settings[i];
        json_t *object = json_object();
        json_put(object, "name", json_string(setting->name));
        json_put(object, "effect", json_string(setting->listen ? "listen" : "update"));
        json_put(object, "before", text_json(setting->before));
        json_put(object, "after", text_json(setting->after));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *counts_json(const struct plan_diff *diff)
{
    json_t *object = json_object();
    for (int i = 0; i < PLAN_CHANGE_COUNT; i++)
        json_put(object, change_names[i], json_integer(diff->counts[i]));
    return object;
}

void plan_diff_json(const struct plan_diff *diff, struct strbuf *out)
{
    json_t *object = json_object(), *services = json_array();
    for (uint32_t i = 0; i < diff->service_count; i++)
        json_array_append_new(services, service_json(diff, &diff->services[i]));
    json_put(object, "version", json_integer(1));
    json_put(object, "same", json_boolean(diff->same));
    json_put(object, "before", dump_hash_json(diff->before->hash));
    json_put(object, "after", dump_hash_json(diff->after->hash));
    json_put(object, "counts", counts_json(diff));
    json_put(object, "settings", settings_json(diff));
    json_put(object, "services", services);
    json_print(object, out);
}
