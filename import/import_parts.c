#include "import_parts.h"

#include "ascii.h"
#include "forms.h"
#include "import_codes.h"
#include "schema_doc.h"

#include <unistd.h>

struct draft_service *import_service(struct import *im, const struct node *key)
{
    struct draft_service *service = draft_service(&im->draft, key->text, import_line(im, key));
    if (!service)
        diag_error(im->diags, &import_codes[IMPORT_TOO_LARGE], key->span,
                   "there are more than %u services", DRAFT_SERVICES_MAX);
    return service;
}

uint32_t import_line(const struct import *im, const struct node *node)
{
    return node_line(im->diags, node);
}

bool import_has_beside(struct import *im, const char *name)
{
    const char *from = im->options->from, *slash = strrchr(from, '/');
    const char *path =
        arena_printf(im->arena, "%.*s%s", slash ? (int)(slash + 1 - from) : 0, from, name);
    return access(path, F_OK) == 0;
}

struct str import_path(struct import *im, struct str path)
{
    const char *prefix = im->options->prefix ? im->options->prefix : "";
    while (str_has_prefix(path, STR("./")) && path.len > 2)
        path = (struct str){path.ptr + 2, path.len - 2};
    if (!*prefix || (path.len && memchr("/~$", path.ptr[0], 3)))
        return path;
    if (str_is(path, ".") || str_is(path, "./"))
        return str_from(prefix);
    return str_from(arena_printf(im->arena, "%s/%.*s", prefix, STR_ARG(path)));
}

void import_dotenv(struct import *im)
{
    if (import_has_beside(im, ".env"))
        draft_add_text(&im->draft, im->draft.dev, SCHEMA_dev_env_file,
                       import_path(im, STR(".env")));
}

bool import_texts(struct import *im, const struct node *node, const char *what,
                  const struct node ***out_items, uint32_t *out_count)
{
    uint32_t count = node->kind == NODE_LIST ? node->items.count : 1;
    const struct node **items = arena_new(im->arena, const struct node *, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = node->kind == NODE_LIST ? node->items.items[i].value : node;
        if (!node_is_text(items[i]))
            return node_mistake(
                im->diags, items[i],
                node->kind == NODE_LIST ? arena_printf(im->arena, "text in %s", what) : what);
    }
    *out_items = items;
    *out_count = count;
    return true;
}

bool import_duration(struct import *im, struct draft_service *service, const struct node *node,
                     uint32_t *out_ms)
{
    uint32_t ms;
    if (!node)
        return false;
    if (node_is_text(node) && form_duration(node->text, &ms) && ms > 0 &&
        ms <= SCHEMA_DURATION_MAX) {
        *out_ms = ms;
        return true;
    }
    draft_note(&im->draft, service, import_line(im, node), "no duration that a3s knows: %.*s",
               STR_ARG(node->text));
    return false;
}

void import_set_duration(struct import *im, struct draft_service *service, enum schema_attr_id attr,
                         uint32_t ms)
{
    struct strbuf text = {0};
    schema_show_duration(ms, &text);
    draft_set_text(&im->draft, service, attr, strbuf_move(&text, im->arena));
}

bool import_number(struct str text, uint32_t max, uint32_t *out_number)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        number = number * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (number > max)
        return false;
    *out_number = (uint32_t)number;
    return true;
}
