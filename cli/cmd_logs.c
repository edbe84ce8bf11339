#include "commands.h"
#include "log_view.h"
#include "remote.h"
#include "report.h"

#include <unistd.h>

#define LINES_ALL (-1)

struct logs_options {
    bool follow, json, http;
    long lines;
};

static const struct command_option options[] = {
    {'f', "follow", OPTION_FLAG, offsetof(struct logs_options, follow), NULL,
     "go on with what is printed from now on", NULL, 0},
    {'n', "lines", OPTION_NUMBER, offsetof(struct logs_options, lines), "COUNT",
     "the newest lines only; else all that are kept", NULL, LINES_ALL},
    {0, "http", OPTION_FLAG, offsetof(struct logs_options, http), NULL,
     "the requests that went through the proxy instead", NULL, 0},
    {0, "json", OPTION_FLAG, offsetof(struct logs_options, json), NULL, "one JSON object a line",
     NULL, 0},
    {0},
};

struct output {
    struct log_view view;
    bool json;   /* lines pass as they are */
    bool follow; /* a line is shown at once */
    bool broken; /* nobody reads any more */
    struct strbuf text;
};

static bool on_line(void *ctx, struct str line)
{
    struct output *output = ctx;
    strbuf_clear(&output->text);
    if (output->json) {
        strbuf_add_str(&output->text, line);
        strbuf_addc(&output->text, '\n');
    } else {
        log_view_draw(&output->view, line, &output->text);
    }
    output->broken = fwrite(output->text.ptr, 1, output->text.len, stdout) != output->text.len ||
                     (output->follow && fflush(stdout) != 0);
    return !output->broken;
}

static void build_target(const struct command_call *call, struct strbuf *target)
{
    const struct logs_options *chosen = command_options(call, struct logs_options);
    strbuf_addf(target, "/v1/logs?follow=%d%s", chosen->follow, chosen->http ? "&stream=http" : "");
    if (chosen->lines != LINES_ALL)
        strbuf_addf(target, "&lines=%ld", chosen->lines);
    for (size_t i = 0; i < call->operand_count; i++) {
        strbuf_adds(target, "&service=");
        remote_add_name(target, call->operands[i]);
    }
}

/* The names decide colours and the width of their column. */
static int learn_names(const struct command_call *call, struct remote *remote,
                       struct log_view *view)
{
    json_t *status = NULL, *service;
    size_t i;
    int code = remote_call(remote, "GET", "/v1/status", NULL, &status);
    view->width = strlen("a3s");
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *name = json_string_value(json_object_get(service, "name"));
        json_array_append_new(view->names, json_string(name ? name : ""));
        if (name && !call->operand_count && strlen(name) > view->width)
            view->width = strlen(name);
    }
    for (i = 0; i < call->operand_count; i++)
        if (strlen(call->operands[i]) > view->width)
            view->width = strlen(call->operands[i]);
    json_decref(status);
    return code;
}

static int show(const struct command_call *call, struct remote *remote, struct output *output)
{
    struct strbuf target = {0};
    build_target(call, &target);
    int code = learn_names(call, remote, &output->view);
    if (!code)
        code = remote_stream(remote, target.ptr, on_line, output);
    if (fflush(stdout) != 0 || output->broken)
        code = code ? code : CLI_FAILED;
    strbuf_finish(&target);
    return code;
}

static int run(const struct command_call *call)
{
    const struct logs_options *chosen = command_options(call, struct logs_options);
    struct output output = {.json = chosen->json, .follow = chosen->follow};
    struct remote remote;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    output.view = (struct log_view){.names = json_array(),
                                    .color = report_color(STDOUT_FILENO),
                                    .escape = isatty(STDOUT_FILENO)};
    code = show(call, &remote, &output);
    remote_close(&remote);
    strbuf_finish(&output.text);
    json_decref(output.view.names);
    return code;
}

const struct command cmd_logs = {
    .name = "logs",
    .summary = "Show what services have printed",
    .operands = "[SERVICE...]",
    .about = "Following goes on when a service is restarted; Ctrl-C ends it. Lines of standard "
             "error are\n"
             "marked with \"┃\". Requests are shown without their queries.\n"
             "To name the A3sfile, put -f PATH before \"logs\" or use --file.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
