#include "line_pattern.h"

#include "log_escape.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <time.h>

/* From one place of the line on; what all places cost together is not PCRE2's to bound, nor how
 * many characters a step goes over. */
#define MATCH_LIMIT 20000
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT  1024 /* KiB */

/* Items of the pattern that are tried between two looks at the clock: an item can go over the whole
 * line. A line on which fewer are tried costs no look. */
#define CLOCK_EVERY 32u

/* What the thread has worked, so that a busy machine makes no line hard. */
static int64_t clock_work(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Before every item of the pattern. */
static int on_item(pcre2_callout_block *block, void *ctx)
{
    struct line_pattern *pattern = ctx;
    (void)block;
    if (++pattern->tried % CLOCK_EVERY)
        return 0;
    int64_t now = clock_work();
    if (!pattern->end)
        pattern->end = now + LINE_PATTERN_WORK_US;
    return now < pattern->end ? 0 : PCRE2_ERROR_CALLOUT;
}

/* Characters from 1; PCRE2 counts bytes. */
static size_t column_of(struct str text, size_t offset)
{
    size_t column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++)
        column += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return column;
}

bool line_pattern_init(struct line_pattern *pattern, struct str text, struct strbuf *out_why)
{
    int error;
    PCRE2_SIZE offset = 0;
    *pattern = (struct line_pattern){0};
    pattern->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
                                  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                                      PCRE2_AUTO_CALLOUT,
                                  &error, &offset, NULL);
    if (!pattern->code) {
        PCRE2_UCHAR message[256] = "it is not valid";
        pcre2_get_error_message(error, message, sizeof message);
        strbuf_addf(out_why, "column %zu: %s", column_of(text, offset), (const char *)message);
        return false;
    }
    pattern->match = pcre2_match_data_create(1, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (!pattern->match || !pattern->context) {
        strbuf_adds(out_why, "there is not enough memory");
        line_pattern_finish(pattern);
        return false;
    }
    pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(pattern->context, HEAP_LIMIT);
    return true;
}

void line_pattern_finish(struct line_pattern *pattern)
{
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->match);
    pcre2_code_free(pattern->code);
    strbuf_finish(&pattern->plain);
    *pattern = (struct line_pattern){0};
}

/* The line itself if there is nothing to take out. */
static struct str make_plain(struct line_pattern *pattern, struct str line)
{
    if (!line.len || !memchr(line.ptr, '\x1b', line.len))
        return line;
    strbuf_clear(&pattern->plain);
    log_strip(&pattern->plain, line);
    return strbuf_str(&pattern->plain);
}

enum line_verdict line_pattern_test(struct line_pattern *pattern, struct str line)
{
    struct str plain = make_plain(pattern, line);
    pattern->tried = 0;
    pattern->end = 0;
    pcre2_set_callout(pattern->context, on_item, pattern); /* here: the pattern may have moved */
    int found = pcre2_match(pattern->code, (PCRE2_SPTR)(plain.len ? plain.ptr : ""), plain.len, 0,
                            0, pattern->match, pattern->context);
    if (found >= 0)
        return LINE_MATCHES;
    return found == PCRE2_ERROR_NOMATCH ? LINE_DIFFERS : LINE_TOO_HARD;
}
