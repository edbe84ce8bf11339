/* Real plans, damaged in every way that one bit or a cut can: the examples' and one with every
 * attribute. (test_plan_verify.c does the same with the builder's plan.) */
#include "compile.h"
#include "plan_builder.h"
#include "suite.h"

static const char *const sources[] = {
    "tests/golden/everything.hcl",
    "tests/golden/founding.hcl",
    "examples/shop/A3sfile.hcl",
};
#define SOURCE_COUNT (sizeof sources / sizeof *sources)

static struct arena arena;
static struct compilation c;

/* The plan's bytes, to be spoiled. */
static unsigned char *plan_of(const char *source, size_t *out_size)
{
    compilation_init(&c);
    const char *path = arena_printf(&arena, "%s/%s", SOURCE_ROOT, source);
    ck_assert_msg(compile_file(&c, path, NULL), "%s", source);
    unsigned char *bytes = arena_alloc(&arena, c.size, 8);
    memcpy(bytes, c.bytes, c.size);
    *out_size = c.size;
    return bytes;
}

static void finish(void)
{
    compilation_finish(&c);
    arena_finish(&arena);
}

static enum plan_error verdict(const void *bytes, size_t size)
{
    uint64_t where = UINT64_MAX;
    enum plan_error error = plan_verify(bytes, size, &where);
    ck_assert(error ? where <= size : where == UINT64_MAX);
    return error;
}

START_TEST(every_flipped_bit_is_refused)
{
    size_t size = 0;
    unsigned char *bytes = plan_of(sources[_i], &size);
    ck_assert_int_eq(verdict(bytes, size), PLAN_OK);
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert_msg(verdict(bytes, size) != PLAN_OK, "bit %zu", bit);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    ck_assert_int_eq(verdict(bytes, size), PLAN_OK);
    finish();
}
END_TEST

START_TEST(every_flipped_bit_behind_a_good_checksum_is_survived)
{
    size_t size = 0;
    unsigned char *bytes = plan_of(sources[_i], &size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        plan_bytes_seal(bytes, size);
        verdict(bytes, size);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    finish();
}
END_TEST

START_TEST(every_truncation_is_refused)
{
    size_t size = 0;
    const unsigned char *bytes = plan_of(sources[_i], &size);
    for (size_t length = 0; length < size; length++) {
        /* On the heap, where a read beyond the end is seen. */
        unsigned char *cut = malloc(length ? length : 1);
        memcpy(cut, bytes, length);
        ck_assert_msg(verdict(cut, length) != PLAN_OK, "length %zu", length);
        if (length >= sizeof(struct plan_header)) {
            plan_bytes_seal(cut, length);
            ck_assert_msg(verdict(cut, length) != PLAN_OK, "sealed length %zu", length);
        }
        free(cut);
    }
    finish();
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_damage");
    SUITE_LOOP(s, every_flipped_bit_is_refused, 0, SOURCE_COUNT);
    SUITE_LOOP(s, every_flipped_bit_behind_a_good_checksum_is_survived, 0, SOURCE_COUNT);
    SUITE_LOOP(s, every_truncation_is_refused, 0, SOURCE_COUNT);
    return suite_run(s);
}
