#include "commands.h"
#include "diag.h"
#include "eval_file.h"
#include "json.h"
#include "parse.h"
#include "report.h"

struct hcl_options {
    bool eval;
};

static const struct command_option options[] = {
    {0, "eval", OPTION_FLAG, offsetof(struct hcl_options, eval), NULL,
     "evaluate the expressions; the attributes of a vars block are variables", NULL, 0},
    {0},
};

/* FILE:LINE:COLUMN: error: CATEGORY; more. */
static void print_errors(struct diag_list *diags)
{
    uint32_t shown = 0;
    diag_sort(diags);
    for (uint32_t i = 0; i < diags->diags.count && shown < DIAG_SHOWN; i++) {
        const struct diag *diag = diags->diags.items[i];
        if (diag->severity != DIAG_ERROR)
            continue;
        struct position at = source_locate(diags->sources, diag->span);
        printf("%s:%u:%u: error: %s; %s\n", diags->sources->files.items[diag->span.source].path,
               at.line, at.column, diag->message,
               diag->detail != NULL ? diag->detail : diag->code->summary);
        shown++;
    }
    if (diags->errors > shown)
        printf("and %u more\n", diags->errors - shown);
}

static int print_file(const struct hcl_options *chosen, struct diag_list *diags, uint32_t source)
{
    struct strbuf text = {0};
    const struct ast_body *body = parse_source(diags->sources, source, diags);
    if (diags->errors == 0 && chosen->eval)
        eval_file(diags, body, &text);
    else if (diags->errors == 0)
        ast_json(diags->sources, body, &text);
    int code = CLI_FAILED;
    if (diags->errors > 0) {
        print_errors(diags);
    } else {
        if (text.len > 0 && text.ptr[text.len - 1] != '\n')
            strbuf_addc(&text, '\n');
        code = report_output(&text);
    }
    strbuf_finish(&text);
    return code;
}

static int run(const struct command_call *call)
{
    struct sources sources;
    struct diag_list diags;
    uint32_t source;
    sources_init(&sources, call->arena);
    diag_list_init(&diags, call->arena, &sources);
    int error = source_load(&sources, call->operands[0], &source);
    if (error < 0) {
        report_error("%s: %s", call->operands[0], strerror(-error));
        return CLI_FAILED;
    }
    return print_file(command_options(call, struct hcl_options), &diags, source);
}

const struct command cmd_hcl = {
    .name = "hcl",
    .summary = "Show an HCL file as JSON",
    .operands = "FILE",
    .about =
        "Any HCL file: nothing of it needs to be an A3sfile. Expressions are shown as their text,\n"
        "or computed with --eval. Exits with 1 if the file is not valid; \"-\" reads stdin.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
