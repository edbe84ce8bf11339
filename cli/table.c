#include "table.h"

struct table_cell *table_row(struct table *table)
{
    struct table_cell *row = arena_new(table->arena, struct table_cell, table->columns);
    *vec_push(table->arena, &table->rows) = row;
    return row;
}

static size_t column_width(const struct table *table, uint32_t column)
{
    size_t width = 0;
    for (uint32_t i = 0; i < table->rows.count; i++) {
        size_t length = strlen(table->rows.items[i][column].text);
        width = length > width ? length : width;
    }
    return width;
}

static void render_cell(const struct table_cell *cell, bool color, struct strbuf *out)
{
    static const char *const codes[] = {"", "\033[1m", "\033[31m", "\033[32m", "\033[33m"};
    _Static_assert(sizeof codes / sizeof *codes == TABLE_COLORS, "a code for each colour");
    color = color && cell->color != TABLE_PLAIN;
    strbuf_addf(out, "%s%s%s", color ? codes[cell->color] : "", cell->text, color ? "\033[0m" : "");
}

void table_render(const struct table *table, bool color, struct strbuf *out)
{
    size_t *widths = arena_new(table->arena, size_t, table->columns);
    for (uint32_t column = 0; column < table->columns; column++)
        widths[column] = column_width(table, column);
    for (uint32_t i = 0; i < table->rows.count; i++) {
        for (uint32_t column = 0; column < table->columns; column++) {
            const struct table_cell *cell = &table->rows.items[i][column];
            render_cell(cell, color, out);
            if (column + 1 < table->columns)
                strbuf_addn(out, ' ', widths[column] - strlen(cell->text) + 2);
        }
        strbuf_addc(out, '\n');
    }
}
