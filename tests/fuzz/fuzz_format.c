/* Any bytes as HCL source. What is valid keeps its tokens when it is formatted, and so its meaning;
 * formatted twice it is as formatted once. */
#include "format.h"
#include "fuzz.h"
#include "lexer.h"
#include "parse.h"

#define SELF_TEST_ROUNDS 4000

static bool format_text(struct str text, struct strbuf *out)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    uint32_t id = source_add(&sources, "fuzz.hcl", text);
    bool valid = format_source(&sources, id, &diags, out);
    if (valid != (diags.errors == 0) || (!valid && out->len > 0))
        abort();
    arena_finish(&arena);
    return valid;
}

static void check_same_tokens(struct str before, struct str after)
{
    struct lexer left, right;
    struct token one, other;
    lexer_init(&left, before, NULL, 0);
    lexer_init(&right, after, NULL, 0);
    do {
        lexer_next(&left, &one);
        lexer_next(&right, &other);
        if (one.kind != other.kind)
            abort();
        if (one.kind != TOKEN_NEWLINE &&
            !str_equal((struct str){before.ptr + one.offset, one.length},
                       (struct str){after.ptr + other.offset, other.length}))
            abort();
    } while (one.kind != TOKEN_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct strbuf text = {0}, once = {0}, twice = {0};
    if (size > SOURCE_SIZE_MAX / 4)
        return 0;
    strbuf_add(&text, bytes, size);
    strbuf_adds(&once, "");
    if (format_text(strbuf_str(&text), &once)) {
        struct str before = {strbuf_text(&text), text.len}, after = {strbuf_text(&once), once.len};
        check_same_tokens(before, after);
        if (!format_text(after, &twice) || !str_equal(after, strbuf_str(&twice)))
            abort();
    }
    strbuf_finish(&text);
    strbuf_finish(&once);
    strbuf_finish(&twice);
    return 0;
}

/* Lines that are valid, with blanks put in and left out at random. */
void fuzz_self_test(void)
{
    static const char *const lines[] = {
        "a=1\n",
        "long_name=[1,2]#c\n",
        "b \"c\"{d=1}\n",
        "e={f=1,g:2}\n",
        "# c\n",
        "\n",
        "h=<<-A\n  x${1+2}\nA\n",
        "i=f( -1 ,x...)\n",
        "j=[\n 1,\n 2 ]\n",
        "k {\n",
        "l=a .b[ 0 ].*\n",
        "m=!x&&(y||z)\n",
        "n=1 .5\r\n",
        "}\n",
        "o=\"p${ q }\"\n",
    };
    uint64_t random = 1;
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        struct strbuf text = {0};
        strbuf_adds(&text, "");
        for (uint32_t count = round % 12; count > 0; count--) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            strbuf_addn(&text, ' ', random >> 61);
            strbuf_adds(&text, lines[(random >> 33) % (sizeof lines / sizeof *lines)]);
        }
        LLVMFuzzerTestOneInput((const uint8_t *)text.ptr, text.len);
        strbuf_finish(&text);
    }
}
