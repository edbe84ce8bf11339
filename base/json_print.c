#include "json_print.h"

static int append(const char *bytes, size_t size, void *out)
{
    strbuf_add(out, bytes, size);
    return 0;
}

void json_print(json_t *value, struct strbuf *out)
{
    json_dump_callback(value, append, out, JSON_INDENT(2));
    strbuf_addc(out, '\n');
    json_decref(value);
}
