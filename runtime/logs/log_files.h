/* The files of a plan's log blocks, as sinks of the logs. */
#ifndef RUNTIME_LOG_FILES_H
#define RUNTIME_LOG_FILES_H

#include "arena.h"
#include "launch.h"
#include "log_file.h"
#include "logs.h"

struct log_files {
    struct logs *logs;       /* NULL: zeroed */
    struct log_file **files; /* as many as count, one a log block of the plan */
    uint32_t count;
    struct arena arena; /* their paths */
    ev_timer news;
    /* Called from the loop. */
    void (*tell)(void *ctx, uint32_t service, bool bad, const char *text);
    void *ctx;
};

void log_files_init(struct log_files *files, struct logs *logs,
                    void (*tell)(void *ctx, uint32_t service, bool bad, const char *text),
                    void *ctx);
/* The files of this plan, from now on. One that the plan before had, by its path, goes on; the
 * others of that plan are closed. After logs_renumber. */
void log_files_set(struct log_files *files, const struct launch_world *world);
/* Before logs_finish. */
void log_files_finish(struct log_files *files);

#endif
