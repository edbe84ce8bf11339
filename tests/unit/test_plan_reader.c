#include "plan_builder.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static struct plan plan;
static uint64_t where;
static int refused;

static const char *in_tmpdir(const char *name)
{
    return arena_printf(&arena, "%s/%s", suite_tmpdir(), name);
}

static const char *good_file(void)
{
    size_t size = 0;
    const char *path = in_tmpdir("good.plan");
    const void *bytes = plan_builder_make(&arena, &size);
    ck_assert_int_eq(plan_writer_publish(bytes, size, path), 0);
    return path;
}

static void expect(const char *path, enum plan_trust trust, enum plan_error error, int negative)
{
    const unsigned char *before = plan.bytes;
    refused = 1;
    ck_assert_int_eq(plan_open(&plan, path, trust, &refused, &where), error);
    ck_assert_int_eq(refused, negative);
    if (error)
        ck_assert_ptr_eq(plan.bytes, before);
    plan_close(&plan);
}

static void expect_refused(const char *path, int negative)
{
    expect(path, PLAN_TRUST_OWN, PLAN_E_SYSTEM, negative);
}

START_TEST(a_good_file_is_opened)
{
    ck_assert_int_eq(plan_open(&plan, good_file(), PLAN_TRUST_OWN, &refused, &where), PLAN_OK);
    ck_assert_int_eq(refused, 0);
    ck_assert_uint_eq(plan.service_count, 7);
    ck_assert_uint_eq(plan.probe_count, 5);
    ck_assert_uint_eq(plan.command_count, 10);
    ck_assert_uint_eq(plan.lookup_count, 5);
    ck_assert_uint_eq(plan.log_count, 1);
    ck_assert_uint_eq(plan.watch_count, 2);
    ck_assert_uint_eq(plan.route_count, 2);
    ck_assert_uint_eq(plan.port_count, 2);
    ck_assert_uint_eq(plan.source_count, 2);
    ck_assert_uint_eq(plan.settings->proxy_port, 7080);
    ck_assert_str_eq(plan_service_name(&plan, 2), "api");
    ck_assert_str_eq(plan_text_ptr(&plan, plan.routes[1].host), "www.web.localhost");
    ck_assert_uint_eq(plan.hash, ((const struct plan_header *)plan.bytes)->checksum);
    plan_close(&plan);
    plan_close(&plan);
    ck_assert_ptr_null(plan.bytes);
    arena_finish(&arena);
}
END_TEST

START_TEST(its_pages_are_read_only_and_its_own)
{
    const char *path = good_file();
    ck_assert_int_eq(plan_open(&plan, path, PLAN_TRUST_OWN, &refused, &where), PLAN_OK);
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, (void *)plan.bytes, 1), -1);
    ck_assert_int_eq(errno, EFAULT);
    close(fd);
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_assert_str_eq(plan_service_name(&plan, 4), "docs");
    plan_close(&plan);
    arena_finish(&arena);
}
END_TEST

START_TEST(services_and_spans_are_found)
{
    size_t size = 0;
    const void *bytes = plan_builder_make(&arena, &size);
    ck_assert_int_eq(plan_open_bytes(&plan, bytes, size, &where), PLAN_OK);
    ck_assert_uint_eq(plan_find_service(&plan, "db"), 0);
    ck_assert_uint_eq(plan_find_service(&plan, "docs"), 4);
    ck_assert_uint_eq(plan_find_service(&plan, "d"), PLAN_NONE);
    ck_assert_uint_eq(plan_find_span(&plan, 2, PLAN_FIELD_NAME)->line, 20);
    ck_assert_uint_eq(plan_find_span(&plan, 2, PLAN_FIELD_ENV)->line, 7);
    ck_assert_uint_eq(plan_find_span(&plan, 2, PLAN_FIELD_ENV)->source, 1);
    ck_assert_uint_eq(plan_find_span(&plan, 2, PLAN_FIELD_STOP)->line, 20);
    plan_close(&plan);
    arena_finish(&arena);
}
END_TEST

START_TEST(what_the_system_refuses_is_an_errno)
{
    const char *path = good_file(), *link = in_tmpdir("link"), *fifo = in_tmpdir("fifo");
    expect_refused(in_tmpdir("missing"), -ENOENT);
    expect_refused(suite_tmpdir(), -EISDIR);
    ck_assert_int_eq(symlink(path, link), 0);
    expect_refused(link, -ELOOP);
    expect(link, PLAN_TRUST_ANY, PLAN_OK, 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    expect_refused(fifo, -EINVAL);
    expect(fifo, PLAN_TRUST_ANY, PLAN_E_SYSTEM, -EINVAL);
    arena_finish(&arena);
}
END_TEST

START_TEST(what_others_may_write_is_not_trusted)
{
    const char *path = good_file();
    const mode_t modes[] = {0620, 0602, 0666};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        expect_refused(path, -EPERM);
        expect(path, PLAN_TRUST_ANY, PLAN_OK, 0);
    }
    ck_assert_int_eq(chmod(path, 0644), 0);
    expect(path, PLAN_TRUST_OWN, PLAN_OK, 0);
    arena_finish(&arena);
}
END_TEST

START_TEST(what_another_owns_is_not_trusted)
{
    const char *path = "/etc/passwd"; /* root's */
    if (geteuid() == 0) {
        path = good_file();
        ck_assert_int_eq(chown(path, 12345, 12345), 0);
        expect(path, PLAN_TRUST_ANY, PLAN_OK, 0);
    }
    expect_refused(path, -EPERM);
    arena_finish(&arena);
}
END_TEST

START_TEST(sizes_are_judged_before_reading)
{
    const char *path = in_tmpdir("sized");
    const struct {
        off_t size;
        enum plan_error error;
    } cases[] = {{0, PLAN_E_TOO_SMALL},
                 {39, PLAN_E_TOO_SMALL},
                 {40, PLAN_E_MAGIC},
                 {PLAN_SIZE_MAX, PLAN_E_MAGIC},
                 {(off_t)PLAN_SIZE_MAX + 1, PLAN_E_TOO_LARGE},
                 {(off_t)1 << 40, PLAN_E_TOO_LARGE}};
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(truncate(path, cases[i].size), 0);
        expect(path, PLAN_TRUST_OWN, cases[i].error, 0);
    }
    arena_finish(&arena);
}
END_TEST

START_TEST(a_damaged_file_is_refused)
{
    const char *path = good_file();
    ck_assert_int_eq(truncate(path, 1000), 0);
    expect(path, PLAN_TRUST_OWN, PLAN_E_SIZE, 0);
    expect(path, PLAN_TRUST_ANY, PLAN_E_SIZE, 0);
    ck_assert_uint_eq(where, offsetof(struct plan_header, size));
    arena_finish(&arena);
}
END_TEST

START_TEST(bytes_are_copied)
{
    size_t size = 0;
    unsigned char *bytes = plan_builder_make(&arena, &size);
    ck_assert_int_eq(plan_open_bytes(&plan, bytes, size, &where), PLAN_OK);
    memset(bytes, 0, size);
    ck_assert_str_eq(plan_service_name(&plan, 0), "db");
    plan_close(&plan);
    ck_assert_int_eq(plan_open_bytes(&plan, bytes, size, &where), PLAN_E_MAGIC);
    ck_assert_int_eq(plan_open_bytes(&plan, bytes, 39, &where), PLAN_E_TOO_SMALL);
    ck_assert_int_eq(plan_open_bytes(&plan, "", 0, &where), PLAN_E_TOO_SMALL);
    ck_assert_ptr_null(plan.bytes);
    arena_finish(&arena);
}
END_TEST

START_TEST(without_memory_the_system_has_refused)
{
    size_t size = 0;
    const char *path = good_file();
    const void *bytes = plan_builder_make(&arena, &size);
    struct rlimit old, none;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &old), 0);
    none = old;
    none.rlim_cur = 4096;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    enum plan_error of_bytes = plan_open_bytes(&plan, bytes, size, &where);
    enum plan_error of_file = plan_open(&plan, path, PLAN_TRUST_OWN, &refused, &where);
    setrlimit(RLIMIT_AS, &old);
    ck_assert_int_eq(of_bytes, PLAN_E_SYSTEM);
    ck_assert_int_eq(of_file, PLAN_E_SYSTEM);
    ck_assert_int_eq(refused, -ENOMEM);
    arena_finish(&arena);
}
END_TEST

START_TEST(every_number_has_a_word)
{
    for (int i = 0; i < PLAN_ERROR_COUNT; i++)
        ck_assert_str_ne(plan_error_text(i), "?");
    ck_assert_str_eq(plan_error_text(PLAN_ERROR_COUNT), "?");
    for (int i = 0; i < PLAN_FIELD_COUNT; i++)
        ck_assert_str_ne(plan_field_name(i), "?");
    ck_assert_str_eq(plan_field_name(PLAN_FIELD_COUNT), "?");
    ck_assert_str_eq(plan_section_name(PLAN_SECTION_STRINGS), "strings");
    ck_assert_str_eq(plan_section_name(PLAN_SECTION_COUNT), "header");
}
END_TEST

int main(void)
{
    struct suite s = suite_begin("plan_reader");
    SUITE_CASE(s, a_good_file_is_opened);
    SUITE_CASE(s, its_pages_are_read_only_and_its_own);
    SUITE_CASE(s, services_and_spans_are_found);
    SUITE_CASE(s, what_the_system_refuses_is_an_errno);
    SUITE_CASE(s, what_others_may_write_is_not_trusted);
    SUITE_CASE(s, what_another_owns_is_not_trusted);
    SUITE_CASE(s, sizes_are_judged_before_reading);
    SUITE_CASE(s, a_damaged_file_is_refused);
    SUITE_CASE(s, bytes_are_copied);
    SUITE_CASE(s, without_memory_the_system_has_refused);
    SUITE_CASE(s, every_number_has_a_word);
    return suite_run(s);
}
