#include "syntax_codes.h"

const struct diag_code syntax_codes[SYNTAX_CODE_COUNT] = {
#define CODE(id, number, summary, explain) [id] = {number, summary, explain},
#include "syntax_codes.def"
#undef CODE
};

struct diag *syntax_error(struct diag_list *diags, enum syntax_code code, struct span span,
                          const char *detail, ...)
{
    const struct diag_code *row = &syntax_codes[code];
    struct diag *diag = diag_error(diags, row, span, "%s", row->summary);
    struct strbuf text;
    va_list args;
    strbuf_init(&text);
    va_start(args, detail);
    strbuf_vaddf(&text, detail, args);
    va_end(args);
    diag_detail(diag, "%s", strbuf_text(&text));
    strbuf_finish(&text);
    return diag;
}
