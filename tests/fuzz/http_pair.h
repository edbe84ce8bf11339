/* The proxy's reader and the strict one, over the same bytes. What the proxy's reader takes, the
 * strict one must take and read in the same way; what it refuses, the strict one may take only
 * where the proxy has a limit or knows less. Anything else ends the process. */
#ifndef TESTS_FUZZ_HTTP_PAIR_H
#define TESTS_FUZZ_HTTP_PAIR_H

#include "body.h"
#include "http.h"
#include "strict_http.h"

/* Ends the process, saying what was expected. */
#define EXPECT(condition) ((condition) ? (void)0 : expect_failed(#condition, __FILE__, __LINE__))
void expect_failed(const char *condition, const char *file, int line);

struct pair {
    struct http http;
    struct strict_message strict;
    enum strict_verdict verdict;
    struct buffer out; /* what the other side is sent */
    struct body body;
    struct strbuf data; /* of the body, as the proxy's reader tells it */
    bool head, whole, failed;
    size_t used;
    /* The head is whole: begins the output. False refuses it. */
    bool (*on_head)(struct pair *pair);
    void *ctx;
};

/* Reads one message in pieces, whose sizes the seed decides. */
void pair_read(struct pair *pair, struct str bytes, uint64_t seed);
/* What went out, read strictly: the same body, and whole if all came in. Finish it. */
void pair_read_output(const struct pair *pair, struct strict_message *out);
void pair_finish(struct pair *pair);
/* A seed out of an input. */
uint64_t pair_seed(struct str bytes);

#endif
