/* What services are started with, and what their plan looks up when it is loaded. */
#include "launch.h"
#include "lookups.h"
#include "plan_builder.h"
#include "suite.h"

#include <errno.h>
#include <sys/stat.h>

enum { DB, MIGRATE, API, WEB, DOCS, WORKER, TAIL, SERVICE_COUNT };

static char *variables[] = {(char[]){"PATH=/bin"},         (char[]){"MODE=slow"},
                            (char[]){"DB_PASSWORD=pa=ss"}, (char[]){"API_TOKEN="},
                            (char[]){"DB_PASSWORDX=no"},   (char[]){"A=a3s"},
                            (char[]){"HOST=elsewhere"},    NULL};
static const uint16_t ports[SERVICE_COUNT] = {[DB] = 5432, [API] = 40001, [WEB] = 3000};

static struct arena arena;
static struct plan plan;
static struct launch_world world;
static struct launch launch;
static struct launch_failure failure;
static struct strbuf errors;

static void open_plan(struct plan_writer *writer)
{
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    enum plan_error error = plan_writer_finish(writer, &bytes, &size, &where);
    ck_assert_msg(error == PLAN_OK, "%s", plan_error_text(error));
    plan_view(&plan, bytes, size);
    world = (struct launch_world){.plan = &plan,
                                  .root = suite_tmpdir(),
                                  .ports = ports,
                                  .lookups = lookups_resolve(&arena, &plan, variables, &errors),
                                  .inherited = variables};
    ck_assert_str_eq(strbuf_text(&errors), "");
    ck_assert_ptr_nonnull(world.lookups);
}

static void setup(void)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    plan_builder_fill(writer);
    open_plan(writer);
}

static void finish(void)
{
    strbuf_finish(&errors);
    arena_finish(&arena);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(arena_printf(&arena, "%s/%s", suite_tmpdir(), name), "we");
    fputs(text, file);
    fclose(file);
}

static const char *value_of(const char *name)
{
    const char *value = NULL;
    size_t length = strlen(name);
    for (const char *const *entry = launch.env; *entry; entry++)
        if (!strncmp(*entry, name, length) && (*entry)[length] == '=') {
            ck_assert_msg(value == NULL, "%s is there twice", name);
            value = *entry + length + 1;
        }
    return value;
}

static void expect(const char *name, const char *value)
{
    const char *got = value_of(name);
    ck_assert_msg(value ? got && !strcmp(got, value) : !got, "%s is %s, not %s", name,
                  got ? got : "unset", value ? value : "unset");
}

static bool start(uint32_t service, uint32_t command)
{
    return launch_new(&arena, &world, service, command, &launch, &failure);
}

START_TEST(a_service_gets_what_it_needs)
{
    setup();
    ck_assert(start(API, plan.services[API].command));
    ck_assert_str_eq(launch.argv[0], "cargo");
    ck_assert_str_eq(launch.argv[2], "");
    ck_assert_ptr_null(launch.argv[4]);
    ck_assert_str_eq(launch.dir, arena_printf(&arena, "%s/services/api", suite_tmpdir()));
    expect("PORT", "40001");
    expect("HOST", "127.0.0.1");
    expect("A3S_SERVICE", "api");
    expect("A3S_URL", "http://api.localhost:7080");
    expect("A3S_DB_PORT", "5432");
    expect("A3S_DB_URL", "http://127.0.0.1:5432");
    expect("A3S_MIGRATE_PORT", NULL);
    expect("PATH", "/bin");
    expect("LEVEL", "");
    ck_assert(start(DOCS, plan.services[DOCS].command));
    ck_assert_str_eq(launch.dir, suite_tmpdir());
    expect("PORT", NULL);
    expect("HOST", "elsewhere");
    finish();
}
END_TEST

START_TEST(what_is_known_now_is_put_in)
{
    setup();
    put(".env", "");
    put("worker.env", "");
    ck_assert(start(WORKER, plan.services[WORKER].command));
    ck_assert_str_eq(launch.argv[1], "postgres://pa=ss@127.0.0.1:5432");
    ck_assert_str_eq(launch.dir, arena_printf(&arena, "%s/work/plain", suite_tmpdir()));
    expect("API", "http://127.0.0.1:40001");
    expect("API_TOKEN", ""); /* set, and empty */
    expect("MODE", "slow");
    ck_assert_str_eq(launch_text(&arena, &world, plan.logs[plan.services[WORKER].log].file),
                     "logs/plain.log");
    finish();
}
END_TEST

START_TEST(every_command_of_a_service_can_be_launched)
{
    setup();
    put(".env", "");
    put("worker.env", "A=file");
    const struct plan_service *worker = &plan.services[WORKER];
    const uint32_t commands[] = {worker->pre_start, worker->post_stop,
                                 plan.probes[worker->probe].command};
    const char *const programs[] = {"./prepare", "/bin/sh", "./alive"};
    for (size_t i = 0; i < 3; i++) {
        ck_assert(start(WORKER, commands[i]));
        ck_assert_str_eq(launch.argv[0], programs[i]);
        expect("A", "file");
        expect("A3S_SERVICE", "worker");
    }
    finish();
}
END_TEST

START_TEST(what_is_shown_has_no_values)
{
    setup();
    const struct plan_service *worker = &plan.services[WORKER];
    const struct proc_failure dir = {PROC_STAGE_DIR, ENOENT}, exec = {PROC_STAGE_EXEC, EACCES};
    struct strbuf text = {0};
    launch_add_failure(&text, &world, WORKER, worker->command, &dir);
    ck_assert_str_eq(
        strbuf_text(&text),
        arena_printf(&arena,
                     "cannot enter its folder \"%s/work/${env(\"FLAVOR\", \"plain\")}\": "
                     "No such file or directory",
                     suite_tmpdir()));
    strbuf_clear(&text);
    launch_add_failure(&text, &world, WORKER, worker->pre_start, &exec);
    ck_assert_str_eq(strbuf_text(&text),
                     "cannot execute the program \"./prepare\": Permission denied");
    strbuf_finish(&text);
    finish();
}
END_TEST

/* A service "a" with env A, B and files, of the service itself and of the dev block. */
static void add_env(struct plan_writer *writer, struct plan_service *service, const char *name,
                    const char *value, uint32_t flags)
{
    struct plan_env env = {.name = plan_writer_string(writer, str_from(name)), .flags = flags};
    env.value = plan_writer_text(writer, str_from(value));
    plan_writer_add(writer, PLAN_SECTION_ENV, &env);
    service->env.count++;
}

static void add_file(struct plan_writer *writer, struct plan_service *service, const char *path,
                     uint32_t flags)
{
    struct plan_env_file file = {.path = plan_writer_string(writer, str_from(path)),
                                 .flags = flags,
                                 .line = flags ? 3 : 12,
                                 .column = 14};
    plan_writer_add(writer, PLAN_SECTION_ENV_FILES, &file);
    service->env_files.count++;
}

static void setup_files(void)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    plan_builder_frame(writer);
    struct plan_service service = plan_builder_service(writer, "a", 0);
    add_env(writer, &service, "A", "own", 0);
    add_env(writer, &service, "B", "dev", PLAN_ENV_SHARED);
    add_env(writer, &service, "C", "dev", PLAN_ENV_SHARED);
    add_file(writer, &service, "dev1.env", PLAN_ENV_SHARED);
    add_file(writer, &service, "dev2.env", PLAN_ENV_SHARED);
    add_file(writer, &service, "own1.env", 0);
    add_file(writer, &service, "own2.env", 0);
    service.port_source = PLAN_PORT_CHOSEN;
    plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);
    open_plan(writer);
    put("dev1.env", "A=dev1\nB=dev1\nC=dev1\nD=dev1\nE=dev1\nF=dev1\n");
    put("dev2.env", "A=dev2\nB=dev2\nC=dev2\nD=dev2\nE=dev2\nHOST=dev2\n");
    put("own1.env", "A=own1\nB=own1\nD=own1\n");
    put("own2.env", "A=own2\nB=own2\nB=again\n");
}

START_TEST(the_strongest_wins)
{
    setup_files();
    ck_assert(start(0, 0));
    expect("A", "own");
    expect("B", "again");
    expect("C", "dev");
    expect("D", "own1");
    expect("E", "dev2");
    expect("F", "dev1");
    expect("HOST", "dev2");
    expect("PATH", "/bin");
    finish();
}
END_TEST

static void expect_failure(const char *reason, bool permanent)
{
    ck_assert(!start(0, 0));
    ck_assert_str_eq(failure.reason, reason);
    ck_assert_int_eq(failure.permanent, permanent);
}

START_TEST(a_bad_file_is_named_with_its_line)
{
    setup_files();
    put("own2.env", "A=1\nB=\"hunter2\n");
    expect_failure("own2.env:2: a value has no closing double quote (env_file at "
                   "A3sfile.hcl:12:14)",
                   true);
    remove(arena_printf(&arena, "%s/dev2.env", suite_tmpdir()));
    expect_failure("dev2.env: there is no such file: create it, or take it out of env_file "
                   "(env_file at A3sfile.hcl:3:14)",
                   true);
    put("dev2.env", "");
    put("own2.env", "");
    ck_assert(start(0, 0)); /* read anew each time */
    finish();
}
END_TEST

START_TEST(many_variables_are_no_trouble)
{
    setup_files();
    struct strbuf text = {0};
    for (int i = 0; i < 60000; i++)
        strbuf_addf(&text, "V%d=%d\n", i, i);
    put("own2.env", strbuf_text(&text));
    strbuf_finish(&text);
    ck_assert(start(0, 0));
    expect("V59999", "59999");
    finish();
}
END_TEST

START_TEST(what_is_missing_is_said_at_once)
{
    char *none[] = {(char[]){"API_TOKENS=x"}, (char[]){"="}, (char[]){"DB_PASSWORD"}, NULL};
    setup();
    ck_assert_ptr_null(lookups_resolve(&arena, &plan, none, &errors));
    ck_assert_str_eq(
        strbuf_text(&errors),
        "A3sfile.hcl:66:5: error: the environment variable \"API_TOKEN\" is not set, and the plan "
        "needs it to start\n"
        "   = help: set it, or give env() a default: env(\"API_TOKEN\", \"...\")\n"
        "A3sfile.hcl:62:5: error: the environment variable \"DB_PASSWORD\" is not set, and the "
        "plan needs it to start\n"
        "   = help: set it, or give env() a default: env(\"DB_PASSWORD\", \"...\")\n");
    finish();
}
END_TEST

START_TEST(what_is_too_long_is_refused_unseen)
{
    struct strbuf entry = {0};
    strbuf_adds(&entry, "DB_PASSWORD=");
    strbuf_addn(&entry, 'x', PLAN_TEXT_MAX);
    char *set[] = {(char[]){"API_TOKEN=1"}, entry.ptr, NULL};
    setup();
    ck_assert_ptr_nonnull(lookups_resolve(&arena, &plan, set, &errors));
    strbuf_addc(&entry, 'x');
    set[1] = entry.ptr;
    ck_assert_ptr_null(lookups_resolve(&arena, &plan, set, &errors));
    ck_assert_str_eq(strbuf_text(&errors),
                     "A3sfile.hcl:62:5: error: the environment variable \"DB_PASSWORD\" has more "
                     "than 65536 bytes\n"
                     "   = help: give the services a file that holds it instead\n");
    strbuf_finish(&entry);
    finish();
}
END_TEST

START_TEST(a_long_list_ends)
{
    struct plan_writer *writer = plan_writer_new(&arena);
    char *none[] = {NULL};
    plan_builder_frame(writer);
    struct plan_service service = plan_builder_service(writer, "a", 0);
    for (uint32_t i = 0; i < 22; i++) {
        struct plan_part part = {.kind = PLAN_PIECE_ENV,
                                 .text = str_from(arena_printf(&arena, "V%02u", i)),
                                 .line = i + 1,
                                 .column = 1};
        struct plan_env env = {.name = plan_writer_string(writer, part.text)};
        env.value = plan_writer_parts(writer, &part, 1);
        plan_writer_add(writer, PLAN_SECTION_ENV, &env);
        service.env.count++;
    }
    plan_writer_add(writer, PLAN_SECTION_SERVICES, &service);
    const void *bytes;
    size_t size;
    uint64_t where;
    ck_assert_int_eq(plan_writer_finish(writer, &bytes, &size, &where), PLAN_OK);
    plan_view(&plan, bytes, size);
    ck_assert_ptr_null(lookups_resolve(&arena, &plan, none, &errors));
    ck_assert_ptr_nonnull(strstr(strbuf_text(&errors), "A3sfile.hcl:20:1: error:"));
    ck_assert_ptr_null(strstr(strbuf_text(&errors), "A3sfile.hcl:21:1: error:"));
    ck_assert_ptr_nonnull(strstr(strbuf_text(&errors), "error: and 2 more\n"));
    finish();
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("launch");
    SUITE_CASE(s, a_service_gets_what_it_needs);
    SUITE_CASE(s, what_is_known_now_is_put_in);
    SUITE_CASE(s, every_command_of_a_service_can_be_launched);
    SUITE_CASE(s, what_is_shown_has_no_values);
    SUITE_CASE(s, the_strongest_wins);
    SUITE_CASE(s, a_bad_file_is_named_with_its_line);
    SUITE_CASE(s, many_variables_are_no_trouble);
    SUITE_CASE(s, what_is_missing_is_said_at_once);
    SUITE_CASE(s, what_is_too_long_is_refused_unseen);
    SUITE_CASE(s, a_long_list_ends);
    return suite_run(s);
}
