/* Moments as text. */
#ifndef RUNTIME_CLOCK_TEXT_H
#define RUNTIME_CLOCK_TEXT_H

#include "str.h"

/* "2026-11-24T12:03:04.123+01:00", local time (ISO 8601), of milliseconds since the epoch. */
void clock_text_iso(struct strbuf *out, int64_t ms);
/* The "12:03:04" of it. */
void clock_text_short(struct strbuf *out, int64_t ms);

#endif
