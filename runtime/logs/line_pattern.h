/* A regular expression that lines of output are held against: PCRE2, UTF-8, anywhere in the line.
 *
 * The work on a line is bounded, so that no pattern and no line can hang a3s: in steps from one
 * place of it, and in processor time on all of it. Escape sequences of terminals (ECMA-48: colours
 * above all) are taken out of a line first; bytes that are not UTF-8 match nothing. A zeroed
 * pattern can be finished.
 */
#ifndef RUNTIME_LINE_PATTERN_H
#define RUNTIME_LINE_PATTERN_H

#include "str.h"

#include <stdint.h>

/* Processor time that a line may take, give or take a millisecond or two. Usual patterns take a
 * third of it on the longest lines, and a thousandth on usual ones. */
#define LINE_PATTERN_WORK_US 5000

struct line_pattern {
    struct pcre2_real_code_8 *code;
    struct pcre2_real_match_data_8 *match;
    struct pcre2_real_match_context_8 *context;
    struct strbuf plain; /* the line without its escape sequences */
    /* Of the line that is looked at: */
    uint32_t tried; /* items of the pattern */
    int64_t end;    /* us, CLOCK_THREAD_CPUTIME_ID; 0: the clock has not been looked at */
};

enum line_verdict {
    LINE_MATCHES,
    LINE_DIFFERS,
    LINE_TOO_HARD, /* too much work: not known */
};

/* False, with why added, if it is none: "column 3: missing closing parenthesis". */
bool line_pattern_init(struct line_pattern *pattern, struct str text, struct strbuf *out_why);
void line_pattern_finish(struct line_pattern *pattern);

enum line_verdict line_pattern_test(struct line_pattern *pattern, struct str line);

#endif
