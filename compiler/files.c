#include "files.h"

#include "forms.h"
#include "io.h"
#include "paths.h"
#include "utf8.h"

#include <errno.h>
#include <sys/stat.h>

#define BOM "\xef\xbb\xbf"

static bool load(struct files *files, const char *path, struct str *out_text, const char **out_why)
{
    struct stat info;
    char *bytes;
    size_t size;
    /* A pipe would keep us waiting for whoever writes into it. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) {
        *out_why = S_ISDIR(info.st_mode) ? "it is a folder" : "it is no regular file";
        return false;
    }
    int error = io_read_file(path, FILES_SIZE_MAX, &bytes, &size);
    if (error != 0) {
        *out_why = error == -EFBIG    ? "it is larger than 1 MiB"
                   : error == -ENOENT ? "there is no such file, as seen from the A3sfile's folder"
                                      : strerror(-error);
        return false;
    }
    *out_text = (struct str){arena_strndup(files->arena, bytes, size), size};
    free(bytes);
    if (!utf8_is_valid(*out_text)) {
        *out_why = "it is not UTF-8 text";
        return false;
    }
    return true;
}

static struct str without_mark(struct str text)
{
    if (!str_has_prefix(text, STR(BOM)))
        return text;
    return (struct str){text.ptr + sizeof BOM - 1, text.len - (sizeof BOM - 1)};
}

bool files_read(struct files *files, struct str path, struct str *out_text, const char **out_why)
{
    struct str name = path_normalize(files->arena, path), text;
    VEC_EACH (&files->entries, it) {
        if (str_equal(it->path, name)) {
            *out_text = without_mark(files->sources->files.items[it->source].text);
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
    *out_text = without_mark(text);
    return true;
}
