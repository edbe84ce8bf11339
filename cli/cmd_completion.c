#include "commands.h"
#include "completion.h"
#include "report.h"

struct completion_options {
    bool next;
};

static const struct command_option options[] = {
    {0, "next", OPTION_FLAG, offsetof(struct completion_options, next), NULL,
     "for the scripts: what may stand for the last word behind --", NULL, 0},
    {0},
};

static int add_script(const struct command_call *call, struct strbuf *out)
{
    if (call->operand_count == 1)
        for (int i = 0; i < COMPLETION_SHELL_COUNT; i++)
            if (strcmp(call->operands[0], completion_shells[i]) == 0)
                strbuf_adds(out, completion_script(i));
    if (out->len)
        return CLI_DONE;
    report_error("completion is there for one of the shells bash, zsh and fish");
    report_hint("\"a3s completion --help\" shows how to use it");
    return CLI_USAGE;
}

static int run(const struct command_call *call)
{
    struct strbuf text = {0};
    int code = CLI_DONE;
    if (command_options(call, struct completion_options)->next)
        completion_next(call->table, call->arena, call->operands, call->operand_count, &text);
    else
        code = add_script(call, &text);
    if (!code)
        code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

const struct command cmd_completion = {
    .name = "completion",
    .summary = "Print what a shell needs to complete a3s's command line",
    .operands = "SHELL",
    .about = "SHELL is bash, zsh or fish. In the shell's own start file:\n\n"
             "  bash   source <(a3s completion bash)         in ~/.bashrc\n"
             "  zsh    source <(a3s completion zsh)          in ~/.zshrc, behind compinit\n"
             "  fish   a3s completion fish | source          in ~/.config/fish/config.fish",
    .options = options,
    .operands_min = 1,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
