#include "str.h"

#include "arena.h"
#include "mem.h"

#include <stdint.h>

struct str str_from(const char *text)
{
    return text ? (struct str){text, strlen(text)} : (struct str){"", 0};
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct str a, const char *text)
{
    return str_equal(a, str_from(text));
}

int str_compare(struct str a, struct str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_has_prefix(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

bool str_has_suffix(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

bool str_contains(struct str s, const char *part)
{
    return s.len > 0 && memmem(s.ptr, s.len, part, strlen(part)) != NULL;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_space(s.ptr[0]))
        s = (struct str){s.ptr + 1, s.len - 1};
    while (s.len > 0 && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

/* Names longer than this are never suggested for each other. */
#define DISTANCE_LENGTH_MAX 64

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t str_distance(struct str a, struct str b, size_t limit)
{
    size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (gap > limit || a.len > DISTANCE_LENGTH_MAX || b.len > DISTANCE_LENGTH_MAX)
        return limit + 1;

    size_t rows[3][DISTANCE_LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replace = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, replace);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.len] > limit ? limit + 1 : last[b.len];
}

void strbuf_init(struct strbuf *buf)
{
    *buf = (struct strbuf){0};
}

void strbuf_finish(struct strbuf *buf)
{
    free(buf->ptr);
    *buf = (struct strbuf){0};
}

void strbuf_clear(struct strbuf *buf)
{
    buf->len = 0;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

/* Room for extra bytes and a NUL. */
static void reserve(struct strbuf *buf, size_t extra)
{
    size_t need;
    if (__builtin_add_overflow(buf->len, extra, &need) || need > SIZE_MAX / 2)
        mem_die();
    if (need < buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 64;
    if (capacity <= need)
        capacity = need + 1;
    buf->ptr = mem_grow(buf->ptr, capacity, 1);
    buf->capacity = capacity;
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t length)
{
    reserve(buf, length);
    if (length)
        memcpy(buf->ptr + buf->len, bytes, length);
    buf->len += length;
    buf->ptr[buf->len] = '\0';
}

char *strbuf_room(struct strbuf *buf, size_t size)
{
    reserve(buf, size);
    return buf->ptr + buf->len;
}

void strbuf_fill(struct strbuf *buf, const char *end)
{
    buf->len = (size_t)(end - buf->ptr);
    buf->ptr[buf->len] = '\0';
}

void strbuf_adds(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_add_str(struct strbuf *buf, struct str s)
{
    strbuf_add(buf, s.ptr, s.len);
}

void strbuf_addc(struct strbuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_addn(struct strbuf *buf, char c, size_t count)
{
    reserve(buf, count);
    memset(buf->ptr + buf->len, c, count);
    buf->len += count;
    buf->ptr[buf->len] = '\0';
}

void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length > 0) {
        reserve(buf, (size_t)length);
        vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, again);
        buf->len += (size_t)length;
    }
    va_end(again);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vaddf(buf, format, args);
    va_end(args);
}

struct str strbuf_str(const struct strbuf *buf)
{
    return (struct str){strbuf_text(buf), buf->len};
}

const char *strbuf_text(const struct strbuf *buf)
{
    return buf->ptr ? buf->ptr : "";
}

struct str strbuf_copy(const struct strbuf *buf, struct arena *arena)
{
    return (struct str){arena_strndup(arena, strbuf_text(buf), buf->len), buf->len};
}

struct str strbuf_move(struct strbuf *buf, struct arena *arena)
{
    struct str text = strbuf_copy(buf, arena);
    strbuf_finish(buf);
    return text;
}
