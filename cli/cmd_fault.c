#include "api.h"
#include "commands.h"
#include "fault.h"
#include "fault_line.h"
#include "forms.h"
#include "remote.h"
#include "report.h"

#define NOT_GIVEN (-1)

struct fault_options {
    const char *delay, *rate;
    long error, seed;
    bool off, json;
};

static const struct command_option options[] = {
    {0, "delay", OPTION_TEXT, offsetof(struct fault_options, delay), "TIME",
     "a request waits so long: \"200ms\"", NULL, 0},
    {0, "error", OPTION_NUMBER, offsetof(struct fault_options, error), "STATUS",
     "this answer, 400 to 599, instead of the service's", NULL, NOT_GIVEN},
    {0, "rate", OPTION_TEXT, offsetof(struct fault_options, rate), "PERCENT",
     "so many of the requests only: \"10%\"; else all", NULL, 0},
    {0, "seed", OPTION_NUMBER, offsetof(struct fault_options, seed), "NUMBER",
     "with --rate: the same number hits the same requests", NULL, NOT_GIVEN},
    {0, "off", OPTION_FLAG, offsetof(struct fault_options, off), NULL,
     "end it; without SERVICE, all faults", NULL, 0},
    {0, "json", OPTION_FLAG, offsetof(struct fault_options, json), NULL,
     "the list as a JSON object by service", NULL, 0},
    {0},
};

static bool is_asked_for(const struct fault_options *chosen)
{
    return chosen->delay || chosen->rate || chosen->error != NOT_GIVEN || chosen->seed != NOT_GIVEN;
}

static bool read_rate(const char *text, double *out_percent)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    *out_percent = strtod(text, &end);
    return !strcmp(end, "%") || !*end;
}

/* NULL: what is wrong has been said. */
static json_t *describe_fault(const struct fault_options *chosen)
{
    uint32_t ms = 0;
    double percent = 100.;
    if (chosen->delay && !form_duration(str_from(chosen->delay), &ms)) {
        report_error("--delay: \"%s\" is no time; \"200ms\" and \"2s\" are", chosen->delay);
        return NULL;
    }
    if (chosen->rate && !read_rate(chosen->rate, &percent)) {
        report_error("--rate: \"%s\" is no percentage; \"10%%\" is", chosen->rate);
        return NULL;
    }
    json_t *fault = json_pack("{s:I,s:f}", "delay_ms", (json_int_t)ms, "rate", percent);
    if (chosen->error != NOT_GIVEN)
        json_object_set_new(fault, "error", json_integer(chosen->error));
    if (chosen->seed != NOT_GIVEN)
        json_object_set_new(fault, "seed", json_integer(chosen->seed));
    return fault;
}

/* The same words that the daemon would say, before it is asked. */
static json_t *make_fault(const struct fault_options *chosen)
{
    struct fault checked;
    struct strbuf trouble = {0};
    json_t *fault = chosen->off ? json_pack("{s:b}", "off", 1) : describe_fault(chosen);
    if (fault && !fault_from_json(&checked, fault, &trouble)) {
        report_error("%s", strbuf_text(&trouble));
        json_decref(fault);
        fault = NULL;
    }
    strbuf_finish(&trouble);
    return fault;
}

static int set_one(struct remote *remote, const char *service, json_t *fault)
{
    struct strbuf target = {0};
    json_t *answer = NULL;
    if (service)
        api_service(&target, service, "fault");
    else
        strbuf_adds(&target, "/v1/fault");
    int code = remote_call(remote, "POST", target.ptr, fault, &answer);
    json_t *now = json_object_get(answer, "fault");
    if (!code && json_is_object(now)) {
        strbuf_clear(&target);
        fault_line(service, now, &target);
        report_note("%s", strbuf_text(&target));
    }
    json_decref(answer);
    strbuf_finish(&target);
    return code;
}

static int set(const struct command_call *call, struct remote *remote)
{
    json_t *fault = make_fault(command_options(call, struct fault_options));
    int code = fault ? CLI_DONE : CLI_USAGE;
    if (!code && !call->operand_count)
        code = set_one(remote, NULL, fault);
    for (size_t i = 0; !code && i < call->operand_count; i++)
        code = set_one(remote, call->operands[i], fault);
    json_decref(fault);
    return code;
}

/* {name: fault} of the services that are meant and have one. */
static json_t *collect(const struct command_call *call, json_t *status)
{
    json_t *faults = json_object(), *service;
    size_t i;
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *name = api_text(service, "name");
        json_t *fault = json_object_get(service, "fault");
        if (json_is_object(fault) && remote_is_meant(call, name))
            json_object_set(faults, name, fault);
    }
    return faults;
}

static int print_list(json_t *faults)
{
    struct strbuf text = {0};
    const char *name;
    json_t *fault;
    json_object_foreach(faults, name, fault)
    {
        fault_line(name, fault, &text);
        strbuf_addc(&text, '\n');
    }
    if (!text.len)
        strbuf_adds(&text, "no faults\n");
    int code = report_output(&text);
    strbuf_finish(&text);
    return code;
}

static int list(const struct command_call *call, struct remote *remote)
{
    json_t *status = NULL;
    int code = remote_status(remote, &status);
    if (code)
        return code;
    json_t *faults = collect(call, status);
    bool json = command_options(call, struct fault_options)->json;
    code = json ? report_json(faults) : print_list(faults);
    json_decref(faults);
    json_decref(status);
    return code;
}

static int run(const struct command_call *call)
{
    const struct fault_options *chosen = command_options(call, struct fault_options);
    struct remote remote;
    if (chosen->off && is_asked_for(chosen)) {
        report_error("--off ends a fault; it takes no other option");
        return CLI_USAGE;
    }
    if (is_asked_for(chosen) && !call->operand_count) {
        report_error("a fault is for a service: a3s fault SERVICE ...");
        return CLI_USAGE;
    }
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = chosen->off || is_asked_for(chosen) ? set(call, &remote) : list(call, &remote);
    remote_close(&remote);
    return code;
}

const struct command cmd_fault = {
    .name = "fault",
    .summary = "Let requests to a service go wrong, on purpose",
    .operands = "[SERVICE...]",
    .about =
        "For requests that come through the proxy: to see what clients do with a slow or failing\n"
        "service. Tunnels (WebSocket) are left alone. It lasts until --off, or until a3s ends; a\n"
        "reload keeps it. Its answers have the header X-A3s-Fault. Without options: what is on.",
    .options = options,
    .operands_max = COMMAND_OPERANDS_ANY,
    .run = run,
};
