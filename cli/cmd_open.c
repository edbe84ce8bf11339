#include "api.h"
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

/* What is found: the address to tell, and the one to give to the browser. */
struct found {
    struct strbuf told, given;
};

static int no_page(void)
{
    report_error("there is no page: this A3sfile has no proxy");
    report_hint("dev { proxy_port = 7080 } turns it on");
    return CLI_FAILED;
}

/* With the token that makes it work. */
static int find_page(struct remote *remote, json_t *status, struct found *found)
{
    char token[SITE_TOKEN_TEXT + 1];
    const char *page = api_text(status, "page");
    if (!*page)
        return no_page();
    int error = rundir_read_token(&remote->dir, token, sizeof token);
    if (error) {
        report_error("cannot read the page's token in %s: %s", remote->dir.path, strerror(-error));
        return CLI_FAILED;
    }
    strbuf_addf(&found->told, "%s#token=%s", page, token);
    return CLI_DONE;
}

/* Others can read a browser's command line: it gets an address that works once. */
static int find_ticket(struct remote *remote, struct found *found)
{
    json_t *ticket = NULL;
    int code = remote_call(remote, "POST", "/v1/ticket", NULL, &ticket);
    strbuf_adds(&found->given, api_text(ticket, "address"));
    json_decref(ticket);
    return code;
}

static int find_service(json_t *status, const char *name, struct found *found)
{
    json_t *service = api_find(status, name);
    const char *url = api_text(service, "url");
    if (*url) {
        strbuf_adds(&found->told, url);
        strbuf_adds(&found->given, url);
        return CLI_DONE;
    }
    if (service) {
        report_error("%s has no address: it has no port, or the proxy is off", name);
        return CLI_FAILED;
    }
    report_error("no service is called \"%s\"", name);
    report_hint("\"a3s status\" shows them");
    return CLI_USAGE;
}

static int find(const struct command_call *call, struct found *found)
{
    struct remote remote;
    json_t *status = NULL;
    int code = remote_open(call, &remote);
    if (code)
        return code;
    code = remote_status(&remote, &status);
    if (!code && call->operand_count)
        code = find_service(status, call->operands[0], found);
    else if (!code)
        code = find_page(&remote, status, found);
    if (!code && !call->operand_count && !command_options(call, struct open_options)->print)
        code = find_ticket(&remote, found);
    json_decref(status);
    remote_close(&remote);
    return code;
}

static int print(struct found *found)
{
    strbuf_addc(&found->told, '\n');
    return report_output(&found->told);
}

static int show(const struct command_call *call, struct found *found)
{
    if (command_options(call, struct open_options)->print)
        return print(found);
    bool known = browser_is_known();
    if (known && browser_open(call->arena, strbuf_text(&found->given)))
        return CLI_DONE;
    report_note(known ? "no browser could be started; this is the address:"
                      : "there is no browser here; this is the address:");
    return print(found);
}

static int run(const struct command_call *call)
{
    struct found found = {0};
    int code = find(call, &found);
    if (!code)
        code = show(call, &found);
    strbuf_finish(&found.told);
    strbuf_finish(&found.given);
    return code;
}

const struct command cmd_open = {
    .name = "open",
    .summary = "Open a3s's own page, or a service, in the browser",
    .operands = "[SERVICE]",
    .about =
        "Without a service: the page at a3s.localhost, with the services, their logs, the graph\n"
        "and the timeline of the start. The address that is printed has a token in it, which is\n"
        "as good as this command line: give it to nobody. The browser gets one that works once.\n"
        "It is $BROWSER, or what xdg-open starts; where there is none, the address is printed.",
    .operands_max = 1,
    .options = options,
    .run = run,
};
