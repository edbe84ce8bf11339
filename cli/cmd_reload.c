#include "api.h"
#include "commands.h"
#include "remote.h"
#include "report.h"

struct reload_options {
    bool json;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct reload_options, json), NULL,
     "what differs, or what is wrong, as JSON", NULL, 0},
    {0},
};

/* {"variables": {NAME: VALUE}} */
static json_t *request_body(const struct command_call *call)
{
    json_t *variables = json_object();
    for (uint32_t i = 0; i < call->vars.count; i++)
        json_object_set_new(variables, call->vars.items[i].name,
                            json_string(call->vars.items[i].value));
    return json_pack("{s:o}", "variables", variables);
}

/* What differs goes to stdout; what is wrong to stderr, as "up" has it. */
static int print_text(const json_t *answer, bool valid)
{
    struct strbuf text = {0};
    strbuf_adds(&text, api_text(answer, "text"));
    int code = CLI_DONE;
    if (!valid) {
        fwrite(strbuf_text(&text), 1, text.len, stderr);
        report_error("%s", api_text(answer, "error"));
    } else if (text.len) {
        code = report_output(&text);
    } else {
        report_note("nothing differs from what runs");
    }
    strbuf_finish(&text);
    return code;
}

/* Compiling may take long; whether anybody answers is known sooner. */
static int ask(struct remote *remote, const struct command_call *call, json_t **out_answer)
{
    int code = remote_call(remote, "GET", "/v1", NULL, NULL);
    if (code)
        return code;
    json_t *body = request_body(call);
    remote->patience = RELOAD_PATIENCE;
    code = remote_call(remote, "POST", "/v1/reload", body, out_answer);
    json_decref(body);
    return code;
}

static int run(const struct command_call *call)
{
    const struct reload_options *chosen = command_options(call, struct reload_options);
    struct remote remote;
    json_t *answer = NULL;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = ask(&remote, call, &answer);
    remote_close(&remote);
    if (code && code != CLI_INVALID)
        return code;
    int printed = chosen->json ? report_json(answer) : print_text(answer, !code);
    json_decref(answer);
    return code ? code : printed;
}

const struct command cmd_reload = {
    .name = "reload",
    .summary = "Take over a changed A3sfile while services run",
    .operands = "",
    .about =
        "Compiles it and prints what differs, with the lines that say so. Services that differ in\n"
        "what their process sees are restarted, new ones start, those that are gone stop, and all\n"
        "others keep their process. Mistakes in it are printed, and nothing changes (exit code\n"
        "4). --var holds for later reloads, too. Returns at once; \"a3s status\"\n"
        "shows how far it is.",
    .options = options,
    .compiles = true,
    .run = run,
};
