#include "cycle_text.h"

#define SHOWN_MAX 16u

bool cycle_is_shown(uint32_t place, uint32_t count)
{
    return count <= SHOWN_MAX || place < SHOWN_MAX - 1 || place == count - 1;
}

void cycle_describe(uint32_t count, cycle_name_fn *add_name, const void *context,
                    struct strbuf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        if (cycle_is_shown(i, count)) {
            add_name(context, i, out);
            strbuf_adds(out, " -> ");
        } else if (i == SHOWN_MAX - 1) {
            strbuf_addf(out, "(%u more) -> ", count - SHOWN_MAX);
        }
    }
    add_name(context, 0, out);
}
