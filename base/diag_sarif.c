#include "ascii.h"
#include "diag_parts.h"
#include "diag_render.h"

#define SCHEMA \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

struct sarif {
    struct arena arena;
    VEC(const struct diag_code *) codes; /* those of rules, in the same order */
    json_t *rules;
    json_t *results;
    json_t *notifications;
};

static json_t *message_json(const char *text)
{
    return json_pack("{s:o}", "text", diag_json_text(text));
}

/* RFC 3986: what is not unreserved is encoded, so that a colon makes no scheme and any byte of a
 * file's name comes through. */
static json_t *uri_json(const char *path)
{
    struct strbuf uri = {0};
    strbuf_adds(&uri, path[0] == '/' ? "file://" : "");
    for (const char *at = diag_plain_path(path); *at; at++) {
        bool plain = ascii_is_alnum(*at) || strchr("/-._~", *at);
        strbuf_addf(&uri, plain ? "%c" : "%%%02X", (unsigned char)*at);
    }
    json_t *string = json_string(strbuf_text(&uri));
    strbuf_finish(&uri);
    return string;
}

/* A place without a region is the file as a whole. */
static json_t *location_json(const char *path)
{
    return json_pack("{s:{s:{s:o}}}", "physicalLocation", "artifactLocation", "uri",
                     uri_json(path));
}

static json_t *span_json(struct sources *sources, struct span span)
{
    struct position from = source_locate(sources, span), to = source_locate_end(sources, span);
    json_t *location = location_json(sources->files.items[span.source].path);
    json_object_set_new(json_object_get(location, "physicalLocation"), "region",
                        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "startLine", (json_int_t)from.line,
                                  "startColumn", (json_int_t)from.utf16_column, "endLine",
                                  (json_int_t)to.line, "endColumn", (json_int_t)to.utf16_column,
                                  "byteOffset", (json_int_t)from.offset, "byteLength",
                                  (json_int_t)(to.offset - from.offset)));
    return location;
}

/* The first paragraph of what "explain" says, as one line. */
static json_t *description_json(const char *explain)
{
    const char *end = strstr(explain, "\n\n");
    struct strbuf text = {0};
    strbuf_add(&text, explain, end ? (size_t)(end - explain) : strlen(explain));
    while (text.len && text.ptr[text.len - 1] == '\n')
        text.ptr[--text.len] = '\0';
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\n')
            text.ptr[i] = ' ';
    json_t *message = message_json(strbuf_text(&text));
    strbuf_finish(&text);
    return message;
}

static json_t *rule_json(const struct diag_code *code)
{
    enum diag_severity usual = code->name[0] == 'W' ? DIAG_WARNING : DIAG_ERROR;
    json_t *rule = json_pack("{s:s}", "id", code->name);
    json_object_set_new(rule, "shortDescription", message_json(code->summary));
    json_object_set_new(rule, "fullDescription", description_json(code->explain));
    json_object_set_new(rule, "help", message_json(code->explain));
    json_object_set_new(rule, "defaultConfiguration",
                        json_pack("{s:s}", "level", diag_severity_name(usual)));
    return rule;
}

static uint32_t rule_index(struct sarif *sarif, const struct diag_code *code)
{
    for (uint32_t i = 0; i < sarif->codes.count; i++)
        if (sarif->codes.items[i] == code)
            return i;
    *vec_push(&sarif->arena, &sarif->codes) = code;
    json_array_append_new(sarif->rules, rule_json(code));
    return sarif->codes.count - 1;
}

static json_t *notes_json(struct sources *sources, const struct diag *diag)
{
    json_t *related = json_array();
    json_int_t id = 1;
    for (const struct diag_note *note = diag->notes; note; note = note->next) {
        json_t *location = span_json(sources, note->span);
        json_object_set_new(location, "id", json_integer(id++));
        json_object_set_new(location, "message", message_json(note->text));
        json_array_append_new(related, location);
    }
    return related;
}

/* SARIF has no place for help in words, so it is a second line of the message. */
static json_t *sentence_json(const struct diag *diag)
{
    struct strbuf text = {0};
    diag_add_sentence(&text, diag);
    if (diag->help)
        strbuf_addf(&text, "\nhelp: %s", diag->help);
    json_t *message = message_json(strbuf_text(&text));
    strbuf_finish(&text);
    return message;
}

static json_t *place_json(struct diag_list *list, const struct diag *diag)
{
    json_t *location = diag->has_span ? span_json(list->sources, diag->span)
                                      : location_json(diag_path(list, diag));
    if (diag->label)
        json_object_set_new(location, "message", message_json(diag->label));
    return location;
}

static void add_result(struct sarif *sarif, struct diag_list *list, const struct diag *diag)
{
    json_t *result = json_pack("{s:s,s:I}", "ruleId", diag->code->name, "ruleIndex",
                               (json_int_t)rule_index(sarif, diag->code));
    json_object_set_new(result, "level", json_string(diag_severity_name(diag->severity)));
    json_object_set_new(result, "message", sentence_json(diag));
    json_object_set_new(result, "locations", json_pack("[o]", place_json(list, diag)));
    if (diag->notes)
        json_object_set_new(result, "relatedLocations", notes_json(list->sources, diag));
    json_array_append_new(sarif->results, result);
}

static void add_list(struct sarif *sarif, struct diag_list *list)
{
    VEC_EACH (&list->diags, diag)
        add_result(sarif, list, *diag);
    uint32_t unlisted = diag_unlisted(list);
    if (unlisted == 0)
        return;
    struct strbuf text = {0};
    strbuf_addf(&text, "and %u more", unlisted);
    json_t *place = location_json(diag_path(list, list->diags.items[0]));
    json_array_append_new(sarif->notifications,
                          json_pack("{s:s,s:o,s:[o]}", "level", "warning", "message",
                                    message_json(text.ptr), "locations", place));
    strbuf_finish(&text);
}

static json_t *run_json(const struct sarif *sarif, const struct diag_tool *tool)
{
    json_t *driver = json_pack("{s:s,s:s,s:s,s:O}", "name", tool->name, "version", tool->version,
                               "semanticVersion", tool->version, "rules", sarif->rules);
    json_t *invocation = json_pack("{s:b}", "executionSuccessful", 1);
    if (json_array_size(sarif->notifications))
        json_object_set(invocation, "toolExecutionNotifications", sarif->notifications);
    return json_pack("{s:{s:o},s:[o],s:s,s:O}", "tool", "driver", driver, "invocations", invocation,
                     "columnKind", "utf16CodeUnits", "results", sarif->results);
}

void diag_render_sarif(const struct diag_tool *tool, struct diag_list *const *lists, size_t count,
                       struct strbuf *out)
{
    struct sarif sarif = {
        .rules = json_array(), .results = json_array(), .notifications = json_array()};
    for (size_t i = 0; i < count; i++)
        add_list(&sarif, lists[i]);
    json_print(json_pack("{s:s,s:s,s:[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs",
                         run_json(&sarif, tool)),
               out);
    json_decref(sarif.rules);
    json_decref(sarif.results);
    json_decref(sarif.notifications);
    arena_finish(&sarif.arena);
}
