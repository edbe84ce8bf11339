#include "schema_json.h"

#include "array.h"
#include "json_print.h"
#include "model.h"
#include "schema_doc.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    json_put(object, key, json_string_nocheck(text));
}

static void append_text(json_t *array, const char *text)
{
    json_array_append_new(array, json_string_nocheck(text));
}

/* null is as good as nothing, where nothing will do. */
static json_t *types_json(unsigned kinds, bool nullable)
{
    static const struct {
        enum schema_kind kind;
        const char *name;
    } names[] = {
        {SCHEMA_KIND_BOOLEAN, "boolean"}, {SCHEMA_KIND_INTEGER, "integer"},
        {SCHEMA_KIND_STRING, "string"},   {SCHEMA_KIND_ARRAY, "array"},
        {SCHEMA_KIND_OBJECT, "object"},
    };
    json_t *types = json_array();
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (kinds & names[i].kind)
            append_text(types, names[i].name);
    if (nullable)
        append_text(types, "null");
    return types;
}

/* What becomes a string by itself. */
static json_t *scalar_json(void)
{
    return json_pack("{s: [s, s, s]}", "type", "string", "number", "boolean");
}

static void set_pattern(json_t *object, const char *pattern)
{
    if (pattern == NULL)
        set_text(object, "pattern", SCHEMA_EXPRESSION);
    else
        json_put(object, "pattern", json_sprintf("%s|%s", pattern, SCHEMA_EXPRESSION));
}

/* The keywords of a type of value that a keyword does not concern ignore it. */
static void add_shape(json_t *object, const struct schema_attr *attr)
{
    const struct schema_shape *shape = &schema_shapes[attr->type];
    if (shape->kinds == SCHEMA_KIND_ANY)
        return;
    json_put(object, "type", types_json(shape->kinds, !attr->required));
    set_pattern(object, shape->pattern);
    if (shape->unit == SCHEMA_UNIT_ONE) {
        json_put(object, "minimum", json_integer(attr->min));
        json_put(object, "maximum", json_integer(attr->max));
    }
    if (shape->kinds & SCHEMA_KIND_ARRAY) {
        json_put(object, "items", scalar_json());
        if (attr->required)
            json_put(object, "minItems", json_integer(1));
    }
    if (shape->kinds & SCHEMA_KIND_OBJECT) {
        json_put(object, "propertyNames",
                 json_pack("{s: s}", "pattern", "^[^=]+$|" SCHEMA_EXPRESSION));
        json_put(object, "additionalProperties", scalar_json());
    }
}

static void add_words(json_t *object, const struct schema_attr *attr)
{
    json_t *words = json_array(), *other = json_object();
    for (uint32_t i = 0; attr->words[i] != NULL; i++)
        append_text(words, attr->words[i]);
    add_shape(other, attr);
    json_put(object, "anyOf", json_pack("[{s: o}, o]", "enum", words, other));
}

static json_t *attr_json(const struct schema_attr *attr)
{
    json_t *object = json_object();
    set_text(object, "description", attr->doc);
    if (attr->words != NULL)
        add_words(object, attr);
    else
        add_shape(object, attr);
    if (attr->fallback != NULL)
        json_put(object, "default", json_loads(attr->fallback, JSON_DECODE_ANY, NULL));
    return object;
}

/* A block where it stands in its parent: under its labels, an array of bodies. */
static json_t *place_json(enum schema_block_id id)
{
    const struct schema_block *block = &schema_blocks[id];
    struct strbuf path = {0};
    schema_path(id, &path);
    json_t *place = json_object(), *body = json_object();
    json_put(body, "$ref", json_sprintf("#/definitions/%s", strbuf_text(&path)));
    strbuf_finish(&path);
    set_text(place, "type", "array");
    json_put(place, "items", body);
    json_put(place, "minItems", json_integer(1));
    if (!block->many || block->labels > 0) /* with labels there are many names, each once */
        json_put(place, "maxItems", json_integer(1));
    for (uint32_t i = 0; i < block->labels; i++)
        place = json_pack("{s: s, s: {s: s, s: i}, s: i, s: o}", "type", "object", "propertyNames",
                          "pattern", SCHEMA_LABEL, "maxLength", (int)MODEL_NAME_MAX,
                          "minProperties", 1, "additionalProperties", place);
    set_text(place, "description", block->doc);
    return place;
}

static json_t *required_json(enum schema_block_id id)
{
    const struct schema_block *block = &schema_blocks[id];
    json_t *required = json_array();
    for (uint32_t i = 0; i < block->count; i++)
        if (schema_attrs[block->first + i].required)
            append_text(required, schema_attrs[block->first + i].name.ptr);
    if (id == SCHEMA_BLOCK_root) /* there is something to run, or it is no A3sfile */
        append_text(required, schema_blocks[SCHEMA_BLOCK_service].name.ptr);
    return required;
}

static void add_body(json_t *object, enum schema_block_id id)
{
    const struct schema_block *block = &schema_blocks[id];
    json_t *properties = json_object();
    for (uint32_t i = 0; i < block->count; i++) {
        const struct schema_attr *attr = &schema_attrs[block->first + i];
        json_put(properties, attr->name.ptr, attr_json(attr));
    }
    for (uint32_t child = id + 1; child < SCHEMA_BLOCK_COUNT; child++)
        if (schema_blocks[child].parent == id)
            json_put(properties, schema_blocks[child].name.ptr, place_json(child));
    set_text(object, "description", block->doc);
    set_text(object, "type", "object");
    json_put(object, "properties", properties);
    json_put(object, "required", required_json(id));
    json_put(object, "additionalProperties", json_boolean(schema_blocks[id].open));
}

void schema_json(struct strbuf *out)
{
    json_t *root = json_object(), *definitions = json_object();
    set_text(root, "$schema", "http://json-schema.org/draft-07/schema#");
    set_text(root, "title", "A3sfile.hcl as \"a3s hcl\" prints it");
    add_body(root, SCHEMA_BLOCK_root);
    for (uint32_t id = SCHEMA_BLOCK_root + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        struct strbuf path = {0};
        json_t *body = json_object();
        add_body(body, id);
        schema_path(id, &path);
        json_put(definitions, strbuf_text(&path), body);
        strbuf_finish(&path);
    }
    json_put(root, "definitions", definitions);
    json_print(root, out);
}
