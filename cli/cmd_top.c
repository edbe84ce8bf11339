#include "commands.h"
#include "remote.h"
#include "top.h"

static int run(const struct command_call *call)
{
    struct remote remote;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = top_run(&remote);
    remote_close(&remote);
    return code;
}

const struct command cmd_top = {
    .name = "top",
    .summary = "Watch the services and the log of one, live in the terminal",
    .operands = "",
    .about =
        "State, processor time, memory, restarts and ports of all services; below, the log of the\n"
        "selected one. Keys: arrows or j k select, Enter shows the log on the whole screen, r\n"
        "restarts, s stops or starts, / filters the services, ? searches in the log, w says why,\n"
        "o opens the address, h shows all keys, q quits. The services do not notice who watches.",
    .run = run,
};
