/* What compilations found, in the format that --format chose: one document, however many files.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "command.h"
#include "compile.h"

enum findings_format {
    FINDINGS_TEXT, /* for people; all others are for programs */
    FINDINGS_JSON,
    FINDINGS_SARIF,
    FINDINGS_GITHUB,
    FINDINGS_FORMAT_COUNT
};

/* By enum findings_format; ends with NULL. */
extern const char *const findings_formats[];
/* A row of a command's options: member is an int, an enum findings_format. */
#define FINDINGS_OPTION(type, member)                                                        \
    {                                                                                        \
        0, "format", OPTION_CHOICE, offsetof(type, member), "FORMAT",                        \
            "how the findings are printed: text, json, sarif or github", findings_formats, 0 \
    }

/* Compiles and prints what was found: text on stderr, the other formats on stdout. c has been
 * initialised. CLI_DONE: c->bytes is the plan. */
int findings_compile(struct compilation *c, const char *path, const struct compile_options *options,
                     enum findings_format format);

/* Adds the findings of all lists, in any format; text is coloured for stdout. */
void findings_render(enum findings_format format, struct diag_list *const *lists, size_t count,
                     struct strbuf *out);

#endif
