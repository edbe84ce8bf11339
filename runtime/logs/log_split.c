#include "log_split.h"

/* Memory beyond this is given back when a long line is over. */
#define KEPT_CAPACITY (4u << 10)

void log_split_finish(struct log_split *split)
{
    strbuf_finish(&split->rest);
}

static void give_one(struct log_split *split, struct str bytes, struct str line, bool open,
                     log_split_fn *on_batch, void *ctx)
{
    struct log_batch batch = {
        .count = 1, .open = open, .continued = split->continued, .bytes = bytes, .lines = &line};
    split->continued = open;
    on_batch(ctx, &batch);
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
static struct str give_parts(struct log_split *split, struct str line, log_split_fn *on_batch,
                             void *ctx)
{
    while (line.len > LOG_LINE_MAX) {
        struct str part = {line.ptr, cut_length(line.ptr)};
        give_one(split, part, part, true, on_batch, ctx);
        line = (struct str){line.ptr + part.len, line.len - part.len};
    }
    return line;
}

static size_t without_return(const char *line, size_t length)
{
    return length && line[length - 1] == '\r' ? length - 1 : length;
}

/* bytes: the line, and its break, if there is one. */
static void give_line(struct log_split *split, struct str bytes, log_split_fn *on_batch, void *ctx)
{
    struct str line = bytes;
    if (line.len && line.ptr[line.len - 1] == '\n')
        line.len = without_return(line.ptr, line.len - 1);
    line = give_parts(split, line, on_batch, ctx);
    bytes = (struct str){line.ptr, bytes.len - (size_t)(line.ptr - bytes.ptr)};
    /* A line whose text is out already ends without another, empty one. */
    if (line.len || !split->continued)
        give_one(split, bytes, line, false, on_batch, ctx);
    split->continued = false;
}

static void clear_rest(struct log_split *split)
{
    if (split->rest.capacity > KEPT_CAPACITY)
        strbuf_finish(&split->rest);
    strbuf_clear(&split->rest);
}

/* The line that began in an earlier piece. What is behind its break. */
static const char *give_first(struct log_split *split, const char *bytes, const char *end,
                              log_split_fn *on_batch, void *ctx)
{
    const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
    if (!newline)
        return bytes;
    strbuf_add(&split->rest, bytes, (size_t)(newline + 1 - bytes));
    give_line(split, strbuf_str(&split->rest), on_batch, ctx);
    clear_rest(split);
    return newline + 1;
}

/* Behind the break of a line whose text is out already: there is no empty line. */
static const char *skip_break(struct log_split *split, const char *bytes, const char *end)
{
    size_t length = *bytes == '\r' && end - bytes > 1 ? 2 : 1;
    if (!split->continued || bytes[length - 1] != '\n')
        return bytes;
    split->continued = false;
    return bytes + length;
}

/* As many whole lines as a batch takes. What is behind them. */
static const char *give_batch(struct log_split *split, const char *bytes, const char *end,
                              log_split_fn *on_batch, void *ctx)
{
    struct str lines[LOG_BATCH_MAX];
    bytes = skip_break(split, bytes, end);
    struct log_batch batch = {.continued = split->continued, .lines = lines};
    const char *at = bytes, *newline;
    while (batch.count < LOG_BATCH_MAX && (newline = memchr(at, '\n', (size_t)(end - at)))) {
        lines[batch.count++] = (struct str){at, without_return(at, (size_t)(newline - at))};
        at = newline + 1;
    }
    if (batch.count) {
        batch.bytes = (struct str){bytes, (size_t)(at - bytes)};
        split->continued = false;
        on_batch(ctx, &batch);
    }
    return at;
}

static void keep_rest(struct log_split *split, const char *bytes, size_t size,
                      log_split_fn *on_batch, void *ctx)
{
    strbuf_add(&split->rest, bytes, size);
    if (split->rest.len <= LOG_LINE_MAX)
        return;
    struct str left = give_parts(split, strbuf_str(&split->rest), on_batch, ctx);
    memmove(split->rest.ptr, left.ptr, left.len + 1);
    split->rest.len = left.len;
}

void log_split_feed(struct log_split *split, const char *bytes, size_t size, log_split_fn *on_batch,
                    void *ctx)
{
    const char *end = bytes + size, *before = NULL;
    if (split->rest.len)
        bytes = give_first(split, bytes, end, on_batch, ctx);
    while (!split->rest.len && bytes < end && bytes != before) {
        before = bytes;
        bytes = give_batch(split, bytes, end, on_batch, ctx);
    }
    if (bytes < end)
        keep_rest(split, bytes, (size_t)(end - bytes), on_batch, ctx);
}

bool log_split_pending(const struct log_split *split)
{
    return split->rest.len != 0;
}

void log_split_show(struct log_split *split, log_split_fn *on_batch, void *ctx)
{
    if (!split->rest.len)
        return;
    struct str rest = strbuf_str(&split->rest);
    give_one(split, rest, rest, true, on_batch, ctx);
    clear_rest(split);
}

void log_split_end(struct log_split *split, log_split_fn *on_batch, void *ctx)
{
    if (split->rest.len)
        give_line(split, strbuf_str(&split->rest), on_batch, ctx);
    split->continued = false;
    clear_rest(split);
}
