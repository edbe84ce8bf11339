/* Any bytes as the file of another tool. The first byte chooses the format. What comes out is a
 * valid A3sfile in its usual layout; a file that is refused has a diagnostic that says why. */
#include "compile.h"
#include "format.h"
#include "fuzz.h"
#include "import.h"

#define SELF_TEST_ROUNDS 3000

static const char *const names[] = {"Procfile", "compose.yaml", "process-compose.yaml",
                                    "package.json"};

static void expect_valid(struct str text, uint32_t services)
{
    struct compilation c;
    struct strbuf formatted = {0};
    compilation_init(&c);
    if (!compile_text(&c, "A3sfile.hcl", text, NULL) || services == 0)
        abort();
    uint32_t id = source_add(&c.sources, "A3sfile.hcl", text);
    if (!format_source(&c.sources, id, &c.diags, &formatted) ||
        !str_equal(strbuf_str(&formatted), text))
        abort();
    strbuf_finish(&formatted);
    compilation_finish(&c);
}

/* Whether an A3sfile came of it. */
static bool try_text(const char *name, struct str text, bool run_images)
{
    struct arena arena = {0};
    struct sources sources;
    struct diag_list diags;
    struct import_result result;
    struct import_options options = {.from = name, .prefix = "../x", .run_images = run_images};
    sources_init(&sources, &arena);
    diag_list_init(&diags, &arena, &sources);
    bool made = import_text(&options, text, &diags, &result);
    if (made)
        expect_valid(result.text, result.services);
    if (made != (diags.errors == 0))
        abort();
    arena_finish(&arena);
    return made;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size > 0)
        try_text(names[bytes[0] & 3], (struct str){(const char *)bytes + 1, size - 1},
                 bytes[0] & 4);
    return 0;
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Lines of all formats, put together at random within services: most of it is accepted. */
void fuzz_self_test(void)
{
    static const char *const lines[] = {
        "    command: x ${A:-b} $$C\n",
        "    command: [\"sh\", \"-c\", \"a | b\"]\n",
        "    entrypoint: /e\n",
        "    image: i:1\n",
        "    build: ./d\n",
        "    ports: [\"80:81\", 90, \"1-2\"]\n",
        "    expose: [\"7080\"]\n",
        "    environment: {A: b, H: \"x://b:90/$${\", N: }\n",
        "    environment: [\"A=1\", B, \"C=${D}\"]\n",
        "    depends_on: [a, b, zz]\n",
        "    depends_on: {b: {condition: service_completed_successfully}}\n",
        "    depends_on: {a: {condition: process_healthy}}\n",
        "    healthcheck: {test: [CMD, x], interval: 1s, timeout: 9s, retries: 0}\n",
        "    healthcheck: {test: curl localhost:1/h || exit 1}\n",
        "    readiness_probe: {http_get: {port: 99}, period_seconds: 2}\n",
        "    readiness_probe: {exec: {command: \"y [[\"}}\n",
        "    availability: {restart: always, backoff_seconds: 100}\n",
        "    restart: on-failure:3\n",
        "    profiles: [\"p q\"]\n",
        "    working_dir: ../w\n",
        "    volumes: [\"./v:/v\"]\n",
        "    log_location: l.log\n",
        "    ready_log_line: \"(\"\n",
        "    is_daemon: true\n",
        "    stop_signal: SIGWHAT\n",
        "    <<: {command: merged}\n",
        "    \"odd # }\": 1\n",
    };
    static const char *const services[] = {"  a:\n", "  b:\n", "  \"c d\":\n", "  E_1:\n"};
    uint64_t random = 1;
    uint32_t made = 0;
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        struct strbuf text = {0};
        strbuf_adds(&text, round & 1 ? "services:\n" : "processes:\n");
        for (uint32_t i = 0; i < 4; i++) {
            strbuf_adds(&text, services[i]);
            for (uint64_t count = 1 + next_random(&random) % 5; count > 0; count--)
                strbuf_adds(&text, lines[next_random(&random) % (sizeof lines / sizeof *lines)]);
        }
        if (round % 7 == 0) /* broken */
            text.ptr[next_random(&random) % text.len] = (char)next_random(&random);
        made += try_text(names[1 + round % 2], strbuf_str(&text), round & 2);
        strbuf_finish(&text);
    }
    if (made == 0 || made == SELF_TEST_ROUNDS)
        abort();
}
