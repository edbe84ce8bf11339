#include "node.h"

#include "import.h"
#include "import_codes.h"
#include "map.h"
#include "mem.h"

#include <yaml.h>

/* Characters. */
#define STEP 256

struct loader {
    struct diag_list *diags;
    uint32_t source;
    struct str text;
    uint32_t *steps; /* the offset of every STEP-th character */
    yaml_document_t *document;
    struct node **nodes; /* by the number that libyaml gave it; NULL: not made yet */
    size_t made;         /* pairs of maps and lists, merged ones too */
    bool failed;
};

static bool is_inside(char byte)
{
    return (byte & 0xC0) == 0x80;
}

/* libyaml counts characters, people's places come from bytes. */
static uint32_t *find_steps(struct arena *arena, struct str text)
{
    uint32_t *steps = arena_new(arena, uint32_t, text.len / STEP + 1);
    size_t characters = 0;
    for (size_t at = 0; at < text.len; at++) {
        if (is_inside(text.ptr[at]))
            continue;
        if (characters % STEP == 0)
            steps[characters / STEP] = (uint32_t)at;
        characters++;
    }
    return steps;
}

static uint32_t offset_of(const struct loader *l, const yaml_mark_t *mark)
{
    if (mark->index >= l->text.len)
        return (uint32_t)l->text.len;
    size_t at = l->steps[mark->index / STEP];
    for (size_t left = mark->index % STEP; left > 0 && at < l->text.len; left--)
        for (at++; at < l->text.len && is_inside(l->text.ptr[at]);)
            at++;
    return (uint32_t)at;
}

static struct span span_of(const struct loader *l, const yaml_mark_t *start, const yaml_mark_t *end)
{
    uint32_t from = offset_of(l, start), to = offset_of(l, end);
    struct str rest = {l->text.ptr + from, l->text.len - from};
    const char *newline = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
    size_t length = to > from ? to - from : 0;
    if (newline && (size_t)(newline - rest.ptr) < length) /* the first line says enough */
        length = (size_t)(newline - rest.ptr);
    return (struct span){l->source, from, (uint32_t)length};
}

static void fail(struct loader *l, enum import_code code, struct span span, const char *message)
{
    if (!l->failed)
        diag_error(l->diags, &import_codes[code], span, "%s", message);
    l->failed = true;
}

static bool is_null(const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;
    return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*text || !strcmp(text, "~") || !strcmp(text, "null") || !strcmp(text, "Null") ||
            !strcmp(text, "NULL"));
}

static bool spend(struct loader *l, const struct node *node)
{
    if (++l->made > IMPORT_NODES_MAX)
        fail(l, IMPORT_TOO_LARGE, node->span, "it has too many values, its aliases followed");
    return !l->failed;
}

static void push(struct loader *l, struct node *node, struct node *key, struct node *value)
{
    if (spend(l, node))
        *vec_push(l->diags->arena, &node->items) = (struct node_pair){key, value};
}

static struct node *make(struct loader *l, int id, unsigned depth);

static void fill_list(struct loader *l, const yaml_node_t *from, struct node *node, unsigned depth)
{
    for (const yaml_node_item_t *it = from->data.sequence.items.start;
         it < from->data.sequence.items.top && !l->failed; it++)
        push(l, node, NULL, make(l, *it, depth));
}

/* Each key that is looked at counts as a value, so that repeated merges end. */
static void merge_map(struct loader *l, struct node *node, struct map *keys,
                      const struct node *from)
{
    if (from->kind != NODE_MAP || from == node)
        return;
    for (uint32_t i = 0; i < from->items.count && !l->failed; i++) {
        struct node_pair pair = from->items.items[i];
        bool is_new;
        map_put(keys, pair.key->text, &is_new);
        if (is_new)
            push(l, node, pair.key, pair.value);
        else
            spend(l, node);
    }
}

static void merge(struct loader *l, struct node *node, struct node *const *merged, uint32_t count)
{
    struct map keys;
    map_init(&keys, l->diags->arena, node->items.count);
    VEC_EACH (&node->items, it)
        map_put(&keys, it->key->text, NULL);
    for (uint32_t i = 0; i < count; i++) {
        merge_map(l, node, &keys, merged[i]);
        if (merged[i]->kind == NODE_LIST)
            VEC_EACH (&merged[i]->items, it)
                merge_map(l, node, &keys, it->value);
    }
}

static void fill_map(struct loader *l, const yaml_node_t *from, struct node *node, unsigned depth)
{
    VEC(struct node *) merged = {0};
    for (const yaml_node_pair_t *it = from->data.mapping.pairs.start;
         it < from->data.mapping.pairs.top && !l->failed; it++) {
        struct node *key = make(l, it->key, depth), *value = make(l, it->value, depth);
        if (key->kind == NODE_NULL)
            key->kind = NODE_TEXT;
        if (key->kind != NODE_TEXT)
            fail(l, IMPORT_SHAPE, key->span, "the name of a value is text");
        else if (!key->quoted && str_is(key->text, "<<"))
            *vec_push(l->diags->arena, &merged) = value;
        else
            push(l, node, key, value);
    }
    if (merged.count)
        merge(l, node, merged.items, merged.count);
}

/* Recursion ends at IMPORT_DEPTH_MAX. What contains itself is found by node_check. */
static struct node *make(struct loader *l, int id, unsigned depth)
{
    const yaml_node_t *from = yaml_document_get_node(l->document, id);
    if (l->nodes[id])
        return l->nodes[id];
    struct node *node = l->nodes[id] = arena_new(l->diags->arena, struct node, 1);
    node->span = span_of(l, &from->start_mark, &from->end_mark);
    if (depth > IMPORT_DEPTH_MAX)
        fail(l, IMPORT_TOO_LARGE, node->span, "it is nested too deep");
    switch (l->failed ? YAML_NO_NODE : from->type) {
    case YAML_SCALAR_NODE:
        node->kind = is_null(from) ? NODE_NULL : NODE_TEXT;
        node->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->text.len = from->data.scalar.length;
        node->text.ptr = arena_strndup(l->diags->arena, (const char *)from->data.scalar.value,
                                       from->data.scalar.length);
        break;
    case YAML_SEQUENCE_NODE:
        node->kind = NODE_LIST;
        fill_list(l, from, node, depth + 1);
        break;
    case YAML_MAPPING_NODE:
        node->kind = NODE_MAP;
        fill_map(l, from, node, depth + 1);
        break;
    case YAML_NO_NODE: break;
    }
    return node;
}

static void syntax_error(struct loader *l, const yaml_parser_t *parser)
{
    bool scanned = parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR ||
                   parser->error == YAML_COMPOSER_ERROR;
    struct span span = span_of(l, &parser->problem_mark, &parser->problem_mark);
    if (!scanned)
        span = (struct span){l->source, (uint32_t)parser->problem_offset, 0};
    if (span.offset > l->text.len)
        span.offset = (uint32_t)l->text.len;
    fail(l, IMPORT_SYNTAX, span, parser->problem ? parser->problem : "no valid YAML");
}

static struct node *load(struct loader *l, yaml_document_t *document)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    size_t count = (size_t)(document->nodes.top - document->nodes.start);
    if (!root) {
        fail(l, IMPORT_EMPTY, (struct span){l->source, 0, 0}, "the file is empty");
        return NULL;
    }
    if (count > IMPORT_NODES_MAX) {
        fail(l, IMPORT_TOO_LARGE, (struct span){l->source, 0, 0}, "it has too many values");
        return NULL;
    }
    l->document = document;
    l->nodes = arena_new(l->diags->arena, struct node *, count + 1);
    struct node *node = make(l, 1, 1);
    return l->failed || !node_check(l->diags, node) ? NULL : node;
}

static void open_parser(const struct loader *l, yaml_parser_t *parser)
{
    if (!yaml_parser_initialize(parser))
        mem_die();
    yaml_parser_set_input_string(parser, (const unsigned char *)l->text.ptr, l->text.len);
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
}

/* Depth and number of values, counted before libyaml makes a tree: its time grows with the square
 * of the depth. */
static bool count_event(struct loader *l, const yaml_event_t *event, uint32_t *depth,
                        uint32_t *count)
{
    struct span span = span_of(l, &event->start_mark, &event->end_mark);
    switch (event->type) {
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (++*depth > IMPORT_DEPTH_MAX)
            fail(l, IMPORT_TOO_LARGE, span, "it is nested too deep");
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: --*depth; break;
    default: break;
    }
    if (++*count > 2 * IMPORT_NODES_MAX)
        fail(l, IMPORT_TOO_LARGE, span, "it has too many values");
    return !l->failed && event->type != YAML_DOCUMENT_END_EVENT &&
           event->type != YAML_STREAM_END_EVENT;
}

static bool is_small(struct loader *l)
{
    yaml_parser_t parser;
    yaml_event_t event;
    uint32_t depth = 0, count = 0;
    bool more = true;
    open_parser(l, &parser);
    while (more && yaml_parser_parse(&parser, &event)) {
        more = count_event(l, &event, &depth, &count);
        yaml_event_delete(&event);
    }
    if (more) /* the parser has given up */
        syntax_error(l, &parser);
    yaml_parser_delete(&parser);
    return !l->failed;
}

struct node *node_read_yaml(struct diag_list *diags, uint32_t source)
{
    return node_read_yaml_text(diags, source, diags->sources->files.items[source].text);
}

/* The first document of the file. */
struct node *node_read_yaml_text(struct diag_list *diags, uint32_t source, struct str text)
{
    struct loader l = {.diags = diags, .source = source, .text = text};
    yaml_parser_t parser;
    yaml_document_t document;
    struct node *root = NULL;
    l.steps = find_steps(diags->arena, l.text);
    if (!is_small(&l))
        return NULL;
    open_parser(&l, &parser);
    if (yaml_parser_load(&parser, &document)) {
        root = load(&l, &document);
        yaml_document_delete(&document);
    } else {
        syntax_error(&l, &parser);
    }
    yaml_parser_delete(&parser);
    return root;
}
