#include "commands.h"
#include "functions.h"
#include "report.h"

static int run(const struct command_call *call)
{
    (void)call;
    struct strbuf text = {0}, usage = {0};
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        strbuf_clear(&usage);
        function_usage(&functions[i], &usage);
        strbuf_addf(&text, "%-36s %s: %s\n", strbuf_text(&usage), functions[i].result,
                    functions[i].doc);
    }
    int code = report_output(&text);
    strbuf_finish(&usage);
    strbuf_finish(&text);
    return code;
}

const struct command cmd_functions = {
    .name = "functions",
    .summary = "List the functions that expressions may call",
    .operands = "",
    .about = "Each with its parameters, what it gives, and what that is. \"...\" behind a\n"
             "parameter: it may be given any number of times.",
    .run = run,
};
