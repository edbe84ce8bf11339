/* From a command line to a plan: which A3sfile is meant, compiling it, opening a plan. Each says on
 * stderr what went wrong and gives an enum exit_code.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "a3s/plan.h"
#include "command.h"
#include "compile.h"

#include <limits.h>

#define LOAD_FILE_NAME "A3sfile.hcl"

/* The A3sfile as a person would write its path: what -f says, else the nearest one upward. False:
 * there is none. */
bool load_find(const struct command_call *call, char out_path[PATH_MAX]);

/* As load_find; CLI_INVALID if there is none. */
int load_path(const struct command_call *call, char out_path[PATH_MAX]);

/* The folder that a file lies in: what the paths of an A3sfile or plan start from. */
const char *load_folder(struct arena *arena, const char *path);

/* What --var says. */
struct variable_settings load_settings(const struct command_call *call);
/* Compiles; the diagnostics go to out (stdout or stderr). c has been initialised. CLI_DONE:
 * c->bytes is the plan. */
int load_compile(struct compilation *c, const char *path, const struct compile_options *options,
                 FILE *out);

/* Opens a plan file. CLI_INVALID: refused. */
int load_plan(struct plan *plan, const char *path, enum plan_trust trust);
/* False: out_why has got a line or two, without "a3s: ". */
bool load_plan_or_why(struct plan *plan, const char *path, enum plan_trust trust,
                      struct strbuf *out_why);
/* Compiles the A3sfile that the call is about and opens its plan; --var's secrets go into the
 * environment. */
int load_compiled(const struct command_call *call, const char *path, bool check_paths,
                  struct plan *plan);
/* The service of that name. CLI_USAGE: there is none. */
int load_service(const struct plan *plan, const char *name, uint32_t *out_service);

#endif
