/* What "a3s top" knows and shows, without a terminal and without a socket.
 *
 * Services come with each answer to GET /v1/status; which of them is selected is kept by name. The
 * caller feeds answers, lines and loads, asks top_key (top_keys.h) what a key means, and draws
 * what stands here. All that is NULL or zero is a model that has heard of nothing yet.
 */
#ifndef CLI_TOP_MODEL_H
#define CLI_TOP_MODEL_H

#include "top_log.h"
#include "top_usage.h"

#include <jansson.h>
#include <stdbool.h>

/* What is below the table. */
enum top_pane { TOP_PANE_LOG, TOP_PANE_WHY, TOP_PANE_KEYS, TOP_PANE_COUNT };
/* What is being typed. */
enum top_prompt { TOP_PROMPT_NONE, TOP_PROMPT_FILTER, TOP_PROMPT_SEARCH, TOP_PROMPT_COUNT };

struct top_row { /* texts belong to the model's status */
    const char *name, *state;
    const char *url, *reason;               /* NULL: there is none */
    json_int_t pid, port, restarts, uptime; /* negative: not known */
    bool wanted;
    struct top_load load;
};

struct top_model {
    json_t *status; /* the last answer, or NULL */
    struct top_row *rows;
    uint32_t row_count;
    uint32_t *shown; /* index into rows: those that pass the filter, in start order */
    uint32_t shown_count;
    uint32_t selected;  /* index into shown; 0 if there are none */
    uint32_t first;     /* index into shown: what the table begins with */
    struct strbuf name; /* of the selected service */

    enum top_pane pane;
    enum top_prompt prompt;
    bool full; /* the pane has the whole screen */
    struct strbuf filter, search;
    struct strbuf message; /* "" or what is to be told in the last line */
    struct strbuf lost;    /* "" or why nothing new comes */

    struct top_log log;
    struct strbuf why;  /* text of the pane */
    uint32_t why_first; /* the line that it begins with */
    uint32_t left;      /* columns that the log is shifted by */
    uint32_t window;    /* rows of the pane, as drawn last */
};

void top_model_finish(struct top_model *model);

/* Takes the answer over. False, and nothing has changed: it is not one. */
bool top_model_status(struct top_model *model, json_t *status);
/* No status can be had: what was answered instead (0: nothing), or a negative errno. */
void top_model_lose(struct top_model *model, int status, int error);
/* As many loads as rows. */
void top_model_loads(struct top_model *model, const struct top_load *loads);
/* The answer to GET /v1/services/NAME/why, which stays the caller's. */
void top_model_why(struct top_model *model, json_t *why);

/* The selected service, or NULL. */
const struct top_row *top_model_selected(const struct top_model *model);
/* Selects a neighbour; the table is kept around it by top_model_fit. */
void top_model_move(struct top_model *model, int64_t rows);
/* The table has so many rows: scrolls as far as the selected one needs. */
void top_model_fit(struct top_model *model, uint32_t rows);
/* After the filter has changed. */
void top_model_sift(struct top_model *model);

void top_model_say(struct top_model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Rows of a screen: the title, the head of the table and its rows, the line above the pane, the
 * pane, the last line. */
struct top_layout {
    bool too_small;
    uint32_t table; /* rows of services; 0 if the pane is full */
    uint32_t pane;
};

#define TOP_COLUMNS_MIN 40u
#define TOP_ROWS_MIN    8u

struct top_layout top_layout_of(const struct top_model *model, uint32_t rows, uint32_t columns);

#endif
