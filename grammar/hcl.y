/* The grammar. Actions only build the tree, by one call each; what a mistake means to a person is
 * syntax.c's business. There are no conflicts, and the build fails if one appears.
 *
 * BROKEN stands where recovery put it: parse.c unwinds to one of the places that accept it. */
%name hcl_parser
%token_prefix SYMBOL_
%token_type {struct token}
%extra_argument {struct builder *b}
%stack_size 4096

%include {
#include "ast_build.h"
#include "hcl_parser.h"

/* parse.c decides how to go on after a mistake. */
#define YYNOERRORRECOVERY 1
#define YYPARSEFREENEVERNULL 1

/* lemon's frame: no trace, and not our warnings. */
#undef NDEBUG
#define NDEBUG 1
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wtype-limits"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-variable"
}

%syntax_error {
    (void)yymajor;
    b->failed = true;
}
%stack_overflow {
    b->overflow = true;
}

/* In the order of tokens.def. */
%token END NEWLINE IDENT FOR IN IF ELSE ENDIF ENDFOR TRUE FALSE NULL NUMBER STRING.
%token OQUOTE CQUOTE OHEREDOC CHEREDOC LITERAL INTERP CONTROL SEQ_END.
%token LBRACE LOBJECT RBRACE LBRACK RBRACK LPAREN RPAREN.
%token EQ COLON QUESTION COMMA DOT ELLIPSIS ARROW DCOLON.
%token OR AND EQEQ NE GT GE LT LE PLUS MINUS STAR SLASH PERCENT NOT BROKEN.

/* No word is reserved. */
%fallback IDENT FOR IN IF ELSE ENDIF ENDFOR TRUE FALSE NULL.

%right QUESTION COLON.
%left OR.
%left AND.
%left EQEQ NE.
%left GT GE LT LE.
%left PLUS MINUS.
%left STAR SLASH PERCENT.
%right NOT.
%left DOT LBRACK.

/* Bodies */

%start_symbol file
file ::= body END.

%type body {struct ast_body *}
body(A) ::= .                              { A = ast_body(b); }
body ::= body NEWLINE.
body(A) ::= body(A) attribute(X) NEWLINE.  { ast_body_add_attribute(A, X); }
body(A) ::= body(A) block(X) NEWLINE.      { ast_body_add_block(A, X); }
body ::= body BROKEN NEWLINE.

%type attribute {struct ast_attribute *}
attribute(A) ::= IDENT(N) EQ expr(E).      { A = ast_attribute(b, &N, E); }
attribute(A) ::= IDENT(N) EQ BROKEN(X).    { A = ast_attribute(b, &N, ast_error(b, &X)); }

%type block {struct ast_block *}
block(A) ::= header(A) LBRACE(O) RBRACE(C).                 { ast_block_close(b, A, &O, NULL, &C); }
block(A) ::= header(A) LBRACE(O) NEWLINE body(B) RBRACE(C). { ast_block_close(b, A, &O, B, &C); }
block(A) ::= header(A) LBRACE(O) attribute(X) RBRACE(C).
                                           { ast_block_close(b, A, &O, ast_body_of(b, X), &C); }

%type header {struct ast_block *}
header(A) ::= IDENT(N).                    { A = ast_block(b, &N); }
header(A) ::= header(A) label(L).          { ast_block_add_label(b, A, L); }

%type label {struct ast_label *}
label(A) ::= IDENT(N).                     { A = ast_label(b, &N); }
label(A) ::= STRING(S).                    { A = ast_label(b, &S); }
label(A) ::= OQUOTE(O) template(T) CQUOTE(C). { A = ast_label_template(b, &O, T, &C); }

/* Expressions: all of one level, told apart by precedence. A level of its own would cost a reduction
 * for each number and name. */

%type expr {struct ast_expr *}
expr(A) ::= expr(A) QUESTION expr(Y) COLON expr(N). { A = ast_conditional(b, A, Y, N); }
expr(A) ::= expr(A) OR(O) expr(R).         { A = ast_binary(b, A, &O, R); }
expr(A) ::= expr(A) AND(O) expr(R).        { A = ast_binary(b, A, &O, R); }
expr(A) ::= expr(A) EQEQ|NE(O) expr(R).    { A = ast_binary(b, A, &O, R); }
expr(A) ::= expr(A) GT|GE|LT|LE(O) expr(R). { A = ast_binary(b, A, &O, R); }
expr(A) ::= expr(A) PLUS|MINUS(O) expr(R). { A = ast_binary(b, A, &O, R); }
expr(A) ::= expr(A) STAR|SLASH|PERCENT(O) expr(R). { A = ast_binary(b, A, &O, R); }
expr(A) ::= MINUS|NOT(O) expr(X). [NOT]    { A = ast_unary(b, &O, X); }
expr(A) ::= expr(A) DOT(D) IDENT(N).       { A = ast_attr(b, A, &D, &N); }
expr(A) ::= expr(A) DOT(D) NUMBER(N).      { A = ast_legacy_index(b, A, &D, &N); }
expr(A) ::= expr(A) DOT(D) STAR(S).        { A = ast_splat(b, A, &D, &S); }
expr(A) ::= expr(A) LBRACK(O) expr(K) RBRACK(C). { A = ast_index(b, A, &O, K, &C); }
expr(A) ::= expr(A) LBRACK(O) STAR RBRACK(C).    { A = ast_full_splat(b, A, &O, &C); }
expr(A) ::= NUMBER(N).                     { A = ast_number(b, &N); }
expr(A) ::= TRUE|FALSE|NULL(N).            { A = ast_word(b, &N); }
expr(A) ::= IDENT(N).                      { A = ast_variable(b, &N); }
expr(A) ::= LPAREN(O) expr(E) RPAREN(C).   { A = ast_paren(b, &O, E, &C); }
expr(A) ::= STRING(S).                     { A = ast_string(b, &S); }
expr(A) ::= OQUOTE(O) template(T) CQUOTE(C).     { A = ast_template(b, &O, T, &C); }
expr(A) ::= OHEREDOC(O) template(T) CHEREDOC(C). { A = ast_template(b, &O, T, &C); }
expr(A) ::= LBRACK(O) RBRACK(C).           { A = ast_tuple(b, &O, (struct ast_list){0}, &C); }
expr(A) ::= LBRACK(O) list(L) RBRACK(C).   { A = ast_tuple(b, &O, L, &C); }
expr(A) ::= LBRACK(O) list(L) COMMA RBRACK(C). { A = ast_tuple(b, &O, L, &C); }
expr(A) ::= LOBJECT(O) members(M) RBRACE(C). { A = ast_object(b, &O, M, NULL, &C); }
expr(A) ::= LOBJECT(O) members(M) member(X) RBRACE(C). { A = ast_object(b, &O, M, X, &C); }
expr(A) ::= LBRACK(O) loop(L) RBRACK(C).   { A = ast_for(b, &O, L, &C); }
expr(A) ::= LOBJECT(O) loop(L) RBRACE(C).  { A = ast_for(b, &O, L, &C); }
expr(A) ::= function(F) LPAREN(O) RPAREN(C). { A = ast_call(b, F, &O, (struct ast_list){0}, NULL, &C); }
expr(A) ::= function(F) LPAREN(O) list(L) RPAREN(C). { A = ast_call(b, F, &O, L, NULL, &C); }
expr(A) ::= function(F) LPAREN(O) list(L) COMMA RPAREN(C). { A = ast_call(b, F, &O, L, NULL, &C); }
expr(A) ::= function(F) LPAREN(O) list(L) ELLIPSIS(E) RPAREN(C). { A = ast_call(b, F, &O, L, &E, &C); }

%type function {struct ast_expr *}
function(A) ::= IDENT(N).                  { A = ast_function(b, &N); }
function(A) ::= TRUE|FALSE|NULL(N).        { A = ast_function(b, &N); }
function(A) ::= function(A) DCOLON IDENT(N). { ast_function_add(b, A, &N); }

%type list {struct ast_list}
list(A) ::= expr(E).                       { A = ast_list(E); }
list(A) ::= list(A) COMMA expr(E).         { ast_list_add(&A, E); }

/* Objects: each item ends with one comma or newline, then any number of newlines. */

%type members {struct ast_expr *}
members(A) ::= .                           { A = ast_members(b); }
members ::= members NEWLINE.
members(A) ::= members(A) member(X) NEWLINE|COMMA. { ast_members_add(A, X); }
members ::= members BROKEN NEWLINE|COMMA.

%type member {struct ast_object_item *}
member(A) ::= expr(K) EQ|COLON expr(V).    { A = ast_member(b, K, V); }

/* For expressions, of both kinds; what only one kind may have is checked when it is built. */

%type loop {struct ast_expr *}
loop(A) ::= intro(A) expr(V) group(G) condition(C). { ast_loop_close(b, A, NULL, V, &G, C); }
loop(A) ::= intro(A) expr(K) ARROW expr(V) group(G) condition(C).
                                           { ast_loop_close(b, A, K, V, &G, C); }

%type intro {struct ast_expr *}
intro(A) ::= FOR IDENT(V) IN expr(E) COLON.                { A = ast_loop(b, NULL, &V, E); }
intro(A) ::= FOR IDENT(K) COMMA IDENT(V) IN expr(E) COLON. { A = ast_loop(b, &K, &V, E); }

group(A) ::= .                             { A = (struct token){0}; }
group ::= ELLIPSIS.

%type condition {struct ast_expr *}
condition(A) ::= .                         { A = NULL; }
condition(A) ::= IF expr(C).               { A = C; }

/* Templates: a flat list of pieces; template.c folds the directives. */

%type template {struct template *}
template(A) ::= .                          { A = template_new(b); }
template(A) ::= template(A) LITERAL(L).    { template_add_literal(b, A, &L); }
template(A) ::= template(A) INTERP(O) expr(E) SEQ_END(C). { template_add_expr(b, A, &O, E, &C); }
template(A) ::= template(A) CONTROL(O) IF expr(E) SEQ_END(C). { template_add_if(b, A, &O, E, &C); }
template(A) ::= template(A) CONTROL(O) ELSE|ENDIF|ENDFOR(W) SEQ_END(C).
                                           { template_add_word(b, A, &O, &W, &C); }
template(A) ::= template(A) CONTROL(O) FOR IDENT(V) IN expr(E) SEQ_END(C).
                                           { template_add_for(b, A, &O, NULL, &V, E, &C); }
template(A) ::= template(A) CONTROL(O) FOR IDENT(K) COMMA IDENT(V) IN expr(E) SEQ_END(C).
                                           { template_add_for(b, A, &O, &K, &V, E, &C); }

%code {
/* What parse.c and syntax.c may know of the stack. */

bool hcl_parser_symbol(const void *parser, unsigned down, struct token *out_token)
{
    const yyParser *yypParser = parser;
    if (down >= (size_t)(yypParser->yytos - yypParser->yystack))
        return false;
    const yyStackEntry *entry = yypParser->yytos - down;
    *out_token = (struct token){0};
    if (entry->major < YYNTOKEN)
        *out_token = entry->minor.yy0;
    return true;
}

bool hcl_parser_accepts(const void *parser, unsigned down, enum token_kind kind)
{
    const yyParser *yypParser = parser;
    YYACTIONTYPE state = (yypParser->yytos - down)->stateno;
    if (state > YY_MAX_SHIFT)
        return false;
    YYACTIONTYPE action = yy_find_shift_action((YYCODETYPE)kind, state);
    return action <= YY_MAX_SHIFTREDUCE;
}

void hcl_parser_settle(void *parser)
{
    yyParser *yypParser = parser;
    while (yypParser->yytos->stateno >= YY_MIN_REDUCE)
        yy_reduce(yypParser, yypParser->yytos->stateno - YY_MIN_REDUCE, YYNOCODE,
                  (struct token){0});
}

void hcl_parser_pop(void *parser)
{
    yyParser *yypParser = parser;
    yypParser->yytos--;
}
}
