/* What the files of the lowering share. Private to them. */
#ifndef COMPILER_LOWER_PARTS_H
#define COMPILER_LOWER_PARTS_H

#include "lower.h"
#include "writer.h"

struct lower {
    struct arena *arena;
    const struct model *model;
    const struct lower_source *source;
    struct plan_writer *writer;
    uint32_t *place; /* for each service of the model, its index in the plan */
};

static inline const struct model_service *lower_service_at(const struct lower *l, uint32_t place)
{
    return l->model->services.items[l->model->order[place]];
}

enum plan_port_source lower_port_source(const struct model_service *service);
/* lower_service.c: one service with all that belongs to it, but for its dependents. */
void lower_service(struct lower *l, uint32_t place);

/* For qsort: uint32_t, rising. */
int lower_compare_numbers(const void *left, const void *right);

#endif
