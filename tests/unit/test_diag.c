#include "diag_render.h"
#include "suite.h"

static const struct diag_code unknown = {"E0203", "unknown service", "..."};
static const struct diag_code twice = {"E0204", "claimed twice", "..."};

struct fixture {
    struct arena arena;
    struct sources sources;
    struct diag_list list;
    struct strbuf out;
};

static void begin(struct fixture *f, const char *text)
{
    *f = (struct fixture){0};
    sources_init(&f->sources, &f->arena);
    source_add(&f->sources, "A3sfile.hcl", str_from(text));
    diag_list_init(&f->list, &f->arena, &f->sources);
}

static void finish(struct fixture *f)
{
    strbuf_finish(&f->out);
    arena_finish(&f->arena);
}

static struct span find(struct fixture *f, const char *what)
{
    const char *text = f->sources.files.items[0].text.ptr;
    return (struct span){0, (uint32_t)(strstr(text, what) - text), (uint32_t)strlen(what)};
}

START_TEST(text_shows_place_line_carets_note_and_help)
{
    struct fixture f;
    begin(&f, "a = 1\n\n\n\n\n\n\n\n\n  depends_on = [\"evnt\"]\n");
    struct diag *d = diag_error(&f.list, &unknown, find(&f, "\"evnt\""), "unknown \"%s\"", "evnt");
    diag_label(d, "no service has this name");
    diag_note(d, find(&f, "a = 1"), "declared here");
    diag_help(d, "did you mean \"event\"?");
    diag_render_text(&f.list, false, &f.out);
    ck_assert_str_eq(strbuf_text(&f.out), "A3sfile.hcl:10:17: error[E0203]: unknown \"evnt\"\n"
                                          "   |\n"
                                          "10 |   depends_on = [\"evnt\"]\n"
                                          "   |                 ^^^^^^ no service has this name\n"
                                          "   = note: A3sfile.hcl:1:1: declared here\n"
                                          " 1 | a = 1\n"
                                          "   | ^^^^^\n"
                                          "   = help: did you mean \"event\"?\n");
    finish(&f);
}
END_TEST

START_TEST(control_characters_never_reach_the_terminal)
{
    struct fixture f;
    begin(&f, "a\t\033]0;x\007 \xff b\n");
    diag_error(&f.list, &unknown, find(&f, "b"), "bad \033[31m name");
    diag_render_text(&f.list, false, &f.out);
    ck_assert_ptr_null(strchr(strbuf_text(&f.out), '\033'));
    ck_assert_ptr_null(strchr(strbuf_text(&f.out), '\007'));
    ck_assert_ptr_nonnull(strstr(strbuf_text(&f.out), "1 | a ?]0;x? ? b\n"));
    finish(&f);
}
END_TEST

START_TEST(sorted_by_place_and_told_once)
{
    struct fixture f;
    begin(&f, "first second\n");
    diag_error(&f.list, &twice, find(&f, "second"), "two");
    diag_error(&f.list, &unknown, find(&f, "first"), "one");
    diag_error(&f.list, &twice, find(&f, "second"), "two");
    diag_sort(&f.list);
    ck_assert_uint_eq(f.list.errors, 2);
    ck_assert_uint_eq(f.list.diags.count, 2);
    ck_assert_str_eq(f.list.diags.items[0]->message, "one");
    finish(&f);
}
END_TEST

START_TEST(a_flood_is_bounded_and_counted)
{
    struct fixture f;
    begin(&f, "x\n");
    for (int i = 0; i < 5000; i++)
        diag_label(diag_error(&f.list, &unknown, find(&f, "x"), "number %d", i), "here");
    ck_assert_uint_eq(f.list.diags.count, DIAG_KEPT);
    ck_assert_uint_eq(f.list.errors, 5000);
    diag_render_text(&f.list, false, &f.out);
    ck_assert_ptr_nonnull(strstr(strbuf_text(&f.out), "\n4980 more are not shown"));
    finish(&f);
}
END_TEST

START_TEST(a_long_line_is_cut_around_the_place)
{
    struct fixture f;
    char text[2000];
    memset(text, 'a', sizeof text);
    text[1500] = 'X';
    text[sizeof text - 1] = '\0';
    begin(&f, text);
    diag_error(&f.list, &unknown, find(&f, "X"), "here");
    diag_render_text(&f.list, false, &f.out);
    ck_assert_uint_lt(f.out.len, 700);
    const char *line = strstr(strbuf_text(&f.out), "1 | ");
    const char *carets = strchr(line, '\n') + 1;
    ck_assert_int_eq(strchr(line, 'X') - line, strchr(carets, '^') - carets);
    finish(&f);
}
END_TEST

START_TEST(a_long_line_of_stray_bytes_is_cut_too)
{
    struct fixture f;
    char text[2000];
    memset(text, '\x80', sizeof text);
    text[sizeof text - 1] = '\0';
    for (uint32_t offset = 0; offset < sizeof text; offset += 37) {
        begin(&f, text);
        diag_error(&f.list, &unknown, (struct span){0, offset, 1}, "here");
        diag_render_text(&f.list, false, &f.out);
        ck_assert_uint_lt(f.out.len, 700);
        finish(&f);
    }
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("diag");
    SUITE_CASE(s, text_shows_place_line_carets_note_and_help);
    SUITE_CASE(s, control_characters_never_reach_the_terminal);
    SUITE_CASE(s, sorted_by_place_and_told_once);
    SUITE_CASE(s, a_flood_is_bounded_and_counted);
    SUITE_CASE(s, a_long_line_is_cut_around_the_place);
    SUITE_CASE(s, a_long_line_of_stray_bytes_is_cut_too);
    return suite_run(s);
}
