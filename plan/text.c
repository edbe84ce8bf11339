/* Strings and texts of a plan for people. */
#include "dump.h"

#include "array.h"

static void add_byte(struct strbuf *out, unsigned char c)
{
    switch (c) {
    case '"':
    case '\\': strbuf_addf(out, "\\%c", c); break;
    case '\n': strbuf_adds(out, "\\n"); break;
    case '\r': strbuf_adds(out, "\\r"); break;
    case '\t': strbuf_adds(out, "\\t"); break;
    default:
        if (c < 0x20 || c == 0x7f)
            strbuf_addf(out, "\\x%02x", c);
        else
            strbuf_addc(out, (char)c);
    }
}

void plan_escape(const struct plan *plan, struct plan_string string, struct strbuf *out)
{
    const char *text = plan_text_ptr(plan, string);
    for (uint32_t i = 0; i < string.length; i++)
        add_byte(out, (unsigned char)text[i]);
}

void plan_quote(const struct plan *plan, struct plan_string string, struct strbuf *out)
{
    strbuf_addc(out, '"');
    plan_escape(plan, string, out);
    strbuf_addc(out, '"');
}

/* "${" of a literal is told from a reference by one more '$', as in an A3sfile. */
static void escape_literal(const struct plan *plan, struct plan_string string, struct strbuf *out)
{
    const char *text = plan_text_ptr(plan, string);
    for (uint32_t i = 0; i < string.length; i++) {
        if (text[i] == '$' && text[i + 1] == '{')
            strbuf_addc(out, '$');
        add_byte(out, (unsigned char)text[i]);
    }
}

static void show_reference(const struct plan *plan, const struct plan_piece *piece,
                           struct strbuf *out)
{
    if (piece->kind == PLAN_PIECE_PORT) {
        strbuf_addf(out, "${service.%s.port}", plan_service_name(plan, piece->ref));
        return;
    }
    const struct plan_lookup *lookup = &plan->lookups[piece->ref];
    strbuf_adds(out, "${env(");
    plan_quote(plan, lookup->name, out);
    if (lookup->flags & PLAN_LOOKUP_FALLBACK) {
        strbuf_adds(out, ", ");
        plan_fallback_quote(plan, lookup, out);
    }
    strbuf_adds(out, ")}");
}

void plan_fallback_quote(const struct plan *plan, const struct plan_lookup *lookup,
                         struct strbuf *out)
{
    if (plan_env_is_secret(plan_text_ptr(plan, lookup->name)))
        strbuf_adds(out, "***");
    else
        plan_quote(plan, lookup->fallback, out);
}

void plan_text_show(const struct plan *plan, struct plan_text text, struct strbuf *out)
{
    const struct plan_piece *pieces = &plan->pieces[text.pieces.first];
    for (uint32_t i = 0; i < text.pieces.count; i++) {
        if (pieces[i].kind == PLAN_PIECE_LITERAL)
            strbuf_add(out, plan_text_ptr(plan, pieces[i].text), pieces[i].text.length);
        else
            show_reference(plan, &pieces[i], out);
    }
}

void plan_text_quote(const struct plan *plan, struct plan_text text, struct strbuf *out)
{
    const struct plan_piece *pieces = &plan->pieces[text.pieces.first];
    strbuf_addc(out, '"');
    for (uint32_t i = 0; i < text.pieces.count; i++) {
        if (pieces[i].kind == PLAN_PIECE_LITERAL)
            escape_literal(plan, pieces[i].text, out);
        else
            show_reference(plan, &pieces[i], out);
    }
    strbuf_addc(out, '"');
}

bool plan_env_is_secret(const char *name)
{
    static const char *const words[] = {"TOKEN", "SECRET", "PASS", "KEY", "AUTH", "DSN", "COOKIE"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

/* A reference tells no more than a name. */
static bool is_bare_reference(const struct plan *plan, const struct plan_piece *piece)
{
    return piece->kind == PLAN_PIECE_PORT ||
           (piece->kind == PLAN_PIECE_ENV &&
            !(plan->lookups[piece->ref].flags & PLAN_LOOKUP_FALLBACK));
}

bool plan_env_is_hidden(const struct plan *plan, const struct plan_env *env)
{
    if (!plan_env_is_secret(plan_text_ptr(plan, env->name)))
        return false;
    struct plan_range range = env->value.pieces;
    for (uint32_t i = 0; i < range.count; i++)
        if (!is_bare_reference(plan, &plan->pieces[range.first + i]))
            return true;
    return range.count == 0;
}

void plan_duration_show(uint32_t ms, struct strbuf *out)
{
    static const struct {
        uint32_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (ms >= units[i].ms) {
            strbuf_addf(out, "%u%s", ms / units[i].ms, units[i].unit);
            ms %= units[i].ms;
        }
}

void plan_size_show(uint64_t bytes, struct strbuf *out)
{
    static const char *const units[] = {"", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    for (; unit + 1 < ARRAY_LEN(units) && bytes && bytes % 1024 == 0; unit++)
        bytes /= 1024;
    strbuf_addf(out, "%llu%s", (unsigned long long)bytes, units[unit]);
}
