/* Any bytes as a file that is evaluated without a schema: what parses is computed whole and written
 * as JSON. A bounded time and bounded memory are what it must take. */
#include "eval_file.h"
#include "fuzz.h"
#include "parse.h"

#define SELF_TEST_ROUNDS 4000
/* Longer inputs find nothing that shorter ones do not. */
#define INPUT_MAX  (64u << 10)
#define MEMORY_MAX (1u << 30)

static void try_text(struct str text)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    struct strbuf out = {0};
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    uint32_t source = source_add(&sources, "fuzz", text);
    const struct ast_body *body = parse_source(&sources, source, &diags);
    if (diags.errors == 0 && eval_file(&diags, body, &out) != (diags.errors == 0))
        abort();
    if (diags.errors > 0 && out.len > 0)
        abort();
    diag_sort(&diags);
    for (uint32_t i = 0; i < diags.diags.count; i++)
        source_locate_end(&sources, diags.diags.items[i]->span);
    if (arena.total > MEMORY_MAX)
        abort();
    strbuf_finish(&out);
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size <= INPUT_MAX)
        try_text((struct str){(const char *)bytes, size});
    return 0;
}

static const char *const seeds[] = {
    "vars {\n  xs = [{ n = \"a\" }, { n = \"b\" }]\n}\na = xs[*].n\nb = xs.*.n[0]\nc = xs[0].n\n",
    "a = 1 + 2 * -3 / 4 % 5 - 6\nb = !(1 < 2 && 3 >= 4 || 5 == 5)\nc = true ? [1] : [\"a\", 2]\n",
    "a = [for k, v in { x = 1, y = 2 } : \"${k}=${v}\" if v > 1]\n"
    "b = { for v in [1, 2, 1] : v => v... }\n",
    "a = \"%{ for x in [1, 2] }${x}%{ if x > 1 }!%{ else }?%{ endif }%{ endfor }\"\n"
    "b = <<-E\n    one ${1 + 1}\n      two\n    E\n",
    "a = join(\",\", split(\"-\", \"a-b\"), tolist([1]))\nb = regexall(\"(a)|b\", \"abab\")\n"
    "c = format(\"%5.2f|%-4s|%x|%v\", 1.5, \"é\", 255, [1])\nd = substr(title(\"a b\"), 1, -1)\n",
    "a = try(nope.x, can(1 / 0), 3)\nb = max([1, 2, 3]...)\nc = range(0, 10, 2.5)\n"
    "d = flatten([[1, [2]], 3])\ne = merge({ a = 1 }, tomap({ b = 2 }))\n",
    "a = jsondecode(\"{\\\"a\\\": [1, 2.5e3, null, \\\"\\\\u00e9\\\"]}\")\nb = jsonencode({ z = "
    "[true] })\n"
    "c = toset([[2], [1], [2]])\nd = parseint(\"zz\", 36) * pow(2, 70) / 3\ne = 1e300 * 1e-300\n",
    "a = coalesce(null, 1)\nb = zipmap([\"a\"], [1])\nc = lookup({ a = 1 }, \"b\", [])\n"
    "d = slice([1, 2, 3], 1, 2)\ne = element([1, 2], 5)\nf = distinct([\"a\", \"a\"])\ng = "
    "sort([3, 1])\n",
};
#define SEED_COUNT (sizeof seeds / sizeof *seeds)

/* splitmix64 (Steele, Lea, Flood, 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A piece of another seed in the place of a piece of this one, or one byte. */
static void mutate(struct strbuf *text, uint64_t *random)
{
    static const char bytes[] = "[](){}\"$%.,:=?!-+*/<>&|~ \n0129anx";
    struct strbuf result = {0};
    struct str other = str_from(seeds[next_random(random) % SEED_COUNT]);
    size_t at = next_random(random) % (text->len + 1);
    size_t cut = next_random(random) % 8;
    size_t from = next_random(random) % other.len;
    size_t length = next_random(random) % 12;
    if (cut > text->len - at)
        cut = text->len - at;
    if (length > other.len - from)
        length = other.len - from;
    strbuf_add(&result, text->ptr, at);
    if (next_random(random) % 2)
        strbuf_add(&result, other.ptr + from, length);
    else
        strbuf_addc(&result, bytes[next_random(random) % (sizeof bytes - 1)]);
    strbuf_adds(&result, strbuf_text(text) + at + cut);
    strbuf_finish(text);
    *text = result;
}

void fuzz_self_test(void)
{
    uint64_t random = 1;
    for (size_t i = 0; i < SEED_COUNT; i++)
        try_text(str_from(seeds[i]));
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        struct strbuf text = {0};
        strbuf_adds(&text, seeds[round % SEED_COUNT]);
        for (uint64_t count = 1 + next_random(&random) % 3; count > 0; count--)
            mutate(&text, &random);
        try_text(strbuf_str(&text));
        strbuf_finish(&text);
    }
}
