/* Runs a fuzz target without a fuzzer: over the files that are named, or else over what the target
 * itself makes of its seed (fuzz_self_test). The inputs are the same in every run. */
#include "fuzz.h"

#include "io.h"

/* Larger files are no inputs. */
#define INPUT_MAX (256u << 20)

static int run_file(const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    int error = io_read_file(path, INPUT_MAX, &bytes, &size);
    if (error < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(-error));
        return 1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= run_file(argv[i]);
    if (argc == 1)
        fuzz_self_test();
    return failed;
}
