#include "dollar.h"

#include "ascii.h"

/* How deep "${" may nest. One without an end is looked for to the end of the text, and so are those
 * around it: the limit bounds how often that is done. */
#define DEPTH_MAX 32

static bool is_name_start(char c)
{
    return ascii_is_letter(c) || c == '_';
}

static size_t name_length(struct str text)
{
    size_t length = 0;
    while (length < text.len &&
           (is_name_start(text.ptr[length]) || (length > 0 && ascii_is_digit(text.ptr[length]))))
        length++;
    return length;
}

static struct str from(struct str text, size_t start)
{
    return (struct str){text.ptr + start, text.len - start};
}

size_t dollar_length(struct str text)
{
    if (text.len < 2 || text.ptr[0] != '$')
        return 1;
    if (text.ptr[1] == '$')
        return 2;
    if (text.ptr[1] != '{')
        return 1 + name_length(from(text, 1));
    size_t depth = 0;
    for (size_t at = 1; at < text.len; at++) {
        depth += text.ptr[at] == '{';
        depth -= text.ptr[at] == '}';
        if (depth == 0)
            return at + 1;
        if (depth > DEPTH_MAX)
            return 1;
    }
    return 1;
}

struct parse {
    struct arena *arena;
    struct dollar_text out;
    struct strbuf literal; /* what stands before the next variable */
};

static void end_literal(struct parse *p)
{
    if (!p->literal.len)
        return;
    vec_push(p->arena, &p->out.pieces)->text = strbuf_copy(&p->literal, p->arena);
    strbuf_clear(&p->literal);
}

static void add_piece(struct parse *p, struct dollar_piece piece)
{
    if (!piece.is_variable) {
        strbuf_add_str(&p->literal, piece.text);
        return;
    }
    end_literal(p);
    p->out.has_variable = true;
    *vec_push(p->arena, &p->out.pieces) = piece;
}

/* Of a variable in a fallback counts what its own fallback says, which is a suffix of the text. */
static struct str constant_fallback(struct str text, bool *lossy)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] != '$')
            continue;
        *lossy = true;
        return (struct str){text.ptr, at};
    }
    return text;
}

/* What stands between the braces. False: it is no variable. */
static bool read_braces(struct str inside, struct dollar_piece *out, bool *lossy)
{
    size_t length = name_length(inside);
    struct str rest = from(inside, length);
    if (length == 0)
        return false;
    *out = (struct dollar_piece){.text = {inside.ptr, length}, .is_variable = true};
    if (rest.len && rest.ptr[0] == ':')
        rest = from(rest, 1);
    else if (rest.len == 0)
        out->has_fallback = true;
    if (rest.len == 0)
        return out->has_fallback;
    switch (rest.ptr[0]) {
    case '-':
        out->has_fallback = true;
        out->fallback = constant_fallback(from(rest, 1), lossy);
        return true;
    case '+':
        out->has_fallback = true;
        *lossy = true;
        return true;
    case '?': return true;
    default: return false;
    }
}

struct dollar_text dollar_literal(struct arena *arena, struct str text)
{
    struct dollar_text out = {0};
    vec_push(arena, &out.pieces)->text = text;
    return out;
}

/* The construct that begins with '$'; gives its length. */
static size_t parse_one(struct parse *p, struct str text)
{
    size_t length = dollar_length(text);
    struct dollar_piece piece = {.text = {text.ptr, length}};
    if (length == 2 && text.ptr[1] == '$')
        piece.text.len = 1;
    else if (length > 3 && text.ptr[1] == '{')
        read_braces((struct str){text.ptr + 2, length - 3}, &piece, &p->out.lossy);
    else if (length > 1 && text.ptr[1] != '{')
        piece = (struct dollar_piece){
            .text = {text.ptr + 1, length - 1}, .is_variable = true, .has_fallback = true};
    add_piece(p, piece);
    return length;
}

struct dollar_text dollar_parse(struct arena *arena, struct str text)
{
    struct parse p = {.arena = arena};
    while (text.len) {
        const char *dollar = memchr(text.ptr, '$', text.len);
        size_t plain = dollar ? (size_t)(dollar - text.ptr) : text.len;
        add_piece(&p, (struct dollar_piece){.text = {text.ptr, plain}});
        text = from(text, plain);
        if (text.len)
            text = from(text, parse_one(&p, text));
    }
    end_literal(&p);
    strbuf_finish(&p.literal);
    return p.out;
}

bool dollar_constant(struct arena *arena, const struct dollar_text *text, struct str *out)
{
    struct strbuf joined = {0};
    bool known = true;
    VEC_EACH (&text->pieces, it) {
        known &= !it->is_variable || it->has_fallback;
        strbuf_add_str(&joined, it->is_variable ? it->fallback : it->text);
    }
    if (known)
        *out = strbuf_copy(&joined, arena);
    strbuf_finish(&joined);
    return known;
}

/* "$${" is "${"; another '$' before that, or one before "${env(...)}", would be read into it. */
static void add_template_mark(struct str text, size_t at, bool before_variable, struct strbuf *out)
{
    char c = text.ptr[at];
    bool opens = at + 1 < text.len && text.ptr[at + 1] == '{';
    bool again = opens && at > 0 && text.ptr[at - 1] == c;
    if (again || (before_variable && c == '$' && at + 1 == text.len))
        strbuf_addf(out, "\\u%04x", (unsigned)c);
    else if (opens)
        strbuf_addn(out, c, 2);
    else
        strbuf_addc(out, c);
}

static void add_escaped(struct str text, bool before_variable, struct strbuf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '$' || c == '%')
            add_template_mark(text, i, before_variable, out);
        else if (c == '"' || c == '\\')
            strbuf_addf(out, "\\%c", c);
        else if (c == '\n')
            strbuf_adds(out, "\\n");
        else if (c == '\r')
            strbuf_adds(out, "\\r");
        else if (c == '\t')
            strbuf_adds(out, "\\t");
        else if ((unsigned char)c < 0x20 || c == 0x7f)
            strbuf_addf(out, "\\u%04x", (unsigned)c);
        else
            strbuf_addc(out, c);
    }
}

void hcl_quote(struct str text, struct strbuf *out)
{
    strbuf_addc(out, '"');
    add_escaped(text, false, out);
    strbuf_addc(out, '"');
}

static void add_variable(const struct dollar_piece *piece, struct strbuf *out)
{
    strbuf_adds(out, "env(");
    hcl_quote(piece->text, out);
    if (piece->has_fallback) {
        strbuf_adds(out, ", ");
        hcl_quote(piece->fallback, out);
    }
    strbuf_addc(out, ')');
}

/* Whether the text can stand in a heredoc as it is: no line would be taken for its end, and all
 * that HCL would change is "${" and "%{". */
static bool is_heredoc(struct str text)
{
    bool lines = false;
    if (text.len < 2 || text.ptr[text.len - 1] != '\n' || memchr(" \t\n", text.ptr[0], 3))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool mark = (c == '$' || c == '%') && i > 0 && text.ptr[i - 1] == c;
        if (mark || ((unsigned char)c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return false;
        if (c == '\n' && i + 1 < text.len) {
            lines = true;
            if (text.ptr[i + 1] == '\n' || strncmp(text.ptr + i + 1, "EOT", 3) == 0)
                return false;
        }
    }
    return lines && strncmp(text.ptr, "EOT", 3) != 0;
}

static void add_heredoc(struct str text, struct strbuf *out)
{
    strbuf_adds(out, "<<-EOT\n    ");
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((c == '$' || c == '%') && i + 1 < text.len && text.ptr[i + 1] == '{')
            strbuf_addc(out, c);
        strbuf_addc(out, c);
        if (c == '\n' && i + 1 < text.len)
            strbuf_adds(out, "    ");
    }
    strbuf_adds(out, "  EOT");
}

struct str dollar_hcl(struct arena *arena, const struct dollar_text *text)
{
    struct strbuf out = {0};
    const struct dollar_piece *first = text->pieces.items;
    if (text->pieces.count == 1 && first->is_variable) {
        add_variable(first, &out);
    } else if (text->pieces.count == 1 && is_heredoc(first->text)) {
        add_heredoc(first->text, &out);
    } else {
        strbuf_addc(&out, '"');
        VEC_EACH (&text->pieces, it) {
            strbuf_adds(&out, it->is_variable ? "${" : "");
            if (it->is_variable)
                add_variable(it, &out);
            else
                add_escaped(it->text, it + 1 < first + text->pieces.count, &out);
            strbuf_adds(&out, it->is_variable ? "}" : "");
        }
        strbuf_addc(&out, '"');
    }
    return strbuf_move(&out, arena);
}
