/* The newest lines of one service for "a3s top", with a place to read at and a search. Knows no
 * terminal.
 *
 * Bounded: the oldest lines go when there are more than TOP_LOG_LINES or TOP_LOG_BYTES. A line is
 * kept safe to be shown: UTF-8 and colour sequences, nothing else that a terminal would obey
 * (log_escape.h), cut after TOP_LOG_LINE bytes. A zeroed struct is an empty log.
 */
#ifndef CLI_TOP_LOG_H
#define CLI_TOP_LOG_H

#include "str.h"

#include <stdint.h>

#define TOP_LOG_LINES 5000u
#define TOP_LOG_BYTES (4u << 20)
#define TOP_LOG_LINE  (8u << 10)

enum top_stream { TOP_OUT, TOP_ERR, TOP_SELF };

struct top_line {
    char *text; /* owned by the log */
    size_t length;
    char clock[13]; /* "12:03:04.123", "" of a line that tells of lost ones */
    enum top_stream stream;
};

struct top_log {
    struct top_line *lines; /* a ring of TOP_LOG_LINES, or NULL */
    uint32_t first, count;
    size_t bytes;
    uint32_t back;  /* lines between the last shown and the newest; 0: it follows */
    uint32_t found; /* 1 + lines between what was found last and the newest; 0: nothing */
};

void top_log_finish(struct top_log *log);
void top_log_clear(struct top_log *log);

/* Adds a line of GET /v1/logs; what is not understood is left out. Whoever has scrolled back keeps
 * seeing the same lines. */
void top_log_add(struct top_log *log, struct str json);
/* From the oldest, 0, to count - 1. */
const struct top_line *top_log_line(const struct top_log *log, uint32_t index);

/* Moves by lines, up if negative, in a window of so many lines. */
void top_log_scroll(struct top_log *log, int64_t lines, uint32_t window);
/* The line, counted from the oldest, that the window begins with. */
uint32_t top_log_top(const struct top_log *log, uint32_t window);

/* Whether the line has the text, colours apart; small letters in pattern match capitals too. */
bool top_log_matches(const struct top_line *line, const char *pattern);
/* Finds the next older (step -1) or newer (step 1) line with the text, beginning at what was found
 * last, at the newest if fresh; the window ends with it, as far as there is something above. False:
 * there is none, and nothing has moved. */
bool top_log_find(struct top_log *log, const char *pattern, int step, bool fresh);

#endif
