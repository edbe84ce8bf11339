#include "commands.h"
#include "diag_render.h"
#include "import.h"
#include "io.h"
#include "load.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct init_options {
    const char *from;
    bool print, force, docker;
    struct option_pairs services, ports, depends_on, health, watch, folders;
};

#define PAIRS(name, member, value, summary)                                                   \
    {                                                                                         \
        0, name, OPTION_PAIRS, offsetof(struct init_options, member), value, summary, NULL, 0 \
    }

static const struct command_option options[] = {
    {0, "from", OPTION_TEXT, offsetof(struct init_options, from), "FILE",
     "the file to take over, instead of the first that is here", NULL, 0},
    {0, "stdout", OPTION_FLAG, offsetof(struct init_options, print), NULL,
     "print the A3sfile and write nothing", NULL, 0},
    {0, "force", OPTION_FLAG, offsetof(struct init_options, force), NULL,
     "replace an A3sfile that is there", NULL, 0},
    {0, "docker", OPTION_FLAG, offsetof(struct init_options, docker), NULL,
     "images are services that docker runs", NULL, 0},
    PAIRS("service", services, "NAME=CMD", "a service, or its command; may be repeated"),
    PAIRS("port", ports, "NAME=PORT", "the port of a service; 0: a free one"),
    PAIRS("depends-on", depends_on, "NAME=OTHER", "a service that must be ready before"),
    PAIRS("health", health, "NAME=/URL", "it is ready when this path is answered"),
    PAIRS("watch", watch, "NAME=PATH", "files whose change restarts it"),
    PAIRS("dir", folders, "NAME=FOLDER", "the folder that it runs in"),
    {0},
};

/* Services before what is said of them. */
static size_t collect(const struct init_options *chosen, struct import_setting *out)
{
    const struct {
        const struct option_pairs *pairs;
        enum schema_attr_id attr;
    } kinds[] = {
        {&chosen->services, SCHEMA_service_cmd}, {&chosen->ports, SCHEMA_service_port},
        {&chosen->folders, SCHEMA_service_dir},  {&chosen->depends_on, SCHEMA_service_depends_on},
        {&chosen->watch, SCHEMA_watch_paths},    {&chosen->health, SCHEMA_health_path}};
    size_t count = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint32_t i = 0; i < kinds[k].pairs->count; i++, count++)
            if (out)
                out[count] = (struct import_setting){kinds[k].attr, kinds[k].pairs->items[i].name,
                                                     kinds[k].pairs->items[i].value};
    return count;
}

/* Behind the components that both begin with. */
static size_t common_length(const char *a, const char *b)
{
    size_t slash = 0, at = 0;
    for (; a[at] && a[at] == b[at]; at++)
        if (a[at] == '/')
            slash = at + 1;
    bool a_ends = !a[at] && (!b[at] || b[at] == '/'), b_ends = !b[at] && (!a[at] || a[at] == '/');
    return a_ends || b_ends ? at : slash;
}

/* The folder of the imported file as seen from that of the A3sfile: "", "api", "../api". */
static const char *find_prefix(struct arena *arena, const char *from, const char *target)
{
    char folder[PATH_MAX], here[PATH_MAX];
    struct strbuf path = {0};
    if (!realpath(load_folder(arena, from), folder) || !realpath(load_folder(arena, target), here))
        return "";
    size_t common = common_length(folder, here);
    for (const char *at = here + common; *at;) {
        at += strspn(at, "/");
        strbuf_adds(&path, !*at ? "" : path.len ? "/.." : "..");
        at += strcspn(at, "/");
    }
    const char *down = folder + common + strspn(folder + common, "/");
    strbuf_addf(&path, "%s%s", path.len && *down ? "/" : "", down);
    const char *copy = arena_strndup(arena, strbuf_text(&path), path.len);
    strbuf_finish(&path);
    return copy;
}

static int say_mistakes(struct diag_list *diags)
{
    struct strbuf text = {0};
    diag_sort(diags);
    diag_render_text(diags, report_color(STDERR_FILENO), &text);
    fputs(strbuf_text(&text), stderr);
    strbuf_finish(&text);
    return CLI_INVALID;
}

static void say_done(const struct import_options *import, const struct import_result *result,
                     const char *target)
{
    report_note("%s: %u %s%s%s", target, result->services,
                report_plural(result->services, "service", "services"),
                import->from ? " from " : "", import->from ? import->from : "");
    if (result->left_out)
        report_hint("%u left as a comment, with the reason: %s", result->left_out,
                    result->left_names);
    if (*result->lost_keys)
        report_hint("not carried over: %s; the comments say where, and what to do",
                    result->lost_keys);
    report_hint("read it, then: a3s validate, a3s up");
}

static int is_there(const char *target)
{
    report_error("%s is there already", target);
    report_hint("--stdout prints what it would be, --force replaces it");
    return CLI_FAILED;
}

static int write_file(const struct init_options *chosen, const struct import_result *result,
                      const char *target)
{
    int error = chosen->force ? io_write_atomic(target, result->text.ptr, result->text.len, 0644)
                              : io_create_atomic(target, result->text.ptr, result->text.len, 0644);
    if (error == -EEXIST)
        return is_there(target);
    if (error < 0)
        report_error("%s: %s", target, strerror(-error));
    return error < 0 ? CLI_FAILED : CLI_DONE;
}

static int finish(const struct init_options *chosen, const struct import_options *import,
                  const struct import_result *result, const char *target)
{
    if (chosen->print) {
        struct strbuf text = {0};
        strbuf_add_str(&text, result->text);
        int code = report_output(&text);
        strbuf_finish(&text);
        return code;
    }
    int code = write_file(chosen, result, target);
    if (code == CLI_DONE)
        say_done(import, result, target);
    return code;
}

/* What --from says, else the first file that is known, unless services are named. */
static int choose_source(const struct command_call *call, const char *target, const char **out_from)
{
    const struct init_options *chosen = command_options(call, struct init_options);
    const char *folder = load_folder(call->arena, target);
    uint32_t count;
    *out_from = chosen->from;
    if (chosen->from || chosen->services.count)
        return CLI_DONE;
    if (strcmp(folder, ".") != 0) /* without the slash that it ends with */
        folder = arena_strndup(call->arena, folder, strlen(folder) - 1);
    if (!import_detect(call->arena, folder, out_from, &count)) {
        report_error(
            "there is no Procfile, compose.yaml, process-compose.yaml or package.json here");
        report_hint("name a file with --from, or services: "
                    "a3s init --service web='npm run dev' --port web=3000");
        return CLI_USAGE;
    }
    if (count > 1)
        report_note("taking %s; --from takes another file", *out_from);
    return CLI_DONE;
}

static int run(const struct command_call *call)
{
    const struct init_options *chosen = command_options(call, struct init_options);
    const char *target = call->file ? call->file : LOAD_FILE_NAME;
    struct import_options import = {.run_images = chosen->docker};
    struct import_result result;
    struct import_setting *settings;
    struct sources sources;
    struct diag_list diags;
    if (!chosen->print && !chosen->force && access(target, F_OK) == 0)
        return is_there(target);
    int code = choose_source(call, target, &import.from);
    if (code)
        return code;
    import.prefix = import.from ? find_prefix(call->arena, import.from, target) : "";
    import.setting_count = collect(chosen, NULL);
    import.settings = settings =
        arena_new(call->arena, struct import_setting, import.setting_count);
    collect(chosen, settings);
    sources_init(&sources, call->arena);
    diag_list_init(&diags, call->arena, &sources);
    if (!import_file(&import, &diags, &result))
        return say_mistakes(&diags);
    return finish(chosen, &import, &result, target);
}

const struct command cmd_init = {
    .name = "init",
    .summary = "Write an A3sfile, from what another tool has or from nothing",
    .operands = "",
    .about =
        "Takes over the first of these that is here: Procfile.dev, Procfile, compose.yaml (or\n"
        "docker-compose.yml), process-compose.yaml, package.json. What cannot be carried over\n"
        "stands in the A3sfile as a comment, with its line. Without such a file:\n\n"
        "  a3s init --service web='npm run dev' --port web=3000 --health web=/\n\n"
        "With --from, --service adds a service or gives one of the file another command.\n"
        "An A3sfile that is there is never replaced without --force. What is written is valid;\n"
        "a file that is broken is reported with line and column, and nothing is written.",
    .options = options,
    .run = run,
};
