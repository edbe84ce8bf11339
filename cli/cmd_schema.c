#include "commands.h"
#include "report.h"
#include "schema.h"
#include "schema_json.h"
#include "schema_text.h"
#include "suggest.h"

struct schema_options {
    bool json;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct schema_options, json), NULL,
     "as a JSON Schema (draft-07) of what \"a3s hcl\" prints", NULL, 0},
    {0},
};

/* The last name of the path is the one that people misspell, or what they know of it. */
static int no_such_path(const char *path)
{
    const char *dot = strrchr(path, '.');
    struct suggestion close = suggest_begin(str_from(dot ? dot + 1 : path));
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++)
        suggest_offer(&close, schema_blocks[id].name, 0);
    for (uint32_t id = 0; id < SCHEMA_ATTR_COUNT; id++)
        suggest_offer(&close, schema_attrs[id].name, 0);
    report_error("no block or attribute is called \"%s\"", path);
    if (close.best.ptr)
        report_hint("\"a3s schema %s\"? \"a3s schema\" lists them all", close.best.ptr);
    else
        report_hint("\"a3s schema\" lists them all");
    return CLI_USAGE;
}

static int run(const struct command_call *call)
{
    const struct schema_options *chosen = command_options(call, struct schema_options);
    const char *path = call->operand_count ? call->operands[0] : "";
    struct strbuf text = {0};
    int code = CLI_USAGE;
    if (chosen->json && *path)
        report_error("--json shows the whole schema: leave \"%s\" out", path);
    else if (chosen->json)
        schema_json(&text);
    else if (!schema_text(str_from(path), &text))
        code = no_such_path(path);
    if (text.len)
        code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

const struct command cmd_schema = {
    .name = "schema",
    .summary = "Show what an A3sfile may say",
    .operands = "[BLOCK[.ATTRIBUTE]]",
    .about =
        "All blocks and attributes, each with its meaning, its default and what a value may be;\n"
        "or what is named: health, health.interval, interval. --json is for editors and\n"
        "validators: it describes an A3sfile as \"a3s hcl\" prints it.",
    .options = options,
    .operands_max = 1,
    .run = run,
};
