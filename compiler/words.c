#include "words.h"

#include "array.h"
#include "vec.h"

/* Reserved words, and builtins that are no program of their own: as a first word they need the
 * shell. */
static const char *const shell_words[] = {
    ".",        ":",        "alias",    "bg",     "break",  "builtin", "case",    "cd",
    "command",  "continue", "declare",  "do",     "done",   "elif",    "else",    "esac",
    "eval",     "exec",     "exit",     "export", "fc",     "fg",      "fi",      "for",
    "function", "getopts",  "hash",     "if",     "jobs",   "let",     "local",   "popd",
    "pushd",    "read",     "readonly", "return", "select", "set",     "shift",   "shopt",
    "source",   "then",     "time",     "times",  "trap",   "type",    "typeset", "ulimit",
    "umask",    "unalias",  "unset",    "until",  "wait",   "while",
};

struct splitter {
    struct arena *arena;
    struct str line;
    size_t at;
    struct strbuf word;
    bool in_word;
    bool free_text; /* a comment or a here-document may follow, where a quote is only a character */
    struct words words;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_shell_char(char c)
{
    return memchr("|&;<>()$`*?[]#~!{}\n", c, 19) != NULL;
}

static void end_word(struct splitter *s)
{
    if (!s->in_word)
        return;
    *vec_push(s->arena, &s->words) = strbuf_copy(&s->word, s->arena);
    strbuf_clear(&s->word);
    s->in_word = false;
}

/* Each of these begins behind the opening quote and ends behind the closing one. */
static enum words_result single_quoted(struct splitter *s)
{
    size_t left = s->line.len - s->at;
    const char *start = s->line.ptr + s->at;
    const char *end = left > 0 ? memchr(start, '\'', left) : NULL;
    if (end == NULL)
        return WORDS_UNTERMINATED;
    strbuf_add(&s->word, start, (size_t)(end - start));
    s->at += (size_t)(end - start) + 1;
    return WORDS_PLAIN;
}

static enum words_result double_quoted(struct splitter *s)
{
    enum words_result result = WORDS_PLAIN;
    while (s->at < s->line.len) {
        char c = s->line.ptr[s->at++];
        if (c == '"')
            return result;
        if (c == '$' || c == '`')
            result = WORDS_SHELL; /* go on: the quote may lack its end */
        if (c == '\\' && s->at < s->line.len) {
            char next = s->line.ptr[s->at];
            bool escapes = memchr("$`\"\\\n", next, 5) != NULL;
            s->at += escapes;
            if (escapes && next == '\n')
                continue;
            c = escapes ? next : c;
        }
        strbuf_addc(&s->word, c);
    }
    return WORDS_UNTERMINATED;
}

static enum words_result backslash(struct splitter *s)
{
    if (s->at == s->line.len || s->line.ptr[s->at] == '\n')
        return WORDS_SHELL;
    strbuf_addc(&s->word, s->line.ptr[s->at++]);
    return WORDS_PLAIN;
}

static enum words_result next_char(struct splitter *s)
{
    char c = s->line.ptr[s->at++];
    if (is_blank(c)) {
        end_word(s);
        return WORDS_PLAIN;
    }
    s->in_word = true;
    switch (c) {
    case '\'': return single_quoted(s);
    case '"': return double_quoted(s);
    case '\\': return backslash(s);
    case '=': /* FOO=1 command */
        strbuf_addc(&s->word, c);
        return s->words.count == 0 ? WORDS_SHELL : WORDS_PLAIN;
    default:
        s->free_text = s->free_text || c == '#' || c == '<';
        strbuf_addc(&s->word, c);
        return is_shell_char(c) ? WORDS_SHELL : WORDS_PLAIN;
    }
}

static bool is_shell_word(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(shell_words); i++)
        if (word.len > 0 && shell_words[i][0] == word.ptr[0] && str_is(word, shell_words[i]))
            return true;
    return false;
}

static enum words_result split(struct splitter *s)
{
    bool shell = false;
    while (s->at < s->line.len) {
        enum words_result result = next_char(s);
        if (result == WORDS_UNTERMINATED)
            return s->free_text ? WORDS_SHELL : result;
        shell = shell || result == WORDS_SHELL;
    }
    end_word(s);
    if (s->words.count == 0)
        return WORDS_EMPTY;
    return shell || is_shell_word(s->words.items[0]) ? WORDS_SHELL : WORDS_PLAIN;
}

enum words_result words_split(struct arena *arena, struct str line, struct words *out_words)
{
    struct splitter s = {.arena = arena, .line = str_trim(line)};
    enum words_result result = split(&s);
    strbuf_finish(&s.word);
    if (result == WORDS_PLAIN)
        *out_words = s.words;
    return result;
}

static bool needs_quotes(struct str word)
{
    if (word.len == 0)
        return true;
    for (size_t i = 0; i < word.len; i++)
        if (is_blank(word.ptr[i]) || is_shell_char(word.ptr[i]) ||
            memchr("'\"\\=\r", word.ptr[i], 5) != NULL)
            return true;
    return false;
}

static void add_quoted(struct strbuf *buf, struct str word)
{
    strbuf_addc(buf, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '\'')
            strbuf_adds(buf, "'\\'");
        strbuf_addc(buf, word.ptr[i]);
    }
    strbuf_addc(buf, '\'');
}

struct str words_join(struct arena *arena, const struct str *items, uint32_t count)
{
    struct strbuf buf = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            strbuf_addc(&buf, ' ');
        if (needs_quotes(items[i]))
            add_quoted(&buf, items[i]);
        else
            strbuf_add_str(&buf, items[i]);
    }
    return strbuf_move(&buf, arena);
}
