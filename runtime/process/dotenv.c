#include "dotenv.h"

#include "io.h"
#include "utf8.h"
#include "vec.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    struct arena *arena;
    const char *at, *end;
    uint32_t line;
    struct strbuf entry; /* of the line at hand */
    VEC(const char *) entries;
    struct dotenv_error *error;
};

static bool fail_at(struct reader *r, uint32_t line, const char *text)
{
    *r->error = (struct dotenv_error){.line = line, .text = text};
    return false;
}

static bool fail(struct reader *r, const char *text)
{
    return fail_at(r, r->line, text);
}

/* The next byte, or a NUL at the end: there is none in the text. */
static char peek(const struct reader *r)
{
    return r->at < r->end ? *r->at : '\0';
}

static bool skip(struct reader *r, char c)
{
    if (peek(r) != c || r->at == r->end)
        return false;
    r->at++;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *r)
{
    while (is_blank(peek(r)))
        r->at++;
}

static bool is_line_end(const struct reader *r)
{
    return r->at == r->end || *r->at == '\n' ||
           (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

static void skip_comment(struct reader *r)
{
    while (!is_line_end(r))
        r->at++;
}

static void skip_line_end(struct reader *r)
{
    skip(r, '\r');
    skip(r, '\n');
    r->line++;
}

static bool is_name_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

static struct str take_name(struct reader *r)
{
    const char *start = r->at;
    if (is_name_start(peek(r)))
        while (is_name(peek(r)))
            r->at++;
    return (struct str){start, (size_t)(r->at - start)};
}

/* The name and the '=' behind it; "export" may be the prefix or the name itself. */
static bool read_name(struct reader *r)
{
    struct str name = take_name(r);
    if (str_is(name, "export") && is_blank(peek(r))) {
        skip_blanks(r);
        if (peek(r) != '=')
            name = take_name(r);
    }
    if (!name.len)
        return fail(r, "a line begins with the name of a variable (letters, digits and _, no digit "
                       "first), with export, or with #");
    if (name.len > DOTENV_NAME_MAX)
        return fail(r, "a name has more than 255 bytes");
    skip_blanks(r);
    if (!skip(r, '='))
        return fail(r, "a name is followed by = and its value");
    strbuf_add_str(&r->entry, name);
    strbuf_addc(&r->entry, '=');
    return true;
}

static bool read_plain(struct reader *r)
{
    const char *start = r->at, *last = r->at; /* behind the last byte that is no blank */
    for (; !is_line_end(r); r->at++) {
        if (*r->at == '#' && is_blank(r->at[-1])) /* '=' at least stands before */
            break;
        if (*r->at == '\r')
            return fail(r, "a carriage return stands within a line: end lines with LF or CR LF");
        if (!is_blank(*r->at))
            last = r->at + 1;
    }
    strbuf_add(&r->entry, start, (size_t)(last - start));
    return true;
}

static bool read_escape(struct reader *r)
{
    static const char letters[] = "nrt\"\\$", meanings[] = "\n\r\t\"\\$";
    char letter = peek(r);
    const char *known = letter ? strchr(letters, letter) : NULL;
    if (!known)
        return fail(r, "within double quotes a backslash is followed by n, r, t, \", \\ or $: "
                       "write \\\\ for a backslash, or use single quotes");
    strbuf_addc(&r->entry, meanings[known - letters]);
    r->at++;
    return true;
}

static bool read_quoted(struct reader *r, char quote)
{
    uint32_t opened = r->line;
    while (!skip(r, quote)) {
        if (r->at == r->end)
            return fail_at(r, opened,
                           quote == '"' ? "a value has no closing double quote"
                                        : "a value has no closing single quote");
        if (is_line_end(r)) {
            skip_line_end(r);
            strbuf_addc(&r->entry, '\n');
        } else if (quote == '"' && skip(r, '\\')) {
            if (!read_escape(r))
                return false;
        } else {
            strbuf_addc(&r->entry, *r->at++);
        }
    }
    skip_blanks(r);
    if (!is_line_end(r) && peek(r) != '#')
        return fail(r, "there is more behind the closing quote: put the whole value within quotes");
    return true;
}

static bool read_variable(struct reader *r)
{
    strbuf_clear(&r->entry);
    if (!read_name(r))
        return false;
    size_t name_size = r->entry.len;
    uint32_t line = r->line;
    skip_blanks(r);
    char quote = peek(r);
    bool quoted = quote == '"' || quote == '\'';
    if (quoted)
        r->at++;
    if (quoted ? !read_quoted(r, quote) : !read_plain(r))
        return false;
    if (r->entry.len - name_size > DOTENV_VALUE_MAX)
        return fail_at(r, line, "a value has more than 65536 bytes");
    *vec_push(r->arena, &r->entries) =
        arena_strndup(r->arena, strbuf_text(&r->entry), r->entry.len);
    return true;
}

static bool read_line(struct reader *r)
{
    skip_blanks(r);
    if (!is_line_end(r) && peek(r) != '#' && !read_variable(r))
        return false;
    skip_comment(r);
    skip_line_end(r);
    return true;
}

static uint32_t line_of(struct str text, const char *at)
{
    uint32_t line = 1;
    for (const char *c = text.ptr; c < at; c++)
        line += *c == '\n';
    return line;
}

static bool read_lines(struct reader *r, struct str text)
{
    if (text.len > DOTENV_FILE_MAX)
        return fail_at(r, 0, "the file is larger than 1 MiB");
    const char *nul = text.len ? memchr(text.ptr, '\0', text.len) : NULL;
    if (nul)
        return fail_at(r, line_of(text, nul), "there is a NUL byte: this is no text file");
    r->at += text.len - utf8_skip_mark(text).len;
    while (r->at < r->end)
        if (!read_line(r))
            return false;
    return true;
}

const char *const *dotenv_parse(struct arena *arena, struct str text,
                                struct dotenv_error *out_error)
{
    if (!text.len)
        text.ptr = "";
    struct reader r = {
        .arena = arena, .at = text.ptr, .end = text.ptr + text.len, .line = 1, .error = out_error};
    bool good = read_lines(&r, text);
    *vec_push(arena, &r.entries) = NULL;
    strbuf_finish(&r.entry);
    return good ? r.entries.items : NULL;
}

/* 0, or a negative errno. Nonblocking, or opening a fifo would wait for its writer. */
static int read_regular(const char *path, char **out_bytes, size_t *out_size)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int error = 0;
    if (fstat(fd, &info) < 0)
        error = -errno;
    else if (!S_ISREG(info.st_mode))
        error = S_ISDIR(info.st_mode) ? -EISDIR : -EINVAL;
    else
        error = io_read_fd(fd, DOTENV_FILE_MAX, out_bytes, out_size);
    io_close(&fd);
    return error;
}

static const char *system_text(int error)
{
    switch (error) {
    case -ENOENT: return "there is no such file: create it, or take it out of env_file";
    case -EFBIG: return "the file is larger than 1 MiB";
    case -EINVAL: return "it is no regular file";
    default: return strerror(-error);
    }
}

const char *const *dotenv_read(struct arena *arena, const char *path,
                               struct dotenv_error *out_error)
{
    char *bytes = NULL;
    size_t size = 0;
    int error = read_regular(path, &bytes, &size);
    if (error) {
        *out_error = (struct dotenv_error){.text = system_text(error), .system = error};
        return NULL;
    }
    const char *const *entries = dotenv_parse(arena, (struct str){bytes, size}, out_error);
    free(bytes);
    return entries;
}
