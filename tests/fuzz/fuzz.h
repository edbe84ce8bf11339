/* What a fuzz target consists of. With -Dfuzz=true (clang) libFuzzer drives it; otherwise
 * standalone_main.c does. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Never fails: a finding is a crash, or a report of the sanitizers. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A bounded number of inputs, mutated from a seed; ends the process if what it expects of them does
 * not come true. */
void fuzz_self_test(void);

#endif
