/* Any bytes as a plan. Magic, size and checksum are repaired, so that what is behind them is
 * reached; what the verifier accepts is walked to its last byte through the accessors, dumped,
 * drawn and compared. plan_mutate makes most of the inputs, from plans that were good enough to be
 * kept.
 */
#include "diff.h"
#include "drawing.h"
#include "dump.h"
#include "fuzz.h"
#include "plan_builder.h"
#include "plan_mutate.h"

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

static void read_strings(const struct plan *plan, const struct plan_string *strings,
                         struct plan_range range)
{
    for (uint32_t i = 0; i < range.count; i++)
        read_string(plan, strings[range.first + i]);
}

static void read_lookup(const struct plan *plan, const struct plan_lookup *lookup)
{
    read_string(plan, lookup->name);
    read_string(plan, lookup->fallback);
    read_string(plan, plan->sources[lookup->source].path);
}

static void read_piece(const struct plan *plan, const struct plan_piece *piece)
{
    read_string(plan, piece->text);
    if (piece->kind == PLAN_PIECE_ENV)
        read_lookup(plan, &plan->lookups[piece->ref]);
    if (piece->kind == PLAN_PIECE_PORT && !plan->services[piece->ref].port_source)
        abort();
}

static void read_text(const struct plan *plan, struct plan_text text)
{
    for (uint32_t i = 0; i < text.pieces.count; i++)
        read_piece(plan, &plan->pieces[text.pieces.first + i]);
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

static void read_commands(const struct plan *plan, const struct plan_service *service)
{
    const uint32_t commands[] = {
        service->command, service->pre_start, service->post_stop,
        service->probe == PLAN_NONE ? PLAN_NONE : plan->probes[service->probe].command};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i] != PLAN_NONE)
            read_command(plan, &plan->commands[commands[i]]);
}

static void read_env(const struct plan *plan, const struct plan_service *service)
{
    for (uint32_t i = 0; i < service->env.count; i++) {
        read_string(plan, plan->env[service->env.first + i].name);
        read_text(plan, plan->env[service->env.first + i].value);
    }
    for (uint32_t i = 0; i < service->env_files.count; i++) {
        const struct plan_env_file *file = &plan->env_files[service->env_files.first + i];
        read_string(plan, file->path);
        read_string(plan, plan->sources[file->source].path);
    }
}

static void walk_service(const struct plan *plan, uint32_t index)
{
    const struct plan_service *service = &plan->services[index];
    read_string(plan, service->name);
    read_text(plan, service->dir);
    read_commands(plan, service);
    read_env(plan, service);
    read_strings(plan, plan->labels, service->labels);
    walk_edges(plan, index);
    for (int field = 0; field < PLAN_FIELD_COUNT; field++)
        read_string(plan, plan->sources[plan_find_span(plan, index, field)->source].path);
    if (service->probe != PLAN_NONE) {
        read_text(plan, plan->probes[service->probe].path);
        read_string(plan, plan->probes[service->probe].pattern);
    }
    if (service->watch != PLAN_NONE) {
        read_strings(plan, plan->patterns, plan->watches[service->watch].paths);
        read_strings(plan, plan->patterns, plan->watches[service->watch].ignores);
    }
    if (service->log != PLAN_NONE)
        read_text(plan, plan->logs[service->log].file);
    if (plan_find_service(plan, plan_service_name(plan, index)) != index)
        abort();
}

/* From itself it differs in nothing; from another plan, in whatever way. */
static void compare(const struct plan *plan, struct strbuf *out)
{
    struct arena arena = {0};
    struct plan other;
    size_t size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    plan_view(&other, bytes, size);
    struct plan_diff same = plan_diff_new(&arena, plan, plan);
    if (!same.same || same.setting_count || same.counts[PLAN_CHANGE_KEEP] != plan->service_count)
        abort();
    struct plan_diff there = plan_diff_new(&arena, plan, &other);
    struct plan_diff back = plan_diff_new(&arena, &other, plan);
    if (there.service_count != back.service_count || there.setting_count != back.setting_count)
        abort();
    plan_diff_text(&there, out);
    plan_diff_json(&back, out);
    arena_finish(&arena);
}

static void draw(const struct plan *plan, struct strbuf *out)
{
    const struct drawing_options options = {plan->hash % 200, plan->hash & 1};
    plan_draw(plan, &options, out);
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
    plan_dump_mermaid(plan, &out);
    strbuf_clear(&out);
    draw(plan, &out);
    strbuf_clear(&out);
    if (plan->hash % 16 == 0) { /* they are slow */
        plan_dump_json(plan, &out);
        compare(plan, &out);
    }
    strbuf_finish(&out);
}

/* Whether the repaired bytes are a plan. */
static bool try_bytes(const uint8_t *bytes, size_t size)
{
    uint64_t where = 0;
    size_t whole = size < sizeof(struct plan_header) ? sizeof(struct plan_header) : size;
    unsigned char *copy = calloc(1, whole);
    if (!copy)
        return false;
    if (size > 0)
        memcpy(copy, bytes, size);
    memcpy(copy, PLAN_MAGIC, 8);
    plan_bytes_seal(copy, whole);
    enum plan_error error = plan_verify(copy, whole, &where);
    if (error && where > whole)
        abort();
    if (!error) {
        struct plan plan;
        plan_view(&plan, copy, whole);
        walk(&plan);
    }
    free(copy);
    return !error;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_bytes(bytes, size);
    return 0;
}

/* libFuzzer's own changes: bytes, and parts of other inputs. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned seed)
{
#ifdef FUZZ_WITH_LIBFUZZER
    if (seed % 16 == 0)
        return LLVMFuzzerMutate(bytes, size, max_size);
#endif
    return plan_mutate(bytes, size, max_size, seed);
}

/* A bit, a byte or a cut: what plan_mutate would mend. */
static size_t spoil(unsigned char *bytes, size_t size, uint64_t *random)
{
    size_t at = plan_mutate_random(random) % size;
    switch (plan_mutate_random(random) % 3) {
    case 0: bytes[at] ^= (unsigned char)(1u << plan_mutate_random(random) % 8); return size;
    case 1: bytes[at] = (unsigned char)plan_mutate_random(random); return size;
    default: return at;
    }
}

void fuzz_self_test(void)
{
    struct arena arena = {0};
    size_t size = 0, room = 1u << 16;
    uint64_t random = 1;
    uint32_t accepted = 0;
    unsigned char *good = plan_builder_make(&arena, &size);
    unsigned char *bytes = arena_alloc(&arena, room, 8);
    if (!try_bytes(good, size))
        abort();
    for (uint32_t round = 0; round < SELF_TEST_ROUNDS; round++) {
        memcpy(bytes, good, size);
        size_t mutated = LLVMFuzzerCustomMutator(bytes, size, room, (unsigned)round * 16 + 1);
        if (round % 16 == 0)
            mutated = spoil(bytes, mutated, &random);
        accepted += try_bytes(bytes, mutated);
    }
    /* Texts and many numbers may change; if no mutant is accepted, the loop tests nothing. */
    if (accepted == 0 || accepted == SELF_TEST_ROUNDS)
        abort();
    arena_finish(&arena);
}
