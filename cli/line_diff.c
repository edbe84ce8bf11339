#include "line_diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CONTEXT 3

struct cursor {
    struct str left; /* from the line on */
};

/* The line with its line break, or an empty string behind the last one. */
static struct str line_here(const struct cursor *at)
{
    const char *end = at->left.len ? memchr(at->left.ptr, '\n', at->left.len) : NULL;
    size_t length = end ? (size_t)(end - at->left.ptr) + 1 : at->left.len;
    return (struct str){at->left.ptr, length};
}

static void skip_line(struct cursor *at)
{
    size_t length = line_here(at).len;
    at->left.ptr += length;
    at->left.len -= length;
}

/* Both texts at the same line. */
struct pair {
    struct cursor before, after;
};

static bool at_end(const struct pair *pair)
{
    return pair->before.left.len == 0 && pair->after.left.len == 0;
}

static bool lines_equal(const struct pair *pair)
{
    return str_equal(line_here(&pair->before), line_here(&pair->after));
}

static void next_pair(struct pair *pair)
{
    skip_line(&pair->before);
    skip_line(&pair->after);
}

static void add_line(struct strbuf *out, char mark, struct str line)
{
    if (line.len == 0)
        return;
    strbuf_addc(out, mark);
    strbuf_add_str(out, line);
    if (line.ptr[line.len - 1] != '\n')
        strbuf_adds(out, "\n\\ No newline at end of file\n");
}

static void add_side(struct strbuf *out, struct cursor at, uint32_t lines, char mark)
{
    for (; lines > 0; lines--) {
        add_line(out, mark, line_here(&at));
        skip_line(&at);
    }
}

/* Equal lines once; of a run that differs the old lines, then the new ones. */
static void add_lines(struct strbuf *out, struct pair at, uint32_t lines)
{
    while (lines > 0) {
        struct pair run = at;
        uint32_t count = 0;
        for (; count < lines && !lines_equal(&at); count++)
            next_pair(&at);
        add_side(out, run.before, count, '-');
        add_side(out, run.after, count, '+');
        lines -= count;
        if (lines > 0) {
            add_line(out, ' ', line_here(&at.before));
            next_pair(&at);
            lines--;
        }
    }
}

static uint32_t lines_on_side(struct cursor at, uint32_t lines)
{
    uint32_t count = 0;
    for (; count < lines && at.left.len > 0; count++)
        skip_line(&at);
    return count;
}

static void add_hunk(struct strbuf *out, struct pair from, uint32_t first, uint32_t lines)
{
    uint32_t before = lines_on_side(from.before, lines), after = lines_on_side(from.after, lines);
    strbuf_addf(out, "@@ -%u,%u +%u,%u @@\n", before ? first : first - 1, before,
                after ? first : first - 1, after);
    add_lines(out, from, lines);
}

void line_diff(const char *path, struct str before, struct str after, struct strbuf *out)
{
    struct pair at = {{before}, {after}}, from = at;
    uint32_t line = 1, first = 1, changed = 0; /* changed: the last line that differs; 0: none */
    if (str_equal(before, after))
        return;
    strbuf_addf(out, "--- %s\n+++ %s\n", path, path);
    for (; !at_end(&at); line++) {
        if (changed && line > changed + 2 * CONTEXT && lines_equal(&at)) {
            add_hunk(out, from, first, changed + CONTEXT + 1 - first);
            while (first < changed + CONTEXT + 1) {
                next_pair(&from);
                first++;
            }
            changed = 0;
        }
        if (!lines_equal(&at))
            changed = line;
        for (; !changed && first + CONTEXT <= line; first++)
            next_pair(&from);
        next_pair(&at);
    }
    if (changed) {
        uint32_t last = changed + CONTEXT < line - 1 ? changed + CONTEXT : line - 1;
        add_hunk(out, from, first, last + 1 - first);
    }
}
