/* Strings as pointer and length, and a growing buffer.
 *
 * struct str owns nothing and need not end in NUL. struct strbuf owns its heap bytes, which always
 * end in a NUL that is not counted; a zeroed strbuf is an empty one.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).ptr

struct str str_from(const char *text); /* NULL gives the empty string */
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *text);
/* As memcmp over the shorter, then by length. */
int str_compare(struct str a, struct str b);
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
bool str_contains(struct str s, const char *part);
/* Without the blanks, tabs and line breaks around it. */
struct str str_trim(struct str s);
/* Edit distance (insert, delete, replace, swap of neighbours); gives limit + 1 once it is beyond.
 */
size_t str_distance(struct str a, struct str b, size_t limit);

struct strbuf {
    char *ptr; /* NULL or NUL-terminated */
    size_t len;
    size_t capacity;
};

void strbuf_init(struct strbuf *buf);
void strbuf_finish(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf); /* keeps the memory */
void strbuf_add(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_adds(struct strbuf *buf, const char *text);
void strbuf_add_str(struct strbuf *buf, struct str s);
void strbuf_addc(struct strbuf *buf, char c);
void strbuf_addn(struct strbuf *buf, char c, size_t count);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Room for size bytes behind the text, for the caller to write to; then: up to where. */
char *strbuf_room(struct strbuf *buf, size_t size);
void strbuf_fill(struct strbuf *buf, const char *end);
struct str strbuf_str(const struct strbuf *buf);
/* The text as a C string, "" when empty. Valid until the next change. */
const char *strbuf_text(const struct strbuf *buf);
/* A copy of the text in the arena, with a NUL behind it. */
struct str strbuf_copy(const struct strbuf *buf, struct arena *arena);
/* As strbuf_copy; the buffer is finished then. */
struct str strbuf_move(struct strbuf *buf, struct arena *arena);

#endif
