#include "unknown.h"

#include "suggest.h"

/* Bytes of a list of what there is. */
#define LIST_MAX 300

static void add_names(struct strbuf *out, const char *const *names, uint32_t count)
{
    size_t begin = out->len;
    for (uint32_t i = 0; i < count; i++) {
        if (out->len - begin > LIST_MAX) {
            strbuf_addf(out, " and %u more", count - i);
            return;
        }
        strbuf_addf(out, "%s%s", i ? ", " : "", names[i]);
    }
}

void unknown_service(struct strbuf *out, const char *name, const char *const *names, uint32_t count)
{
    struct suggestion close = suggest_begin(str_from(name));
    for (uint32_t i = 0; i < count; i++)
        suggest_offer(&close, str_from(names[i]), i);
    strbuf_addf(out, "no service is called \"%s\"", name);
    if (close.best.ptr) {
        strbuf_addf(out, "; did you mean \"%.*s\"?", STR_ARG(close.best));
    } else if (count) {
        strbuf_adds(out, "; there are ");
        add_names(out, names, count);
    }
}
