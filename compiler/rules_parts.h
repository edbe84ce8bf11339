/* What the files of the rules share. Private to them. */
#ifndef COMPILER_RULES_PARTS_H
#define COMPILER_RULES_PARTS_H

#include "checker.h"
#include "rules.h"

struct rules {
    struct arena *arena;
    struct diag_list *diags;
    struct model *model;
    const struct map *names;
    bool partial;
    uint32_t suggest_work;
};

/* Where the value of an attribute stands that was written. */
struct span rules_value_span(const struct model_block *block, enum schema_attr_id id);
/* low must not be above high; at least one of the two was written, for the defaults agree. */
void rules_check_rising(struct rules *r, const struct diag_code *code,
                        const struct model_block *block, enum schema_attr_id low, uint32_t low_ms,
                        enum schema_attr_id high, uint32_t high_ms);

/* rules_health.c: the health block of a service that has one. */
void rules_check_health(struct rules *r, const struct model_service *service);
/* rules_log.c: what the services write to. */
void rules_check_logs(struct rules *r);

#endif
