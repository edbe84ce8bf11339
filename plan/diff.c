#include "diff.h"

#include "array.h"
#include "diff_forms.h"
#include "map.h"
#include "vec.h"

struct setting_row {
    const char *name;
    bool listen;
    form_fn *form;
};

static const struct setting_row setting_rows[] = {
#define SETTING(name, listen, form) {name, listen, form},
#include "diff.def"
};

struct field_row {
    enum plan_field field;
    enum plan_change effect;
    const char *name; /* with '*' for the key of a part */
    form_fn *form;
    parts_fn *parts; /* NULL: the field is compared as a whole */
};

static const struct field_row field_rows[] = {
#define FIELD(field, name, effect, form) \
    {PLAN_FIELD_##field, PLAN_CHANGE_##effect, name, form, NULL},
#define FIELD_PARTS(field, name, effect, parts, form) \
    {PLAN_FIELD_##field, PLAN_CHANGE_##effect, name, form, parts},
#include "diff.def"
};

/* Always in this order. */
enum side { BEFORE, AFTER, SIDES };

struct differ {
    struct arena *arena;   /* the result's */
    struct arena *scratch; /* until the end of a field */
    const struct plan *plans[SIDES];
    const uint32_t *routes[SIDES];
    struct strbuf texts[SIDES];
    uint32_t services[SIDES]; /* that are being compared */
    VEC(struct plan_diff_field) fields;
};

/* Runs a form on one side; index PLAN_NONE: nothing is there. */
static void fill(struct differ *d, enum side side, form_fn *form, uint32_t index, bool exact)
{
    const struct form call = {d->plans[side], d->routes[side], &d->texts[side], exact};
    strbuf_clear(&d->texts[side]);
    if (index != PLAN_NONE)
        form(&call, index);
}

static bool differs(struct differ *d, form_fn *form, uint32_t before, uint32_t after)
{
    fill(d, BEFORE, form, before, true);
    fill(d, AFTER, form, after, true);
    return !str_equal(strbuf_str(&d->texts[BEFORE]), strbuf_str(&d->texts[AFTER]));
}

/* The text that a person is shown; NULL if there is none. */
static const char *shown(struct differ *d, enum side side, form_fn *form, uint32_t index)
{
    fill(d, side, form, index, false);
    const struct strbuf *text = &d->texts[side];
    return text->len ? arena_strndup(d->arena, text->ptr, text->len) : NULL;
}

static const struct plan_span *span_of(const struct differ *d, enum side side,
                                       enum plan_field field)
{
    uint32_t service = d->services[side];
    return service == PLAN_NONE ? NULL : plan_find_span(d->plans[side], service, field);
}

/* "env.*" and "LEVEL" are "env.LEVEL". */
static const char *field_name(struct arena *arena, const char *pattern, const char *key)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return pattern;
    return arena_printf(arena, "%.*s%s%s", (int)(star - pattern), pattern, key, star + 1);
}

static void add_field(struct differ *d, const struct field_row *row, const char *key,
                      uint32_t before, uint32_t after)
{
    *vec_push(d->arena, &d->fields) = (struct plan_diff_field){
        .field = row->field,
        .effect = row->effect,
        .name = field_name(d->arena, row->name, key),
        .before = shown(d, BEFORE, row->form, before),
        .after = shown(d, AFTER, row->form, after),
        .before_span = span_of(d, BEFORE, row->field),
        .after_span = span_of(d, AFTER, row->field),
    };
}

static int compare_parts(const void *a, const void *b)
{
    return strcmp(((const struct form_part *)a)->key, ((const struct form_part *)b)->key);
}

static struct form_parts sorted_parts(struct differ *d, enum side side, parts_fn *list)
{
    struct form_parts parts = list(d->plans[side], d->services[side], d->scratch);
    qsort(parts.items, parts.count, sizeof *parts.items, compare_parts);
    return parts;
}

static void compare_part(struct differ *d, const struct field_row *row,
                         const struct form_part *before, const struct form_part *after)
{
    uint32_t old = before ? before->index : PLAN_NONE, new = after ? after->index : PLAN_NONE;
    if (differs(d, row->form, old, new))
        add_field(d, row, before ? before->key : after->key, old, new);
}

/* Merges the sorted parts of both sides. */
static void compare_field_parts(struct differ *d, const struct field_row *row)
{
    struct arena_mark mark = arena_mark(d->scratch);
    struct form_parts before = sorted_parts(d, BEFORE, row->parts);
    struct form_parts after = sorted_parts(d, AFTER, row->parts);
    for (uint32_t i = 0, j = 0; i < before.count || j < after.count;) {
        const struct form_part *a = i < before.count ? &before.items[i] : NULL;
        const struct form_part *b = j < after.count ? &after.items[j] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->key, b->key);
        compare_part(d, row, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
        i += order <= 0;
        j += order >= 0;
    }
    arena_rewind(d->scratch, mark);
}

/* All rows for the two services. Of a block that came or went its first row has said so. */
static void compare_fields(struct differ *d)
{
    const struct field_row *lead = field_rows;
    bool lead_lonely = false;
    for (size_t i = 0; i < ARRAY_LEN(field_rows); i++) {
        const struct field_row *row = &field_rows[i];
        if (row->field != lead->field) {
            lead = row;
            lead_lonely = false;
        }
        if (row->parts) {
            compare_field_parts(d, row);
        } else if (!(lead_lonely && row->effect == PLAN_CHANGE_UPDATE) &&
                   differs(d, row->form, d->services[BEFORE], d->services[AFTER])) {
            lead_lonely = row == lead && (!d->texts[BEFORE].len || !d->texts[AFTER].len);
            add_field(d, row, "", d->services[BEFORE], d->services[AFTER]);
        }
    }
}

static bool is_disabled(const struct differ *d, enum side side)
{
    return d->plans[side]->services[d->services[side]].flags & PLAN_SERVICE_DISABLED;
}

static enum plan_change judge_pair(const struct differ *d)
{
    enum plan_change change = PLAN_CHANGE_KEEP;
    if (is_disabled(d, BEFORE) != is_disabled(d, AFTER))
        return is_disabled(d, AFTER) ? PLAN_CHANGE_STOP : PLAN_CHANGE_START;
    VEC_EACH (&d->fields, it)
        change = it->effect > change ? it->effect : change;
    return change;
}

static void form_name(const struct form *f, uint32_t index)
{
    strbuf_adds(f->out, plan_service_name(f->plan, index));
}

/* A service that only one plan has. A new one that is disabled starts nothing. */
static enum plan_change judge_single(struct differ *d)
{
    static const struct field_row row = {PLAN_FIELD_NAME, PLAN_CHANGE_UPDATE, "service", form_name,
                                         NULL};
    enum plan_change change = d->services[AFTER] == PLAN_NONE ? PLAN_CHANGE_STOP
                              : is_disabled(d, AFTER)         ? PLAN_CHANGE_UPDATE
                                                              : PLAN_CHANGE_START;
    add_field(d, &row, "", d->services[BEFORE], d->services[AFTER]);
    d->fields.items[0].effect = change;
    return change;
}

/* before or after may be PLAN_NONE. */
static struct plan_diff_service compare_services(struct differ *d, uint32_t before, uint32_t after)
{
    bool pair = before != PLAN_NONE && after != PLAN_NONE;
    d->services[BEFORE] = before;
    d->services[AFTER] = after;
    memset(&d->fields, 0, sizeof d->fields);
    if (pair)
        compare_fields(d);
    enum plan_change change = pair ? judge_pair(d) : judge_single(d);
    return (struct plan_diff_service){
        .name = after != PLAN_NONE ? plan_service_name(d->plans[AFTER], after)
                                   : plan_service_name(d->plans[BEFORE], before),
        .change = change,
        .before = before,
        .after = after,
        .fields = d->fields.items,
        .field_count = d->fields.count,
    };
}

/* For each service of the new plan its index in the old one, or PLAN_NONE; and the reverse. */
static void match_services(struct differ *d, uint32_t *to_before, uint32_t *to_after)
{
    const struct plan *before = d->plans[BEFORE], *after = d->plans[AFTER];
    struct map names;
    map_init(&names, d->scratch, before->service_count);
    for (uint32_t i = 0; i < before->service_count; i++) {
        *map_put(&names, str_from(plan_service_name(before, i)), NULL) = i;
        to_after[i] = PLAN_NONE;
    }
    for (uint32_t i = 0; i < after->service_count; i++) {
        const uint32_t *found = map_find(&names, str_from(plan_service_name(after, i)));
        to_before[i] = found ? *found : PLAN_NONE;
        if (found)
            to_after[*found] = i;
    }
}

static void push(struct plan_diff *diff, struct plan_diff_service *out,
                 const struct plan_diff_service *service)
{
    out[diff->service_count++] = *service;
    diff->counts[service->change]++;
}

static void compare_plans(struct differ *d, struct plan_diff *diff)
{
    uint32_t before_count = d->plans[BEFORE]->service_count;
    uint32_t after_count = d->plans[AFTER]->service_count;
    uint32_t *to_before = arena_new(d->scratch, uint32_t, after_count);
    uint32_t *to_after = arena_new(d->scratch, uint32_t, before_count);
    struct plan_diff_service *stays = arena_new(d->scratch, struct plan_diff_service, after_count);
    struct plan_diff_service *out =
        arena_new(d->arena, struct plan_diff_service, (size_t)before_count + after_count);
    match_services(d, to_before, to_after);
    for (uint32_t i = 0; i < after_count; i++)
        stays[i] = compare_services(d, to_before[i], i);
    for (uint32_t i = before_count; i-- > 0;) {
        if (to_after[i] == PLAN_NONE) {
            struct plan_diff_service gone = compare_services(d, i, PLAN_NONE);
            push(diff, out, &gone);
        } else if (stays[to_after[i]].change == PLAN_CHANGE_STOP) {
            push(diff, out, &stays[to_after[i]]);
        }
    }
    for (uint32_t i = 0; i < after_count; i++)
        if (stays[i].change != PLAN_CHANGE_STOP)
            push(diff, out, &stays[i]);
    diff->services = out;
}

static void compare_settings(struct differ *d, struct plan_diff *diff)
{
    size_t count = ARRAY_LEN(setting_rows);
    struct plan_diff_setting *out = arena_new(d->arena, struct plan_diff_setting, count);
    for (size_t i = 0; i < count; i++) {
        const struct setting_row *row = &setting_rows[i];
        if (differs(d, row->form, 0, 0))
            out[diff->setting_count++] =
                (struct plan_diff_setting){row->name, shown(d, BEFORE, row->form, 0),
                                           shown(d, AFTER, row->form, 0), row->listen};
    }
    diff->settings = out;
}

/* A service has one route at most; of more, the first would be its address. */
static const uint32_t *routes_of(struct arena *arena, const struct plan *plan)
{
    uint32_t *routes = arena_new(arena, uint32_t, plan->service_count);
    memset(routes, 0xff, plan->service_count * sizeof *routes);
    for (uint32_t i = plan->route_count; i-- > 0;)
        routes[plan->routes[i].service] = i;
    return routes;
}

struct plan_diff plan_diff_new(struct arena *arena, const struct plan *before,
                               const struct plan *after)
{
    struct plan_diff diff = {.before = before, .after = after};
    struct arena scratch = {0};
    struct differ d = {.arena = arena, .scratch = &scratch, .plans = {before, after}};
    diff.same = before->size == after->size && !memcmp(before->bytes, after->bytes, after->size);
    d.routes[BEFORE] = routes_of(&scratch, before);
    d.routes[AFTER] = routes_of(&scratch, after);
    compare_settings(&d, &diff);
    compare_plans(&d, &diff);
    strbuf_finish(&d.texts[BEFORE]);
    strbuf_finish(&d.texts[AFTER]);
    arena_finish(&scratch);
    return diff;
}
