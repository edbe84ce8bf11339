#include "top_usage.h"

#include "mem.h"
#include "procfs.h"

#include <errno.h>
#include <unistd.h>

/* Deeper than any tree of processes that is not a mistake. */
#define DEPTH_MAX 200

struct walk {
    struct top_usage *usage;
    uint64_t ticks; /* since the last sample */
    int64_t memory;
    int depth;
};

void top_usage_init(struct top_usage *usage)
{
    *usage = (struct top_usage){
        .now = mem_alloc_array(TOP_PROCESSES_MAX, sizeof *usage->now),
        .before = mem_alloc_array(TOP_PROCESSES_MAX, sizeof *usage->before),
    };
}

void top_usage_finish(struct top_usage *usage)
{
    free(usage->now);
    free(usage->before);
    *usage = (struct top_usage){0};
}

static int by_pid(const void *left, const void *right)
{
    pid_t a = ((const struct top_process *)left)->pid;
    pid_t b = ((const struct top_process *)right)->pid;
    return (a > b) - (a < b);
}

static uint64_t ticks_before(const struct top_usage *usage, const struct top_process *process)
{
    const struct top_process *old =
        bsearch(process, usage->before, usage->before_count, sizeof *old, by_pid);
    return old && old->start == process->start ? old->ticks : 0;
}

/* The "Pss: 1234 kB" of /proc/PID/smaps_rollup in bytes, or -1. */
static int64_t proportional(pid_t pid)
{
    char path[64], line[256];
    long long kib = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && kib < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtoll(line + 4, NULL, 10);
    if (file)
        fclose(file);
    return kib < 0 ? -1 : kib * 1024;
}

static void visit(void *ctx, pid_t pid)
{
    struct walk *walk = ctx;
    struct top_usage *usage = walk->usage;
    struct procfs_stat stat;
    if (walk->depth >= DEPTH_MAX || usage->now_count == TOP_PROCESSES_MAX ||
        procfs_stat(pid, &stat) != 0)
        return;
    struct top_process *process = &usage->now[usage->now_count++];
    *process = (struct top_process){pid, stat.start_time, stat.ticks};
    uint64_t before = ticks_before(usage, process);
    walk->ticks += stat.ticks > before ? stat.ticks - before : 0;
    int64_t share = proportional(pid);
    walk->memory += share >= 0 ? share : (int64_t)stat.pages * sysconf(_SC_PAGESIZE);
    walk->depth++;
    procfs_children(pid, visit, walk);
    walk->depth--;
}

static struct top_load load_of(struct top_usage *usage, double now, pid_t daemon, pid_t pid)
{
    struct walk walk = {.usage = usage};
    struct top_load load = {-1, -1};
    struct procfs_stat stat;
    if (pid <= 0 || procfs_stat(pid, &stat) != 0)
        return load;
    if (stat.parent == daemon || stat.parent <= 1)
        visit(&walk, pid);
    else
        procfs_children(stat.parent, visit, &walk);
    load.memory = walk.memory;
    if (usage->when > 0 && now > usage->when)
        load.cpu = (double)walk.ticks * 100 / (double)sysconf(_SC_CLK_TCK) / (now - usage->when);
    return load;
}

void top_usage_sample(struct top_usage *usage, double now, pid_t daemon, const pid_t *pids,
                      uint32_t count, struct top_load *out_loads)
{
    usage->now_count = 0;
    for (uint32_t i = 0; i < count; i++)
        out_loads[i] = load_of(usage, now, daemon, pids[i]);
    qsort(usage->now, usage->now_count, sizeof *usage->now, by_pid);
    struct top_process *spare = usage->before;
    usage->before = usage->now;
    usage->before_count = usage->now_count;
    usage->now = spare;
    usage->when = now;
}
