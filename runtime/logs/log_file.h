/* A sink: the file of one service. It gets the bytes that the service prints, as they are; only
 * where the service's other stream comes between, an unfinished line is ended.
 *
 * The file is appended to, and made (0600, its folders, too) with the first line. It must be a
 * regular file of the user's own, and no symbolic link. Beyond max_size it becomes path.1, the one
 * before path.2, up to keep of them. A file that is moved or removed is made anew within a second.
 * If it cannot be written, lines are lost and counted, and it is tried again each second; the
 * service does not notice. A zeroed file is closed.
 */
#ifndef RUNTIME_LOG_FILE_H
#define RUNTIME_LOG_FILE_H

#include "log_sink.h"

#include <sys/types.h>

struct log_file_setup {
    const char *path;  /* absolute; the owner's, until it is set anew */
    const char *shown; /* the same, for messages */
    uint64_t max_size; /* bytes */
    uint32_t keep;     /* files that are put aside */
    uint32_t service;
};

struct log_file {
    struct log_sink sink; /* attach this one */
    struct log_file_setup setup;
    uint32_t kept; /* the most that it has had to keep, and may have put aside */
    int fd;        /* valid if is_open */
    bool is_open;
    bool torn;    /* it ends in a part of a line that could not be written whole */
    dev_t device; /* of what is open */
    ino_t inode;
    uint64_t size;              /* bytes in it */
    struct strbuf pending;      /* bytes to be written in this turn of the loop */
    int unfinished;             /* the stream of its last line, if that has no break yet */
    int64_t looked_ms;          /* when it was last looked at or tried, by clock_ms */
    int error;                  /* a negative errno: it cannot be written */
    bool told;                  /* that */
    uint64_t lost;              /* lines since then */
    int stuck;                  /* a negative errno: it cannot be put aside */
    bool stuck_told;            /* that */
    int64_t stuck_ms;           /* when that was tried, by clock_ms */
    void (*on_news)(void *ctx); /* log_file_news has something to say; may not print here */
    void *ctx;
};

void log_file_init(struct log_file *file, const struct log_file_setup *setup,
                   void (*on_news)(void *ctx), void *ctx);
/* The path is the same; what else is set may differ. */
void log_file_set(struct log_file *file, const struct log_file_setup *setup);
/* Writes what waits. */
void log_file_close(struct log_file *file);

/* Adds what is to be told, a sentence, if anything is; true if it is bad news. */
bool log_file_news(struct log_file *file, struct strbuf *out);

#endif
