#include "trouble.h"

#include "page.h"

#include <inttypes.h>
#include <xxhash.h>

/* The policy names it by its SHA-256, in base64: tests/e2e/test_proxy.py compares. */
#define SCRIPT                                                                                    \
    "(function(){var d=document.documentElement.dataset;function w(){fetch(location.href,{"       \
    "method:\"HEAD\",cache:\"no-store\",headers:{\"X-A3s-Await\":d.trouble}}).then(function(r){"  \
    "if(r.headers.get(\"X-A3s-Trouble\")===d.trouble)setTimeout(w,1000);else location.reload()}," \
    "function(){setTimeout(w,1000)})}w()})()"
#define SCRIPT_HASH "9PD3gVC0Pax4PlxRMezyos6NdYGD21v8CbUjX73/CtQ="

void trouble_finish(struct trouble *trouble)
{
    strbuf_finish(&trouble->reason);
    strbuf_finish(&trouble->waits_for);
    strbuf_finish(&trouble->lines);
}

uint64_t trouble_id(const struct trouble *trouble)
{
    struct strbuf text = {0};
    strbuf_add_str(&text, strbuf_str(&trouble->reason));
    trouble_json(trouble, &text);
    uint64_t id = XXH3_64bits(text.ptr, text.len);
    strbuf_finish(&text);
    return id;
}

static const char *said_of(const char *state)
{
    static const char *const said[][2] = {
        {"failed", "has failed"}, {"stopped", "is stopped"},   {"blocked", "is blocked"},
        {"done", "is done"},      {"stopping", "is stopping"},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (strcmp(state, said[i][0]) == 0)
            return said[i][1];
    }
    return "is not ready yet";
}

void trouble_title(const struct trouble *trouble, struct strbuf *out)
{
    strbuf_addf(out, "%s %s", trouble->service, said_of(trouble->state));
}

static void add_row(struct strbuf *out, const char *name, struct str value)
{
    strbuf_addf(out, "<dt>%s</dt><dd>", name);
    page_add_html(out, value);
    strbuf_adds(out, "</dd>\n");
}

static void add_place(struct strbuf *out, const struct trouble *trouble)
{
    struct strbuf place = {0};
    strbuf_addf(&place, "%s:%" PRIu32, trouble->file, trouble->line);
    add_row(out, "declared at", strbuf_str(&place));
    strbuf_finish(&place);
}

/* What starts it, if it does not start by itself. */
static void add_command(struct strbuf *out, const struct trouble *trouble)
{
    bool rests = strcmp(trouble->state, "failed") == 0 || strcmp(trouble->state, "stopped") == 0 ||
                 strcmp(trouble->state, "done") == 0;
    if (!rests)
        return;
    strbuf_adds(out, "<p><code>a3s restart ");
    page_add_html(out, str_from(trouble->service));
    strbuf_adds(out, "</code> starts it.</p>\n");
}

void trouble_html(const struct trouble *trouble, bool again, struct strbuf *out)
{
    strbuf_adds(out, "<dl>\n");
    add_row(out, "state", str_from(trouble->state));
    if (trouble->reason.len)
        add_row(out, "reason", strbuf_str(&trouble->reason));
    if (trouble->waits_for.len)
        add_row(out, "waits for", strbuf_str(&trouble->waits_for));
    add_place(out, trouble);
    strbuf_adds(out, "</dl>\n");
    if (trouble->lines.len) {
        strbuf_adds(out, "<h2>The last that it said</h2>\n<pre>");
        page_add_html(out, strbuf_str(&trouble->lines));
        strbuf_adds(out, "</pre>\n");
    }
    add_command(out, trouble);
    if (!again)
        return;
    strbuf_adds(out, "<p><a href=\"\">Try again</a> &middot; "
                     "this page is loaded again as soon as something changes.</p>\n"
                     "<script>" SCRIPT "</script>\n");
}

void trouble_html_head(struct strbuf *out)
{
    strbuf_adds(out, "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>\n");
}

const char *trouble_policy(void)
{
    return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" SCRIPT_HASH
           "'; connect-src 'self'; base-uri 'none'; form-action 'none'";
}

/* The lines of a text, as an array. */
static void add_lines(struct strbuf *out, struct str text)
{
    const char *separator = "";
    strbuf_addc(out, '[');
    while (text.len) {
        const char *end = memchr(text.ptr, '\n', text.len);
        struct str line = {text.ptr, end ? (size_t)(end - text.ptr) : text.len};
        strbuf_adds(out, separator);
        page_add_json(out, line);
        text.ptr += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);
        separator = ",";
    }
    strbuf_addc(out, ']');
}

void trouble_json(const struct trouble *trouble, struct strbuf *out)
{
    strbuf_adds(out, ",\"state\":");
    page_add_json(out, str_from(trouble->state));
    if (trouble->exited)
        strbuf_addf(out, ",\"exit_code\":%d", trouble->exit_code);
    else
        strbuf_adds(out, ",\"exit_code\":null");
    strbuf_adds(out, ",\"waiting_on\":");
    add_lines(out, strbuf_str(&trouble->waits_for));
    strbuf_adds(out, ",\"source\":{\"file\":");
    page_add_json(out, str_from(trouble->file));
    strbuf_addf(out, ",\"line\":%" PRIu32 "},\"log\":", trouble->line);
    add_lines(out, strbuf_str(&trouble->lines));
}
