#include "graph.h"
#include "suite.h"

struct world {
    struct arena arena;
    struct sources sources;
    struct diag_list diags;
    struct model model;
};

static void world_init(struct world *w, uint32_t services)
{
    *w = (struct world){0};
    sources_init(&w->sources, &w->arena);
    diag_list_init(&w->diags, &w->arena, &w->sources);
    source_add(&w->sources, "test.hcl", STR("x"));
    for (uint32_t i = 0; i < services; i++) {
        struct model_service *service = arena_new(&w->arena, struct model_service, 1);
        service->declared = i;
        service->name = str_from(arena_printf(&w->arena, "s%u", i));
        *vec_push(&w->arena, &w->model.services) = service;
    }
}

/* The edge's span has its two ends in it, so that a diagnostic tells which edge it points at. */
static void depend(struct world *w, uint32_t from, uint32_t to)
{
    struct model_service *service = w->model.services.items[from];
    struct model_dependency *deps =
        arena_new(&w->arena, struct model_dependency, service->dep_count + 1);
    for (uint32_t i = 0; i < service->dep_count; i++)
        deps[i] = service->deps[i];
    deps[service->dep_count++] = (struct model_dependency){to, {0, from * 100 + to, 1}};
    service->deps = deps;
}

static void expect_order(struct world *w, const uint32_t *order)
{
    ck_assert(graph_order(&w->model, &w->diags));
    for (uint32_t i = 0; i < w->model.services.count; i++)
        ck_assert_uint_eq(w->model.order[i], order[i]);
}

START_TEST(nothing_is_in_order)
{
    struct world w;
    world_init(&w, 0);
    ck_assert(graph_order(&w.model, &w.diags));
    arena_finish(&w.arena);
}
END_TEST

START_TEST(declaration_order_breaks_ties)
{
    struct world w;
    world_init(&w, 8);
    depend(&w, 4, 3); /* lane: event */
    depend(&w, 5, 1); /* safeclaw: power */
    depend(&w, 6, 5);
    depend(&w, 6, 1);
    depend(&w, 7, 0);
    depend(&w, 7, 1);
    depend(&w, 7, 2);
    expect_order(&w, (uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7});
    arena_finish(&w.arena);
}
END_TEST

START_TEST(a_service_comes_as_early_as_it_can)
{
    struct world w;
    world_init(&w, 5);
    depend(&w, 0, 4);
    depend(&w, 1, 3);
    expect_order(&w, (uint32_t[]){2, 3, 1, 4, 0});
    arena_finish(&w.arena);
}
END_TEST

/* Against the definition itself: the first declared of those that are ready comes next. */
START_TEST(random_graphs_follow_the_definition)
{
    enum { COUNT = 40 };
    uint32_t seed = (uint32_t)_i * 2654435761u + 1;
    struct world w;
    world_init(&w, COUNT);
    bool edges[COUNT][COUNT] = {{false}};
    uint32_t rank[COUNT];
    for (uint32_t i = 0; i < COUNT; i++)
        rank[i] = (i * 7 + (uint32_t)_i) % COUNT; /* 7 and 40 share no factor: a permutation */
    for (uint32_t i = 0; i < 120; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t from = (seed >> 8) % COUNT, to = (seed >> 20) % COUNT;
        if (rank[to] < rank[from] && !edges[from][to]) {
            edges[from][to] = true;
            depend(&w, from, to);
        }
    }
    ck_assert(graph_order(&w.model, &w.diags));
    bool placed[COUNT] = {false};
    for (uint32_t place = 0; place < COUNT; place++) {
        uint32_t next = COUNT;
        for (uint32_t i = 0; i < COUNT && next == COUNT; i++) {
            bool ready = !placed[i];
            for (uint32_t j = 0; j < COUNT; j++)
                ready = ready && (!edges[i][j] || placed[j]);
            next = ready ? i : COUNT;
        }
        ck_assert_uint_eq(w.model.order[place], next);
        placed[next] = true;
    }
    arena_finish(&w.arena);
}
END_TEST

START_TEST(a_circle_is_one_error_with_its_path)
{
    struct world w;
    world_init(&w, 6);
    depend(&w, 1, 2);
    depend(&w, 2, 3);
    depend(&w, 3, 1);
    depend(&w, 0, 1); /* waits for the circle, is not in it */
    depend(&w, 3, 4); /* leads out of it */
    ck_assert(!graph_order(&w.model, &w.diags));
    ck_assert_ptr_null(w.model.order);
    ck_assert_uint_eq(w.diags.errors, 1);
    const struct diag *diag = w.diags.diags.items[0];
    ck_assert_str_eq(diag->code->name, "E0206");
    ck_assert_ptr_nonnull(strstr(diag->message, "\"s1\" -> \"s2\" -> \"s3\" -> \"s1\""));
    ck_assert_uint_eq(diag->span.offset, 102);
    ck_assert_uint_eq(diag->notes->span.offset, 203);
    ck_assert_uint_eq(diag->notes->next->span.offset, 301);
    ck_assert_ptr_null(diag->notes->next->next);
    arena_finish(&w.arena);
}
END_TEST

START_TEST(each_component_is_reported_once)
{
    struct world w;
    world_init(&w, 7);
    depend(&w, 0, 1);
    depend(&w, 1, 0);
    depend(&w, 1, 2); /* leads to the second */
    depend(&w, 2, 3);
    depend(&w, 3, 4);
    depend(&w, 4, 2);
    depend(&w, 3, 2); /* a shorter way back */
    ck_assert(!graph_order(&w.model, &w.diags));
    ck_assert_uint_eq(w.diags.errors, 2);
    diag_sort(&w.diags);
    ck_assert_ptr_nonnull(strstr(w.diags.diags.items[0]->message, ": \"s0\" -> \"s1\" -> \"s0\""));
    ck_assert_ptr_nonnull(strstr(w.diags.diags.items[1]->message, ": \"s2\" -> \"s3\" -> \"s2\""));
    arena_finish(&w.arena);
}
END_TEST

START_TEST(the_largest_chain_and_circle_need_no_stack)
{
    struct world w;
    world_init(&w, MODEL_SERVICES_MAX);
    for (uint32_t i = 0; i + 1 < MODEL_SERVICES_MAX; i++)
        depend(&w, i, i + 1);
    ck_assert(graph_order(&w.model, &w.diags));
    ck_assert_uint_eq(w.model.order[0], MODEL_SERVICES_MAX - 1);
    depend(&w, MODEL_SERVICES_MAX - 1, 0);
    ck_assert(!graph_order(&w.model, &w.diags));
    ck_assert_uint_eq(w.diags.errors, 1);
    ck_assert_ptr_nonnull(strstr(w.diags.diags.items[0]->message, "(65519 more)"));
    arena_finish(&w.arena);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("graph");
    SUITE_CASE(s, nothing_is_in_order);
    SUITE_CASE(s, declaration_order_breaks_ties);
    SUITE_CASE(s, a_service_comes_as_early_as_it_can);
    SUITE_LOOP(s, random_graphs_follow_the_definition, 0, 20);
    SUITE_CASE(s, a_circle_is_one_error_with_its_path);
    SUITE_CASE(s, each_component_is_reported_once);
    SUITE_CASE(s, the_largest_chain_and_circle_need_no_stack);
    return suite_run(s);
}
