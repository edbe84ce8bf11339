#include "load.h"

#include "diag_render.h"
#include "report.h"

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

void load_export_secrets(const struct command_call *call, const struct compilation *c)
{
    for (uint32_t i = 0; i < call->vars.count; i++) {
        const struct option_pair *pair = &call->vars.items[i];
        if (compilation_is_secret(c, pair->name))
            setenv(arena_printf(call->arena, VARIABLE_PREFIX "%s", pair->name), pair->value, 1);
    }
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

/* Why the system, or our own caution, keeps us from reading it. */
static int refuse_errno(const char *path, int error)
{
    struct stat info;
    if (error != -EPERM && error != -ELOOP) {
        report_error("cannot read the plan %s: %s", path, strerror(-error));
        return CLI_INVALID;
    }
    const char *why = "it is not to be trusted";
    if (lstat(path, &info) == 0) {
        if (S_ISLNK(info.st_mode))
            why = "it is reached by a symlink";
        else if (info.st_uid != geteuid())
            why = "it belongs to another user";
        else if (info.st_mode & 022)
            why = "group or others may write to it";
    }
    report_error("refused to run %s: %s, and a plan names commands", path, why);
    report_hint("--trust runs it all the same");
    return CLI_INVALID;
}

static int refuse_plan(const char *path, enum plan_error error, uint64_t where)
{
    report_error("%s is refused at byte %llu: %s", path, (unsigned long long)where,
                 plan_error_text(error));
    return CLI_INVALID;
}

int load_plan(struct plan *plan, const char *path, enum plan_trust trust)
{
    int system = 0;
    uint64_t where = 0;
    enum plan_error error = plan_open(plan, path, trust, &system, &where);
    if (error == PLAN_OK)
        return CLI_DONE;
    return system ? refuse_errno(path, system) : refuse_plan(path, error, where);
}

int load_plan_bytes(struct plan *plan, const struct compilation *c)
{
    uint64_t where = 0;
    enum plan_error error = plan_open_bytes(plan, c->bytes, c->size, &where);
    return error == PLAN_OK ? CLI_DONE : refuse_plan("the compiled plan", error, where);
}
