/* The driver: A3sfile.hcl in, plan bytes out.
 *
 * A compilation owns everything that came of it (texts, tree, diagnostics, model, plan bytes) in
 * its arena. A user's mistake and a file that cannot be read are diagnostics, never an errno.
 * The same source gives the same bytes on every machine and in every folder.
 */
#ifndef COMPILER_COMPILE_H
#define COMPILER_COMPILE_H

#include "arena.h"
#include "diag.h"
#include "source.h"
#include "variables.h"

#include <stdbool.h>
#include <stddef.h>

struct model;

struct compile_options {
    bool check_paths; /* warn of folders, watched paths and programs that are not there, once
                       * nothing else is wrong */
    bool strict;      /* a warning fails the compilation as an error does */
    const char *root; /* what the file's relative paths start from; NULL: the file's own folder */
    struct variable_settings settings; /* what --var says */
};

struct compilation {
    struct arena arena;
    struct sources sources;
    struct diag_list diags; /* sorted when compile_file returns */
    struct model *model;    /* compiler/model.h; NULL if the file could not be read */
    const void *bytes;      /* the verified plan, aligned to 8; NULL unless it compiled */
    size_t size;
};

/* The object must not move between the two: its parts know each other. */
void compilation_init(struct compilation *c);
void compilation_finish(struct compilation *c);

/* Whether the compiled file declares the variable as sensitive: its plan takes the value from the
 * environment. */
bool compilation_is_secret(const struct compilation *c, const char *name);

/* Compiles the file at path ("-": standard input). True: c->bytes is the plan, and c->diags holds
 * warnings at most. False: c->diags says why. options may be NULL. Once per compilation. */
bool compile_file(struct compilation *c, const char *path, const struct compile_options *options);
/* As compile_file, for the content of a file that is shown as path. */
bool compile_text(struct compilation *c, const char *path, struct str text,
                  const struct compile_options *options);

#endif
