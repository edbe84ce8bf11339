/* The lexer. Section numbers of the rules: hashicorp/hcl, hclsyntax/spec.md, "Lexical Elements". */
#include "lexer.h"

#include "space.h"
#include "utf8.h"

/* In two pieces, since re2c would end its block at a whole one. */
#define COMMENT_CLOSER "*" "/"

/*!include:re2c "ident.re" */
/*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;
    re2c:define:YYGETCONDITION = "condition_of[lexer_frame(lexer)->kind]";
    re2c:define:YYGETCONDITION:naked = 1;
    re2c:yyfill:enable = 0;
    re2c:flags:utf-8 = 1;

    blank   = [ \t];
    newline = "\r"? "\n";
    digit   = [0-9];
    word    = [A-Za-z_] [A-Za-z0-9_-]*;
    // Any run of digits, dots and exponents that does not end in a dot.
    power   = [eE] [+-]? digit;
    number  = digit ((digit | "." | power)* (digit | power))?;
    wide    = [\u0080-\ud7ff\ue000-\U0010ffff];
    // In a quoted string: itself, and nothing to look at.
    plain   = [\x01-\x7f] \ [\r\n"$%\\];
    // In a heredoc.
    text    = [\x01-\x7f] \ [\r\n$%];
*/
/*!types:re2c*/

/* The parser reads a token with two loads. Two stores of the same sizes are forwarded to them by the
 * processor; four small ones would have to reach the cache first, which took a tenth of the time. */
static void token_set(struct token *token, uint32_t offset, uint32_t length, enum token_kind kind,
                      uint16_t flags)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t place = (uint64_t)length << 32 | offset;
    uint32_t rest = (uint32_t)flags << 16 | kind;
    memcpy(token, &place, sizeof place);
    memcpy((char *)token + sizeof place, &rest, sizeof rest);
#else
    *token = (struct token){offset, length, (uint16_t)kind, flags};
#endif
}

static const unsigned char condition_of[] = {
    [FRAME_BODY] = yycNORMAL,    [FRAME_OBJECT] = yycNORMAL,   [FRAME_BRACE] = yycNORMAL,
    [FRAME_BRACKET] = yycNORMAL, [FRAME_PAREN] = yycNORMAL,    [FRAME_SEQUENCE] = yycNORMAL,
    [FRAME_QUOTE] = yycQUOTED,   [FRAME_HEREDOC] = yycHEREDOC,
};

void lexer_init(struct lexer *lexer, struct str text, struct sources *sources, uint32_t source)
{
    lexer->start = text.ptr;
    lexer->cursor = utf8_skip_mark(text).ptr;
    lexer->limit = text.ptr + text.len;
    lexer->sources = sources;
    lexer->source = source;
    lexer->previous = TOKEN_NONE;
    lexer->comment_unclosed = false;
    lexer->depth = 1;
    lexer->frames[0] = (struct lexer_frame){.kind = FRAME_BODY};
}

static uint32_t offset_of(const struct lexer *lexer, const unsigned char *at)
{
    return (uint32_t)((const char *)at - lexer->start);
}

void lexer_unwind(struct lexer *lexer, uint32_t depth)
{
    if (depth < lexer->depth)
        lexer->depth = depth;
}

static enum token_kind push(struct lexer *lexer, enum lexer_frame_kind kind, uint32_t opener,
                            enum token_kind token)
{
    if (lexer->depth == LEXER_DEPTH_MAX) {
        lexer->depth = 1;
        return TOKEN_TOO_DEEP;
    }
    lexer->frames[lexer->depth++] =
        (struct lexer_frame){.opener = opener, .kind = kind, .line_start = true};
    return token;
}

/* The end of the identifier that begins here, or NULL if none does. The rules below find the end of
 * one in ASCII by themselves and ask here only when a byte beyond it follows. */
static const unsigned char *ident_end(const unsigned char *cursor)
{
    const unsigned char *marker;
    /*!re2c
        !use:ident;
        ([A-Za-z_] | wide_start) ([A-Za-z0-9_-] | wide_continue)* { return cursor; }
        *                                                         { return NULL; }
    */
}

/* Behind a "{" of an expression: is the next token "for", whatever white space comes before? */
static bool next_is_for(const struct lexer *lexer, const unsigned char *cursor)
{
    const unsigned char *limit = (const unsigned char *)lexer->limit;
    for (;;) {
        /*!re2c
            [ \t\r\n]+         { continue; }
            "#" | "//"         {
                cursor = memchr(cursor, '\n', (size_t)(limit - cursor));
                if (!cursor)
                    return false;
                continue;
            }
            "/*"               {
                if (lexer->comment_unclosed)
                    return false;
                cursor = memmem(cursor, (size_t)(limit - cursor), COMMENT_CLOSER, 2);
                if (!cursor)
                    return false;
                cursor += 2;
                continue;
            }
            "for"              { return *cursor < 0x80 || ident_end(cursor - 3) == cursor; }
            word               { return false; }
            *                  { return false; }
        */
    }
}

static enum token_kind open_brace(struct lexer *lexer, uint32_t opener, const unsigned char *behind)
{
    struct lexer_frame *frame = lexer_frame(lexer);
    if (frame->kind == FRAME_BODY && !frame->value)
        return push(lexer, FRAME_BODY, opener, TOKEN_LBRACE);
    bool loop = next_is_for(lexer, behind);
    return push(lexer, loop ? FRAME_BRACE : FRAME_OBJECT, opener, TOKEN_LOBJECT);
}

/* Closes the innermost construct in braces, and with it what was left open inside. */
static enum token_kind close_brace(struct lexer *lexer)
{
    uint32_t at = lexer->depth - 1;
    while (lexer->frames[at].kind == FRAME_PAREN || lexer->frames[at].kind == FRAME_BRACKET)
        at--;
    if (at > 0)
        lexer->depth = at;
    return at > 0 && lexer->frames[at].kind == FRAME_SEQUENCE ? TOKEN_SEQ_END : TOKEN_RBRACE;
}

static enum token_kind close_bracket(struct lexer *lexer, enum lexer_frame_kind kind,
                                     enum token_kind token)
{
    if (lexer_frame(lexer)->kind == kind)
        lexer->depth--;
    return token;
}

/* Whether a newline here is a token of its own. */
static bool newline_counts(struct lexer *lexer)
{
    struct lexer_frame *frame = lexer_frame(lexer);
    if (frame->kind == FRAME_BODY)
        frame->value = false;
    else if (frame->kind != FRAME_OBJECT)
        return false;
    return lexer->previous != TOKEN_NEWLINE && lexer->previous != TOKEN_NONE;
}

/* The end of "ID newline" behind a "<<", or NULL. */
static const unsigned char *heredoc_opener(const unsigned char *cursor)
{
    cursor = ident_end(cursor);
    if (!cursor)
        return NULL;
    if (*cursor == '\r')
        cursor++;
    return *cursor == '\n' ? cursor + 1 : NULL;
}

static enum token_kind open_heredoc(struct lexer *lexer, const char *token, const char *behind,
                                    uint16_t *out_flags)
{
    uint32_t opener = (uint32_t)(token - lexer->start);
    enum token_kind kind = push(lexer, FRAME_HEREDOC, opener, TOKEN_OHEREDOC);
    bool flush = token[2] == '-';
    behind -= behind[-2] == '\r' ? 2 : 1;
    if (kind == TOKEN_OHEREDOC) {
        lexer_frame(lexer)->marker = opener + 2 + flush;
        lexer_frame(lexer)->marker_length = (uint32_t)(behind - token) - 2 - flush;
    }
    *out_flags = flush ? TOKEN_FLUSH : 0;
    return kind;
}

static const char *skip_line_space(const char *at, const char *limit)
{
    size_t space;
    while (at < limit && *at != '\n' &&
           (space = space_length((struct str){at, (size_t)(limit - at)})) > 0)
        at += space;
    return at;
}

/* At the start of a heredoc's line: the end of its closer without the newline, or NULL if the line
 * is text. The closer may be indented and followed by white space, and must end in a newline. */
static const char *heredoc_closer(const struct lexer *lexer, const char *line)
{
    const struct lexer_frame *frame = &lexer->frames[lexer->depth - 1];
    const char *marker = lexer->start + frame->marker;
    const char *at = skip_line_space(line, lexer->limit);
    if ((size_t)(lexer->limit - at) < frame->marker_length ||
        memcmp(at, marker, frame->marker_length) != 0)
        return NULL;
    at = skip_line_space(at + frame->marker_length, lexer->limit);
    if (at >= lexer->limit || *at != '\n')
        return NULL;
    return at[-1] == '\r' ? at - 1 : at;
}

/* Each gives where the comment ends: a line comment before its newline, a block comment behind its
 * closer (NULL: it has none). */
static const unsigned char *line_comment(const struct lexer *lexer, const unsigned char *cursor)
{
    const unsigned char *limit = (const unsigned char *)lexer->limit;
    const unsigned char *end = memchr(cursor, '\n', (size_t)(limit - cursor));
    return end ? end : limit;
}

static const unsigned char *block_comment(struct lexer *lexer, const unsigned char *cursor)
{
    const unsigned char *limit = (const unsigned char *)lexer->limit;
    const unsigned char *end = NULL;
    if (!lexer->comment_unclosed)
        end = memmem(cursor, (size_t)(limit - cursor), COMMENT_CLOSER, 2);
    lexer->comment_unclosed = !end;
    return end ? end + 2 : NULL;
}

void lexer_next(struct lexer *lexer, struct token *out_token)
{
    const unsigned char *cursor = (const unsigned char *)lexer->cursor;
    const unsigned char *limit = (const unsigned char *)lexer->limit;
    const unsigned char *marker, *token = cursor, *part = cursor;
    struct lexer_frame *frame = lexer_frame(lexer);
    enum token_kind kind = TOKEN_END;
    uint16_t flags = 0;
    bool strip;

    if (frame->kind == FRAME_HEREDOC && frame->line_start) {
        const char *end = heredoc_closer(lexer, lexer->cursor);
        frame->line_start = false;
        if (end) {
            cursor = (const unsigned char *)end;
            lexer->depth--;
            kind = TOKEN_CHEREDOC;
            goto done;
        }
    }

normal:
    token = cursor;
literal:
    part = cursor;
    /*!re2c
        <NORMAL> blank+           { goto normal; }
        <NORMAL> newline          {
            if (!newline_counts(lexer))
                goto normal;
            kind = TOKEN_NEWLINE;
            goto done;
        }
        <NORMAL> "#" | "//"       {
            cursor = line_comment(lexer, cursor);
            if (cursor == limit)
                goto normal;
            cursor++;
            if (!newline_counts(lexer))
                goto normal;
            kind = TOKEN_NEWLINE;
            goto done;
        }
        <NORMAL> "/*"             {
            const unsigned char *end = block_comment(lexer, cursor);
            if (end) {
                cursor = end;
                goto normal;
            }
            cursor--;
            kind = TOKEN_SLASH;
            goto done;
        }

        <NORMAL> "for"            { kind = TOKEN_FOR; goto word; }
        <NORMAL> "in"             { kind = TOKEN_IN; goto word; }
        <NORMAL> "if"             { kind = TOKEN_IF; goto word; }
        <NORMAL> "else"           { kind = TOKEN_ELSE; goto word; }
        <NORMAL> "endif"          { kind = TOKEN_ENDIF; goto word; }
        <NORMAL> "endfor"         { kind = TOKEN_ENDFOR; goto word; }
        <NORMAL> "true"           { kind = TOKEN_TRUE; goto word; }
        <NORMAL> "false"          { kind = TOKEN_FALSE; goto word; }
        <NORMAL> "null"           { kind = TOKEN_NULL; goto word; }
        <NORMAL> word             { kind = TOKEN_IDENT; goto word; }
        <NORMAL> number           { kind = TOKEN_NUMBER; goto done; }

        <NORMAL> "\"" plain* "\"" { kind = TOKEN_STRING; goto done; }
        <NORMAL> "\""             {
            kind = push(lexer, FRAME_QUOTE, offset_of(lexer, token), TOKEN_OQUOTE);
            goto done;
        }
        <NORMAL> "<<" "-"?        {
            const unsigned char *end = heredoc_opener(cursor);
            if (end) {
                cursor = end;
                kind = open_heredoc(lexer, (const char *)token, (const char *)cursor, &flags);
            } else {
                cursor = token + 1;
                kind = TOKEN_LT;
            }
            goto done;
        }

        <NORMAL> "{"              {
            kind = open_brace(lexer, offset_of(lexer, token), cursor);
            goto done;
        }
        <NORMAL> "}"              { kind = close_brace(lexer); goto done; }
        <NORMAL> "~}"             {
            close_brace(lexer);
            kind = TOKEN_SEQ_END;
            flags = TOKEN_STRIP;
            goto done;
        }
        <NORMAL> "["              {
            kind = push(lexer, FRAME_BRACKET, offset_of(lexer, token), TOKEN_LBRACK);
            goto done;
        }
        <NORMAL> "]"              {
            kind = close_bracket(lexer, FRAME_BRACKET, TOKEN_RBRACK);
            goto done;
        }
        <NORMAL> "("              {
            kind = push(lexer, FRAME_PAREN, offset_of(lexer, token), TOKEN_LPAREN);
            goto done;
        }
        <NORMAL> ")"              {
            kind = close_bracket(lexer, FRAME_PAREN, TOKEN_RPAREN);
            goto done;
        }

        <NORMAL> "="              { lexer_frame(lexer)->value = true; kind = TOKEN_EQ; goto done; }
        <NORMAL> ":"              { kind = TOKEN_COLON; goto done; }
        <NORMAL> "::"             { kind = TOKEN_DCOLON; goto done; }
        <NORMAL> "?"              { kind = TOKEN_QUESTION; goto done; }
        <NORMAL> ","              { kind = TOKEN_COMMA; goto done; }
        <NORMAL> "."              { kind = TOKEN_DOT; goto done; }
        <NORMAL> "..."            { kind = TOKEN_ELLIPSIS; goto done; }
        <NORMAL> "=>"             { kind = TOKEN_ARROW; goto done; }
        <NORMAL> "||"             { kind = TOKEN_OR; goto done; }
        <NORMAL> "&&"             { kind = TOKEN_AND; goto done; }
        <NORMAL> "=="             { kind = TOKEN_EQEQ; goto done; }
        <NORMAL> "!="             { kind = TOKEN_NE; goto done; }
        <NORMAL> ">"              { kind = TOKEN_GT; goto done; }
        <NORMAL> ">="             { kind = TOKEN_GE; goto done; }
        <NORMAL> "<"              { kind = TOKEN_LT; goto done; }
        <NORMAL> "<="             { kind = TOKEN_LE; goto done; }
        <NORMAL> "+"              { kind = TOKEN_PLUS; goto done; }
        <NORMAL> "-"              { kind = TOKEN_MINUS; goto done; }
        <NORMAL> "*"              { kind = TOKEN_STAR; goto done; }
        <NORMAL> "/"              { kind = TOKEN_SLASH; goto done; }
        <NORMAL> "%"              { kind = TOKEN_PERCENT; goto done; }
        <NORMAL> "!"              { kind = TOKEN_NOT; goto done; }

        <NORMAL> [&|^~]           { kind = TOKEN_BITWISE; goto done; }
        <NORMAL> ";"              { kind = TOKEN_SEMICOLON; goto done; }
        <NORMAL> "'"              { kind = TOKEN_APOSTROPHE; goto done; }
        <NORMAL> "`"              { kind = TOKEN_BACKTICK; goto done; }
        <NORMAL> [\u201c\u201d]   { kind = TOKEN_CURLY_QUOTE; goto done; }
        <NORMAL> "\x00"           {
            if (cursor > limit) {
                cursor = limit;
                goto done;
            }
            kind = TOKEN_INVALID;
            goto done;
        }
        <NORMAL> [\x01-\x7f]      { kind = TOKEN_INVALID; goto done; }
        <NORMAL> wide             {
            const unsigned char *end = ident_end(token);
            kind = end ? TOKEN_IDENT : TOKEN_INVALID;
            cursor = end ? end : cursor;
            goto done;
        }

        <QUOTED> plain+           { goto literal; }
        <QUOTED> wide+            { flags |= TOKEN_WIDE; goto literal; }
        <QUOTED> "\\" ([\x01-\x7f] \ [\r\n] | wide) { flags |= TOKEN_ESCAPED; goto literal; }
        <QUOTED> "\""             {
            if (part > token)
                goto text;
            lexer->depth--;
            kind = TOKEN_CQUOTE;
            goto done;
        }
        <QUOTED> [\r\n]+          { if (part > token) goto text; kind = TOKEN_QUOTED_NEWLINE; goto done; }
        <QUOTED> "\\"             { if (part > token) goto text; kind = TOKEN_INVALID; goto done; }

        <HEREDOC> text+           { goto literal; }
        <HEREDOC> wide+           { flags |= TOKEN_WIDE; goto literal; }
        <HEREDOC> newline         {
            lexer_frame(lexer)->line_start = true;
            flags |= TOKEN_HEREDOC;
            kind = TOKEN_LITERAL;
            goto done;
        }
        <HEREDOC> "\r"            { if (part > token) goto text; kind = TOKEN_INVALID; goto done; }

        <QUOTED, HEREDOC> "$${" | "%%{" {
            flags |= TOKEN_ESCAPED;
            if (*cursor < 0x80)
                goto literal;
            part = cursor;
            goto text;
        }
        <QUOTED, HEREDOC> [$%]    {
            if (cursor == limit) {
                if (part > token)
                    goto text;
                kind = TOKEN_INVALID;
                goto done;
            }
            if (*cursor < 0x80)
                goto literal;
            // Columns are counted afresh from here.
            part = cursor;
            goto text;
        }
        <QUOTED, HEREDOC> [$%] "{" "~"? {
            if (part > token)
                goto text;
            strip = cursor[-1] == '~';
            kind = *token == '$' ? TOKEN_INTERP : TOKEN_CONTROL;
            kind = push(lexer, FRAME_SEQUENCE, offset_of(lexer, token), kind);
            flags = strip ? TOKEN_STRIP : 0;
            goto done;
        }
        <QUOTED, HEREDOC> "\x00"  {
            if (cursor <= limit)
                goto literal;
            cursor = limit;
            if (token < limit) {
                part = limit;
                goto text;
            }
            goto done;
        }
        <QUOTED, HEREDOC> *       { if (part > token) goto text; kind = TOKEN_BAD_UTF8; goto done; }
        <NORMAL> *                { kind = TOKEN_BAD_UTF8; goto done; }
    */
word:
    if (*cursor >= 0x80) {
        const unsigned char *end = ident_end(token);
        kind = end > cursor ? TOKEN_IDENT : kind;
        cursor = end;
    }
    goto done;
text:
    cursor = part;
    kind = TOKEN_LITERAL;
    if (lexer_frame(lexer)->kind == FRAME_HEREDOC)
        flags |= TOKEN_HEREDOC;
done:
    if (kind == TOKEN_END)
        token = cursor;
    lexer->previous = (uint16_t)kind;
    lexer->cursor = kind == TOKEN_TOO_DEEP ? lexer->limit : (const char *)cursor;
    uint32_t offset = offset_of(lexer, token);
    if (*token >= 0x80 && lexer->sources)
        source_mark_boundary(lexer->sources, lexer->source, offset);
    token_set(out_token, offset, (uint32_t)(cursor - token), kind, flags);
}

bool lexer_line_is_item(const struct lexer *lexer, uint32_t offset, uint32_t *out_indent)
{
    const unsigned char *cursor = (const unsigned char *)lexer->start + offset, *marker;
    uint32_t indent = 0;
    while (*cursor == ' ' || *cursor == '\t') {
        cursor++;
        indent++;
    }
    /*!re2c
        name  = ([A-Za-z_] | wide) ([A-Za-z0-9_-] | wide)*;
        label = name | "\"" plain* "\"";
        name blank* "=" [^=>]          { goto item; }
        name blank* (label blank*)* "{" { goto item; }
        *                              { return false; }
    */
item:
    *out_indent = indent;
    return true;
}
