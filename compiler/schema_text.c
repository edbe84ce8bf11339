#include "schema_text.h"

#include "ascii.h"
#include "schema_doc.h"

#define WIDTH 90

struct printer {
    struct str path;
    struct strbuf *out;
    bool whole[SCHEMA_BLOCK_COUNT]; /* all of the block is shown */
    bool some[SCHEMA_BLOCK_COUNT];  /* something in it is */
};

/* Whether path is full or, from a dot on, the end of it. */
static bool names(struct str path, const struct strbuf *full)
{
    struct str text = strbuf_str(full);
    if (!str_has_suffix(text, path))
        return false;
    return text.len == path.len || text.ptr[text.len - path.len - 1] == '.';
}

static bool names_block(const struct printer *p, enum schema_block_id id)
{
    struct strbuf full = {0};
    schema_path(id, &full);
    bool named = p->path.len == 0 || names(p->path, &full);
    strbuf_finish(&full);
    return named;
}

static bool names_attr(const struct printer *p, const struct schema_attr *attr)
{
    struct strbuf full = {0};
    schema_path(attr->block, &full);
    strbuf_addf(&full, "%s%s", full.len > 0 ? "." : "", attr->name.ptr);
    bool named = names(p->path, &full);
    strbuf_finish(&full);
    return named;
}

static bool shown(const struct printer *p, const struct schema_attr *attr)
{
    return p->whole[attr->block] || names_attr(p, attr);
}

/* A parent's row stands before its children's: forward they take from it, backward they give. */
static void select_rows(struct printer *p)
{
    for (uint32_t id = 0; id < SCHEMA_BLOCK_COUNT; id++) {
        const struct schema_block *block = &schema_blocks[id];
        p->whole[id] = p->whole[block->parent] || names_block(p, id);
        p->some[id] = p->whole[id];
        for (uint32_t i = 0; i < block->count && !p->some[id]; i++)
            p->some[id] = names_attr(p, &schema_attrs[block->first + i]);
    }
    for (uint32_t id = SCHEMA_BLOCK_COUNT; id-- > 0;)
        p->some[schema_blocks[id].parent] |= p->some[id];
}

static void indent(const struct printer *p, uint32_t depth)
{
    strbuf_addn(p->out, ' ', 2 * (size_t)depth);
}

/* Lines of words behind a "#". */
static void add_comment(const struct printer *p, uint32_t depth, const char *text)
{
    size_t column = 0;
    for (const char *word = text; *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (column == 0 || column + 1 + length > WIDTH) {
            strbuf_adds(p->out, column == 0 ? "" : "\n");
            indent(p, depth);
            strbuf_addc(p->out, '#');
            column = 2 * (size_t)depth + 1;
        }
        strbuf_addf(p->out, " %.*s", (int)length, word);
        column += 1 + length;
        word += length + strspn(word + length, " ");
    }
    strbuf_addc(p->out, '\n');
}

static const char *default_text(const struct schema_attr *attr)
{
    return attr->fallback != NULL ? attr->fallback : "...";
}

struct columns {
    size_t name, value;
};

static struct columns measure(const struct printer *p, const struct schema_block *block)
{
    struct columns widths = {0};
    for (uint32_t i = 0; i < block->count; i++) {
        const struct schema_attr *attr = &schema_attrs[block->first + i];
        size_t value = strlen(default_text(attr));
        if (!shown(p, attr))
            continue;
        widths.name = attr->name.len > widths.name ? attr->name.len : widths.name;
        widths.value = value > widths.value ? value : widths.value;
    }
    return widths;
}

/* One that was asked for alone comes with how to write it. */
static void add_attr_comment(const struct printer *p, const struct schema_attr *attr,
                             uint32_t depth)
{
    struct strbuf text = {0};
    strbuf_adds(&text, attr->doc);
    if (!p->whole[attr->block] && attr->words == NULL) {
        const char *form = schema_form(attr->type);
        strbuf_addf(&text, " %c%s.", ascii_upper(form[0]), form + 1);
    }
    add_comment(p, depth, strbuf_text(&text));
    strbuf_finish(&text);
}

static void add_attr(const struct printer *p, const struct schema_attr *attr, uint32_t depth,
                     struct columns widths)
{
    add_attr_comment(p, attr, depth);
    indent(p, depth);
    strbuf_addf(p->out, "%-*s = %-*s  # %s", (int)widths.name, attr->name.ptr, (int)widths.value,
                default_text(attr), attr->required ? "required: " : "");
    schema_phrase(attr, p->out);
    strbuf_addc(p->out, '\n');
}

static void add_blocks(const struct printer *p, enum schema_block_id parent, uint32_t depth,
                       bool behind_something);

static void add_block(const struct printer *p, enum schema_block_id id, uint32_t depth)
{
    const struct schema_block *block = &schema_blocks[id];
    struct columns widths = measure(p, block);
    bool any = false;
    if (p->whole[id])
        add_comment(p, depth, block->doc);
    indent(p, depth);
    strbuf_adds(p->out, block->name.ptr);
    for (uint32_t i = 0; i < block->labels; i++)
        strbuf_adds(p->out, " \"NAME\"");
    strbuf_adds(p->out, " {\n");
    for (uint32_t i = 0; i < block->count; i++) {
        const struct schema_attr *attr = &schema_attrs[block->first + i];
        if (!shown(p, attr))
            continue;
        add_attr(p, attr, depth + 1, widths);
        any = true;
    }
    if (schema_blocks[id].open) {
        indent(p, depth + 1);
        strbuf_adds(p->out, "NAME = ...\n");
    }
    add_blocks(p, id, depth + 1, any);
    indent(p, depth);
    strbuf_adds(p->out, "}\n");
}

static void add_blocks(const struct printer *p, enum schema_block_id parent, uint32_t depth,
                       bool behind_something)
{
    for (uint32_t id = parent + 1; id < SCHEMA_BLOCK_COUNT; id++) {
        if (schema_blocks[id].parent != parent || !p->some[id])
            continue;
        strbuf_adds(p->out, behind_something ? "\n" : "");
        add_block(p, id, depth);
        behind_something = true;
    }
}

bool schema_text(struct str path, struct strbuf *out)
{
    struct printer p = {.path = path, .out = out};
    select_rows(&p);
    add_blocks(&p, SCHEMA_BLOCK_root, 0, false);
    return p.some[SCHEMA_BLOCK_root];
}
