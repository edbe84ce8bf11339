/* Before codes.h, which leaves its CODE defined. */
#include "import_codes.h"
#include "syntax_codes.h"

#include "codes.h"
#include "commands.h"
#include "report.h"

#include <strings.h>

static const struct diag_code *find_code(const char *name)
{
    static const struct {
        const struct diag_code *codes;
        size_t count;
    } tables[] = {{syntax_codes, SYNTAX_CODE_COUNT},
                  {compile_codes, COMPILE_CODE_COUNT},
                  {import_codes, IMPORT_CODE_COUNT}};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; i < tables[t].count; i++)
            if (strcasecmp(tables[t].codes[i].name, name) == 0)
                return &tables[t].codes[i];
    return NULL;
}

static int run(const struct command_call *call)
{
    struct strbuf text = {0};
    const struct diag_code *code = find_code(call->operands[0]);
    if (!code) {
        report_error("there is no code \"%s\"; codes look like E0203", call->operands[0]);
        return CLI_USAGE;
    }
    strbuf_addf(&text, "%s: %s\n\n%s\n", code->name, code->summary, code->explain);
    int result = report_output(&text);
    strbuf_finish(&text);
    return result;
}

const struct command cmd_explain = {
    .name = "explain",
    .summary = "Explain the code of an error or a warning",
    .operands = "CODE",
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
