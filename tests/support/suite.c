#include "suite.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Seconds a case may take, sanitizers and a loaded machine included. */
#define CASE_TIMEOUT 60

/* Of the case that runs: Check gives its fixtures no argument. */
static char tmpdir[PATH_MAX];
static int descriptors_before;

static int count_descriptors(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return -1;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void setup(void)
{
    tmpdir[0] = '\0';
    descriptors_before = count_descriptors();
}

static void teardown(void)
{
    ck_assert_msg(count_descriptors() == descriptors_before,
                  "descriptors: %d before the case, %d after it", descriptors_before,
                  count_descriptors());
    if (tmpdir[0])
        nftw(tmpdir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *suite_tmpdir(void)
{
    if (!tmpdir[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(tmpdir, sizeof tmpdir, "%s/a3s-test-XXXXXX", base ? base : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(tmpdir));
    }
    return tmpdir;
}

struct suite suite_begin(const char *name)
{
    return (struct suite){suite_create(name)};
}

static TCase *new_case(struct suite s, const char *name)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, CASE_TIMEOUT);
    tcase_add_checked_fixture(tcase, setup, teardown);
    suite_add_tcase(s.suite, tcase);
    return tcase;
}

void suite_case(struct suite s, const char *name, const TTest *test)
{
    tcase_add_test(new_case(s, name), test);
}

void suite_loop(struct suite s, const char *name, const TTest *test, int first, int end)
{
    tcase_add_loop_test(new_case(s, name), test, first, end);
}

int suite_run(struct suite s)
{
    SRunner *runner = srunner_create(s.suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
