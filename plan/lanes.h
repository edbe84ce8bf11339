/* Where the lines of a drawing run: rows from above, one service each, columns from the left.
 *
 * A service that others need holds a column, its lane, from its row to the last row of those. The
 * caller goes through the services in an order in which each comes after what it depends on.
 */
#ifndef PLAN_LANES_H
#define PLAN_LANES_H

#include "a3s/plan.h"
#include "arena.h"
#include "vec.h"

enum lane_cell {
    LANE_NOTHING,
    LANE_LINE,     /* a horizontal line alone */
    LANE_PASS,     /* a lane that has nothing to do with this row */
    LANE_NODE,     /* the row's service */
    LANE_LEFT,     /* a lane that goes on, with a line to the left */
    LANE_RIGHT,    /* ... to the right */
    LANE_BOTH,     /* ... to both sides */
    LANE_END_LEFT, /* a lane that ends here, with a line to the left */
    LANE_END_RIGHT,
    LANE_END_BOTH,
    LANE_CELL_COUNT
};

struct lanes {
    struct arena *arena;
    const struct plan *plan;
    VEC(uint32_t) owners;  /* of each column: a service, or PLAN_NONE */
    uint32_t *columns;     /* of each service that holds one */
    uint32_t *outstanding; /* of each service: dependents whose row is still to come */
    /* The row's. */
    uint32_t node, first, last; /* columns: the service's; the leftmost and rightmost with a line */
    const struct plan_service *service;
};

void lanes_init(struct lanes *lanes, struct arena *arena, const struct plan *plan);
/* Begins the row of a service: a free column is found for it. */
void lanes_enter(struct lanes *lanes, uint32_t service);
/* What stands in a column of the row, and whether a line goes from it to the next column. */
enum lane_cell lanes_cell(const struct lanes *lanes, uint32_t column);
bool lanes_joined(const struct lanes *lanes, uint32_t column);
/* Ends the row. From here to the next lanes_enter a column is LANE_PASS or LANE_NOTHING. */
void lanes_leave(struct lanes *lanes);

#endif
