/* What every unit test program is made of: one Check suite, run with each case in a process of its
 * own. SUITE_CASE adds a case; a case that ends with other descriptors open than it began with
 * fails.
 *
 *     START_TEST(empty_arena) { ... } END_TEST
 *     int main(void) { struct suite s = suite_begin("arena"); SUITE_CASE(s, empty_arena);
 *                      return suite_run(s); }
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>

struct suite {
    Suite *suite;
};

struct suite suite_begin(const char *name);
/* Each case is a TCase of its own, so that a failure names it. */
void suite_case(struct suite s, const char *name, const TTest *test);
/* The case is run with _i from first to before end. */
void suite_loop(struct suite s, const char *name, const TTest *test, int first, int end);
#define SUITE_CASE(s, test)             suite_case((s), #test, test)
#define SUITE_LOOP(s, test, first, end) suite_loop((s), #test, test, (first), (end))
/* Prints TAP on stdout; the exit code for main. */
int suite_run(struct suite s);

/* A folder of its own for the case, removed with everything in it when the case ends. */
const char *suite_tmpdir(void);

#endif
