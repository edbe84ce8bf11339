/* Writes a plan that uses everything the format has: rich_plan PATH */
#include "plan_builder.h"

int main(int argc, char **argv)
{
    struct arena arena = {0};
    size_t size = 0;
    if (argc != 2)
        return 2;
    const void *bytes = plan_builder_make(&arena, &size);
    int error = plan_writer_publish(bytes, size, argv[1]);
    arena_finish(&arena);
    return error ? 1 : 0;
}
