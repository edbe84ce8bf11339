#include "body.h"

/* The size line of a chunk of up to 16 MiB: its place is kept before the size is known. */
#define SIZE_LINE 8u

void body_init(struct body *body, struct buffer *out, bool chunked)
{
    *body = (struct body){.out = out, .chunked = chunked};
}

void body_add(struct body *body, struct str piece)
{
    if (body->chunked && !body->open) {
        if (!buffer_reserve(body->out, SIZE_LINE))
            return;
        body->out->end += SIZE_LINE;
        body->open = true;
        body->size = 0;
    }
    if (body->chunked)
        buffer_add(body->out, piece.ptr, piece.len);
    else
        buffer_lend(body->out, piece);
    body->size += (uint32_t)piece.len;
    body->total += piece.len;
}

static uint32_t write_size_line(char *to, uint32_t size)
{
    char digits[SIZE_LINE];
    uint32_t count = 0, at = 0;
    do {
        digits[count++] = "0123456789abcdef"[size & 15];
        size >>= 4;
    } while (size);
    while (count)
        to[at++] = digits[--count];
    to[at++] = '\r';
    to[at++] = '\n';
    return at;
}

void body_flush(struct body *body)
{
    struct buffer *out = body->out;
    if (!body->open || out->failed)
        return;
    body->open = false;
    char *data = out->bytes + out->end - body->size;
    uint32_t line = write_size_line(data - SIZE_LINE, body->size);
    if (line < SIZE_LINE)
        memmove(data - SIZE_LINE + line, data, body->size);
    out->end -= SIZE_LINE - line;
    buffer_adds(out, STR("\r\n"));
}

void body_end(struct body *body)
{
    body_flush(body);
    if (body->chunked)
        buffer_adds(body->out, STR("0\r\n\r\n"));
}
