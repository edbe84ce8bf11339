/* A regular expression that lines of output are held against: PCRE2, UTF-8, anywhere in the line.
 *
 * The steps of a match are bounded, so that no pattern and no line can hang a3s. Escape sequences
 * of terminals (ECMA-48: colours above all) are taken out of a line first; bytes that are not UTF-8
 * match nothing. A zeroed pattern can be finished.
 */
#ifndef RUNTIME_LINE_PATTERN_H
#define RUNTIME_LINE_PATTERN_H

#include "str.h"

struct line_pattern {
    struct pcre2_real_code_8 *code;
    struct pcre2_real_match_data_8 *match;
    struct pcre2_real_match_context_8 *context;
    struct strbuf plain; /* the line without its escape sequences */
};

enum line_verdict {
    LINE_MATCHES,
    LINE_DIFFERS,
    LINE_TOO_HARD, /* too many steps: not known */
};

/* False, with why added, if it is none. */
bool line_pattern_init(struct line_pattern *pattern, struct str text, struct strbuf *out_why);
void line_pattern_finish(struct line_pattern *pattern);

enum line_verdict line_pattern_test(struct line_pattern *pattern, struct str line);

#endif
