#include "node.h"

#include "array.h"
#include "import.h"
#include "import_codes.h"
#include "map.h"

#include <strings.h>

const struct node *node_find(const struct node *node, const char *key)
{
    if (!node || node->kind != NODE_MAP)
        return NULL;
    VEC_EACH (&node->items, it)
        if (str_is(it->key->text, key))
            return it->value->kind == NODE_NULL ? NULL : it->value;
    return NULL;
}

bool node_is_text(const struct node *node)
{
    return node && node->kind == NODE_TEXT;
}

bool node_is_true(const struct node *node)
{
    static const char *const words[] = {"true", "yes", "on"};
    if (!node_is_text(node) || node->quoted)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasecmp(node->text.ptr, words[i]) == 0)
            return true;
    return false;
}

uint32_t node_line(const struct diag_list *diags, const struct node *node)
{
    return source_locate(diags->sources, node->span).line;
}

bool node_mistake(struct diag_list *diags, const struct node *node, const char *expected)
{
    static const char *const kinds[] = {"nothing", "text", "a list", "a map"};
    _Static_assert(ARRAY_LEN(kinds) == NODE_KIND_COUNT, "a name for each kind");
    diag_error(diags, &import_codes[IMPORT_SHAPE], node->span, "expected %s, not %s", expected,
               kinds[node->kind]);
    return false;
}

/* What one node is when everything below it is counted as often as it is reached. */
struct extent {
    uint32_t size, depth;
    uint64_t bytes; /* of all texts */
    bool open;      /* being measured: reached again, it contains itself */
};

struct measure {
    struct diag_list *diags;
    struct map seen; /* the bytes of a node's address -> extents */
    VEC(struct extent) extents;
};

/* The key of a node in the map: the bytes of its own address, which the map points at. */
static struct str address(struct arena *arena, const struct node *node)
{
    const struct node **place = arena_new(arena, const struct node *, 1);
    *place = node;
    return (struct str){(const char *)place, sizeof *place};
}

static bool too_large(struct measure *m, const struct node *node, const char *why)
{
    diag_error(m->diags, &import_codes[IMPORT_TOO_LARGE], node->span, "%s", why);
    return false;
}

static bool keys_differ(struct measure *m, const struct node *node)
{
    struct map keys;
    map_init(&keys, m->diags->arena, node->items.count);
    VEC_EACH (&node->items, it) {
        bool is_new;
        uint32_t *index = map_put(&keys, it->key->text, &is_new);
        if (!is_new) {
            struct diag *diag = diag_error(m->diags, &import_codes[IMPORT_REPEATED], it->key->span,
                                           "\"%.*s\" stands twice", STR_ARG(it->key->text));
            diag_note(diag, node->items.items[*index].key->span, "here it stands first");
            return false;
        }
        *index = (uint32_t)(it - node->items.items);
    }
    return true;
}

static bool measure(struct measure *m, const struct node *node, uint32_t depth,
                    uint32_t *out_index);

static bool add_below(struct measure *m, const struct node *node, const struct node_pair *pair,
                      uint32_t depth, struct extent *extent)
{
    uint32_t index;
    if (!measure(m, pair->value, depth + 1, &index))
        return false;
    const struct extent *below = &m->extents.items[index];
    extent->size += below->size;
    extent->bytes += below->bytes + (pair->key ? pair->key->text.len : 0);
    if (below->depth + 1 > extent->depth)
        extent->depth = below->depth + 1;
    if (extent->size > IMPORT_NODES_MAX)
        return too_large(m, node, "it has too many values, its aliases followed");
    return extent->bytes <= IMPORT_TEXT_MAX ||
           too_large(m, node, "it has more than 4 MiB of text, its aliases followed");
}

/* Where in the extents it stands. Recursion ends at IMPORT_DEPTH_MAX. */
static bool measure(struct measure *m, const struct node *node, uint32_t depth, uint32_t *out_index)
{
    bool is_new;
    if (depth > IMPORT_DEPTH_MAX)
        return too_large(m, node, "it is nested too deep");
    uint32_t *index = map_put(&m->seen, address(m->diags->arena, node), &is_new);
    if (!is_new) {
        const struct extent *known = &m->extents.items[*index];
        *out_index = *index;
        if (known->open)
            return too_large(m, node, "it contains itself");
        return depth + known->depth <= IMPORT_DEPTH_MAX ||
               too_large(m, node, "it is nested too deep");
    }
    uint32_t at = *index = m->extents.count;
    vec_push(m->diags->arena, &m->extents)->open = true;
    struct extent extent = {.size = 1, .bytes = node->text.len};
    if (node->kind == NODE_MAP && !keys_differ(m, node))
        return false;
    VEC_EACH (&node->items, it)
        if (!add_below(m, node, it, depth, &extent))
            return false;
    m->extents.items[at] = extent;
    *out_index = at;
    return true;
}

bool node_check(struct diag_list *diags, struct node *root)
{
    struct measure m = {.diags = diags};
    uint32_t index;
    map_init(&m.seen, diags->arena, 0);
    return measure(&m, root, 1, &index);
}
