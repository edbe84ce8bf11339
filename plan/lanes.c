#include "lanes.h"

void lanes_init(struct lanes *lanes, struct arena *arena, const struct plan *plan)
{
    *lanes = (struct lanes){.arena = arena, .plan = plan};
    lanes->columns = arena_new(arena, uint32_t, plan->service_count);
    lanes->outstanding = arena_new(arena, uint32_t, plan->service_count);
    for (uint32_t i = 0; i < plan->service_count; i++)
        lanes->outstanding[i] = plan->services[i].rdeps.count;
}

static bool is_free(const struct lanes *lanes, uint32_t column)
{
    return column >= lanes->owners.count || lanes->owners.items[column] == PLAN_NONE;
}

/* The nearest to the given one; the right one of two. Column owners.count is always free. */
static uint32_t free_column(const struct lanes *lanes, uint32_t near)
{
    for (uint32_t step = 0;; step++) {
        if (near + step <= lanes->owners.count && is_free(lanes, near + step))
            return near + step;
        if (step <= near && is_free(lanes, near - step))
            return near - step;
    }
}

/* In the lane that ends here if there is one, so that a chain is a straight line. */
static uint32_t choose_column(const struct lanes *lanes)
{
    struct plan_range deps = lanes->service->deps;
    uint32_t ending = PLAN_NONE, rightmost = 0;
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dep = lanes->plan->deps[deps.first + i], column = lanes->columns[dep];
        rightmost = column > rightmost ? column : rightmost;
        if (!lanes->outstanding[dep] && column < ending)
            ending = column;
    }
    return ending != PLAN_NONE ? ending : free_column(lanes, rightmost);
}

void lanes_enter(struct lanes *lanes, uint32_t service)
{
    lanes->service = &lanes->plan->services[service];
    struct plan_range deps = lanes->service->deps;
    for (uint32_t i = 0; i < deps.count; i++)
        lanes->outstanding[lanes->plan->deps[deps.first + i]]--;
    lanes->node = lanes->first = lanes->last = choose_column(lanes);
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t column = lanes->columns[lanes->plan->deps[deps.first + i]];
        lanes->first = column < lanes->first ? column : lanes->first;
        lanes->last = column > lanes->last ? column : lanes->last;
    }
    if (lanes->node == lanes->owners.count)
        *vec_push(lanes->arena, &lanes->owners) = PLAN_NONE;
}

static bool depends_on(const struct lanes *lanes, uint32_t service)
{
    struct plan_range deps = lanes->service->deps;
    for (uint32_t i = 0; i < deps.count; i++)
        if (lanes->plan->deps[deps.first + i] == service)
            return true;
    return false;
}

bool lanes_joined(const struct lanes *lanes, uint32_t column)
{
    return lanes->service && lanes->first <= column && column < lanes->last;
}

enum lane_cell lanes_cell(const struct lanes *lanes, uint32_t column)
{
    uint32_t owner = column < lanes->owners.count ? lanes->owners.items[column] : PLAN_NONE;
    if (!lanes->service)
        return owner == PLAN_NONE ? LANE_NOTHING : LANE_PASS;
    if (column == lanes->node)
        return LANE_NODE;
    bool right = lanes_joined(lanes, column), left = column && lanes_joined(lanes, column - 1);
    if (owner == PLAN_NONE)
        return left && right ? LANE_LINE : LANE_NOTHING;
    if (!depends_on(lanes, owner))
        return LANE_PASS;
    _Static_assert(LANE_END_RIGHT - LANE_RIGHT == LANE_END_LEFT - LANE_LEFT &&
                       LANE_END_BOTH - LANE_BOTH == LANE_END_LEFT - LANE_LEFT,
                   "each end stands as far behind what goes on");
    enum lane_cell cell = left && right ? LANE_BOTH : left ? LANE_LEFT : LANE_RIGHT;
    return lanes->outstanding[owner] ? cell : cell + (LANE_END_LEFT - LANE_LEFT);
}

void lanes_leave(struct lanes *lanes)
{
    struct plan_range deps = lanes->service->deps;
    uint32_t self = (uint32_t)(lanes->service - lanes->plan->services);
    for (uint32_t i = 0; i < deps.count; i++) {
        uint32_t dep = lanes->plan->deps[deps.first + i];
        if (!lanes->outstanding[dep])
            lanes->owners.items[lanes->columns[dep]] = PLAN_NONE;
    }
    lanes->columns[self] = lanes->node;
    if (lanes->outstanding[self])
        lanes->owners.items[lanes->node] = self;
    lanes->service = NULL;
}
