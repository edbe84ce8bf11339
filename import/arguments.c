#include "arguments.h"

#include "array.h"
#include "words.h"

void arguments_add(struct arena *arena, struct arguments *arguments, struct dollar_text text)
{
    *vec_push(arena, &arguments->items) = text;
}

void arguments_addf(struct arena *arena, struct arguments *arguments, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str text = str_from(arena_vprintf(arena, format, args));
    va_end(args);
    arguments_add(arena, arguments, dollar_literal(arena, text));
}

struct splitter {
    struct arena *arena;
    struct arguments *out;
    struct strbuf word;
    bool in_word;
    char quote; /* the one that is open, or 0 */
};

static void end_word(struct splitter *s)
{
    if (!s->in_word)
        return;
    arguments_add(s->arena, s->out, dollar_parse(s->arena, strbuf_copy(&s->word, s->arena)));
    strbuf_clear(&s->word);
    s->in_word = false;
}

/* Takes what the rest begins with; gives its length. */
static size_t split_one(struct splitter *s, struct str rest)
{
    char c = rest.ptr[0];
    if (!s->quote && memchr(" \t\r\n", c, 4)) {
        end_word(s);
        return 1;
    }
    s->in_word = true;
    if (s->quote ? c == s->quote : c == '"' || c == '\'') {
        s->quote = s->quote ? 0 : c;
        return 1;
    }
    size_t length = dollar_length(rest), skipped = 0;
    if (c == '\\' && s->quote != '\'' && rest.len > 1)
        skipped = length = 1;
    strbuf_add(&s->word, rest.ptr + skipped, length);
    return length + skipped;
}

bool arguments_split(struct arena *arena, struct str line, struct arguments *out)
{
    struct splitter s = {.arena = arena, .out = out};
    for (size_t at = 0; at < line.len;)
        at += split_one(&s, (struct str){line.ptr + at, line.len - at});
    end_word(&s);
    strbuf_finish(&s.word);
    return !s.quote;
}

/* Whether all are constants; out has room for them. */
static bool constants(struct arena *arena, const struct arguments *arguments, struct str *out)
{
    for (uint32_t i = 0; i < arguments->items.count; i++)
        if (arguments->items.items[i].has_variable ||
            !dollar_constant(arena, &arguments->items.items[i], &out[i]))
            return false;
    return true;
}

static bool same_words(const struct words *words, const struct str *items, uint32_t count)
{
    if (words->count != count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!str_equal(words->items[i], items[i]))
            return false;
    return true;
}

static struct str quoted(struct arena *arena, struct str text)
{
    struct dollar_text literal = dollar_literal(arena, text);
    return dollar_hcl(arena, &literal);
}

static struct str list_hcl(struct arena *arena, const struct arguments *arguments)
{
    struct strbuf list = {0};
    VEC_EACH (&arguments->items, it) {
        struct dollar_text text = *it;
        strbuf_adds(&list, list.len ? ", " : "[");
        if (text.has_variable || text.pieces.count != 1)
            strbuf_add_str(&list, dollar_hcl(arena, &text));
        else /* a heredoc cannot stand in a list */
            hcl_quote(text.pieces.items[0].text, &list);
    }
    strbuf_adds(&list, list.len ? "]" : "[]");
    return strbuf_move(&list, arena);
}

static bool is_shell(const struct str *words, uint32_t count)
{
    return count == 3 && (str_is(words[0], "sh") || str_is(words[0], "/bin/sh")) &&
           str_is(words[1], "-c");
}

struct str arguments_hcl(struct arena *arena, const struct arguments *arguments)
{
    uint32_t count = arguments->items.count;
    struct str *words = arena_new(arena, struct str, count);
    struct words split = {0};
    if (count == 0 || !constants(arena, arguments, words))
        return list_hcl(arena, arguments);
    if (is_shell(words, count))
        return shell_hcl(arena, words[2]);
    struct str line = words_join(arena, words, count);
    if (words_split(arena, line, &split) == WORDS_PLAIN && same_words(&split, words, count))
        return quoted(arena, line);
    return list_hcl(arena, arguments);
}

struct str shell_hcl(struct arena *arena, struct str line)
{
    static const char *const bash_only[] = {"[[", "<(", "<<<", "pipefail", "&>", "|&"};
    line = str_trim(line);
    for (size_t i = 0; i < ARRAY_LEN(bash_only); i++) {
        if (!str_contains(line, bash_only[i]))
            continue;
        struct arguments bash = {0};
        arguments_addf(arena, &bash, "bash");
        arguments_addf(arena, &bash, "-c");
        arguments_add(arena, &bash, dollar_literal(arena, line));
        return list_hcl(arena, &bash);
    }
    if (line.len && memchr(line.ptr, '\n', line.len)) /* a heredoc ends in a line break */
        line = str_from(arena_printf(arena, "%.*s\n", STR_ARG(line)));
    return quoted(arena, line);
}
