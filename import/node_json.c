#include "node.h"

#include "import_codes.h"

#include <jansson.h>

/* jansson is the judge of what is JSON, but tells no places; JSON that is JSON is YAML as well. */
struct node *node_read_json(struct diag_list *diags, uint32_t source)
{
    struct str text = diags->sources->files.items[source].text;
    json_error_t error;
    json_t *json = json_loadb(text.ptr, text.len, 0, &error);
    if (json) {
        json_decref(json);
        return node_read_yaml(diags, source);
    }
    size_t at = error.position > 0 ? (size_t)error.position - 1 : 0;
    struct span span = {source, (uint32_t)(at < text.len ? at : text.len), 0};
    diag_error(diags, &import_codes[IMPORT_SYNTAX], span, "%s", error.text);
    return NULL;
}
