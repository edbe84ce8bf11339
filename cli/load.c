#include "load.h"

#include "diag_render.h"
#include "mem.h"
#include "report.h"
#include "unknown.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders between here and the root; a loop of mounts must not hang the search. */
#define DEPTH_MAX 256

static bool same_folder(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

bool load_find(const struct command_call *call, char out_path[PATH_MAX])
{
    if (call->file)
        return snprintf(out_path, PATH_MAX, "%s", call->file) < PATH_MAX;
    char folder[DEPTH_MAX * 3 + 3] = "";
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        char parent[sizeof folder + 3];
        snprintf(out_path, PATH_MAX, "%s" LOAD_FILE_NAME, folder);
        /* One that cannot be read is found too: the compiler says why it cannot. */
        if (faccessat(AT_FDCWD, out_path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
        snprintf(parent, sizeof parent, "%s../", folder);
        if (same_folder(folder[0] ? folder : ".", parent))
            return false;
        memcpy(folder, parent, strlen(parent) + 1);
    }
    return false;
}

int load_path(const struct command_call *call, char out_path[PATH_MAX])
{
    if (load_find(call, out_path))
        return CLI_DONE;
    if (call->file) {
        report_error("the path of the A3sfile is too long");
        return CLI_INVALID;
    }
    report_error("there is no " LOAD_FILE_NAME " here or in a folder above");
    report_hint("name one with -f PATH");
    return CLI_INVALID;
}

const char *load_folder(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? arena_strndup(arena, path, (size_t)(slash - path) + 1) : ".";
}

struct variable_settings load_settings(const struct command_call *call)
{
    struct variable_setting *items =
        arena_new(call->arena, struct variable_setting, call->vars.count);
    for (uint32_t i = 0; i < call->vars.count; i++)
        items[i] = (struct variable_setting){call->vars.items[i].name, call->vars.items[i].value};
    return (struct variable_settings){.items = items, .count = call->vars.count};
}

int load_compile(struct compilation *c, const char *path, const struct compile_options *options,
                 FILE *out)
{
    struct strbuf text = {0};
    bool valid = compile_file(c, path, options);
    diag_render_text(&c->diags, report_color(fileno(out)), &text);
    fwrite(strbuf_text(&text), 1, text.len, out);
    fflush(out);
    strbuf_finish(&text);
    return valid ? CLI_DONE : CLI_INVALID;
}

/* Why our own caution keeps us from reading it. */
static const char *distrust(const char *path)
{
    struct stat info;
    if (lstat(path, &info) == 0) {
        if (S_ISLNK(info.st_mode))
            return "it is reached by a symlink";
        if (info.st_uid != geteuid())
            return "it belongs to another user";
        if (info.st_mode & 022)
            return "group or others may write to it";
    }
    return "it is not to be trusted";
}

static void add_malformed(struct strbuf *out, const char *path, enum plan_error error,
                          uint64_t where)
{
    strbuf_addf(out, "%s is refused at byte %llu: %s\n", path, (unsigned long long)where,
                plan_error_text(error));
}

bool load_plan_or_why(struct plan *plan, const char *path, enum plan_trust trust,
                      struct strbuf *out_why)
{
    int system = 0;
    uint64_t where = 0;
    enum plan_error error = plan_open(plan, path, trust, &system, &where);
    if (error == PLAN_OK)
        return true;
    if (system == -EPERM || system == -ELOOP)
        strbuf_addf(out_why,
                    "refused to run %s: %s, and a plan names commands\n"
                    "     --trust runs it all the same\n",
                    path, distrust(path));
    else if (system)
        strbuf_addf(out_why, "cannot read the plan %s: %s\n", path, strerror(-system));
    else
        add_malformed(out_why, path, error, where);
    return false;
}

/* The text ends in a line break, as report_error's does. */
static int refuse(struct strbuf *why)
{
    why->ptr[--why->len] = '\0';
    report_error("%s", why->ptr);
    strbuf_finish(why);
    return CLI_INVALID;
}

int load_plan(struct plan *plan, const char *path, enum plan_trust trust)
{
    struct strbuf why = {0};
    if (load_plan_or_why(plan, path, trust, &why))
        return CLI_DONE;
    return refuse(&why);
}

static int open_bytes(struct plan *plan, const struct compilation *c)
{
    uint64_t where = 0;
    struct strbuf why = {0};
    enum plan_error error = plan_open_bytes(plan, c->bytes, c->size, &where);
    if (error == PLAN_OK)
        return CLI_DONE;
    add_malformed(&why, "the compiled plan", error, where);
    return refuse(&why);
}

/* The values of --var for sensitive variables: a plan takes them from the environment. */
static void export_secrets(const struct command_call *call, const struct compilation *c)
{
    for (uint32_t i = 0; i < call->vars.count; i++) {
        const struct option_pair *pair = &call->vars.items[i];
        if (compilation_is_secret(c, pair->name))
            setenv(arena_printf(call->arena, VARIABLE_PREFIX "%s", pair->name), pair->value, 1);
    }
}

int load_compiled(const struct command_call *call, const char *path, bool check_paths,
                  struct plan *plan)
{
    struct compile_options options = {.check_paths = check_paths, .settings = load_settings(call)};
    struct compilation c;
    compilation_init(&c);
    int code = load_compile(&c, path, &options, stderr);
    export_secrets(call, &c);
    if (!code)
        code = open_bytes(plan, &c);
    compilation_finish(&c);
    return code;
}

int load_service(const struct plan *plan, const char *name, uint32_t *out_service)
{
    uint32_t service = plan_find_service(plan, name), count = plan->service_count;
    if (service != PLAN_NONE) {
        *out_service = service;
        return CLI_DONE;
    }
    struct strbuf text = {0};
    const char **names = mem_alloc_array(count, sizeof *names);
    for (uint32_t i = 0; i < count; i++)
        names[i] = plan_service_name(plan, i);
    unknown_service(&text, name, names, count);
    report_error("%s", strbuf_text(&text));
    strbuf_finish(&text);
    free(names);
    return CLI_USAGE;
}
