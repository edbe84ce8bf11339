#include "watch_path.h"

#include "mem.h"
#include "str.h"

static char *copy_bytes(const char *bytes, size_t length)
{
    char *copy = mem_alloc(length + 1);
    memcpy(copy, bytes, length);
    return copy;
}

char *watch_path_copy(const char *path)
{
    return copy_bytes(path, strlen(path));
}

char *watch_path_clean(const char *path)
{
    char *out = mem_alloc(strlen(path) + 1);
    size_t length = 0;
    if (*path == '/')
        out[length++] = '/';
    while (*path) {
        size_t segment = strcspn(path, "/");
        if (segment && !(segment == 1 && *path == '.')) {
            if (length && out[length - 1] != '/')
                out[length++] = '/';
            memcpy(out + length, path, segment);
            length += segment;
        }
        path += segment;
        path += strspn(path, "/");
    }
    return out;
}

char *watch_path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder), name_length = strlen(name);
    char *out = mem_alloc(length + name_length + 2);
    memcpy(out, folder, length);
    if (length && out[length - 1] != '/')
        out[length++] = '/';
    memcpy(out + length, name, name_length);
    return out;
}

bool watch_path_split(const char *path, char **out_folder, char **out_name)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!*name || strcmp(name, "..") == 0)
        return false;
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (slash == path)
        length = 1;
    *out_folder = copy_bytes(path, length);
    *out_name = watch_path_copy(name);
    return true;
}

bool watch_path_within(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    if (length == 0) /* the root */
        return *path != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]);
}
