#include "remake.h"

#include "diag_render.h"
#include "diff.h"
#include "load.h"

static const unsigned char verdicts[] = {
    [PLAN_CHANGE_KEEP] = UPDATE_KEEP,       [PLAN_CHANGE_UPDATE] = UPDATE_LIVE,
    [PLAN_CHANGE_RESTART] = UPDATE_RESTART, [PLAN_CHANGE_START] = UPDATE_START,
    [PLAN_CHANGE_STOP] = UPDATE_STOP,
};
_Static_assert(sizeof verdicts == PLAN_CHANGE_COUNT, "one a change");

static void compare(struct arena *arena, const struct plan *current, const struct plan *plan,
                    struct update *out)
{
    size_t count = (size_t)current->service_count + plan->service_count;
    unsigned char *said = arena_new(arena, unsigned char, count);
    struct plan_diff diff = plan_diff_new(arena, current, plan);
    for (uint32_t i = 0; i < diff.service_count; i++) {
        const struct plan_diff_service *service = &diff.services[i];
        if (service->before != PLAN_NONE)
            said[service->before] = verdicts[service->change];
        if (service->after != PLAN_NONE)
            said[current->service_count + service->after] = verdicts[service->change];
    }
    strbuf_add(&out->parts[UPDATE_PLAN], plan->bytes, plan->size);
    strbuf_add(&out->parts[UPDATE_VERDICTS], said, count);
    plan_diff_text(&diff, &out->parts[UPDATE_TEXT]);
    plan_diff_json(&diff, &out->parts[UPDATE_JSON]);
    out->valid = true;
}

/* ---- From the A3sfile ---- */

/* What was said last holds. */
static struct variable_settings join_settings(const struct command_call *call,
                                              const json_t *variables)
{
    struct variable_settings given = load_settings(call);
    uint32_t more = (uint32_t)json_object_size(variables), count = 0;
    struct variable_setting *items =
        arena_new(call->arena, struct variable_setting, (size_t)given.count + more);
    const char *name;
    json_t *value;
    for (; count < given.count; count++)
        items[count] = given.items[count];
    json_object_foreach((json_t *)variables, name, value) items[count++] =
        (struct variable_setting){name, json_string_value(value)};
    return (struct variable_settings){.items = items, .count = count};
}

static void make_from_a3sfile(void *ctx, const struct plan *current, const json_t *variables,
                              struct update *out)
{
    const struct remake *remake = ctx;
    struct compile_options options = {.check_paths = true,
                                      .settings = join_settings(remake->call, variables)};
    struct compilation c;
    struct diag_list *list = &c.diags;
    struct plan plan;
    compilation_init(&c);
    bool valid = compile_file(&c, remake->path, &options);
    diag_render_text(list, false, &out->parts[UPDATE_TEXT]);
    if (valid) {
        plan_view(&plan, c.bytes, c.size);
        compare(remake->call->arena, current, &plan, out);
    } else {
        diag_render_json(&list, 1, &out->parts[UPDATE_JSON]);
    }
    compilation_finish(&c);
}

/* What --var says of a sensitive variable is not in the plan: it is looked up. */
static void provide_secrets(void *ctx, const struct plan *plan, const json_t *variables)
{
    const struct remake *remake = ctx;
    for (uint32_t i = 0; i < plan->lookup_count; i++) {
        struct plan_string lookup = plan->lookups[i].name;
        const char *full = plan_text_ptr(plan, lookup);
        struct str name;
        if (!variable_of_secret((struct str){full, lookup.length}, &name))
            continue;
        const json_t *value =
            json_object_get(variables, arena_strndup(remake->call->arena, name.ptr, name.len));
        if (value)
            setenv(full, json_string_value(value), 1);
    }
}

struct update_source remake_a3sfile(struct remake *remake, bool watched)
{
    return (struct update_source){
        .make = make_from_a3sfile, .provide = provide_secrets, .ctx = remake, .watched = watched};
}

/* ---- From a plan ---- */

static void make_from_plan(void *ctx, const struct plan *current, const json_t *variables,
                           struct update *out)
{
    const struct remake *remake = ctx;
    struct plan plan = {0};
    (void)variables;
    if (load_plan_or_why(&plan, remake->path, remake->trust, &out->parts[UPDATE_TEXT]))
        compare(remake->call->arena, current, &plan, out);
    plan_close(&plan);
}

struct update_source remake_plan(struct remake *remake)
{
    return (struct update_source){.make = make_from_plan, .ctx = remake};
}
