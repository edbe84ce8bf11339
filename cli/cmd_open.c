#include "browser.h"
#include "commands.h"
#include "remote.h"
#include "report.h"
#include "site.h"

struct open_options {
    bool print;
};

static const struct command_option options[] = {
    {0, "print", OPTION_FLAG, offsetof(struct open_options, print), NULL,
     "print the address and open nothing", NULL, 0},
    {0},
};

static int no_page(void)
{
    report_error("there is no page: this A3sfile has no proxy");
    report_hint("dev { proxy_port = 7080 } turns it on");
    return CLI_FAILED;
}

/* The page's address, with the token that makes it work. */
static int find_page(const struct remote *remote, json_t *status, struct strbuf *address)
{
    char token[SITE_TOKEN_TEXT + 1];
    const char *page = json_string_value(json_object_get(status, "page"));
    if (!page)
        return no_page();
    int error = rundir_read_token(&remote->dir, token, sizeof token);
    if (error) {
        report_error("cannot read the page's token in %s: %s", remote->dir.path, strerror(-error));
        return CLI_FAILED;
    }
    strbuf_addf(address, "%s#token=%s", page, token);
    return CLI_DONE;
}

static int find_service(json_t *status, const char *name, struct strbuf *address)
{
    size_t i;
    json_t *service;
    json_array_foreach(json_object_get(status, "services"), i, service)
    {
        const char *url = json_string_value(json_object_get(service, "url"));
        if (strcmp(json_string_value(json_object_get(service, "name")), name) != 0)
            continue;
        if (url) {
            strbuf_adds(address, url);
            return CLI_DONE;
        }
        report_error("%s has no address: it has no port, or the proxy is off", name);
        return CLI_FAILED;
    }
    report_error("no service is called \"%s\"", name);
    report_hint("\"a3s status\" shows them");
    return CLI_USAGE;
}

static int find(const struct command_call *call, struct strbuf *address)
{
    struct remote remote;
    json_t *status = NULL;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = remote_call(&remote, "GET", "/v1/status", NULL, &status);
    if (!code)
        code = call->operand_count ? find_service(status, call->operands[0], address)
                                   : find_page(&remote, status, address);
    json_decref(status);
    remote_close(&remote);
    return code;
}

static int run(const struct command_call *call)
{
    struct strbuf address = {0};
    int code = find(call, &address);
    bool print = command_options(call, struct open_options)->print;
    if (!code && !print && browser_is_known()) {
        print = !browser_open(call->arena, strbuf_text(&address));
        if (print)
            report_note("no browser could be started; this is the address:");
    } else if (!code && !print) {
        print = true;
        report_note("there is no browser here; this is the address:");
    }
    if (!code && print) {
        strbuf_addc(&address, '\n');
        code = report_output(&address);
    }
    strbuf_finish(&address);
    return code;
}

const struct command cmd_open = {
    .name = "open",
    .summary = "Open a3s's own page, or a service, in the browser",
    .operands = "[SERVICE]",
    .about =
        "Without a service: the page at a3s.localhost, with the services, their logs, the graph\n"
        "and the timeline of the start. Its address has a token in it, which is as good as this\n"
        "command line: give it to nobody. The browser is $BROWSER, or what xdg-open starts;\n"
        "where there is none, the address is printed.",
    .operands_max = 1,
    .options = options,
    .run = run,
};
