#include "format.h"

#include "lexer.h"
#include "parse.h"
#include "utf8.h"

#define INDENT 2
/* A comment is a piece of the layout, though never a token. */
#define COMMENT ((uint16_t)TOKEN_COUNT)

/* A token, a comment or a line break. A comment to the end of the line holds its line break. */
struct piece {
    uint32_t offset, length;
    uint32_t blanks; /* before it: first as in the source, then as decided */
    uint16_t kind;   /* enum token_kind, or COMMENT */
};

/* Three cells, each of them a range of pieces up to the next one's; the last two may be empty. */
struct line {
    uint32_t lead, assign, comment, end;
};

struct layout {
    struct arena *arena;
    struct str text;
    VEC(struct piece) pieces;
    VEC(struct line) lines;
};

static void add_piece(struct layout *layout, uint16_t kind, size_t offset, size_t end)
{
    size_t behind = 0;
    if (layout->pieces.count > 0) {
        const struct piece *last = &layout->pieces.items[layout->pieces.count - 1];
        behind = last->offset + last->length;
    }
    struct piece piece = {(uint32_t)offset, (uint32_t)(end - offset), (uint32_t)(offset - behind),
                          kind};
    *vec_push(layout->arena, &layout->pieces) = piece;
}

static size_t comment_end(struct str text, size_t at)
{
    const char *from = text.ptr + at;
    size_t left = text.len - at;
    bool block = from[0] == '/' && from[1] == '*';
    const char *end = block ? memmem(from + 2, left - 2, "*/", 2) : memchr(from, '\n', left);
    return end ? (size_t)(end - text.ptr) + (block ? 2 : 1) : text.len;
}

/* Between two tokens there are blanks, line breaks and comments only. */
static void add_gap(struct layout *layout, size_t at, size_t end)
{
    const char *text = layout->text.ptr;
    while (at < end) {
        size_t from = at;
        if (text[at] == ' ' || text[at] == '\t') {
            at++;
        } else if (text[at] == '\n' || text[at] == '\r') {
            at += text[at] == '\r' ? 2 : 1;
            add_piece(layout, TOKEN_NEWLINE, from, at);
        } else {
            at = comment_end(layout->text, at);
            add_piece(layout, COMMENT, from, at);
        }
    }
}

/* The lexer runs line breaks together and leaves comments out, so all that lies between two other
 * tokens is looked at again. */
static void split_text(struct layout *layout)
{
    struct lexer lexer;
    struct token token;
    lexer_init(&lexer, layout->text, NULL, 0);
    size_t at = (size_t)(lexer.cursor - lexer.start);
    do {
        lexer_next(&lexer, &token);
        if (token.kind == TOKEN_NEWLINE)
            continue;
        add_gap(layout, at, token.offset);
        at = (size_t)token.offset + token.length;
        if (token.kind != TOKEN_END)
            add_piece(layout, token.kind, token.offset, at);
    } while (token.kind != TOKEN_END);
}

static int brackets_of(const struct piece *piece)
{
    switch (piece->kind) {
    case TOKEN_LBRACE:
    case TOKEN_LOBJECT:
    case TOKEN_LBRACK:
    case TOKEN_LPAREN:
    case TOKEN_INTERP:
    case TOKEN_CONTROL: return 1;
    case TOKEN_RBRACE:
    case TOKEN_RBRACK:
    case TOKEN_RPAREN:
    case TOKEN_SEQ_END: return -1;
    default: return 0;
    }
}

static int brackets_in(const struct layout *layout, uint32_t from, uint32_t end)
{
    int net = 0;
    for (uint32_t i = from; i < end; i++)
        net += brackets_of(&layout->pieces.items[i]);
    return net;
}

static bool ends_line(const struct layout *layout, const struct piece *piece)
{
    return piece->kind == TOKEN_NEWLINE ||
           (piece->kind == COMMENT && layout->text.ptr[piece->offset + piece->length - 1] == '\n');
}

/* An "=" begins a cell if what follows is whole at the end of the line. */
static void add_line(struct layout *layout, uint32_t first, uint32_t end)
{
    const struct piece *pieces = layout->pieces.items;
    struct line line = {first, end, end, end};
    if (end - first > 1 && pieces[end - 1].kind == COMMENT)
        line.assign = line.comment = end - 1;
    uint32_t equals = first + 1;
    while (equals < line.comment && pieces[equals].kind != TOKEN_EQ)
        equals++;
    if (equals < line.comment && brackets_in(layout, equals, line.comment) == 0)
        line.assign = equals;
    *vec_push(layout->arena, &layout->lines) = line;
}

static void split_lines(struct layout *layout)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < layout->pieces.count; i++) {
        if (ends_line(layout, &layout->pieces.items[i])) {
            add_line(layout, first, i + 1);
            first = i + 1;
        }
    }
    if (first < layout->pieces.count)
        add_line(layout, first, layout->pieces.count);
}

/* What the line opens or closes; what is inside a heredoc that it opens is no part of it. */
static int brackets_of_line(const struct layout *layout, const struct line *line)
{
    uint32_t end = line->lead;
    while (end < line->assign && layout->pieces.items[end].kind != TOKEN_OHEREDOC)
        end++;
    return brackets_in(layout, line->lead, end) + brackets_in(layout, line->assign, line->comment);
}

/* However many brackets a line opens, it is one level; that level ends when as many are closed. */
static void indent_lines(struct layout *layout)
{
    VEC(int) levels = {0}; /* brackets that each level waits for */
    VEC_EACH (&layout->lines, line) {
        struct piece *first = &layout->pieces.items[line->lead];
        int net = brackets_of_line(layout, line);
        first->blanks = 0;
        if (first->kind == TOKEN_NEWLINE)
            continue;
        for (int left = -net; left > 0 && levels.count > 0;) {
            int *waiting = &levels.items[levels.count - 1];
            int closed = left < *waiting ? left : *waiting;
            left -= closed;
            *waiting -= closed;
            if (*waiting == 0)
                levels.count--;
        }
        first->blanks = INDENT * levels.count;
        if (net > 0)
            *vec_push(layout->arena, &levels) = net;
    }
}

static bool is_word(uint16_t kind)
{
    return kind >= TOKEN_IDENT && kind <= TOKEN_NULL;
}

static bool is_open_brace(uint16_t kind)
{
    return kind == TOKEN_LBRACE || kind == TOKEN_LOBJECT;
}

/* Whether a minus behind it is a sign. */
static bool awaits_operand(uint16_t kind)
{
    switch (kind) {
    case TOKEN_NONE: /* the first of its cell */
    case TOKEN_LPAREN:
    case TOKEN_LBRACE:
    case TOKEN_LOBJECT:
    case TOKEN_LBRACK:
    case TOKEN_EQ:
    case TOKEN_COLON:
    case TOKEN_COMMA:
    case TOKEN_QUESTION: return true;
    default: return kind >= TOKEN_OR && kind <= TOKEN_NOT;
    }
}

static bool joins_template(uint16_t left, uint16_t right)
{
    return left == TOKEN_LITERAL || left == TOKEN_OQUOTE || left == TOKEN_OHEREDOC ||
           right == TOKEN_LITERAL || right == TOKEN_CQUOTE || right == TOKEN_CHEREDOC;
}

/* Whether a blank stands between two neighbours of a cell; the first rule that applies decides.
 * before is the kind in front of left, TOKEN_NONE if left is the first of its cell. */
static bool wants_blank(uint16_t before, const struct piece *left_piece,
                        const struct piece *right_piece)
{
    uint16_t left = left_piece->kind, right = right_piece->kind;
    if (right == TOKEN_NEWLINE)
        return false;
    if (is_word(left) && (right == TOKEN_LPAREN || right == TOKEN_DCOLON))
        return false;
    if (left == TOKEN_DCOLON && is_word(right))
        return false;
    if (left == TOKEN_DOT || right == TOKEN_DOT)
        return (left == TOKEN_NUMBER || before == TOKEN_NUMBER) && right_piece->blanks > 0;
    if (right == TOKEN_COMMA || right == TOKEN_ELLIPSIS)
        return false;
    if (left == TOKEN_COMMA)
        return true;
    if (joins_template(left, right))
        return false;
    if (left == TOKEN_IN && is_word(before))
        return true;
    if (right == TOKEN_LBRACK &&
        (is_word(left) || left == TOKEN_NUMBER || brackets_of(left_piece) < 0))
        return false;
    if (left == TOKEN_NOT)
        return false;
    if (left == TOKEN_MINUS)
        return !awaits_operand(before);
    if (is_open_brace(left) || right == TOKEN_RBRACE)
        return !(is_open_brace(left) && right == TOKEN_RBRACE);
    if ((left == TOKEN_INTERP || left == TOKEN_CONTROL) && is_open_brace(right))
        return true;
    if (left == TOKEN_RBRACE && right == TOKEN_SEQ_END)
        return true;
    if (left == TOKEN_SEQ_END && (right == TOKEN_INTERP || right == TOKEN_CONTROL))
        return false;
    return brackets_of(left_piece) <= 0 && brackets_of(right_piece) >= 0;
}

static void space_cell(struct piece *pieces, uint32_t first, uint32_t end)
{
    uint16_t before = TOKEN_NONE;
    for (uint32_t i = first; i + 1 < end; i++) {
        pieces[i + 1].blanks = wants_blank(before, &pieces[i], &pieces[i + 1]);
        before = pieces[i].kind;
    }
}

static void space_lines(struct layout *layout)
{
    VEC_EACH (&layout->lines, line) {
        space_cell(layout->pieces.items, line->lead, line->assign);
        space_cell(layout->pieces.items, line->assign, line->comment);
    }
}

/* The quotes of a string are tokens of their own in hashicorp/hcl: no cluster spans them. */
static uint32_t columns_of(const struct layout *layout, const struct piece *piece)
{
    struct str text = {layout->text.ptr + piece->offset, piece->length};
    uint32_t quotes = piece->kind == TOKEN_STRING ? 2 : 0;
    if (quotes)
        text = (struct str){text.ptr + 1, text.len - 2};
    return quotes + (uint32_t)utf8_count_clusters(text);
}

static uint32_t columns_in(const struct layout *layout, uint32_t from, uint32_t end)
{
    uint32_t columns = 0;
    for (uint32_t i = from; i < end; i++)
        columns += layout->pieces.items[i].blanks + columns_of(layout, &layout->pieces.items[i]);
    return columns;
}

/* Where a cell begins and ends. */
static uint32_t cell_start(const struct line *line, bool comment)
{
    return comment ? line->comment : line->assign;
}

static bool has_cell(const struct line *line, bool comment)
{
    return cell_start(line, comment) < (comment ? line->end : line->comment);
}

/* Gives the cells of each run of lines that have one the same column. */
static void align_cells(struct layout *layout, bool comment)
{
    struct line *line = layout->lines.items;
    struct line *end = line ? line + layout->lines.count : NULL;
    while (line < end) {
        struct line *run = line;
        uint32_t widest = 0;
        for (; line < end && has_cell(line, comment); line++) {
            uint32_t start = cell_start(line, comment);
            uint32_t columns = columns_in(layout, line->lead, start);
            layout->pieces.items[start].blanks = columns; /* until the widest is known */
            widest = columns > widest ? columns : widest;
        }
        for (; run < line; run++) {
            struct piece *first = &layout->pieces.items[cell_start(run, comment)];
            first->blanks = widest - first->blanks + 1;
        }
        if (line < end)
            line++;
    }
}

static void write_pieces(const struct layout *layout, struct strbuf *out)
{
    VEC_EACH (&layout->pieces, piece) {
        strbuf_addn(out, ' ', piece->blanks);
        strbuf_add(out, layout->text.ptr + piece->offset, piece->length);
    }
}

bool format_source(struct sources *sources, uint32_t source, struct diag_list *diags,
                   struct strbuf *out)
{
    uint32_t errors = diags->errors;
    struct arena arena = {0};
    struct layout layout = {.arena = &arena};
    parse_source(sources, source, diags);
    if (diags->errors > errors)
        return false;
    layout.text = sources->files.items[source].text;
    split_text(&layout);
    split_lines(&layout);
    indent_lines(&layout);
    space_lines(&layout);
    align_cells(&layout, false);
    align_cells(&layout, true);
    write_pieces(&layout, out);
    arena_finish(&arena);
    return true;
}
