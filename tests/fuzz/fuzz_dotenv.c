/* Any bytes as a .env file. What is read is written again, every value within double quotes, and
 * must be read as the same. */
#include "dotenv.h"
#include "fuzz.h"

#define SELF_TEST_ROUNDS 20000

static void add_quoted(struct strbuf *out, const char *value)
{
    strbuf_addc(out, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            strbuf_addc(out, '\\');
        if (*value == '\n')
            strbuf_adds(out, "\\n");
        else if (*value == '\r')
            strbuf_adds(out, "\\r");
        else
            strbuf_addc(out, *value);
    }
    strbuf_addc(out, '"');
}

static void write_again(const char *const *entry, struct strbuf *out)
{
    for (; *entry; entry++) {
        const char *equals = strchr(*entry, '=');
        if (!equals || equals == *entry || equals - *entry > DOTENV_NAME_MAX ||
            strlen(equals + 1) > DOTENV_VALUE_MAX)
            abort();
        strbuf_add(out, *entry, (size_t)(equals - *entry) + 1);
        add_quoted(out, equals + 1);
        strbuf_addc(out, '\n');
    }
}

static void expect_same(const char *const *a, const char *const *b)
{
    for (; *a && *b; a++, b++)
        if (strcmp(*a, *b) != 0)
            abort();
    if (*a || *b)
        abort();
}

/* Whether it is a .env file. */
static bool try_text(struct str text)
{
    struct arena arena = {0};
    struct strbuf again = {0};
    struct dotenv_error error = {0};
    const char *const *entries = dotenv_parse(&arena, text, &error);
    if (!entries && !error.text)
        abort();
    if (entries) {
        write_again(entries, &again);
        /* Escapes may have made it too long for a file. */
        const char *const *same = dotenv_parse(&arena, strbuf_str(&again), &error);
        if (same)
            expect_same(entries, same);
        else if (again.len <= DOTENV_FILE_MAX)
            abort();
    }
    strbuf_finish(&again);
    arena_finish(&arena);
    return entries != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_text((struct str){(const char *)bytes, size});
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
        "A",  "b_9", "=", "=1", "\n", "\n", "\r\n",         " ",    "\t", "#", "export ", "\"",
        "\"", "'",   "'", "\\", "n",  "$",  "\xef\xbb\xbf", "\xc3", "x",  "-", "A=\"",    "\\\"",
    };
    uint64_t random = 1;
    uint32_t accepted = 0;
    char text[256];
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        size_t length = 0;
        for (uint64_t count = next_random(&random) % 12; count > 0; count--) {
            const char *piece = pieces[next_random(&random) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        accepted += try_text((struct str){text, length});
    }
    if (accepted == 0 || accepted == SELF_TEST_ROUNDS)
        abort();
}
