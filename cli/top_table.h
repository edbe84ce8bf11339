/* The table of services in "a3s top": its columns, as many as a row has room for. */
#ifndef CLI_TOP_TABLE_H
#define CLI_TOP_TABLE_H

#include "top_model.h"
#include "top_screen.h"

/* From the row of the screen on: the head, then so many rows of services. */
void top_table_draw(const struct top_screen *screen, const struct top_model *model, int row,
                    uint32_t rows, int columns);

#endif
