/* Columns of text, each as wide as its widest cell. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "arena.h"
#include "str.h"
#include "vec.h"

enum table_color { TABLE_PLAIN, TABLE_BOLD, TABLE_RED, TABLE_GREEN, TABLE_YELLOW, TABLE_COLORS };

struct table_cell {
    const char *text; /* ASCII; not a copy */
    enum table_color color;
};

struct table {
    struct arena *arena;
    uint32_t columns;
    VEC(struct table_cell *) rows; /* arrays of columns cells */
};

/* A new last row, its cells to be filled. */
struct table_cell *table_row(struct table *table);
void table_render(const struct table *table, bool color, struct strbuf *out);

#endif
