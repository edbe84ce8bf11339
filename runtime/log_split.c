#include "log_split.h"

#include "log_ring.h"

/* Memory beyond this is given back when a long line is over. */
#define KEPT_CAPACITY (4u << 10)

void log_split_finish(struct log_split *split)
{
    strbuf_finish(&split->rest);
}

/* The cut at LOG_LINE_MAX, moved back to where a UTF-8 sequence begins. */
static size_t cut_length(const char *bytes)
{
    size_t cut = LOG_LINE_MAX;
    for (int i = 0; i < 3 && ((unsigned char)bytes[cut] & 0xc0) == 0x80; i++)
        cut--;
    return cut;
}

/* Gives the parts of a line that is too long; what is left is at most LOG_LINE_MAX. */
static struct str give_parts(struct log_split *split, struct str line, log_split_fn *on_line,
                             void *ctx)
{
    while (line.len > LOG_LINE_MAX) {
        size_t cut = cut_length(line.ptr);
        on_line(ctx, (struct str){line.ptr, cut}, true, split->continued);
        split->continued = true;
        line = (struct str){line.ptr + cut, line.len - cut};
    }
    return line;
}

static void give_line(struct log_split *split, struct str line, log_split_fn *on_line, void *ctx)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    line = give_parts(split, line, on_line, ctx);
    /* A line whose text is out already ends without another, empty one. */
    if (line.len || !split->continued)
        on_line(ctx, line, false, split->continued);
    split->continued = false;
}

static void clear_rest(struct log_split *split)
{
    if (split->rest.capacity > KEPT_CAPACITY)
        strbuf_finish(&split->rest);
    strbuf_clear(&split->rest);
}

static void keep_rest(struct log_split *split, const char *bytes, size_t size,
                      log_split_fn *on_line, void *ctx)
{
    strbuf_add(&split->rest, bytes, size);
    if (split->rest.len <= LOG_LINE_MAX)
        return;
    struct str left = give_parts(split, strbuf_str(&split->rest), on_line, ctx);
    memmove(split->rest.ptr, left.ptr, left.len + 1);
    split->rest.len = left.len;
}

void log_split_feed(struct log_split *split, const char *bytes, size_t size, log_split_fn *on_line,
                    void *ctx)
{
    const char *end = bytes + size;
    const char *newline;
    while (bytes < end && (newline = memchr(bytes, '\n', (size_t)(end - bytes)))) {
        struct str line = {bytes, (size_t)(newline - bytes)};
        if (split->rest.len) {
            strbuf_add(&split->rest, line.ptr, line.len);
            line = strbuf_str(&split->rest);
        }
        give_line(split, line, on_line, ctx);
        clear_rest(split);
        bytes = newline + 1;
    }
    if (bytes < end)
        keep_rest(split, bytes, (size_t)(end - bytes), on_line, ctx);
}

bool log_split_pending(const struct log_split *split)
{
    return split->rest.len != 0;
}

void log_split_show(struct log_split *split, log_split_fn *on_line, void *ctx)
{
    if (!split->rest.len)
        return;
    on_line(ctx, strbuf_str(&split->rest), true, split->continued);
    split->continued = true;
    clear_rest(split);
}

void log_split_end(struct log_split *split, log_split_fn *on_line, void *ctx)
{
    if (split->rest.len)
        give_line(split, strbuf_str(&split->rest), on_line, ctx);
    split->continued = false;
    clear_rest(split);
}
