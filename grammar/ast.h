/* The syntax tree of one HCL source (hashicorp/hcl, hclsyntax/spec.md).
 *
 * Nodes live in the arena of the parse and have constructors only. Every node carries its span;
 * names, decoded strings and number texts point into the source where no decoding was needed, else
 * into the arena. The tree says what was written: nothing is evaluated, looked up or checked
 * beyond the grammar and the static rules of the language (an attribute is defined once a body).
 */
#ifndef GRAMMAR_AST_H
#define GRAMMAR_AST_H

#include "source.h"
#include "str.h"

#include <stdbool.h>
#include <stdint.h>

enum ast_expr_kind {
    AST_NUMBER,      /* number */
    AST_STRING,      /* string, heredoc: a template that is one literal, decoded and NFC */
    AST_BOOL,        /* boolean */
    AST_NULL,        /* */
    AST_TEMPLATE,    /* template: several parts */
    AST_WRAP,        /* operand: "${x}" alone; its value keeps its type */
    AST_VARIABLE,    /* name: a root name */
    AST_ATTR,        /* access: operand.name */
    AST_INDEX,       /* access: operand[key]; a legacy operand.0 has a number as its key */
    AST_SPLAT,       /* splat */
    AST_CALL,        /* call */
    AST_UNARY,       /* unary */
    AST_BINARY,      /* binary */
    AST_CONDITIONAL, /* conditional */
    AST_TUPLE,       /* list */
    AST_OBJECT,      /* object */
    AST_FOR,         /* loop */
    AST_PAREN,       /* operand */
    AST_ERROR,       /* a diagnostic was given for what stood here; evaluates to nothing */
    AST_EXPR_KIND_COUNT
};

enum ast_operator {
    AST_OP_OR,
    AST_OP_AND,
    AST_OP_EQ,
    AST_OP_NE,
    AST_OP_GT,
    AST_OP_GE,
    AST_OP_LT,
    AST_OP_LE,
    AST_OP_ADD,
    AST_OP_SUB,
    AST_OP_MUL,
    AST_OP_DIV,
    AST_OP_MOD,
    AST_OP_NEGATE,
    AST_OP_NOT,
    AST_OPERATOR_COUNT
};

struct ast_expr;

struct ast_list { /* in source order, linked by next */
    struct ast_expr *first, *last;
    uint32_t count;
    uint32_t depth; /* of the deepest element */
};

struct ast_object_item {
    struct ast_expr *key; /* a bare name is AST_VARIABLE: a literal key, unless in parentheses */
    struct ast_expr *value;
    struct ast_object_item *next;
};

/* A template is a list of parts; directives are folded into a tree after parsing. */
enum ast_part_kind { AST_PART_LITERAL, AST_PART_EXPR, AST_PART_IF, AST_PART_FOR };

struct ast_parts {
    struct ast_part *first, *last;
    uint32_t count;
    uint32_t depth; /* of the deepest expression or directive */
};

struct ast_part {
    enum ast_part_kind kind;
    struct span span;
    struct ast_part *next;
    union {
        struct str literal; /* decoded, markers applied */
        struct ast_expr *expr;
        struct {
            struct ast_expr *condition;
            struct ast_parts then, otherwise;
        } branch;
        struct {
            struct str key, value; /* key.len is 0 if there is none */
            struct ast_expr *collection;
            struct ast_parts body;
        } loop;
    };
};

/* A node, as a part, is only as large as its kind needs: it is pointed at, never copied. */
struct ast_expr {
    enum ast_expr_kind kind : 8;
    uint32_t heredoc : 8; /* AST_STRING: whether it was written as one */
    uint32_t depth : 16;  /* 1 for a leaf; at most PARSE_DEPTH_MAX */
    struct span span;
    struct ast_expr *next; /* in a struct ast_list */
    union {
        struct str number; /* as it was written */
        struct str string;
        bool boolean;
        struct ast_parts template;
        struct str name;
        struct ast_expr *operand;
        struct {
            struct ast_expr *operand;
            struct str name;      /* AST_ATTR */
            struct ast_expr *key; /* AST_INDEX */
            struct span name_span;
            bool legacy;
        } access;
        struct {
            struct ast_expr *operand;
            struct ast_expr *each; /* what follows, over AST_VARIABLE with an empty name; or NULL */
            bool full;             /* [*], not .* */
            struct span marker;
        } splat;
        struct {
            struct str name; /* with its "::" */
            struct span name_span, open, close;
            struct ast_list args;
            bool expand; /* "..." behind the last argument */
        } call;
        struct {
            enum ast_operator op;
            struct ast_expr *operand;
        } unary;
        struct {
            enum ast_operator op;
            struct ast_expr *left, *right;
            struct span op_span;
        } binary;
        struct {
            struct ast_expr *condition, *yes, *no;
        } conditional;
        struct ast_list list;
        struct {
            struct ast_object_item *first, *last;
            uint32_t count;
        } object;
        struct {
            struct str key, value; /* key.len is 0 if there is none */
            struct ast_expr *collection;
            struct ast_expr *key_expr; /* NULL for a tuple */
            struct ast_expr *value_expr;
            struct ast_expr *condition; /* or NULL */
            bool group;                 /* "..." */
        } loop;
    };
};

struct ast_label {
    struct str text; /* decoded */
    struct span span;
    struct ast_label *next;
};

struct ast_attribute {
    struct str name;
    struct span name_span, span;
    struct ast_expr *expr;
    struct ast_attribute *next;
};

struct ast_body {
    struct ast_attribute *attributes, *last_attribute; /* in source order */
    struct ast_block *blocks, *last_block;             /* in source order */
    uint32_t attribute_count, block_count;
    struct span span;
};

struct ast_block {
    struct str type;
    struct span type_span;
    struct span header; /* from the type to the last label */
    struct span open;   /* the brace */
    struct span span;
    struct ast_label *labels;
    uint32_t label_count;
    struct ast_body body;
    struct ast_block *next;
};

const char *ast_operator_text(enum ast_operator op);

#endif
