/* What the JSON forms of a plan and of a difference share. Private to them. */
#ifndef PLAN_DUMP_PARTS_H
#define PLAN_DUMP_PARTS_H

#include "a3s/plan.h"
#include "json_print.h"

/* 16 hexadecimal digits. */
json_t *dump_hash_json(uint64_t hash);
/* An object with file, line and column. */
json_t *dump_place_json(const struct plan *plan, uint32_t source, uint32_t line, uint32_t column);

#endif
