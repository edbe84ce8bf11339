#include "commands.h"
#include "remote.h"
#include "report.h"

static int run(const struct command_call *call)
{
    struct remote remote;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    json_t *names = remote_names(call);
    code = remote_call(&remote, "POST", "/v1/restart", names, NULL);
    json_decref(names);
    remote_close(&remote);
    for (size_t i = 0; !code && i < call->operand_count; i++)
        report_note("restarting %s", call->operands[i]);
    return code;
}

const struct command cmd_restart = {
    .name = "restart",
    .summary = "Stop services and start them again",
    .operands = "SERVICE...",
    .about = "Returns at once; \"a3s status\" shows how far it is.",
    .operands_min = 1,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
