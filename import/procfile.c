#include "arguments.h"
#include "ascii.h"
#include "import_codes.h"
#include "import_parts.h"
#include "utf8.h"

/* What foreman gives the first process, and the distance to the next one's. */
#define PORT_FIRST 5000u
#define PORT_STEP  100u

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || c == '_' || c == '-';
}

static bool wants_port(struct str command)
{
    return str_contains(command, "$PORT") || str_contains(command, "${PORT");
}

static bool wrong_line(struct import *im, struct str line, size_t at, const char *message)
{
    const struct source *file = &im->diags->sources->files.items[im->source];
    struct span span = {im->source, (uint32_t)((size_t)(line.ptr - file->text.ptr) + at),
                        (uint32_t)(line.len - at)};
    struct diag *diag =
        diag_error(im->diags, &import_codes[IMPORT_PROCFILE_LINE], span, "%s", message);
    diag_help(diag, "a process is \"name: command\"; a line that begins with # is a comment");
    return false;
}

static void fill(struct import *im, struct draft_service *service, struct str command,
                 uint32_t number)
{
    draft_set(service, SCHEMA_service_cmd, shell_hcl(im->arena, command));
    bool is_release = str_is(service->key, "release");
    if (!is_release && (wants_port(command) || str_is(service->key, "web")))
        draft_setf(&im->draft, service, SCHEMA_service_port, "%u",
                   PORT_FIRST + (number % 600) * PORT_STEP);
    if (is_release) {
        draft_set_text(&im->draft, service, SCHEMA_service_kind, STR("task"));
        draft_note(&im->draft, service, 0,
                   "a release process runs once; name it in the depends_on of those that need it");
    }
}

static bool read_line(struct import *im, struct str line, uint32_t number, uint32_t *processes)
{
    size_t name = 0;
    while (name < line.len && is_name_char(line.ptr[name]))
        name++;
    size_t colon = name;
    while (colon < line.len && (line.ptr[colon] == ' ' || line.ptr[colon] == '\t'))
        colon++;
    if (name == 0 || colon == line.len || line.ptr[colon] != ':')
        return wrong_line(im, line, name == line.len ? 0 : name, "this is no process");
    struct str command = str_trim((struct str){line.ptr + colon + 1, line.len - colon - 1});
    if (command.len == 0)
        return wrong_line(im, line, 0, "the process has no command");
    struct str key = {line.ptr, name};
    struct draft_service *service = draft_find(&im->draft, key);
    if (service) {
        struct span span = {im->source, 0, (uint32_t)name};
        span.offset = (uint32_t)(line.ptr - im->diags->sources->files.items[im->source].text.ptr);
        diag_error(im->diags, &import_codes[IMPORT_REPEATED], span,
                   "\"%.*s\" stands twice; line %u has it first", STR_ARG(key), service->line);
        return false;
    }
    service = draft_service(&im->draft, key, number);
    if (!service)
        return wrong_line(im, line, 0, "there are more than 1,000 processes");
    fill(im, service, command, (*processes)++);
    return true;
}

bool read_procfile(struct import *im)
{
    bool right = true;
    uint32_t processes = 0, lines = 0;
    struct str text = utf8_skip_mark(im->diags->sources->files.items[im->source].text);
    while (text.len) {
        const char *newline = memchr(text.ptr, '\n', text.len);
        size_t length = newline ? (size_t)(newline - text.ptr) : text.len;
        struct str line = str_trim((struct str){text.ptr, length});
        lines++;
        if (line.len && line.ptr[0] != '#')
            right = read_line(im, line, lines, &processes) && right;
        text.ptr += length + (newline != NULL);
        text.len -= length + (newline != NULL);
    }
    import_dotenv(im);
    return right;
}
