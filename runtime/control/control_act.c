#include "control_visit.h"

/* Services that one request may name. */
#define NAMES_MAX 1024

static void accept_call(struct control_visit *visit)
{
    visit->answer->status = 202;
    visit->answer->body = json_pack("{s:b}", "ok", 1);
}

static void run_command(struct control_visit *visit, const char *const *names, size_t count)
{
    struct strbuf reason = {0};
    enum control_command command = (enum control_command)visit->argument;
    int error = visit->ops->command(visit->ctx, command, names, count, &reason);
    if (error)
        control_visit_failed(visit, error, &reason);
    else
        accept_call(visit);
    strbuf_finish(&reason);
}

void handle_one(struct control_visit *visit)
{
    struct strbuf name = {0};
    if (control_visit_name(visit, &name))
        run_command(visit, (const char *const[]){name.ptr}, 1);
    strbuf_finish(&name);
}

/* The body as JSON; NULL: it is none. */
static json_t *load_body(const struct control_visit *visit)
{
    return json_loadb(visit->call->body.ptr, visit->call->body.len, JSON_REJECT_DUPLICATES, NULL);
}

/* The names of {"services": [...]}, which point into the array. */
static bool collect_names(json_t *services, const char **names, size_t *out_count)
{
    size_t i;
    json_t *item;
    if (!json_is_array(services) || json_array_size(services) > NAMES_MAX)
        return false;
    json_array_foreach(services, i, item)
    {
        names[i] = json_string_value(item);
        if (!names[i])
            return false;
    }
    *out_count = json_array_size(services);
    return true;
}

void handle_many(struct control_visit *visit)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    if (!visit->call->body.len) {
        run_command(visit, NULL, 0);
        return;
    }
    json_t *root = load_body(visit);
    json_t *services = NULL;
    if (!root || json_unpack(root, "{s?o!}", "services", &services) != 0 ||
        (services && !collect_names(services, names, &count)))
        control_refuse(visit->answer, 400, "the body is not {\"services\": [\"NAME\", ...]}");
    else if (services && !count)
        control_refuse(visit->answer, 400, "no service is named");
    else
        run_command(visit, names, count);
    json_decref(root);
}

static void run_fault(struct control_visit *visit, const char *service)
{
    struct strbuf reason = {0};
    json_t *fault = load_body(visit);
    int error = visit->ops->fault(visit->ctx, service, fault, &visit->answer->body, &reason);
    visit->answer->status = 200;
    if (error)
        control_visit_failed(visit, error, &reason);
    json_decref(fault);
    strbuf_finish(&reason);
}

void handle_fault(struct control_visit *visit)
{
    struct strbuf name = {0};
    if (control_visit_name(visit, &name))
        run_fault(visit, name.ptr);
    strbuf_finish(&name);
}

void handle_faults(struct control_visit *visit)
{
    run_fault(visit, NULL);
}

/* Texts by name. */
static bool are_variables(json_t *variables)
{
    const char *name;
    json_t *value;
    if (!json_is_object(variables))
        return false;
    json_object_foreach(variables, name, value)
    {
        if (!json_is_string(value))
            return false;
    }
    return true;
}

static void ask_reload(struct control_visit *visit, json_t *variables)
{
    struct strbuf reason = {0};
    int error = visit->ops->reload(visit->ctx, visit->stream, variables, &reason);
    visit->answer->later = !error;
    if (error)
        control_visit_failed(visit, error, &reason);
    strbuf_finish(&reason);
}

void handle_reload(struct control_visit *visit)
{
    bool given = visit->call->body.len > 0;
    json_t *root = given ? load_body(visit) : NULL, *variables = NULL;
    if (given && (!root || json_unpack(root, "{s?o!}", "variables", &variables) != 0 ||
                  (variables && !are_variables(variables))))
        control_refuse(visit->answer, 400,
                       "the body is not {\"variables\": {\"NAME\": \"VALUE\", ...}}");
    else
        ask_reload(visit, variables);
    json_decref(root);
}

void handle_shutdown(struct control_visit *visit)
{
    accept_call(visit);
    visit->answer->shutdown = true;
}
