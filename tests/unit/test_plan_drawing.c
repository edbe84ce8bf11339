#include "drawing.h"
#include "plan_builder.h"
#include "suite.h"

static struct arena arena;
static struct strbuf out;

/* What each service waits for, by index; services are named a, b, ..., z, s26, ... */
struct edges {
    uint32_t deps[4];
    uint32_t count;
};

static uint32_t collect_rdeps(const struct edges *edges, uint32_t count, uint32_t of,
                              uint32_t *out_rdeps)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < edges[i].count; k++)
            if (edges[i].deps[k] == of)
                out_rdeps[found++] = i;
    return found;
}

static struct plan make(const struct edges *edges, uint32_t count)
{
    struct plan_writer *w = plan_writer_new(&arena);
    struct plan plan = {0};
    uint32_t rdeps[64];
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where;
    plan_builder_frame(w);
    for (uint32_t i = 0; i < count; i++) {
        const char *name = arena_printf(&arena, i < 26 ? "%c" : "s%u", i < 26 ? 'a' + i : i);
        struct plan_service s = plan_builder_service(w, name, i);
        s.rdeps.count = collect_rdeps(edges, count, i, rdeps);
        s.deps.count = edges[i].count;
        for (uint32_t k = 0; k < s.deps.count; k++)
            plan_writer_add(w, PLAN_SECTION_DEPS, &edges[i].deps[k]);
        for (uint32_t k = 0; k < s.rdeps.count; k++)
            plan_writer_add(w, PLAN_SECTION_RDEPS, &rdeps[k]);
        plan_writer_add(w, PLAN_SECTION_SERVICES, &s);
    }
    ck_assert_int_eq(plan_writer_finish(w, &bytes, &size, &where), PLAN_OK);
    plan_view(&plan, bytes, size);
    return plan;
}

static void expect(const struct plan *plan, uint32_t width, bool ascii, const char *want)
{
    const struct drawing_options options = {width, ascii};
    strbuf_clear(&out);
    plan_draw(plan, &options, &out);
    ck_assert_str_eq(strbuf_text(&out), want);
}

static void finish(void)
{
    strbuf_finish(&out);
    arena_finish(&arena);
}

START_TEST(a_chain_is_a_straight_line)
{
    const struct edges edges[] = {{{0}, 0}, {{0}, 1}, {{1}, 1}};
    struct plan plan = make(edges, 3);
    expect(&plan, 80, false,
           "      service  ready when\n"
           "1  ●  a        started\n"
           "   │\n"
           "2  ●  b        started\n"
           "   │\n"
           "3  ●  c        started\n");
    finish();
}
END_TEST

/* d needs a and c, and passes b's lane; e needs all. */
START_TEST(lines_pass_behind_other_lanes)
{
    const struct edges edges[] = {{{0}, 0}, {{0}, 0}, {{0}, 0}, {{0, 2}, 2}, {{0, 1, 2, 3}, 4}};
    struct plan plan = make(edges, 5);
    expect(&plan, 80, false,
           "            service  ready when\n"
           "1  ●        a        started\n"
           "   │ ●      b        started\n"
           "   │ │ ●    c        started\n"
           "   │ │ │\n"
           "2  ├─│─┼─●  d        started\n"
           "   │ │ │ │\n"
           "3  ●─┴─┴─╯  e        started\n");
    expect(&plan, 80, true,
           "            service  ready when\n"
           "1  *        a        started\n"
           "   | *      b        started\n"
           "   | | *    c        started\n"
           "   | | |\n"
           "2  +-|-+-*  d        started\n"
           "   | | | |\n"
           "3  *-+-+-'  e        started\n");
    finish();
}
END_TEST

START_TEST(names_stand_where_lanes_have_no_room)
{
    const struct edges edges[] = {{{0}, 0}, {{0}, 0}, {{0}, 0}, {{0, 2}, 2}, {{0, 1, 2, 3}, 4}};
    struct plan plan = make(edges, 5);
    expect(&plan, 27, false,
           "     service  ready when  waits for\n"
           "1  ● a        started\n"
           "   ● b        started\n"
           "   ● c        started\n"
           "\n"
           "2  ● d        started     a, +1\n"
           "\n"
           "3  ● e        started     a, +3\n");
    finish();
}
END_TEST

START_TEST(of_too_many_lanes_none_is_drawn)
{
    struct edges edges[24] = {0};
    for (uint32_t i = 0; i < 12; i++)
        edges[12 + i] = (struct edges){{i}, 1};
    struct plan plan = make(edges, 24);
    const struct drawing_options options = {500, false};
    plan_draw(&plan, &options, &out);
    ck_assert_ptr_null(strstr(strbuf_text(&out), "waits for"));
    struct edges many[40] = {0};
    for (uint32_t i = 0; i < 20; i++)
        many[20 + i] = (struct edges){{i}, 1};
    plan = make(many, 40);
    strbuf_clear(&out);
    plan_draw(&plan, &options, &out);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&out), "waits for"));
    finish();
}
END_TEST

/* Ports, probes of every type, a task, a disabled service; long words are cut at the width. */
START_TEST(every_kind_of_service)
{
    size_t size = 0;
    struct plan plan;
    const void *bytes = plan_builder_make(&arena, &size);
    plan_view(&plan, bytes, size);
    expect(&plan, 80, false,
           "          service  port    ready when\n"
           "1  ●      db       :5432   tcp\n"
           "   │ ○    docs             started\n"
           "   │ ●    tail             log \"^listening on \\\\d+$\"\n"
           "   │\n"
           "2  ├─■    migrate          exit code 0\n"
           "   ├─│─●  worker           exec \"./alive\"\n"
           "   │ │\n"
           "3  ●─╯    api      chosen  http /healthz\n"
           "   │\n"
           "4  ●      web      :3000   http :3001/\n"
           "\n"
           "● service   ■ task   ○ disabled\n");
    expect(&plan, 44, true,
           "          service  port    ready when\n"
           "1  *      db       :5432   tcp\n"
           "   | o    docs             started\n"
           "   | *    tail             log \"^listening .\n"
           "   |\n"
           "2  +-#    migrate          exit code 0\n"
           "   +-|-*  worker           exec \"./alive\"\n"
           "   | |\n"
           "3  *-'    api      chosen  http /healthz\n"
           "   |\n"
           "4  *      web      :3000   http :3001/\n"
           "\n"
           "* service   # task   o disabled\n");
    finish();
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_drawing");
    SUITE_CASE(s, a_chain_is_a_straight_line);
    SUITE_CASE(s, lines_pass_behind_other_lanes);
    SUITE_CASE(s, names_stand_where_lanes_have_no_room);
    SUITE_CASE(s, of_too_many_lanes_none_is_drawn);
    SUITE_CASE(s, every_kind_of_service);
    return suite_run(s);
}
