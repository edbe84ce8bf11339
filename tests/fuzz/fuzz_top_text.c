/* Any bytes as what a service has printed, on their way to the screen of "a3s top": nothing that a
 * terminal would obey may be left in the pieces, and they end. The bytes also come as an answer of
 * /v1/logs. */
#include "fuzz.h"
#include "log_escape.h"
#include "top_log.h"
#include "top_text.h"

#define SELF_TEST_ROUNDS 20000

static bool is_harmless(struct str piece)
{
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char c = (unsigned char)piece.ptr[i];
        bool c1 = c == 0xc2 && i + 1 < piece.len && (piece.ptr[i + 1] & 0xe0) == 0x80;
        if ((c < ' ' && c != '\t') || c == 0x7f || c1)
            return false;
    }
    return true;
}

/* How many pieces a line has. */
static size_t try_line(struct str line)
{
    struct top_style style = top_style_plain();
    struct str rest = line, piece;
    size_t pieces = 0, bytes = 0;
    while (top_text_next(&rest, &style, &piece)) {
        if (!piece.len || !is_harmless(piece) || style.color > TOP_COLOR_DEFAULT)
            abort();
        bytes += piece.len;
        pieces++;
    }
    if (bytes > line.len)
        abort();
    return pieces;
}

static size_t try_bytes(struct str bytes)
{
    struct strbuf safe = {0};
    struct top_log log = {0};
    log_escape(&safe, bytes);
    size_t pieces = try_line(strbuf_str(&safe));
    top_log_add(&log, bytes);
    for (uint32_t i = 0; i < log.count; i++)
        try_line((struct str){top_log_line(&log, i)->text, top_log_line(&log, i)->length});
    top_log_finish(&log);
    strbuf_finish(&safe);
    return pieces;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_bytes((struct str){(const char *)bytes, size});
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

void fuzz_self_test(void)
{
    static const char *const pieces[] = {
        "\033[", "\033",         "31",      "m",    ";",
        ":",     "38",           "5",       "x",    "text",
        "\t",    "\r",           "\b",      "\xc2", "\x9b",
        "é",     "\033[0m",      "]",       "J",    "{\"line\":\"",
        "\"}",   "\\u001b[",     "\\u009b", "0",    "48;2",
        "日",    "\033]0;a\007", "K",       "\x7f",
    };
    uint64_t random = 1;
    size_t most = 0;
    char text[512];
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        size_t length = 0;
        for (uint64_t count = next_random(&random) % 24; count > 0; count--) {
            const char *piece = pieces[next_random(&random) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        size_t found = try_bytes((struct str){text, length});
        most = found > most ? found : most;
    }
    if (most < 2)
        abort();
}
