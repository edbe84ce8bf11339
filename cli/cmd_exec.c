#include "api.h"
#include "commands.h"
#include "launch.h"
#include "load.h"
#include "lookups.h"
#include "ports.h"
#include "remote.h"
#include "report.h"
#include "vec.h"

#include <errno.h>
#include <unistd.h>

extern char **environ;

/* As env(1) and shells have it. */
#define EXIT_NO_COMMAND 127
#define EXIT_NO_EXEC    126

/* What a command is executed with. */
struct place {
    const char *dir;
    VEC(const char *) env; /* "NAME=value"; NULL at the end */
};

/* Of the terminal that the command runs in, not of the one in which a3s was started. */
static bool is_of_terminal(const char *entry)
{
    static const char *const names[] = {"TERM=", "COLORTERM=", "COLUMNS=", "LINES="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(entry, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* With the mark, by which a3s finds its processes again, the command would be ended as one of them.
 */
static bool is_mark(const char *entry)
{
    return strncmp(entry, "A3S_RUN_ID=", strlen("A3S_RUN_ID=")) == 0;
}

static void add_entry(struct arena *arena, struct place *place, const char *entry)
{
    if (!is_mark(entry) && !is_of_terminal(entry))
        *vec_push(arena, &place->env) = entry;
}

static void end_environment(struct arena *arena, struct place *place)
{
    for (char **entry = environ; *entry; entry++)
        if (is_of_terminal(*entry))
            *vec_push(arena, &place->env) = *entry;
    *vec_push(arena, &place->env) = NULL;
}

/* ---- What runs knows it ---- */

static void note_left_out(json_t *names)
{
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
        report_note("without %s, whose value is not UTF-8", json_string_value(name));
}

static int take_answer(struct arena *arena, json_t *answer, struct place *place)
{
    json_t *env = json_object_get(answer, "env"), *value;
    const char *name, *dir = json_string_value(json_object_get(answer, "dir"));
    if (!json_is_object(env) || !dir) {
        report_error("a3s gave an answer that this version does not understand");
        return CLI_FAILED;
    }
    place->dir = arena_printf(arena, "%s", dir);
    json_object_foreach(env, name, value)
        add_entry(arena, place, arena_printf(arena, "%s=%s", name, json_string_value(value)));
    note_left_out(json_object_get(answer, "left_out"));
    return CLI_DONE;
}

static int ask(const struct command_call *call, struct remote *remote, struct place *place)
{
    struct strbuf target = {0};
    json_t *answer = NULL;
    api_service(&target, call->operands[0], "launch");
    int code = remote_call(remote, "GET", strbuf_text(&target), NULL, &answer);
    if (!code)
        code = take_answer(call->arena, answer, place);
    json_decref(answer);
    strbuf_finish(&target);
    return code;
}

/* ---- Nothing runs: out of the A3sfile ---- */

/* What the environment says, and ports that are free now. */
static int complete_world(struct arena *arena, struct launch_world *world, const char *path)
{
    struct strbuf errors = {0};
    char root[PATH_MAX];
    uint16_t *ports = arena_new(arena, uint16_t, world->plan->service_count);
    world->lookups = lookups_resolve(arena, world->plan, environ, &errors);
    fwrite(strbuf_text(&errors), 1, errors.len, stderr);
    strbuf_finish(&errors);
    if (!world->lookups)
        return CLI_INVALID;
    int error = ports_resolve(world->plan, ports);
    if (!error && !realpath(load_folder(arena, path), root))
        error = -errno;
    if (error) {
        report_error("cannot prepare the command: %s", strerror(-error));
        return CLI_FAILED;
    }
    world->ports = ports;
    world->root = arena_printf(arena, "%s", root);
    world->inherited = environ;
    return CLI_DONE;
}

static int work_out(const struct command_call *call, const char *path, const struct plan *plan,
                    struct place *place)
{
    struct launch_world world = {.plan = plan};
    struct launch launch;
    struct launch_failure failure;
    uint32_t service;
    int code = load_service(plan, call->operands[0], &service);
    if (!code)
        code = complete_world(call->arena, &world, path);
    if (code)
        return code;
    if (!launch_new(call->arena, &world, service, plan->services[service].command, &launch,
                    &failure)) {
        report_error("%s", failure.reason);
        return CLI_FAILED;
    }
    place->dir = launch.dir;
    for (const char *const *entry = launch.env; *entry; entry++)
        add_entry(call->arena, place, *entry);
    return CLI_DONE;
}

/* The plan stays: the environment points into it. */
static int compile(const struct command_call *call, struct place *place)
{
    struct plan *plan = arena_new(call->arena, struct plan, 1);
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (!code)
        code = load_compiled(call, path, false, plan);
    return code ? code : work_out(call, path, plan, place);
}

/* ---- The command ---- */

static int execute(const struct command_call *call, struct place *place)
{
    const char *program = call->operands[1];
    if (chdir(place->dir) != 0) {
        report_error("cannot enter %s: %s", place->dir, strerror(errno));
        return CLI_FAILED;
    }
    char **ours = environ;
    environ = (char **)place->env.items; /* whose PATH counts */
    execvp(program, (char *const *)call->operands + 1);
    int error = errno;
    environ = ours;
    report_error("cannot execute %s: %s", program, strerror(error));
    return error == ENOENT ? EXIT_NO_COMMAND : EXIT_NO_EXEC;
}

static int run(const struct command_call *call)
{
    struct place place = {0};
    struct remote remote = {0};
    int code;
    if (remote_is_running(call)) {
        code = remote_open(call, &remote);
        if (!code)
            code = ask(call, &remote, &place);
        remote_close(&remote);
    } else {
        code = compile(call, &place);
    }
    if (code)
        return code;
    end_environment(call->arena, &place);
    return execute(call, &place);
}

const struct command cmd_exec = {
    .name = "exec",
    .elsewhere = (const char *const[]){"shell", "sh", "attach", "connect", NULL},
    .summary = "Run a command with the environment of a service",
    .operands = "SERVICE -- COMMAND [ARGUMENT...]",
    .about =
        "In the service's folder, with its variables and its port: what the running a3s gives to\n"
        "it, or, when nothing runs, what \"a3s up\" would (a port that is to be chosen is a free\n"
        "one then). The command has this terminal. Its exit code is the exit code; 127 if\n"
        "there is no such command, 126 if it cannot be executed.",
    .operands_min = 2,
    .operands_max = COMMAND_OPERANDS_ANY,
    .compiles = true,
    .run = run,
};
