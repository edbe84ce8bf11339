/* Any bytes as an A3sfile: what is wrong with them is a diagnostic, and what is not makes a plan
 * that its verifier takes. */
#include "codes.h"
#include "compile.h"
#include "fuzz.h"

#include <stdlib.h>

#define SELF_TEST_ROUNDS 6000
#define INPUT_MAX        (64u << 10)

static void try_text(struct str text)
{
    static const struct variable_setting settings[] = {{"v", "[1"}, {"w", "7"}, {"s", "secret"}};
    struct compile_options options = {.settings = {settings, 3, false}, .root = "/nowhere"};
    struct compilation c;
    compilation_init(&c);
    bool compiled = compile_text(&c, "fuzz.hcl", text, &options);
    if (compiled != (c.diags.errors == 0) || compiled != (c.bytes != NULL))
        abort();
    VEC_EACH (&c.diags.diags, it) {
        if ((*it)->code == CODE(INTERNAL))
            abort();
        if ((*it)->has_span)
            source_locate_end(&c.sources, (*it)->span);
    }
    compilation_finish(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size <= INPUT_MAX)
        try_text((struct str){(const char *)bytes, size});
    return 0;
}

#define DECLARED                                                                \
    "variable \"v\" {\n  default = []\n}\nvariable \"w\" {\n  default = 1\n}\n" \
    "variable \"s\" {\n  sensitive = true\n  default = \"d\"\n}\n"

static const char *const seeds[] = {
    DECLARED
    "locals {\n  a = local.b\n  b = \"x${env(\"E\")}\"\n}\n"
    "service \"s\" {\n  cmd = \"./s ${local.a} '${var.s} y' z\"\n  env = { A = var.w }\n}\n",
    DECLARED "service \"a\" {\n  cmd = [\"./a\", service.b.url, env(\"X\", \"\")]\n  port = 80\n}\n"
             "service \"b\" {\n  cmd = \"./b\"\n  port = 0\n  dir = \"${env(\"D\")}/x\"\n}\n",
    DECLARED
    "dev {\n  env_file = \".env\"\n  env = merge({ A = env(\"A\") }, { B = 1 })\n}\n"
    "service \"l\" {\n  cmd = \"./l\"\n  labels = [\"b\", \"a\"]\n  tty = true\n"
    "  pre_start = \"a && b\"\n  log {\n    file = \"l.log\"\n    max_size = \"5KiB\"\n  }\n}\n",
    DECLARED
    "service \"h\" {\n  cmd = \"./h\"\n  port = service.h2.port + 1\n  health {\n"
    "    type = \"http\"\n    path = \"/${env(\"P\")}\"\n  }\n  watch {\n    paths = [\".\"]\n"
    "    ignore = [\"*.log\"]\n  }\n}\nservice \"h2\" {\n  cmd = \"./h\"\n  port = var.w\n"
    "  health {\n    type = \"exec\"\n    cmd = \"t ${service.h2.port}\"\n  }\n}\n",
    DECLARED
    "service \"p\" {\n  cmd = \"./p\"\n  depends_on = [\"q\"]\n  env_file = [\"a\", \"b\"]\n"
    "  health {\n    type = \"log\"\n    pattern = \"a|b\"\n  }\n}\n"
    "service \"q\" {\n  cmd = \"./q\"\n  kind = \"task\"\n  depends_on = []\n}\n",
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

/* A piece of a seed in the place of another piece. */
static void mutate(struct strbuf *text, uint64_t *random)
{
    struct strbuf result = {0};
    struct str other = str_from(seeds[next_random(random) % SEED_COUNT]);
    size_t at = next_random(random) % (text->len + 1);
    size_t cut = next_random(random) % 12;
    size_t from = next_random(random) % other.len;
    size_t length = next_random(random) % 24;
    cut = cut > text->len - at ? text->len - at : cut;
    length = length > other.len - from ? other.len - from : length;
    strbuf_add(&result, text->ptr, at);
    strbuf_add(&result, other.ptr + from, length);
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
        for (uint64_t count = 1 + next_random(&random) % 2; count > 0; count--)
            mutate(&text, &random);
        try_text(strbuf_str(&text));
        strbuf_finish(&text);
    }
}
