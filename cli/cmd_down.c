#include "api.h"
#include "commands.h"
#include "load.h"
#include "remote.h"
#include "report.h"
#include "start.h"

/* Between two looks; how many of them before the first word about what is waited for, and the most
 * between two words: the pauses double. */
#define LOOK_NS     20000000L
#define LOOKS_FIRST 50
#define LOOKS_LAST  500

static bool is_down(const char *state)
{
    static const char *const states[] = {"", "stopped", "failed", "done", "blocked", "pending"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i], state) == 0)
            return true;
    return false;
}

/* The services that still run, of those that the call is about, and what they are up to. */
static int list_living(const struct command_call *call, struct remote *remote,
                       struct strbuf *out_living)
{
    json_t *status = NULL, *service;
    size_t i;
    int code = remote_status(remote, &status);
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *name = api_text(service, "name"), *state = api_text(service, "state");
        const char *reason = api_text(service, "reason");
        if (!remote_is_meant(call, name) || is_down(state))
            continue;
        strbuf_addf(out_living, "%s%s", out_living->len ? ", " : "", name);
        if (*reason && strcmp(state, "stopping") == 0)
            strbuf_addf(out_living, " (%s)", reason);
    }
    json_decref(status);
    return code;
}

static int report_living(const struct command_call *call, struct remote *remote)
{
    struct strbuf living = {0};
    int code = list_living(call, remote, &living);
    if (!code && living.len)
        report_note("waiting for %s", living.ptr);
    strbuf_finish(&living);
    return code;
}

/* Whether it is time for a word; moves *next to the time of the one after it. */
static bool is_time(unsigned looks, unsigned *next)
{
    if (looks < *next)
        return false;
    *next = looks + (looks < LOOKS_LAST ? looks : LOOKS_LAST);
    return true;
}

static void pause_between_looks(void)
{
    nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
}

/* Everything: until the lock is free. */
static int stop_all(const struct command_call *call, struct remote *remote)
{
    unsigned next = LOOKS_FIRST;
    int code = remote_call(remote, "POST", "/v1/shutdown", NULL, NULL);
    for (unsigned looks = 1; !code && rundir_is_running(&remote->dir); looks++) {
        pause_between_looks();
        remote->quiet = true;
        if (is_time(looks, &next) && report_living(call, remote) == CLI_TIMEOUT)
            code = CLI_TIMEOUT;
    }
    if (!code)
        report_note("stopped");
    return code;
}

/* Some: until none of them runs. */
static int stop_named(const struct command_call *call, struct remote *remote)
{
    struct strbuf living = {0};
    unsigned next = LOOKS_FIRST;
    json_t *names = remote_names(call);
    int code = remote_call(remote, "POST", "/v1/stop", names, NULL);
    bool asked = !code;
    json_decref(names);
    remote->quiet = true; /* with the last service a3s may end */
    for (unsigned looks = 1; !code; looks++) {
        strbuf_clear(&living);
        code = list_living(call, remote, &living);
        if (code || !living.len)
            break;
        if (is_time(looks, &next))
            report_note("waiting for %s", strbuf_text(&living));
        pause_between_looks();
    }
    if (code == CLI_NOT_RUNNING && asked)
        code = CLI_DONE;
    for (size_t i = 0; !code && i < call->operand_count; i++)
        report_note("%s is stopped", call->operands[i]);
    strbuf_finish(&living);
    return code;
}

/* Nobody runs it, but an a3s that was killed may have left something. Whether it had. */
static bool sweep(const struct command_call *call)
{
    char path[PATH_MAX];
    struct rundir dir;
    if (call->operand_count || !load_find(call, path) || rundir_open(&dir, path, false))
        return false;
    bool is_free = !rundir_is_running(&dir) && rundir_lock(&dir) == 0;
    bool swept = is_free && start_sweep(&dir) > 0;
    rundir_close(&dir);
    return swept;
}

static int run(const struct command_call *call)
{
    struct remote remote;
    if (sweep(call))
        return CLI_DONE;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = call->operand_count ? stop_named(call, &remote) : stop_all(call, &remote);
    remote_close(&remote);
    return code;
}

const struct command cmd_down = {
    .name = "down",
    .elsewhere = (const char *const[]){"stop", "kill", "halt", "rm", NULL},
    .summary = "Stop services, or everything and a3s itself",
    .operands = "[SERVICE...]",
    .about =
        "Dependents are stopped first. Without a name a3s ends too. Returns when it is done; exit\n"
        "code 3 if nothing was running. What an a3s that was killed has left is ended, too.",
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
