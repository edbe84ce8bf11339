#include "rundir.h"

#include "io.h"
#include "procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <xxhash.h>

/* A client that asks whether the lock is held takes it for a moment; a daemon asks again. */
#define LOCK_ATTEMPTS 5
#define LOCK_PAUSE_NS 10000000L
#define INFO_SIZE_MAX (64u << 10)

/* The canonical path; a file that has been deleted keeps the one it had. */
static int canonical_path(const char *path, char out[PATH_MAX])
{
    if (realpath(path, out))
        return 0;
    if (errno != ENOENT)
        return -errno;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char folder[PATH_MAX];
    int n = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
                     slash ? path : ".");
    char real[PATH_MAX];
    if (n >= (int)sizeof folder)
        return -ENAMETOOLONG;
    if (!realpath(folder, real))
        return -errno;
    n = snprintf(out, PATH_MAX, "%s/%s", strcmp(real, "/") ? real : "", name);
    return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static void hash_path(const char *path, char out[33])
{
    XXH128_hash_t hash = XXH3_128bits(path, strlen(path));
    snprintf(out, 33, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

/* Opens a folder that only we can see into. */
static int open_private(int at, const char *name, bool create, int *out_fd)
{
    if (create && mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return -errno;
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ELOOP || errno == ENOTDIR ? -EPERM : -errno;
    struct stat info;
    int error = fstat(fd, &info) != 0 ? -errno : 0;
    if (!error && (info.st_uid != geteuid() || (info.st_mode & 077)))
        error = -EPERM;
    if (error) {
        close(fd);
        return error;
    }
    *out_fd = fd;
    return 0;
}

/* A folder that the system gave us for such things; it may be reached as the user likes. */
static int open_base(const char *path)
{
    struct stat info;
    int fd = path[0] == '/' ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0 && (fstat(fd, &info) != 0 || info.st_uid != geteuid()))
        io_close(&fd);
    return fd;
}

/* Opens the folder that holds the run directories of all projects and says where it is. */
static int open_parent(bool create, char out_path[PATH_MAX], int *out_fd)
{
    char base[PATH_MAX];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    snprintf(base, sizeof base, "%s", runtime ? runtime : "");
    int fd = open_base(base);
    if (fd < 0) {
        snprintf(base, sizeof base, "/run/user/%u", geteuid());
        fd = open_base(base);
    }
    if (fd < 0) {
        snprintf(out_path, PATH_MAX, "/tmp/a3s-%u", geteuid());
        return open_private(AT_FDCWD, out_path, create, out_fd);
    }
    int n = snprintf(out_path, PATH_MAX, "%s/a3s", base);
    int error = n < PATH_MAX ? open_private(fd, "a3s", create, out_fd) : -ENAMETOOLONG;
    close(fd);
    return error;
}

int rundir_open(struct rundir *dir, const char *project_path, bool create)
{
    *dir = (struct rundir){0};
    char name[33];
    int parent_fd;
    int error = canonical_path(project_path, dir->project);
    if (!error)
        error = open_parent(create, dir->path, &parent_fd);
    if (error)
        return error;
    hash_path(dir->project, name);
    size_t length = strlen(dir->path);
    int n = snprintf(dir->path + length, sizeof dir->path - length, "/%s", name);
    bool fits = n < (int)(sizeof dir->path - length);
    error = fits ? open_private(parent_fd, name, create, &dir->dir_fd) : -ENAMETOOLONG;
    close(parent_fd);
    dir->opened = !error;
    return error;
}

void rundir_abandon(struct rundir *dir)
{
    if (dir->locked)
        io_close(&dir->lock_fd);
    if (dir->opened)
        io_close(&dir->dir_fd);
    *dir = (struct rundir){0};
}

void rundir_close(struct rundir *dir)
{
    if (dir->opened && dir->owner == getpid()) {
        unlinkat(dir->dir_fd, "sock", 0);
        unlinkat(dir->dir_fd, "info.json", 0);
        unlinkat(dir->dir_fd, "token", 0);
    }
    rundir_abandon(dir);
}

static int open_file(const struct rundir *dir, const char *name, int flags)
{
    int fd = openat(dir->dir_fd, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd < 0)
        return -errno;
    struct stat info;
    int error = fstat(fd, &info) != 0 ? -errno : 0;
    if (!error && (!S_ISREG(info.st_mode) || info.st_uid != geteuid()))
        error = -EPERM;
    if (error) {
        close(fd);
        return error;
    }
    return fd;
}

static int read_file(const struct rundir *dir, const char *name, size_t limit, char **out_text,
                     size_t *out_size)
{
    int fd = open_file(dir, name, O_RDONLY);
    if (fd < 0)
        return fd;
    int error = io_read_fd(fd, limit, out_text, out_size);
    close(fd);
    return error;
}

static int try_lock(int fd, int operation)
{
    int result;
    do
        result = flock(fd, operation | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : -errno;
}

int rundir_lock(struct rundir *dir)
{
    int fd = open_file(dir, "lock", O_RDWR | O_CREAT);
    if (fd < 0)
        return fd;
    int error = try_lock(fd, LOCK_EX);
    for (int i = 1; error == -EWOULDBLOCK && i < LOCK_ATTEMPTS; i++) {
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
        error = try_lock(fd, LOCK_EX);
    }
    if (error) {
        close(fd);
        return error;
    }
    dir->lock_fd = fd;
    dir->locked = true;
    return 0;
}

bool rundir_is_running(const struct rundir *dir)
{
    int fd = open_file(dir, "lock", O_RDWR);
    if (fd < 0)
        return false;
    bool busy = try_lock(fd, LOCK_SH) == -EWOULDBLOCK;
    close(fd);
    return busy;
}

static char *info_text(const struct rundir *dir, uint64_t plan_hash)
{
    char hash[20], boot_id[40];
    struct procfs_stat self = {0};
    procfs_stat(getpid(), &self);
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)plan_hash);
    procfs_boot_id(boot_id);
    json_t *root = json_pack("{s:i, s:I, s:s, s:s, s:s, s:s}", "pid", (int)getpid(), "start_time",
                             (json_int_t)self.start_time, "boot_id", boot_id, "plan_hash", hash,
                             "version", A3S_VERSION, "a3sfile", dir->project);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    json_decref(root);
    return text;
}

/* Whole, or as it was. */
static int replace_file(const struct rundir *dir, const char *name, const char *text)
{
    static const char draft[] = "draft";
    unlinkat(dir->dir_fd, draft, 0); /* of one that was killed; a new file has our mode */
    int fd = open_file(dir, draft, O_WRONLY | O_CREAT | O_EXCL);
    int error = fd < 0 ? fd : io_write_all(fd, text, strlen(text));
    if (fd >= 0)
        close(fd);
    if (!error && renameat(dir->dir_fd, draft, dir->dir_fd, name) != 0)
        error = -errno;
    return error;
}

int rundir_publish(struct rundir *dir, uint64_t plan_hash)
{
    /* A path that is not UTF-8 cannot be told in JSON; the lock still works. */
    char *text = info_text(dir, plan_hash);
    int error = text ? replace_file(dir, "info.json", text) : -EILSEQ;
    free(text);
    return error;
}

int rundir_write_token(struct rundir *dir, const char *token)
{
    return replace_file(dir, "token", token);
}

int rundir_read_token(const struct rundir *dir, char *out_token, size_t size)
{
    char *text;
    size_t length;
    int error = read_file(dir, "token", size, &text, &length);
    if (error)
        return error;
    bool good = length > 0 && length < size && strspn(text, "0123456789abcdef") >= length;
    if (good)
        snprintf(out_token, size, "%.*s", (int)length, text);
    free(text);
    return good ? 0 : -EINVAL;
}

int rundir_read_info(const struct rundir *dir, struct rundir_info *out_info)
{
    char *text;
    size_t size;
    int error = read_file(dir, "info.json", INFO_SIZE_MAX, &text, &size);
    if (error)
        return error;
    json_t *root = json_loadb(text, size, 0, NULL);
    free(text);
    int pid;
    json_int_t start;
    const char *boot_id, *hash, *version, *project;
    int bad = json_unpack(root, "{s:i, s:I, s:s, s:s, s:s, s:s}", "pid", &pid, "start_time", &start,
                          "boot_id", &boot_id, "plan_hash", &hash, "version", &version, "a3sfile",
                          &project);
    if (!bad) {
        struct rundir_info info = {.pid = pid, .start_time = (uint64_t)start};
        snprintf(info.boot_id, sizeof info.boot_id, "%s", boot_id);
        snprintf(info.plan_hash, sizeof info.plan_hash, "%s", hash);
        snprintf(info.version, sizeof info.version, "%s", version);
        snprintf(info.project, sizeof info.project, "%s", project);
        *out_info = info;
    }
    json_decref(root);
    return bad ? -EINVAL : 0;
}

static bool is_run_by(int parent_fd, const char *name, pid_t pid, struct rundir_info *out_info)
{
    struct rundir dir = {0};
    struct rundir_info info;
    if (name[0] == '.' || open_private(parent_fd, name, false, &dir.dir_fd) != 0)
        return false;
    dir.opened = true;
    bool found = rundir_read_info(&dir, &info) == 0 && info.pid == pid && rundir_is_running(&dir);
    rundir_abandon(&dir);
    if (found)
        *out_info = info;
    return found;
}

bool rundir_find_running(pid_t pid, struct rundir_info *out_info)
{
    char path[PATH_MAX];
    int fd;
    if (open_parent(false, path, &fd) != 0)
        return false;
    DIR *parent = fdopendir(fd);
    if (!parent)
        close(fd);
    bool found = false;
    for (struct dirent *entry; parent && !found && (entry = readdir(parent));)
        found = is_run_by(dirfd(parent), entry->d_name, pid, out_info);
    if (parent)
        closedir(parent);
    return found;
}

/* A path of at most sun_path's 107 bytes, however long the folder's own is. */
static struct sockaddr_un socket_address(const struct rundir *dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/sock", dir->dir_fd);
    return address;
}

int rundir_socket_bind(struct rundir *dir, int *out_fd)
{
    struct sockaddr_un address = socket_address(dir);
    if (!dir->locked)
        return -EPERM;
    if (unlinkat(dir->dir_fd, "sock", 0) != 0 && errno != ENOENT)
        return -errno;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    mode_t mask = umask(077);
    int error = bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ? -errno : 0;
    umask(mask);
    if (!error && listen(fd, 64) != 0)
        error = -errno;
    if (error) {
        close(fd);
        return error;
    }
    dir->owner = getpid();
    *out_fd = fd;
    return 0;
}

int rundir_socket_connect(const struct rundir *dir, int *out_fd)
{
    struct sockaddr_un address = socket_address(dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    struct timeval limit = {.tv_sec = RUNDIR_CONNECT_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int error = -errno;
        close(fd);
        return error;
    }
    *out_fd = fd;
    return 0;
}

int rundir_open_log(const struct rundir *dir, bool truncate, int *out_fd)
{
    int fd = open_file(dir, "daemon.log", O_RDWR | O_CREAT | O_APPEND | (truncate ? O_TRUNC : 0));
    if (fd < 0)
        return fd;
    *out_fd = fd;
    return 0;
}

const char *rundir_name(const struct rundir *dir)
{
    const char *slash = strrchr(dir->path, '/');
    return slash ? slash + 1 : dir->path;
}

int rundir_open_notes(const struct rundir *dir, int flags)
{
    return open_file(dir, "processes", flags);
}

void rundir_remove_notes(const struct rundir *dir)
{
    unlinkat(dir->dir_fd, "processes", 0);
}
