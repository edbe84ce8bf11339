/* Any bytes as a plan. Magic, size and checksum are repaired, so that what is behind them is
 * reached; what the verifier accepts is walked to its last byte through the accessors, and dumped.
 */
#include "dump.h"
#include "fuzz.h"
#include "plan_builder.h"

#define SELF_TEST_ROUNDS 20000

/* Keeps the compiler from leaving out what is only read. */
static volatile unsigned sink;

static void read_string(const struct plan *plan, struct plan_string string)
{
    unsigned sum = 0;
    const char *text = plan_text_ptr(plan, string);
    for (uint32_t i = 0; i <= string.length; i++)
        sum += (unsigned char)text[i];
    if (strlen(text) != string.length)
        abort();
    sink = sum;
}

static void read_text(const struct plan *plan, struct plan_text text)
{
    for (uint32_t i = 0; i < text.pieces.count; i++)
        read_string(plan, plan->pieces[text.pieces.first + i].text);
}

static void read_patterns(const struct plan *plan, struct plan_range range)
{
    for (uint32_t i = 0; i < range.count; i++)
        read_string(plan, plan->patterns[range.first + i]);
}

static void walk_edges(const struct plan *plan, uint32_t index)
{
    const struct plan_service *service = &plan->services[index];
    for (uint32_t i = 0; i < service->deps.count; i++)
        if (plan->deps[service->deps.first + i] >= index)
            abort();
    for (uint32_t i = 0; i < service->rdeps.count; i++) {
        uint32_t dependent = plan->rdeps[service->rdeps.first + i];
        if (dependent <= index || dependent >= plan->service_count)
            abort();
    }
}

static void read_command(const struct plan *plan, const struct plan_command *command)
{
    read_text(plan, command->line);
    for (uint32_t i = 0; i < command->argv.count; i++)
        read_text(plan, plan->argv[command->argv.first + i]);
}

static void walk_service(const struct plan *plan, uint32_t index)
{
    const struct plan_service *service = &plan->services[index];
    read_string(plan, service->name);
    read_text(plan, service->dir);
    const uint32_t commands[] = {
        service->command, service->pre_start, service->post_stop,
        service->probe == PLAN_NONE ? PLAN_NONE : plan->probes[service->probe].command};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i] != PLAN_NONE)
            read_command(plan, &plan->commands[commands[i]]);
    for (uint32_t i = 0; i < service->env.count; i++) {
        read_string(plan, plan->env[service->env.first + i].name);
        read_text(plan, plan->env[service->env.first + i].value);
    }
    walk_edges(plan, index);
    for (int field = 0; field < PLAN_FIELD_COUNT; field++)
        read_string(plan, plan->sources[plan_find_span(plan, index, field)->source].path);
    if (service->probe != PLAN_NONE)
        read_text(plan, plan->probes[service->probe].path);
    if (service->watch != PLAN_NONE) {
        read_patterns(plan, plan->watches[service->watch].paths);
        read_patterns(plan, plan->watches[service->watch].ignores);
    }
    if (plan_find_service(plan, plan_service_name(plan, index)) != index)
        abort();
}

static void walk(const struct plan *plan)
{
    struct strbuf out = {0};
    read_string(plan, plan->settings->domain);
    for (uint32_t i = 0; i < plan->service_count; i++)
        walk_service(plan, i);
    for (uint32_t i = 0; i < plan->route_count; i++) {
        read_string(plan, plan->routes[i].host);
        read_string(plan, plan->services[plan->routes[i].service].name);
    }
    for (uint32_t i = 0; i < plan->port_count; i++)
        read_string(plan, plan->services[plan->ports[i].service].name);
    plan_dump_text(plan, &out);
    strbuf_clear(&out);
    plan_dump_dot(plan, &out);
    strbuf_finish(&out);
}

/* Whether the repaired bytes are a plan. */
static bool try_bytes(const uint8_t *bytes, size_t size)
{
    struct plan plan = {0};
    uint64_t where = 0;
    size_t whole = size < sizeof(struct plan_header) ? sizeof(struct plan_header) : size;
    unsigned char *copy = calloc(1, whole);
    if (!copy)
        return false;
    if (size > 0)
        memcpy(copy, bytes, size);
    memcpy(copy, PLAN_MAGIC, 8);
    plan_bytes_seal(copy, whole);
    enum plan_error error = plan_open_bytes(&plan, copy, whole, &where);
    free(copy);
    if (error) {
        if (where > whole)
            abort();
        return false;
    }
    walk(&plan);
    plan_close(&plan);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_bytes(bytes, size);
    return 0;
}

/* splitmix64 (Steele, Lea, Flood, 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* A bit, a byte, a word with a value that is apt to hurt, or a word from elsewhere. */
static void mutate(unsigned char *bytes, size_t size, uint64_t *random)
{
    static const uint32_t values[] = {0,      1,          2,          3,          5,         0xff,
                                      0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
    size_t at = next_random(random) % size, word = at & ~(size_t)3;
    switch (next_random(random) % 5) {
    case 0: bytes[at] ^= (unsigned char)(1u << next_random(random) % 8); break;
    case 1: bytes[at] = (unsigned char)next_random(random); break;
    case 2:
        memcpy(bytes + word, &values[next_random(random) % (sizeof values / sizeof *values)], 4);
        break;
    case 3: memcpy(bytes + word, bytes + (next_random(random) % size & ~(size_t)3), 4); break;
    default: bytes[at] = (unsigned char)(bytes[at] + 1); break;
    }
}

void fuzz_self_test(void)
{
    struct arena arena = {0};
    size_t size = 0;
    uint64_t random = 1;
    uint32_t accepted = 0;
    unsigned char *good = plan_builder_make(&arena, &size);
    unsigned char *bytes = arena_alloc(&arena, size, 8);
    if (!try_bytes(good, size))
        abort();
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        memcpy(bytes, good, size);
        for (uint64_t count = 1 + next_random(&random) % 4; count > 0; count--)
            mutate(bytes, size, &random);
        accepted += try_bytes(bytes, round % 16 ? size : next_random(&random) % size);
    }
    /* Texts and many numbers may change; if no mutant is accepted, the loop tests nothing. */
    if (accepted == 0 || accepted == SELF_TEST_ROUNDS)
        abort();
    arena_finish(&arena);
}
