#include "files.h"

#include "io.h"
#include "paths.h"
#include "utf8.h"

#include <errno.h>
#include <sys/stat.h>

static bool load(struct files *files, const char *path, struct str *out_text, const char **out_why)
{
    struct stat info;
    /* A pipe would keep us waiting for whoever writes into it. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        *out_why = S_ISDIR(info.st_mode) ? "it is a folder" : "it is no regular file";
        return false;
    }
    int error = io_load_file(files->arena, path, FILES_SIZE_MAX, out_text);
    if (error != 0) {
        *out_why = error == -EFBIG    ? "it is larger than 1 MiB"
                   : error == -ENOENT ? "there is no such file, as seen from the A3sfile's folder"
                                      : strerror(-error);
        return false;
    }
    if (!utf8_is_valid(*out_text)) {
        *out_why = "it is not UTF-8 text";
        return false;
    }
    return true;
}

bool files_read(struct files *files, struct str path, struct str *out_text, const char **out_why)
{
    struct str name = path_normalize(files->arena, path), text;
    VEC_EACH (&files->entries, it) {
        if (str_equal(it->path, name)) {
            *out_text = utf8_skip_mark(files->sources->files.items[it->source].text);
            return true;
        }
    }
    const char *full =
        name.ptr[0] == '/'
            ? arena_strndup(files->arena, name.ptr, name.len)
            : arena_printf(files->arena, "%s/%.*s", files->folder != NULL ? files->folder : ".",
                           STR_ARG(name));
    if (!load(files, full, &text, out_why))
        return false;
    *vec_push(files->arena, &files->entries) =
        (struct files_entry){name, source_add(files->sources, full, text)};
    *out_text = utf8_skip_mark(text);
    return true;
}
