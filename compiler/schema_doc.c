#include "schema_doc.h"

#include "array.h"

#define BOOLEAN SCHEMA_KIND_BOOLEAN
#define INTEGER SCHEMA_KIND_INTEGER
#define STRING  SCHEMA_KIND_STRING
#define ARRAY   SCHEMA_KIND_ARRAY
#define OBJECT  SCHEMA_KIND_OBJECT
#define ANY     SCHEMA_KIND_ANY

#define DURATION "^([0-9]+([.][0-9]{1,6})?(ms|s|m|h))+$"
#define HOST                                  \
    "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?([.]" \
    "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$"
#define STATUS "^[1-9][0-9]{2}(-[1-9][0-9]{2})?$"

/* Strings convert to numbers and truth values, as everywhere in HCL. */
const struct schema_shape schema_shapes[] = {
    [SCHEMA_TYPE_BOOL] = {BOOLEAN | STRING, "^(true|false|1|0)$", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_NUMBER] = {INTEGER | STRING, "^[0-9]+$", SCHEMA_UNIT_ONE},
    [SCHEMA_TYPE_DURATION] = {STRING, DURATION, SCHEMA_UNIT_MS},
    [SCHEMA_TYPE_WORD] = {STRING, NULL, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_PATH] = {STRING, ".", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_PATHS] = {ARRAY | STRING, NULL, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_STRINGS] = {ARRAY | STRING, NULL, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_ENV] = {OBJECT | STRING, NULL, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_COMMAND] = {STRING | ARRAY, "[^ \\t\\n]", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_SUBDOMAIN] = {STRING, HOST, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_DOMAIN] = {STRING, HOST, SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_URLPATH] = {STRING, "^/[!-\"$-~]*$", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_STATUS] = {INTEGER | STRING, STATUS, SCHEMA_UNIT_ONE},
    [SCHEMA_TYPE_FILES] = {STRING | ARRAY, ".", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_SIZE] = {STRING, "^[0-9]+(B|KiB|MiB|GiB)$", SCHEMA_UNIT_BYTES},
    [SCHEMA_TYPE_PATTERN] = {STRING, ".", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_TEXT] = {STRING, "", SCHEMA_UNIT_NONE},
    [SCHEMA_TYPE_ANY] = {ANY, NULL, SCHEMA_UNIT_NONE},
};
_Static_assert(ARRAY_LEN(schema_shapes) == SCHEMA_TYPE_COUNT, "a row for each type");

void schema_path(enum schema_block_id id, struct strbuf *out)
{
    const struct schema_block *block = &schema_blocks[id];
    if (id == SCHEMA_BLOCK_root)
        return;
    schema_path(block->parent, out);
    strbuf_addf(out, "%s%s", block->parent == SCHEMA_BLOCK_root ? "" : ".", block->name.ptr);
}

static void add_words(const char *const *words, struct strbuf *out)
{
    for (uint32_t i = 0; words[i] != NULL; i++) {
        const char *before = i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ";
        strbuf_addf(out, "%s\"%s\"", before, words[i]);
    }
}

void schema_show_duration(uint32_t ms, struct strbuf *out)
{
    static const struct {
        uint32_t ms;
        const char *name;
    } units[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
    uint32_t i = 0;
    while (ms % units[i].ms != 0)
        i++;
    strbuf_addf(out, "%u%s", ms / units[i].ms, units[i].name);
}

void schema_show_size(uint32_t bytes, struct strbuf *out)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    for (; bytes % 1024 == 0 && unit < ARRAY_LEN(units) - 1; unit++)
        bytes /= 1024;
    strbuf_addf(out, "%u%s", bytes, units[unit]);
}

void schema_phrase(const struct schema_attr *attr, struct strbuf *out)
{
    if (attr->words != NULL) {
        add_words(attr->words, out);
        return;
    }
    strbuf_adds(out, schema_expected(attr->type));
    switch (schema_shapes[attr->type].unit) {
    case SCHEMA_UNIT_ONE: strbuf_addf(out, ", %u to %u", attr->min, attr->max); break;
    case SCHEMA_UNIT_MS:
        if (attr->min <= 1 && attr->max == SCHEMA_DURATION_MAX)
            break;
        strbuf_adds(out, ", ");
        schema_show_duration(attr->min, out);
        strbuf_adds(out, " to ");
        schema_show_duration(attr->max, out);
        break;
    case SCHEMA_UNIT_BYTES:
        strbuf_adds(out, ", ");
        schema_show_size(attr->min, out);
        strbuf_adds(out, " to ");
        schema_show_size(attr->max, out);
        break;
    default: break;
    }
}
