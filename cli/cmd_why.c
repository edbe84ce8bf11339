#include "api.h"
#include "commands.h"
#include "log_escape.h"
#include "remote.h"
#include "report.h"

struct why_options {
    bool json;
};

static const struct command_option options[] = {
    {0, "json", OPTION_FLAG, offsetof(struct why_options, json), NULL,
     "the answer of the control API, for programs", NULL, 0},
    {0},
};

static void add_escaped(struct strbuf *out, const char *text)
{
    log_escape(out, str_from(text));
}

/* The "12:03:04.123" of an ISO 8601 time. */
static void add_clock(struct strbuf *out, const char *time)
{
    size_t length = strlen(time);
    strbuf_addf(out, "%.12s", length > 11 ? time + 11 : time);
}

static int name_width(json_t *chain)
{
    size_t i, width = 0;
    json_t *record;
    json_array_foreach(chain, i, record)
    {
        size_t length = strlen(api_text(record, "service"));
        width = length > width ? length : width;
    }
    return (int)width;
}

static void add_chain(json_t *why, struct strbuf *out)
{
    json_t *chain = json_object_get(why, "chain"), *record;
    int width = name_width(chain);
    size_t i;
    if (json_array_size(chain))
        strbuf_addc(out, '\n');
    if (!json_is_true(json_object_get(why, "complete")))
        strbuf_adds(out, "(what came before is no longer kept)\n");
    json_array_foreach(chain, i, record)
    {
        add_clock(out, api_text(record, "time"));
        strbuf_addf(out, "  %-*s  ", width, api_text(record, "service"));
        add_escaped(out, api_text(record, "text"));
        strbuf_addc(out, '\n');
    }
}

static void add_output(json_t *why, struct strbuf *out)
{
    json_t *output = json_object_get(why, "last_output"), *lines, *line;
    size_t i;
    if (!json_is_object(output))
        return;
    lines = json_object_get(output, "lines");
    const char *name = api_text(output, "service");
    strbuf_addf(out, "\nwhat %s printed last", name);
    if (json_array_size(lines))
        strbuf_addf(out, " (more: a3s logs %s --run %lld):\n", name,
                    (long long)json_integer_value(json_object_get(output, "run")));
    else
        strbuf_adds(out, ": nothing\n");
    json_array_foreach(lines, i, line)
    {
        strbuf_adds(out, "  ");
        add_escaped(out, json_string_value(line) ? json_string_value(line) : "");
        strbuf_addc(out, '\n');
    }
}

static int print_text(json_t *why)
{
    json_t *source = json_object_get(why, "source");
    struct strbuf text = {0};
    add_escaped(&text, api_text(why, "text"));
    strbuf_addf(&text, "\ndeclared at %s:%lld:%lld\n", api_text(source, "file"),
                (long long)json_integer_value(json_object_get(source, "line")),
                (long long)json_integer_value(json_object_get(source, "column")));
    add_chain(why, &text);
    add_output(why, &text);
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int run(const struct command_call *call)
{
    struct remote remote;
    struct strbuf target = {0};
    json_t *why = NULL;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    api_service(&target, call->operands[0], "why");
    code = remote_call(&remote, "GET", strbuf_text(&target), NULL, &why);
    remote_close(&remote);
    strbuf_finish(&target);
    if (!code)
        code = command_options(call, struct why_options)->json ? report_json(why) : print_text(why);
    json_decref(why);
    return code;
}

const struct command cmd_why = {
    .name = "why",
    .summary = "Explain why a service is as it is",
    .operands = "SERVICE",
    .about =
        "Its state with the cause and the line of the A3sfile that has to do with it, then what\n"
        "led to it, oldest first: commands, changed files, starts, probes, exits, and what\n"
        "happened to the services that it depends on. After a crash also the last lines that\n"
        "the run printed, or that of the service that blocks it.",
    .operands_min = 1,
    .operands_max = 1,
    .options = options,
    .run = run,
};
