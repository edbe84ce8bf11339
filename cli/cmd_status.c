#include "commands.h"
#include "report.h"
#include "status_view.h"
#include "status_watch.h"

#include <unistd.h>

struct status_options {
    bool json, watch, socket, wide;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct status_options, json), NULL,
     "the answer of the control API, for programs", NULL, 0},
    {0, "wide", OPTION_FLAG, offsetof(struct status_options, wide), NULL,
     "with the requests that went through the proxy", NULL, 0},
    {'w', "watch", OPTION_FLAG, offsetof(struct status_options, watch), NULL,
     "go on and show each change; Ctrl-C ends it", NULL, 0},
    {0, "socket", OPTION_FLAG, offsetof(struct status_options, socket), NULL,
     "only the path of the control socket, for curl --unix-socket", NULL, 0},
    {0},
};

static int print_socket(const struct remote *remote)
{
    struct strbuf text = {0};
    strbuf_addf(&text, "%s/sock\n", remote->dir.path);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int print_table(const struct command_call *call, json_t *status)
{
    struct strbuf text = {0};
    status_view_draw(status, report_color(STDOUT_FILENO),
                     command_options(call, struct status_options)->wide, call->arena, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int show(const struct command_call *call, struct remote *remote)
{
    const struct status_options *chosen = command_options(call, struct status_options);
    json_t *status = NULL;
    int code = remote_status(remote, &status);
    if (!code)
        code = chosen->json ? report_json(status) : print_table(call, status);
    json_decref(status);
    return code;
}

static int run(const struct command_call *call)
{
    const struct status_options *chosen = command_options(call, struct status_options);
    struct remote remote;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    if (chosen->socket)
        code = print_socket(&remote);
    else
        code = chosen->watch ? status_watch(&remote, chosen->json) : show(call, &remote);
    remote_close(&remote);
    return code;
}

const struct command cmd_status = {
    .name = "status",
    .elsewhere = (const char *const[]){"list", NULL},
    .alias = "ps",
    .summary = "Show the services that run and how they are",
    .operands = "",
    .about =
        "Exit code 3 if nothing is running. With --watch the table is drawn anew when something\n"
        "changes; in a pipe there is a line for each change, \"web starting -> running\", and\n"
        "with --json an object.",
    .options = options,
    .run = run,
};
