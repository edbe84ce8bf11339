#include "node.h"

#include "import_codes.h"

#include <jansson.h>

/* The number of "\uXXXX", of which jansson has seen that it is whole. */
static uint32_t escaped_unit(const char *text)
{
    char digits[5] = {0};
    memcpy(digits, text + 2, 4);
    return text[1] == 'u' ? (uint32_t)strtoul(digits, NULL, 16) : 0;
}

/* The character whose two halves begin here; 0: there is none. After a high half jansson takes only
 * a low one. */
static uint32_t pair_at(struct str text)
{
    if (text.len < 12 || escaped_unit(text.ptr) >> 10 != 0xD800 >> 10)
        return 0;
    return 0x10000 + ((escaped_unit(text.ptr) & 0x3FF) << 10) +
           (escaped_unit(text.ptr + 6) & 0x3FF);
}

/* YAML knows no surrogates: "\ud83d\ude00" is "\U0001f600" there. The two bytes that this is
 * shorter become blanks behind the end of the text that it is in, so that all that begins later
 * keeps its place. */
static struct str without_surrogates(struct arena *arena, struct str json)
{
    char *copy = arena_strndup(arena, json.ptr, json.len);
    size_t at = 0, to = 0;
    bool quoted = false;
    while (at < json.len) {
        bool escaped = quoted && json.ptr[at] == '\\';
        uint32_t character = escaped ? pair_at((struct str){json.ptr + at, json.len - at}) : 0;
        if (character) {
            to += (size_t)snprintf(copy + to, json.len - to, "\\U%08x", character);
            at += 12;
            continue;
        }
        if (escaped)
            copy[to++] = json.ptr[at++];
        else if (json.ptr[at] == '"')
            quoted = !quoted;
        copy[to++] = json.ptr[at++];
        while (!quoted && to < at)
            copy[to++] = ' ';
    }
    return (struct str){copy, json.len};
}

/* jansson is the judge of what is JSON, but tells no places; what is JSON is YAML as well, but for
 * surrogates. */
struct node *node_read_json(struct diag_list *diags, uint32_t source)
{
    struct str text = diags->sources->files.items[source].text;
    json_error_t error;
    json_t *json = json_loadb(text.ptr, text.len, 0, &error);
    if (json) {
        json_decref(json);
        return node_read_yaml_text(diags, source, without_surrogates(diags->arena, text));
    }
    size_t at = error.position > 0 ? (size_t)error.position - 1 : 0;
    struct span span = {source, (uint32_t)(at < text.len ? at : text.len), 0};
    diag_error(diags, &import_codes[IMPORT_SYNTAX], span, "%s", error.text);
    return NULL;
}
