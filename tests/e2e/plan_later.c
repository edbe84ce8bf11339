/* Writes a plan that the tests run: what it needs is known only when it is loaded or started.
 * plan_later PLAN. Its one task compares what it was given with what its environment says. */
#include "plan_builder.h"

#define SCRIPT                                                                           \
    "test \"$1\" = \"secret is $EXPECTED\" && test \"$FROM_FILE\" = \"in the file\" && " \
    "test \"$OWN\" = \"port $PORT\" && echo all is as it should be"

static struct plan_text looked_up(struct plan_writer *w)
{
    const struct plan_part parts[] = {
        {.kind = PLAN_PIECE_LITERAL, .text = STR("secret is ")},
        {.kind = PLAN_PIECE_ENV, .text = STR("A3S_TEST_SECRET"), .line = 7, .column = 11}};
    return plan_writer_parts(w, parts, 2);
}

static uint32_t add_command(struct plan_writer *w)
{
    struct plan_command command = {.line = plan_writer_text(w, STR("compare")),
                                   .argv.count = 5,
                                   .argv.first = plan_writer_count(w, PLAN_SECTION_ARGV)};
    const struct str words[] = {STR("/bin/sh"), STR("-c"), STR(SCRIPT), STR("compare")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct plan_text word = plan_writer_text(w, words[i]);
        plan_writer_add(w, PLAN_SECTION_ARGV, &word);
    }
    struct plan_text last = looked_up(w);
    plan_writer_add(w, PLAN_SECTION_ARGV, &last);
    return plan_writer_add(w, PLAN_SECTION_COMMANDS, &command);
}

static void add_env(struct plan_writer *w)
{
    const struct plan_part parts[] = {{.kind = PLAN_PIECE_LITERAL, .text = STR("port ")},
                                      {.kind = PLAN_PIECE_PORT, .service = 0}};
    struct plan_env env = {.name = plan_writer_string(w, STR("OWN"))};
    env.value = plan_writer_parts(w, parts, 2);
    plan_writer_add(w, PLAN_SECTION_ENV, &env);
    struct plan_env_file file = {
        .path = plan_writer_string(w, STR("secrets.env")), .line = 8, .column = 14};
    plan_writer_add(w, PLAN_SECTION_ENV_FILES, &file);
}

static void add_task(struct plan_writer *w)
{
    struct plan_span span = {PLAN_FIELD_NAME, 0, 5, 9};
    struct plan_service task = {.name = plan_writer_string(w, STR("task")),
                                .dir = plan_writer_text(w, STR(".")),
                                .env.count = 1,
                                .env_files.count = 1,
                                .spans.count = 1,
                                .pre_start = PLAN_NONE,
                                .post_stop = PLAN_NONE,
                                .probe = PLAN_NONE,
                                .watch = PLAN_NONE,
                                .log = PLAN_NONE,
                                .backoff_ms = 1000,
                                .max_backoff_ms = 30000,
                                .reset_after_ms = 60000,
                                .stop_timeout_ms = 5000,
                                .port_source = PLAN_PORT_CHOSEN,
                                .kind = PLAN_KIND_TASK,
                                .restart = PLAN_RESTART_ON_FAILURE,
                                .replicas = 1};
    task.command = add_command(w);
    add_env(w);
    plan_writer_add(w, PLAN_SECTION_SPANS, &span);
    plan_writer_add(w, PLAN_SECTION_SERVICES, &task);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct plan_writer *writer = plan_writer_new(&arena);
    const void *bytes = NULL;
    size_t size = 0;
    uint64_t where = 0;
    if (argc != 2)
        return 2;
    plan_builder_frame(writer);
    ((struct plan_settings *)plan_writer_record(writer, PLAN_SECTION_SETTINGS, 0))->proxy_port = 0;
    add_task(writer);
    enum plan_error error = plan_writer_finish(writer, &bytes, &size, &where);
    if (error)
        fprintf(stderr, "%s\n", plan_error_text(error));
    int code = error || plan_writer_publish(bytes, size, argv[1]) ? 1 : 0;
    arena_finish(&arena);
    return code;
}
