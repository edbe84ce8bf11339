/* Included before every source file of a build that counts what is reached (scripts/coverage).
 *
 * gcov writes its counters when exit(3) runs the handlers. Guards, the nursery and children that
 * are about to become another program end otherwise, so they write theirs here. The counters are
 * then set to zero: after vfork they are the parent's, who goes on counting. */
#ifndef TESTS_COVERAGE_H
#define TESTS_COVERAGE_H

#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);

#define _exit(code)        (__gcov_dump(), __gcov_reset(), _exit(code))
#define execve(...)        (__gcov_dump(), __gcov_reset(), execve(__VA_ARGS__))
#define execvp(file, argv) (__gcov_dump(), __gcov_reset(), execvp(file, argv))

#endif
