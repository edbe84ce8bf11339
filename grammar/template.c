/* Templates: the flat list of pieces that the grammar collects becomes a tree of parts.
 *
 * The order is hashicorp/hcl's: strip markers when a piece arrives, then the indentation of `<<-`,
 * then neighbouring literals are joined, then directives are folded. */
#include "ast_build.h"
#include "parse.h"
#include "syntax_codes.h"
#include "text.h"
#include "utf8.h"

#include <stddef.h>

enum piece_kind {
    PIECE_LITERAL,
    PIECE_EXPR,
    PIECE_IF,
    PIECE_FOR,
    PIECE_ELSE,
    PIECE_ENDIF,
    PIECE_ENDFOR
};

struct piece {
    enum piece_kind kind;
    struct span span;
    struct piece *next;
    struct ast_expr
        *expr; /* of an interpolation, the condition of an if, the collection of a for */
    union {
        struct str text; /* PIECE_LITERAL: decoded, not normalised */
        struct {
            struct str key, value; /* PIECE_FOR */
        };
    };
};

struct template
{
    struct piece *first, *last;
    uint32_t count;
    bool strip_next; /* the last piece ended in "~}" */
};

struct template *template_new(struct builder *b)
{
    return arena_new(b->arena, struct template, 1);
}

static struct piece *add(struct builder *b, struct template *t, enum piece_kind kind,
                         struct span span)
{
    size_t size = kind == PIECE_FOR ? sizeof(struct piece) : offsetof(struct piece, value);
    struct piece *piece = arena_alloc(b->arena, size, _Alignof(struct piece));
    piece->kind = kind;
    piece->span = span;
    if (t->last)
        t->last->next = piece;
    else
        t->first = piece;
    t->last = piece;
    t->count++;
    return piece;
}

static struct piece *add_sequence(struct builder *b, struct template *t, enum piece_kind kind,
                                  const struct token *open, const struct token *close)
{
    if (open->flags & TOKEN_STRIP && t->last && t->last->kind == PIECE_LITERAL)
        t->last->text = text_trim_right(t->last->text);
    t->strip_next = close->flags & TOKEN_STRIP;
    return add(b, t, kind, span_join(builder_span(b, open), builder_span(b, close)));
}

void template_add_literal(struct builder *b, struct template *t, const struct token *text)
{
    struct piece *piece = add(b, t, PIECE_LITERAL, builder_span(b, text));
    piece->text = text_decode(b, text);
    if (t->strip_next)
        piece->text = text_trim_left(piece->text);
    t->strip_next = false;
}

void template_add_expr(struct builder *b, struct template *t, const struct token *open,
                       struct ast_expr *expr, const struct token *close)
{
    add_sequence(b, t, PIECE_EXPR, open, close)->expr = expr;
}

void template_add_if(struct builder *b, struct template *t, const struct token *open,
                     struct ast_expr *condition, const struct token *close)
{
    add_sequence(b, t, PIECE_IF, open, close)->expr = condition;
}

void template_add_word(struct builder *b, struct template *t, const struct token *open,
                       const struct token *word, const struct token *close)
{
    enum piece_kind kind = word->kind == TOKEN_ELSE    ? PIECE_ELSE
                           : word->kind == TOKEN_ENDIF ? PIECE_ENDIF
                                                       : PIECE_ENDFOR;
    add_sequence(b, t, kind, open, close);
}

void template_add_for(struct builder *b, struct template *t, const struct token *open,
                      const struct token *key, const struct token *value,
                      struct ast_expr *collection, const struct token *close)
{
    struct piece *piece = add_sequence(b, t, PIECE_FOR, open, close);
    if (key)
        piece->key = builder_text(b, key);
    piece->value = builder_text(b, value);
    piece->expr = collection;
}

/* The indentation of <<- */

static bool ends_line(const struct piece *piece)
{
    return piece->kind == PIECE_LITERAL && piece->text.len &&
           piece->text.ptr[piece->text.len - 1] == '\n';
}

static bool is_blank_line(const struct piece *piece)
{
    return ends_line(piece) && text_trim_left(piece->text).len == 0;
}

static void remove_indent(struct template *t)
{
    uint32_t least = UINT32_MAX;
    bool line_start = true;
    for (struct piece *it = t->first; it; line_start = ends_line(it), it = it->next) {
        if (!line_start || is_blank_line(it))
            continue;
        uint32_t indent = it->kind == PIECE_LITERAL ? text_indent(it->text) : 0;
        least = indent < least ? indent : least;
    }
    line_start = true;
    for (struct piece *it = t->first; it; it = it->next) {
        bool next_starts = ends_line(it);
        if (line_start && it->kind == PIECE_LITERAL && !is_blank_line(it))
            it->text = text_outdent(it->text, least);
        line_start = next_starts;
    }
}

/* Literals */

/* Joins the run of literals that begins at the piece into it; one that is whole in the source is
 * not copied. */
static void join_literals(struct builder *b, struct template *t, struct piece *first)
{
    size_t length = first->text.len;
    bool contiguous = true;
    struct piece *end = first->next;
    for (; end && end->kind == PIECE_LITERAL; end = end->next) {
        contiguous = contiguous && end->text.ptr == first->text.ptr + length;
        length += end->text.len;
        first->span = span_join(first->span, end->span);
        t->count--;
    }
    if (!contiguous) {
        char *bytes = arena_alloc(b->arena, length + 1, 1), *out = bytes;
        for (struct piece *it = first; it != end; it = it->next) {
            memcpy(out, it->text.ptr, it->text.len);
            out += it->text.len;
        }
        first->text.ptr = bytes;
    }
    first->text.len = length;
    first->next = end;
}

static void join(struct builder *b, struct template *t)
{
    for (struct piece *it = t->first; it; it = it->next) {
        if (it->kind != PIECE_LITERAL)
            continue;
        join_literals(b, t, it);
        it->text = utf8_nfc(b->arena, it->text);
    }
}

/* Directives */

/* A directive that is still open, and where its parts go. */
struct open_directive {
    const struct piece *piece;
    struct ast_part *part;
    bool has_else;
    struct open_directive *outer;
};

struct folder {
    struct builder *b;
    struct ast_parts *parts; /* of the innermost open directive, or of the template */
    struct ast_parts *root;
    struct open_directive *open;
    uint32_t depth;
};

static struct ast_part *add_part(struct folder *f, enum ast_part_kind kind,
                                 const struct piece *piece)
{
    bool small = kind == AST_PART_LITERAL || kind == AST_PART_EXPR;
    size_t size =
        small ? offsetof(struct ast_part, literal) + sizeof(struct str) : sizeof(struct ast_part);
    struct ast_part *part = arena_alloc(f->b->arena, size, _Alignof(struct ast_part));
    part->kind = kind;
    part->span = piece->span;
    if (f->parts->last)
        f->parts->last->next = part;
    else
        f->parts->first = part;
    f->parts->last = part;
    f->parts->count++;
    uint32_t depth = f->depth + (piece->expr ? piece->expr->depth : 0);
    f->root->depth = depth > f->root->depth ? depth : f->root->depth;
    return part;
}

static void open_directive(struct folder *f, const struct piece *piece)
{
    struct ast_part *part =
        add_part(f, piece->kind == PIECE_IF ? AST_PART_IF : AST_PART_FOR, piece);
    struct open_directive *open = arena_new(f->b->arena, struct open_directive, 1);
    *open = (struct open_directive){piece, part, false, f->open};
    f->open = open;
    f->depth++;
    if (piece->kind == PIECE_IF) {
        part->branch.condition = piece->expr;
        f->parts = &part->branch.then;
    } else {
        part->loop.key = piece->key;
        part->loop.value = piece->value;
        part->loop.collection = piece->expr;
        f->parts = &part->loop.body;
    }
}

static const char *piece_word(enum piece_kind kind)
{
    switch (kind) {
    case PIECE_IF: return "if";
    case PIECE_FOR: return "for";
    case PIECE_ELSE: return "else";
    case PIECE_ENDIF: return "endif";
    default: return "endfor";
    }
}

static bool report_unexpected(struct folder *f, const struct piece *piece)
{
    enum syntax_code code = piece->kind == PIECE_ELSE    ? SYNTAX_UNEXPECTED_ELSE
                            : piece->kind == PIECE_ENDIF ? SYNTAX_UNEXPECTED_ENDIF
                                                         : SYNTAX_UNEXPECTED_ENDFOR;
    if (!f->open) {
        syntax_error(f->b->diags, code, piece->span, "no directive is open here");
        return false;
    }
    const char *open = piece_word(f->open->piece->kind);
    struct diag *diag =
        piece->kind == PIECE_ELSE && f->open->has_else
            ? syntax_error(f->b->diags, code, piece->span, "this if has an else already")
            : syntax_error(f->b->diags, code, piece->span, "the open directive ends with end%s",
                           open);
    diag_note(diag, f->open->piece->span, "the %s directive that is open", open);
    return false;
}

static bool close_directive(struct folder *f, const struct piece *piece)
{
    struct open_directive *open = f->open;
    enum piece_kind opener = open ? open->piece->kind : PIECE_LITERAL;
    if (piece->kind == PIECE_ELSE && opener == PIECE_IF && !open->has_else) {
        open->has_else = true;
        f->parts = &open->part->branch.otherwise;
        return true;
    }
    if (!(piece->kind == PIECE_ENDIF && opener == PIECE_IF) &&
        !(piece->kind == PIECE_ENDFOR && opener == PIECE_FOR))
        return report_unexpected(f, piece);
    open->part->span = span_join(open->part->span, piece->span);
    f->open = open->outer;
    f->depth--;
    if (!f->open)
        f->parts = f->root;
    else if (f->open->piece->kind == PIECE_FOR)
        f->parts = &f->open->part->loop.body;
    else
        f->parts =
            f->open->has_else ? &f->open->part->branch.otherwise : &f->open->part->branch.then;
    return true;
}

static bool fold_piece(struct folder *f, const struct piece *piece)
{
    switch (piece->kind) {
    case PIECE_LITERAL: add_part(f, AST_PART_LITERAL, piece)->literal = piece->text; return true;
    case PIECE_EXPR: add_part(f, AST_PART_EXPR, piece)->expr = piece->expr; return true;
    case PIECE_IF:
    case PIECE_FOR: open_directive(f, piece); return true;
    default: return close_directive(f, piece);
    }
}

/* False if the directives do not balance, which has been reported. */
static bool fold(struct builder *b, const struct template *t, const struct token *close,
                 struct ast_parts *out)
{
    struct folder f = {.b = b, .parts = out, .root = out};
    for (const struct piece *it = t->first; it; it = it->next)
        if (!fold_piece(&f, it))
            return false;
    if (!f.open)
        return true;
    const char *word = piece_word(f.open->piece->kind);
    struct diag *diag =
        syntax_error(b->diags, SYNTAX_UNEXPECTED_END, builder_span(b, close),
                     "the %s directive has no %s", word, word[0] == 'i' ? "endif" : "endfor");
    diag_note(diag, f.open->piece->span, "it begins here");
    return false;
}

struct ast_expr *ast_template(struct builder *b, const struct token *open, struct template *t,
                              const struct token *close)
{
    struct span span = span_join(builder_span(b, open), builder_span(b, close));
    struct ast_expr *expr = ast_new(b, AST_TEMPLATE, span); /* the largest that it can become */
    uint32_t depth = 1;
    expr->kind = AST_STRING;
    expr->heredoc = open->kind == TOKEN_OHEREDOC;
    if (open->flags & TOKEN_FLUSH)
        remove_indent(t);
    join(b, t);
    if (t->count == 0) {
        expr->string = STR("");
    } else if (t->count == 1 && t->first->kind == PIECE_LITERAL) {
        expr->string = t->first->text;
    } else if (t->count == 1 && t->first->kind == PIECE_EXPR) {
        expr->kind = AST_WRAP;
        expr->operand = t->first->expr;
        depth = t->first->expr->depth + 1u;
    } else {
        expr->kind = AST_TEMPLATE;
        expr->template = (struct ast_parts){0};
        if (!fold(b, t, close, &expr->template))
            expr->kind = AST_ERROR;
        depth = expr->template.depth + 1;
    }
    if (depth > PARSE_DEPTH_MAX) {
        builder_too_deep(b, span);
        expr->kind = AST_ERROR;
        depth = 1;
    }
    expr->depth = depth;
    return expr;
}

struct ast_label *ast_label_template(struct builder *b, const struct token *open,
                                     struct template *t, const struct token *close)
{
    struct ast_label *label = arena_new(b->arena, struct ast_label, 1);
    label->span = span_join(builder_span(b, open), builder_span(b, close));
    label->text = STR("");
    for (const struct piece *it = t->first; it; it = it->next) {
        if (it->kind == PIECE_LITERAL)
            continue;
        const char *mark = b->text + it->span.offset;
        struct span span = {b->source, it->span.offset, mark[2] == '~' ? 3 : 2};
        struct diag *diag = syntax_error(b->diags, SYNTAX_INVALID_STRING, span,
                                         "a label is a plain string, known without evaluation");
        diag_help(diag, "to write \"%c{\" itself, double its first character", *mark);
        return label;
    }
    if (t->first) {
        join_literals(b, t, t->first); /* labels are not normalised */
        label->text = t->first->text;
    }
    return label;
}
