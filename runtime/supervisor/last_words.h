/* What a life of a service printed last, for whoever asks how it ended. */
#ifndef RUNTIME_LAST_WORDS_H
#define RUNTIME_LAST_WORDS_H

#include "logs.h"

#include <jansson.h>

#define LAST_WORDS_LINES 10u
/* Bytes of a line; of a longer one the beginning is told. */
#define LAST_WORDS_LINE_MAX 1000u

/* The newest lines of run n (log_runs.h) that are kept, oldest first, without escape sequences: an
 * array of at most LAST_WORDS_LINES strings. The caller owns it. */
json_t *last_words_json(const struct logs *logs, uint32_t service, uint32_t n);

#endif
