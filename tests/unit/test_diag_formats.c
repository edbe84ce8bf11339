#include "diag_render.h"
#include "suite.h"

#include <jansson.h>

static const struct diag_code unknown = {"E0203", "unknown, 100%: a service",
                                         "One\nparagraph.\n\nAnother.\n\n    code {\n    }"};
static const struct diag_code loose = {"W0201", "listed twice", "Once is enough.\n"};
static const struct diag_tool tool = {"checker", "1.2.3"};

struct fixture {
    struct arena arena;
    struct sources sources;
    struct diag_list list;
    struct diag_list *lists[1];
    struct strbuf out;
};

static void begin(struct fixture *f, const char *path, const char *text)
{
    *f = (struct fixture){0};
    sources_init(&f->sources, &f->arena);
    source_add(&f->sources, path, str_from(text));
    diag_list_init(&f->list, &f->arena, &f->sources);
    f->lists[0] = &f->list;
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

/* What a dotted path leads to, numbers being indices: "runs.0.results". Borrowed. */
static json_t *at(json_t *value, const char *path)
{
    char name[64];
    for (size_t length; *path; path += length + (path[length] == '.')) {
        length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        ck_assert_msg(value != NULL, "nothing at %s", path);
    }
    return value;
}

static void ck_text(json_t *value, const char *path, const char *want)
{
    ck_assert_str_eq(json_string_value(at(value, path)), want);
}

static void ck_number(json_t *value, const char *path, int want)
{
    ck_assert_int_eq(json_integer_value(at(value, path)), want);
}

static json_t *parse(struct fixture *f)
{
    json_t *value = json_loads(strbuf_text(&f->out), 0, NULL);
    ck_assert_ptr_nonnull(value);
    return value;
}

static json_t *render_json(struct fixture *f)
{
    diag_render_json(f->lists, 1, &f->out);
    return parse(f);
}

static json_t *render_sarif(struct fixture *f)
{
    diag_render_sarif(&tool, f->lists, 1, &f->out);
    return parse(f);
}

static const char *render_github(struct fixture *f)
{
    diag_render_github(&f->list, &f->out);
    return strbuf_text(&f->out);
}

static void flood(struct fixture *f)
{
    begin(f, "A3sfile.hcl", "x\n");
    for (int i = 0; i < DIAG_KEPT + 7; i++)
        diag_error(&f->list, &unknown, find(f, "x"), "number %d", i);
}

START_TEST(json_has_every_position)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "\xc3\xa9 = \xf0\x9f\x91\xa9 x\n");
    diag_note(diag_error(&f.list, &unknown, find(&f, "x"), "here"), find(&f, "="), "there");
    diag_file_error(&f.list, &loose, "other.hcl", "no such file");
    json_t *array = render_json(&f);
    ck_number(array, "0.range.start.line", 1);
    ck_number(array, "0.range.start.column", 7);
    ck_number(array, "0.range.start.utf16_column", 8);
    ck_number(array, "0.range.start.byte", 10);
    ck_number(array, "0.range.end.byte", 11);
    ck_number(array, "0.notes.0.range.start.column", 3);
    ck_text(array, "1.file", "other.hcl");
    ck_assert_ptr_null(json_object_get(at(array, "1"), "range"));
    json_decref(array);
    finish(&f);
}
END_TEST

START_TEST(json_keeps_every_character_and_mends_broken_bytes)
{
    struct fixture f;
    begin(&f, "A\"3\xff.hcl", "x\n");
    struct diag *diag = diag_error(&f.list, &unknown, find(&f, "x"),
                                   "a \"b\"\n\t\033 100%% \xc3\xa9 \xc3( \xe2\x82");
    diag_help(diag, "\xed\xa0\x80");
    json_t *array = render_json(&f);
    ck_text(array, "0.message",
            "a \"b\"\n\t\033 100% \xc3\xa9 \xef\xbf\xbd( \xef\xbf\xbd\xef\xbf\xbd");
    ck_text(array, "0.help", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    ck_text(array, "0.file", "A\"3\xef\xbf\xbd.hcl");
    json_decref(array);
    finish(&f);
}
END_TEST

START_TEST(json_says_how_many_more)
{
    struct fixture f;
    flood(&f);
    json_t *array = render_json(&f);
    ck_assert_uint_eq(json_array_size(array), DIAG_KEPT);
    ck_number(array, "999.more", 7);
    ck_assert_ptr_null(json_object_get(at(array, "998"), "more"));
    json_decref(array);
    finish(&f);
}
END_TEST

START_TEST(json_of_several_files_is_one_array)
{
    struct fixture a, b;
    begin(&a, "a.hcl", "x\n");
    begin(&b, "b.hcl", "x\n");
    diag_error(&a.list, &unknown, find(&a, "x"), "one");
    diag_error(&b.list, &unknown, find(&b, "x"), "two");
    struct diag_list *both[] = {&a.list, &b.list};
    diag_render_json(both, 2, &a.out);
    json_t *array = parse(&a);
    ck_text(array, "0.file", "a.hcl");
    ck_text(array, "1.file", "b.hcl");
    json_decref(array);
    finish(&a);
    finish(&b);
}
END_TEST

START_TEST(nothing_found_is_an_empty_document)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "x\n");
    json_t *array = render_json(&f);
    ck_assert_uint_eq(json_array_size(array), 0);
    json_decref(array);
    strbuf_clear(&f.out);
    json_t *log = render_sarif(&f);
    ck_assert_uint_eq(json_array_size(at(log, "runs.0.results")), 0);
    ck_assert_uint_eq(json_array_size(at(log, "runs.0.tool.driver.rules")), 0);
    json_decref(log);
    strbuf_clear(&f.out);
    ck_assert_str_eq(render_github(&f), "");
    finish(&f);
}
END_TEST

START_TEST(sarif_names_tool_rules_and_places)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "\xf0\x9f\x91\xa9 x\n  y\n");
    diag_warning(&f.list, &loose, find(&f, "y"), "loose");
    struct diag *diag = diag_error(&f.list, &unknown, find(&f, "x\n  y"), "wrong");
    diag_detail(diag, "really");
    diag_label(diag, "this one");
    diag_help(diag, "mend it");
    diag_note(diag, find(&f, "y"), "first");
    diag_note(diag, find(&f, "x"), "second");
    diag_warning(&f.list, &loose, find(&f, "x"), "again");
    json_t *log = render_sarif(&f), *result = at(log, "runs.0.results.1");
    ck_text(log, "version", "2.1.0");
    ck_text(log, "runs.0.columnKind", "utf16CodeUnits");
    ck_text(log, "runs.0.tool.driver.name", "checker");
    ck_text(log, "runs.0.tool.driver.version", "1.2.3");
    ck_assert_uint_eq(json_array_size(at(log, "runs.0.tool.driver.rules")), 2);
    ck_text(log, "runs.0.tool.driver.rules.0.id", "W0201");
    ck_text(log, "runs.0.tool.driver.rules.0.defaultConfiguration.level", "warning");
    ck_text(log, "runs.0.tool.driver.rules.1.id", "E0203");
    ck_text(log, "runs.0.tool.driver.rules.1.defaultConfiguration.level", "error");
    ck_text(log, "runs.0.tool.driver.rules.1.shortDescription.text", unknown.summary);
    ck_text(log, "runs.0.tool.driver.rules.1.fullDescription.text", "One paragraph.");
    ck_text(log, "runs.0.tool.driver.rules.1.help.text", unknown.explain);
    ck_number(log, "runs.0.results.0.ruleIndex", 0);
    ck_number(log, "runs.0.results.2.ruleIndex", 0);
    ck_number(result, "ruleIndex", 1);
    ck_text(result, "ruleId", "E0203");
    ck_text(result, "level", "error");
    ck_text(result, "message.text", "wrong; really\nhelp: mend it");
    ck_text(result, "locations.0.message.text", "this one");
    json_t *place = at(result, "locations.0.physicalLocation");
    ck_text(place, "artifactLocation.uri", "A3sfile.hcl");
    ck_number(place, "region.startLine", 1);
    ck_number(place, "region.startColumn", 4);
    ck_number(place, "region.endLine", 2);
    ck_number(place, "region.endColumn", 4);
    ck_number(place, "region.byteOffset", 5);
    ck_number(place, "region.byteLength", 5);
    ck_number(result, "relatedLocations.1.id", 2);
    ck_text(result, "relatedLocations.1.message.text", "second");
    ck_number(result, "relatedLocations.1.physicalLocation.region.startColumn", 4);
    json_decref(log);
    finish(&f);
}
END_TEST

static void ck_uri(const char *path, const char *uri)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "x\n");
    diag_file_error(&f.list, &unknown, path, "no such file");
    json_t *log = render_sarif(&f);
    ck_text(log, "runs.0.results.0.locations.0.physicalLocation.artifactLocation.uri", uri);
    ck_assert_ptr_null(
        json_object_get(at(log, "runs.0.results.0.locations.0.physicalLocation"), "region"));
    json_decref(log);
    finish(&f);
}

START_TEST(sarif_paths_are_uri_references)
{
    ck_uri("./a/./b.hcl", "a/./b.hcl");
    ck_uri(".//b", "/b");
    ck_uri("../b_-~.hcl", "../b_-~.hcl");
    ck_uri("/etc/A3sfile.hcl", "file:///etc/A3sfile.hcl");
    ck_uri("a:b c/100%?#.hcl", "a%3Ab%20c/100%25%3F%23.hcl");
    ck_uri("\xc3\xa9\xff\"\n", "%C3%A9%FF%22%0A");
    ck_uri("<stdin>", "%3Cstdin%3E");
}
END_TEST

START_TEST(sarif_mends_broken_bytes)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "x\n");
    diag_label(diag_error(&f.list, &unknown, find(&f, "x"), "\xff\"\n"), "\x80");
    json_t *log = render_sarif(&f);
    ck_text(log, "runs.0.results.0.message.text", "\xef\xbf\xbd\"\n");
    ck_text(log, "runs.0.results.0.locations.0.message.text", "\xef\xbf\xbd");
    json_decref(log);
    finish(&f);
}
END_TEST

START_TEST(sarif_says_how_many_more)
{
    struct fixture f;
    flood(&f);
    json_t *log = render_sarif(&f);
    json_t *said = at(log, "runs.0.invocations.0.toolExecutionNotifications");
    ck_assert_uint_eq(json_array_size(said), 1);
    ck_text(said, "0.message.text", "and 7 more");
    ck_text(said, "0.locations.0.physicalLocation.artifactLocation.uri", "A3sfile.hcl");
    json_decref(log);
    finish(&f);
}
END_TEST

START_TEST(github_has_place_title_and_all_that_was_said)
{
    struct fixture f;
    begin(&f, "./A3sfile.hcl", "a b\n");
    struct diag *diag = diag_error(&f.list, &unknown, find(&f, "b"), "wrong");
    diag_detail(diag, "really");
    diag_label(diag, "this one");
    diag_help(diag, "mend it");
    diag_note(diag, find(&f, "a"), "first");
    diag_warning(&f.list, &loose, find(&f, "a b"), "loose");
    ck_assert_str_eq(render_github(&f),
                     "::error file=A3sfile.hcl,line=1,col=3,endColumn=4,"
                     "title=E0203 unknown%2C 100%25%3A a service::"
                     "wrong; really%0Athis one%0Anote: ./A3sfile.hcl:1:1: first%0Ahelp: mend it\n"
                     "::warning file=A3sfile.hcl,line=1,col=1,endColumn=4,"
                     "title=W0201 listed twice::loose\n");
    finish(&f);
}
END_TEST

START_TEST(github_escapes_what_commands_reserve)
{
    struct fixture f;
    begin(&f, "a:b,c%\r\n.hcl", "x\n");
    diag_error(&f.list, &loose, find(&f, "x"), "a: b, \"c\" 100%%\r\n::error::\t\xc3\xa9\xff\033");
    ck_assert_str_eq(render_github(&f),
                     "::error file=a%3Ab%2Cc%25%0D%0A.hcl,line=1,col=1,endColumn=2,"
                     "title=W0201 listed twice::"
                     "a: b, \"c\" 100%25%0D%0A::error:: \xc3\xa9??\n");
    finish(&f);
}
END_TEST

START_TEST(github_gives_no_end_on_another_line)
{
    struct fixture f;
    begin(&f, "A3sfile.hcl", "x\ny\n");
    diag_error(&f.list, &loose, find(&f, "x\ny"), "long");
    diag_file_error(&f.list, &loose, "other.hcl", "no such file");
    ck_assert_str_eq(render_github(&f),
                     "::error file=A3sfile.hcl,line=1,col=1,title=W0201 listed twice::long\n"
                     "::error file=other.hcl,title=W0201 listed twice::no such file\n");
    finish(&f);
}
END_TEST

START_TEST(github_says_how_many_more)
{
    struct fixture f;
    flood(&f);
    ck_assert_ptr_nonnull(strstr(render_github(&f), "\n::notice file=A3sfile.hcl::and 7 more\n"));
    finish(&f);
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("diag_formats");
    SUITE_CASE(s, json_has_every_position);
    SUITE_CASE(s, json_keeps_every_character_and_mends_broken_bytes);
    SUITE_CASE(s, json_says_how_many_more);
    SUITE_CASE(s, json_of_several_files_is_one_array);
    SUITE_CASE(s, nothing_found_is_an_empty_document);
    SUITE_CASE(s, sarif_names_tool_rules_and_places);
    SUITE_CASE(s, sarif_paths_are_uri_references);
    SUITE_CASE(s, sarif_mends_broken_bytes);
    SUITE_CASE(s, sarif_says_how_many_more);
    SUITE_CASE(s, github_has_place_title_and_all_that_was_said);
    SUITE_CASE(s, github_escapes_what_commands_reserve);
    SUITE_CASE(s, github_gives_no_end_on_another_line);
    SUITE_CASE(s, github_says_how_many_more);
    return suite_run(s);
}
