/* Parses a file with libucl, whose format is a relative of HCL. */
#include <stdbool.h>
#include <stddef.h>
#include <ucl.h>

int main(int argc, char **argv)
{
    struct ucl_parser *parser = ucl_parser_new(0);
    bool fine = argc == 2 && ucl_parser_add_file(parser, argv[1]);
    ucl_object_t *top = fine ? ucl_parser_get_object(parser) : NULL;
    ucl_object_unref(top);
    ucl_parser_free(parser);
    return fine ? 0 : 1;
}
