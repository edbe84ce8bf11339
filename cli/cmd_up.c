#include "commands.h"
#include "load.h"
#include "remake.h"
#include "remote.h"
#include "report.h"
#include "start.h"
#include "top.h"

#include <unistd.h>

struct up_options {
    bool detach, wait, no_deps, no_reload, tui, only_errors, json;
    long wait_timeout; /* seconds */
};

static const struct command_option options[] = {
    {'d', "detach", OPTION_FLAG, offsetof(struct up_options, detach), NULL,
     "go to the background once a3s listens", NULL, 0},
    {0, "wait", OPTION_FLAG, offsetof(struct up_options, wait), NULL,
     "with -d, which it implies: return when all is ready", NULL, 0},
    {0, "wait-timeout", OPTION_NUMBER, offsetof(struct up_options, wait_timeout), "S",
     "give up waiting after S seconds (exit code 124)", NULL, 0},
    {0, "no-deps", OPTION_FLAG, offsetof(struct up_options, no_deps), NULL,
     "start the named services alone", NULL, 0},
    {0, "no-reload", OPTION_FLAG, offsetof(struct up_options, no_reload), NULL,
     "a saved A3sfile changes nothing before \"a3s reload\"", NULL, 0},
    {0, "tui", OPTION_FLAG, offsetof(struct up_options, tui), NULL,
     "go to the background and open \"a3s top\"; leaving it stops nothing", NULL, 0},
    {0, "only-errors", OPTION_FLAG, offsetof(struct up_options, only_errors), NULL,
     "show what services print to stderr, and a3s's own lines; all is kept", NULL, 0},
    {0, "json", OPTION_FLAG, offsetof(struct up_options, json), NULL,
     "show lines as JSON objects, as \"a3s logs --json\" does", NULL, 0},
    {0},
};

static int start(const struct command_call *call, const char *path, const struct plan *plan)
{
    const struct up_options *chosen = command_options(call, struct up_options);
    bool wait = chosen->wait || chosen->wait_timeout;
    struct remake remake = {.call = call, .path = path};
    struct update_source source = remake_a3sfile(&remake, !chosen->no_reload);
    bool can_be_read_again = strcmp(path, "-") != 0;
    return start_plan(&(struct start){
        .plan = plan,
        .root = load_folder(call->arena, path),
        .project = path,
        .names = call->operands,
        .name_count = call->operand_count,
        .arena = call->arena,
        .source = can_be_read_again ? &source : NULL,
        .with_deps = !chosen->no_deps,
        .only_errors = chosen->only_errors,
        .json = chosen->json,
        .detach = chosen->detach || wait || chosen->tui,
        .wait = wait,
        .wait_timeout = chosen->wait_timeout,
    });
}

/* What cannot be meant is refused before anything is compiled. */
static int check_options(const struct command_call *call, const char *path)
{
    const struct up_options *chosen = command_options(call, struct up_options);
    if (chosen->no_deps && !call->operand_count) {
        report_error("--no-deps is about services that are named: a3s up --no-deps SERVICE...");
        return CLI_USAGE;
    }
    if (chosen->tui && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
        report_error("--tui needs a terminal; \"a3s up -d\" does without");
        return CLI_USAGE;
    }
    if (chosen->tui && strcmp(path, "-") == 0) {
        report_error("--tui needs standard input for the keys: name a file with -f");
        return CLI_USAGE;
    }
    return CLI_DONE;
}

static int watch(const struct command_call *call)
{
    struct remote remote;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = top_run(&remote);
    if (!code && rundir_is_running(&remote.dir))
        report_note(
            "a3s goes on in the background; \"a3s top\" is this view, \"a3s down\" stops it");
    remote_close(&remote);
    return code;
}

static int run(const struct command_call *call)
{
    struct plan plan = {0};
    char path[PATH_MAX];
    int code = load_path(call, path);
    if (!code)
        code = check_options(call, path);
    /* Nothing of the compilation is left when it comes back: every process that is forked from
     * there on would hold on to its memory. */
    if (!code)
        code = load_compiled(call, path, true, &plan);
    if (code)
        return code;
    code = start(call, path, &plan);
    plan_close(&plan);
    if (!code && command_options(call, struct up_options)->tui)
        code = watch(call);
    return code;
}

const struct command cmd_up = {
    .name = "up",
    .elsewhere = (const char *const[]){"start", "serve", NULL},
    .summary = "Compile the A3sfile and run its services",
    .operands = "[SERVICE...]",
    .about =
        "Named services bring the services that they depend on. Ctrl-C stops everything,\n"
        "dependents first; a second Ctrl-C kills. A saved A3sfile is taken over at once, as by\n"
        "\"a3s reload\". In the background, \"a3s logs\" shows what is printed and \"a3s down\"\n"
        "stops it.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .compiles = true,
    .run = run,
};
