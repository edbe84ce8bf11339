/* Any bytes as HCL source: parsed, and what was understood written as JSON. */
#include "fuzz.h"
#include "json.h"
#include "parse.h"

#define SELF_TEST_ROUNDS 20000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    struct strbuf out = {0};
    if (size > SOURCE_SIZE_MAX)
        return 0;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    uint32_t id = source_add(&sources, "fuzz.hcl", (struct str){(const char *)bytes, size});
    struct ast_body *body = parse_source(&sources, id, &diags);
    diag_sort(&diags);
    VEC_EACH (&diags.diags, it)
        source_locate_end(&sources, (*it)->span);
    ast_json(&sources, body, &out);
    strbuf_finish(&out);
    arena_finish(&arena);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Pieces of the language, put together at random: most texts are wrong, many are nearly right. */
void fuzz_self_test(void)
{
    static const char *const pieces[] = {
        "a",       "b-c",      "for ",        "in ",   "if ",       "true",    "null",
        "1",       "0.5e3",    "1.2.3",       "\"",    "\"x\"",     "${",      "%{",
        "${~",     "~}",       "}",           "{",     "[",         "]",       "(",
        ")",       "=",        "==",          ":",     "?",         ",",       ".",
        "...",     "=>",       "::",          "||",    "&&",        "!",       "-",
        "+",       "*",        "/",           "%",     "\n",        "\n\n",    " ",
        "<<A\n",   "<<-A\n",   "\nA\n",       "# c\n", "/* ",       "*/",      "\\n",
        "\\u00e9", "\xc3\xa9", "e\xcc\x81",   "\xff",  "$${",       "else ",   "endif ",
        "endfor ", ".*",       "[*]",         ";",     "'",         "&",       "\r\n",
        "\t",      "a = ",     "b \"c\" {\n", "\n}\n", "x ? y : z", "f(x...)", "\xef\xbb\xbf",
    };
    uint64_t random = 1;
    char text[512];
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        size_t length = 0;
        for (uint64_t count = next_random(&random) % 60; count > 0; count--) {
            const char *piece = pieces[next_random(&random) % (sizeof pieces / sizeof *pieces)];
            size_t size = strlen(piece);
            if (length + size > sizeof text)
                break;
            memcpy(text + length, piece, size);
            length += size;
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text, length);
    }
}
