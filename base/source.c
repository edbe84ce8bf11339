#include "source.h"

#include "io.h"
#include "utf8.h"

#include <assert.h>
#include <unistd.h>
#include <utf8proc.h>

void sources_init(struct sources *sources, struct arena *arena)
{
    *sources = (struct sources){.arena = arena};
}

/* The text is in the arena. */
static uint32_t add(struct sources *sources, const char *path, struct str text)
{
    uint32_t id = sources->files.count;
    struct source *file = vec_push(sources->arena, &sources->files);
    file->path = arena_strndup(sources->arena, path, strlen(path));
    file->text = text;
    return id;
}

uint32_t source_add(struct sources *sources, const char *path, struct str text)
{
    assert(text.len < UINT32_MAX);
    text.ptr = arena_strndup(sources->arena, text.ptr, text.len);
    return add(sources, path, text);
}

int source_load(struct sources *sources, const char *path, uint32_t *out_id)
{
    struct str text;
    bool is_stdin = strcmp(path, "-") == 0;
    int error = is_stdin ? io_load_fd(sources->arena, STDIN_FILENO, SOURCE_SIZE_MAX, &text)
                         : io_load_file(sources->arena, path, SOURCE_SIZE_MAX, &text);
    if (!error)
        *out_id = add(sources, is_stdin ? "<stdin>" : path, text);
    return error;
}

void source_mark_boundary(struct sources *sources, uint32_t id, uint32_t offset)
{
    *vec_push(sources->arena, &sources->files.items[id].boundaries) = offset;
}

struct str source_text(const struct sources *sources, struct span span)
{
    struct str text = sources->files.items[span.source].text;
    size_t offset = span.offset < text.len ? span.offset : text.len;
    size_t length = span.length < text.len - offset ? span.length : text.len - offset;
    return (struct str){text.ptr + offset, length};
}

static uint32_t count_newlines(struct str text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\n';
    return count;
}

/* Counting first is a fraction of what growing would cost in time and in memory. */
static void index_lines(struct sources *sources, struct source *file)
{
    const char *at = file->text.ptr, *end = at + file->text.len;
    uint32_t capacity = count_newlines(file->text) + 1, count = 0;
    uint32_t *lines = arena_new(sources->arena, uint32_t, capacity);
    lines[count++] = (uint32_t)(file->text.len - utf8_skip_mark(file->text).len);
    while (count < capacity) {
        at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        lines[count++] = (uint32_t)(at - file->text.ptr);
    }
    file->lines.items = lines;
    file->lines.count = file->lines.capacity = count;
}

/* The index of the last element that is not above value. The array rises, and its first element is
 * not above value. */
static uint32_t last_not_above(const uint32_t *items, uint32_t count, uint32_t value)
{
    uint32_t low = 0, high = count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (items[middle] <= value)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Most callers go through a file in order, so the line is near the one that was found last: from
 * there the steps double until they are too far, and the rest is a search by halves. */
static uint32_t line_index(struct sources *sources, struct source *file, uint32_t offset)
{
    if (!file->lines.count)
        index_lines(sources, file);
    uint32_t low = file->line_hint, step = 1;
    if (file->lines.items[low] > offset)
        low = 0;
    while (step < file->lines.count - low && file->lines.items[low + step] <= offset) {
        low += step;
        step *= 2;
    }
    uint32_t left = file->lines.count - low;
    file->line_hint =
        low + last_not_above(file->lines.items + low, step < left ? step : left, offset);
    return file->line_hint;
}

static bool is_boundary(const struct source *file, uint32_t offset)
{
    if (!file->boundaries.count || file->boundaries.items[0] > offset)
        return false;
    uint32_t at = last_not_above(file->boundaries.items, file->boundaries.count, offset);
    return file->boundaries.items[at] == offset;
}

/* Each byte is a character of its own, and no carriage return joins the newline behind it. */
static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80 || text.ptr[i] == '\r')
            return false;
    return true;
}

/* Counts grapheme clusters and UTF-16 units of [from, to), which lies within one line. A broken
 * byte counts as one of each. */
static void count_columns(const struct source *file, uint32_t from, uint32_t to,
                          struct position *out)
{
    int32_t previous = -1, state = 0;
    if (from < to && is_plain((struct str){file->text.ptr + from, to - from})) {
        out->column += to - from;
        out->utf16_column += to - from;
        return;
    }
    while (from < to) {
        int32_t code;
        size_t length = utf8_next((struct str){file->text.ptr + from, to - from}, &code);
        code = code < 0 ? 0xfffd : code;
        if (is_boundary(file, from))
            previous = -1;
        if (previous < 0 || utf8proc_grapheme_break_stateful(previous, code, &state))
            out->column++;
        if (previous < 0)
            state = 0;
        out->utf16_column += code > 0xffff ? 2 : 1;
        previous = code;
        from += (uint32_t)length;
    }
}

/* Between these two a column always begins, whatever came before. */
static bool is_certain(const struct source *file, uint32_t offset)
{
    return offset > 0 && offset < file->text.len && (unsigned char)file->text.ptr[offset] < 0x80 &&
           (unsigned char)file->text.ptr[offset - 1] < 0x80 && file->text.ptr[offset - 1] != '\r';
}

static struct position locate(struct sources *sources, uint32_t id, uint32_t offset)
{
    struct source *file = &sources->files.items[id];
    if (offset > file->text.len)
        offset = (uint32_t)file->text.len;
    uint32_t line = line_index(sources, file, offset);
    struct position position = file->column_hint;
    /* A long line is counted once, if it is gone through in order. */
    if (position.line != line + 1 || position.offset > offset)
        position = (struct position){line + 1, 1, 1, file->lines.items[line]};
    count_columns(file, position.offset, offset, &position);
    position.offset = offset;
    if (is_certain(file, offset))
        file->column_hint = position;
    return position;
}

struct position source_locate(struct sources *sources, struct span span)
{
    return locate(sources, span.source, span.offset);
}

struct position source_locate_end(struct sources *sources, struct span span)
{
    return locate(sources, span.source, span.offset + span.length);
}

struct str source_line(struct sources *sources, uint32_t id, uint32_t line)
{
    struct source *file = &sources->files.items[id];
    line_index(sources, file, 0);
    if (line == 0 || line > file->lines.count)
        return (struct str){"", 0};
    uint32_t start = file->lines.items[line - 1];
    uint32_t end = line < file->lines.count ? file->lines.items[line] : (uint32_t)file->text.len;
    while (end > start && (file->text.ptr[end - 1] == '\n' || file->text.ptr[end - 1] == '\r'))
        end--;
    return (struct str){file->text.ptr + start, end - start};
}

struct span span_join(struct span first, struct span last)
{
    uint32_t first_end = first.offset + first.length, last_end = last.offset + last.length;
    uint32_t start = first.offset < last.offset ? first.offset : last.offset;
    uint32_t end = first_end > last_end ? first_end : last_end;
    return (struct span){first.source, start, end - start};
}

bool span_within(struct span inner, struct span outer)
{
    return inner.source == outer.source && inner.offset >= outer.offset &&
           inner.length <= outer.length &&
           inner.offset - outer.offset <= outer.length - inner.length;
}
