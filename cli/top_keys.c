#include "top_keys.h"

#define SHIFT_COLUMNS 8u
#define PROMPT_MAX    200u

const char *const top_keys_help[][2] = {
    {"Up Down j k", "select a service; Home End g G: the first, the last"},
    {"Enter l", "its log on the whole screen, and back"},
    {"PgUp PgDn", "scroll the log; End: follow again; Left Right: shift it"},
    {"?", "search in the log; n N: older, newer"},
    {"/", "show only services whose name has the text"},
    {"r", "restart"},
    {"s", "stop, or start what is stopped"},
    {"o", "open its address in a browser"},
    {"w", "why it is as it is"},
    {"Esc", "back, and forget filter and search"},
    {"h", "this help; Ctrl-L: draw anew"},
    {"q", "quit; the services go on"},
    {NULL, NULL},
};

/* Characters of UTF-8 go as a whole. */
static void erase_last(struct strbuf *text)
{
    while (text->len && (text->ptr[text->len - 1] & 0xc0) == 0x80)
        text->len--;
    if (text->len)
        text->len--;
    if (text->ptr)
        text->ptr[text->len] = '\0';
}

static void add_character(struct strbuf *text, uint32_t c)
{
    if (text->len > PROMPT_MAX)
        return;
    if (c < 0x80) {
        strbuf_addc(text, (char)c);
    } else if (c < 0x800) {
        strbuf_addc(text, (char)(0xc0 | c >> 6));
        strbuf_addc(text, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        strbuf_addc(text, (char)(0xe0 | c >> 12));
        strbuf_addc(text, (char)(0x80 | (c >> 6 & 0x3f)));
        strbuf_addc(text, (char)(0x80 | (c & 0x3f)));
    } else {
        strbuf_addc(text, (char)(0xf0 | c >> 18));
        strbuf_addc(text, (char)(0x80 | (c >> 12 & 0x3f)));
        strbuf_addc(text, (char)(0x80 | (c >> 6 & 0x3f)));
        strbuf_addc(text, (char)(0x80 | (c & 0x3f)));
    }
}

static void search(struct top_model *model, int step, bool fresh)
{
    const char *text = strbuf_text(&model->search);
    if (!*text)
        top_model_say(model, "nothing to search for: ? asks");
    else if (!top_log_find(&model->log, text, step, fresh))
        top_model_say(model, "not found: %s", text);
}

static void type(struct top_model *model, uint32_t key)
{
    bool filters = model->prompt == TOP_PROMPT_FILTER;
    struct strbuf *text = filters ? &model->filter : &model->search;
    if (key == TOP_KEY_ENTER) {
        model->prompt = TOP_PROMPT_NONE;
        if (!filters && text->len)
            search(model, -1, true);
        return;
    }
    if (key == TOP_KEY_ESCAPE) {
        model->prompt = TOP_PROMPT_NONE;
        strbuf_clear(text);
    } else if (key == TOP_KEY_BACKSPACE) {
        erase_last(text);
    } else if (key >= ' ' && key < TOP_KEY_UP) {
        add_character(text, key);
    }
    if (filters)
        top_model_sift(model);
}

static void begin_prompt(struct top_model *model, enum top_prompt prompt)
{
    model->prompt = prompt;
    strbuf_clear(prompt == TOP_PROMPT_FILTER ? &model->filter : &model->search);
    if (prompt == TOP_PROMPT_FILTER)
        top_model_sift(model);
    else
        model->pane = TOP_PANE_LOG;
}

/* One step back each time. */
static void go_back(struct top_model *model)
{
    if (model->pane != TOP_PANE_LOG) {
        model->pane = TOP_PANE_LOG;
    } else if (model->full) {
        model->full = false;
    } else if (model->search.len || model->log.back) {
        strbuf_clear(&model->search);
        model->log.back = model->log.found = 0;
    } else {
        strbuf_clear(&model->filter);
        top_model_sift(model);
    }
}

static void scroll_pane(struct top_model *model, int64_t lines)
{
    if (model->pane == TOP_PANE_LOG) {
        top_log_scroll(&model->log, lines, model->window);
        return;
    }
    int64_t at = (int64_t)model->why_first + lines, most = 0;
    for (size_t i = 0; model->pane == TOP_PANE_WHY && i < model->why.len; i++)
        most += model->why.ptr[i] == '\n';
    for (size_t i = 1; model->pane == TOP_PANE_KEYS && top_keys_help[i][0]; i++)
        most++;
    model->why_first = (uint32_t)(at < 0 ? 0 : at > most ? most : at);
}

/* In the table the arrows select; where it is not to be seen, they scroll. */
static void move(struct top_model *model, int64_t rows)
{
    if (model->full)
        scroll_pane(model, rows);
    else
        top_model_move(model, rows);
}

static bool navigate(struct top_model *model, uint32_t key)
{
    int64_t page = model->window > 1 ? (int64_t)model->window - 1 : 1;
    switch (key) {
    case TOP_KEY_UP:
    case 'k': move(model, -1); return true;
    case TOP_KEY_DOWN:
    case 'j': move(model, 1); return true;
    case 'g': move(model, -(int64_t)UINT32_MAX); return true;
    case 'G': move(model, UINT32_MAX); return true;
    case TOP_KEY_HOME: move(model, -(int64_t)UINT32_MAX); return true;
    case TOP_KEY_END:
        if (model->log.back)
            model->log.back = 0;
        else
            move(model, UINT32_MAX);
        return true;
    case TOP_KEY_PAGE_UP: scroll_pane(model, -page); return true;
    case TOP_KEY_PAGE_DOWN: scroll_pane(model, page); return true;
    case TOP_KEY_LEFT:
        model->left -= model->left < SHIFT_COLUMNS ? model->left : SHIFT_COLUMNS;
        return true;
    case TOP_KEY_RIGHT: model->left += model->left < TOP_LOG_LINE ? SHIFT_COLUMNS : 0; return true;
    default: return false;
    }
}

/* Keys that only change what is to be seen. */
static bool look(struct top_model *model, uint32_t key)
{
    switch (key) {
    case TOP_KEY_ENTER:
    case '\r':
    case 'l':
        model->full = !(model->full && model->pane == TOP_PANE_LOG);
        model->pane = TOP_PANE_LOG;
        return true;
    case 'h':
        model->pane = model->pane == TOP_PANE_KEYS ? TOP_PANE_LOG : TOP_PANE_KEYS;
        model->why_first = 0;
        return true;
    case '/': begin_prompt(model, TOP_PROMPT_FILTER); return true;
    case '?': begin_prompt(model, TOP_PROMPT_SEARCH); return true;
    case 'n': search(model, -1, false); return true;
    case 'N': search(model, 1, false); return true;
    case TOP_KEY_ESCAPE: go_back(model); return true;
    default: return navigate(model, key);
    }
}

static enum top_request_kind ask(struct top_model *model, enum top_request_kind kind)
{
    const struct top_row *row = top_model_selected(model);
    if (!row) {
        top_model_say(model, "no service is selected");
        return TOP_NOTHING;
    }
    if (model->lost.len && kind != TOP_OPEN) {
        top_model_say(model, "a3s cannot be asked now");
        return TOP_NOTHING;
    }
    if (kind == TOP_OPEN && !row->url) {
        top_model_say(model, "%s has no address", row->name);
        return TOP_NOTHING;
    }
    return kind;
}

static bool is_down(const struct top_row *row)
{
    return row && row->pid < 0 && !row->wanted;
}

enum top_request_kind top_key(struct top_model *model, uint32_t key)
{
    strbuf_clear(&model->message);
    if (key == 8)
        key = TOP_KEY_BACKSPACE;
    if (key == '\f')
        return TOP_REDRAW;
    if (model->prompt) {
        type(model, key == '\r' ? TOP_KEY_ENTER : key);
        return TOP_NOTHING;
    }
    if (look(model, key))
        return TOP_NOTHING;
    const struct top_row *row = top_model_selected(model);
    switch (key) {
    case 'q': return TOP_QUIT;
    case 'r': return ask(model, TOP_RESTART);
    case 's':
        if (row && (strcmp(row->state, "failed") == 0 || strcmp(row->state, "done") == 0))
            return ask(model, TOP_START);
        return ask(model, is_down(row) ? TOP_START : TOP_STOP);
    case 'o': return ask(model, TOP_OPEN);
    case 'w': return ask(model, TOP_WHY);
    default: return TOP_NOTHING;
    }
}
