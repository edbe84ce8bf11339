/* Parses a file with tree-sitter's grammar of HCL. */
#include <stdio.h>
#include <stdlib.h>
#include <tree_sitter/api.h>

extern const TSLanguage *tree_sitter_hcl(void);

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return 2;
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
        return 2;
    TSParser *parser = ts_parser_new();
    if (!ts_parser_set_language(parser, tree_sitter_hcl()))
        return 2;
    TSTree *tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)size);
    return ts_node_has_error(ts_tree_root_node(tree)) ? 1 : 0;
}
