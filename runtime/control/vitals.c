#include "vitals.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of this process; -1: not known. */
static json_int_t open_descriptors(void)
{
    json_int_t count = -1; /* the folder's own */
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return -1;
    for (struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

/* Bytes; proc_pid_statm(5). */
static json_int_t resident_bytes(void)
{
    long pages = -1;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return -1;
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = -1;
    fclose(file);
    return pages < 0 ? -1 : (json_int_t)pages * sysconf(_SC_PAGESIZE);
}

static json_t *number(json_int_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

static json_t *descriptors_json(void)
{
    struct rlimit limit;
    bool known = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return json_pack("{s:o,s:o}", "open", number(open_descriptors()), "limit",
                     number(known ? (json_int_t)limit.rlim_cur : -1));
}

/* How many are in which state; every state is there. */
static json_t *services_json(const struct supervisor *supervisor)
{
    json_int_t counts[SERVICE_STATE_COUNT] = {0};
    json_t *object = json_object();
    for (uint32_t i = 0; i < supervisor->plan->service_count; i++)
        counts[supervisor->services[i].state]++;
    for (int i = 0; i < SERVICE_STATE_COUNT; i++)
        json_object_set_new(object, service_state_name((enum service_state)i),
                            json_integer(counts[i]));
    return object;
}

json_t *vitals_json(const struct vitals *vitals)
{
    return json_pack("{s:i,s:s,s:I,s:I,s:o,s:o,s:I,s:b,s:o}", "api", 1, "version", A3S_VERSION,
                     "pid", (json_int_t)getpid(), "uptime_secs",
                     (json_int_t)(vitals->uptime_ms / 1000), "descriptors", descriptors_json(),
                     "memory_bytes", number(resident_bytes()), "clients",
                     (json_int_t)vitals->clients, "stopping", vitals->stopping, "services",
                     services_json(vitals->supervisor));
}
