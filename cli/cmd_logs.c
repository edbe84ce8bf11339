#include "api.h"
#include "clock.h"
#include "commands.h"
#include "line_pattern.h"
#include "log_view.h"
#include "moment.h"
#include "remote.h"
#include "report.h"

#include <unistd.h>

#define LINES_ALL (-1)

struct logs_options {
    bool follow, json, http;
    long lines;
    const char *since, *until, *grep, *run;
};

static const struct command_option options[] = {
    {'f', "follow", OPTION_FLAG, offsetof(struct logs_options, follow), NULL,
     "go on with what is printed from now on", NULL, 0},
    {'n', "lines", OPTION_NUMBER, offsetof(struct logs_options, lines), "COUNT",
     "the newest lines only; else all that are kept", NULL, LINES_ALL},
    {0, "http", OPTION_FLAG, offsetof(struct logs_options, http), NULL,
     "the requests that went through the proxy instead", NULL, 0},
    {0, "since", OPTION_TEXT, offsetof(struct logs_options, since), "TIME",
     "from then on: 10m, 1h30m (ago), 12:03, or 2026-11-25T12:03:04", NULL, 0},
    {0, "until", OPTION_TEXT, offsetof(struct logs_options, until), "TIME", "before then", NULL, 0},
    {'g', "grep", OPTION_TEXT, offsetof(struct logs_options, grep), "PATTERN",
     "lines in which the regular expression is found", NULL, 0},
    {0, "run", OPTION_TEXT, offsetof(struct logs_options, run), "N",
     "of each service's N-th run only, or of the \"newest\"", NULL, 0},
    {0, "json", OPTION_FLAG, offsetof(struct logs_options, json), NULL, "one JSON object a line",
     NULL, 0},
    {0},
};

struct output {
    struct log_view view;
    bool json;   /* lines pass as they are */
    bool follow; /* a line is shown at once */
    bool broken; /* nobody reads any more */
    bool failed; /* a3s has given up, and that has been said */
    struct strbuf text;
};

/* {"error": "..."} instead of a line. */
static bool is_failure(struct str line)
{
    static const struct str begin = {"{\"error\":", sizeof "{\"error\":" - 1};
    if (!str_has_prefix(line, begin))
        return false;
    json_t *object = json_loadb(line.ptr, line.len, 0, NULL);
    const char *text = api_text(object, "error");
    report_error("%s", *text ? text : "a3s has given up");
    json_decref(object);
    return true;
}

static bool on_line(void *ctx, struct str line)
{
    struct output *output = ctx;
    if ((output->failed = is_failure(line)))
        return false;
    strbuf_clear(&output->text);
    if (output->json) {
        strbuf_add_str(&output->text, line);
        strbuf_addc(&output->text, '\n');
    } else {
        log_view_draw(&output->view, line, &output->text);
    }
    output->broken = fwrite(output->text.ptr, 1, output->text.len, stdout) != output->text.len;
    return !output->broken;
}

static bool on_pause(void *ctx)
{
    struct output *output = ctx;
    output->broken = output->broken || (output->follow && fflush(stdout) != 0);
    return !output->broken;
}

static void add_parameter(struct strbuf *target, const char *key, const char *value)
{
    if (!value)
        return;
    strbuf_addf(target, "&%s=", key);
    api_word(target, value);
}

/* As milliseconds, so that the words are understood here, with this terminal's time zone. */
static int add_time(struct strbuf *target, const char *key, const char *text)
{
    int64_t ms;
    if (!text)
        return CLI_DONE;
    if (!moment_parse(text, clock_wall_ms(), &ms)) {
        report_error("--%s: \"%s\" is no time", key, text);
        report_hint("say 10m or 1h30m (ago), 12:03 or 12:03:04, or 2026-11-25T12:03:04+01:00");
        return CLI_USAGE;
    }
    strbuf_addf(target, "&%s=%012lld", key, (long long)(ms < 0 ? 0 : ms));
    return CLI_DONE;
}

/* Before anybody is asked, so that it is told whether something runs or not. */
static int check_pattern(const char *text)
{
    struct line_pattern pattern;
    struct strbuf why = {0};
    if (!text)
        return CLI_DONE;
    bool good = line_pattern_init(&pattern, str_from(text), &why);
    line_pattern_finish(&pattern);
    if (!good) {
        report_error("--grep: \"%s\" is no regular expression: %s", text, strbuf_text(&why));
        report_hint(
            "it is one as of grep -P (PCRE2); a \\ before . * + ? ( [ { | ^ $ makes it stand "
            "for itself");
    }
    strbuf_finish(&why);
    return good ? CLI_DONE : CLI_USAGE;
}

static int build_target(const struct command_call *call, struct strbuf *target)
{
    const struct logs_options *chosen = command_options(call, struct logs_options);
    strbuf_addf(target, "/v1/logs?follow=%d%s", chosen->follow, chosen->http ? "&stream=http" : "");
    if (chosen->lines != LINES_ALL)
        strbuf_addf(target, "&lines=%ld", chosen->lines);
    for (size_t i = 0; i < call->operand_count; i++)
        add_parameter(target, "service", call->operands[i]);
    add_parameter(target, "grep", chosen->grep);
    add_parameter(target, "run", chosen->run);
    int code = add_time(target, "since", chosen->since);
    return code ? code : add_time(target, "until", chosen->until);
}

/* The names decide colours and the width of their column. */
static int learn_names(const struct command_call *call, struct remote *remote,
                       struct log_view *view)
{
    json_t *status = NULL, *service;
    size_t i;
    int code = remote_status(remote, &status);
    view->width = strlen("a3s");
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *name = api_text(service, "name");
        json_array_append_new(view->names, json_string(name));
        if (!call->operand_count && strlen(name) > view->width)
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
    struct remote_listener listener = {.on_line = on_line, .on_pause = on_pause, .ctx = output};
    int code = build_target(call, &target);
    if (!code)
        code = learn_names(call, remote, &output->view);
    if (!code)
        code = remote_listen(remote, target.ptr, &listener);
    if (fflush(stdout) != 0 || output->broken || output->failed)
        code = code ? code : CLI_FAILED;
    strbuf_finish(&target);
    return code;
}

static int run(const struct command_call *call)
{
    const struct logs_options *chosen = command_options(call, struct logs_options);
    struct output output = {.json = chosen->json, .follow = chosen->follow};
    struct remote remote;
    int code = check_pattern(chosen->grep);
    if (!code)
        code = remote_open(call, &remote);
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
    .elsewhere = (const char *const[]){"tail", "log", NULL},
    .summary = "Show what services have printed",
    .operands = "[SERVICE...]",
    .about = "Following goes on when a service is restarted; Ctrl-C ends it. Lines of standard\n"
             "error are marked with \"┃\". Requests are shown without their queries.\n"
             "To name the A3sfile, put -f PATH before \"logs\" or use --file.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
