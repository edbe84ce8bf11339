/* The words for what the plan holds as numbers. */
#include "a3s/plan.h"
#include "array.h"
#include "dump.h"

static const char *const error_texts[] = {[PLAN_OK] = "the plan is good",
#define X(error, text) [PLAN_E_##error] = text,
                                          PLAN_ERRORS(X)
#undef X
};

static const char *const section_names[] = {
#define X(kind, type, name) [PLAN_SECTION_##kind] = name,
    PLAN_SECTIONS(X)
#undef X
};

static const char *const field_names[] = {
#define X(field, name) [PLAN_FIELD_##field] = name,
    PLAN_FIELDS(X)
#undef X
};

static const char *const restart_names[] = {
    [PLAN_RESTART_NEVER] = "never",
    [PLAN_RESTART_ON_FAILURE] = "on-failure",
    [PLAN_RESTART_ALWAYS] = "always",
};

static const char *const signal_names[] = {
    [PLAN_SIGNAL_TERM] = "TERM", [PLAN_SIGNAL_INT] = "INT",   [PLAN_SIGNAL_QUIT] = "QUIT",
    [PLAN_SIGNAL_HUP] = "HUP",   [PLAN_SIGNAL_USR1] = "USR1", [PLAN_SIGNAL_USR2] = "USR2",
    [PLAN_SIGNAL_KILL] = "KILL",
};

static const char *const probe_names[] = {
    [PLAN_PROBE_HTTP] = "http",
    [PLAN_PROBE_TCP] = "tcp",
    [PLAN_PROBE_EXEC] = "exec",
    [PLAN_PROBE_LOG] = "log",
};

static const char *const log_level_names[] = {"trace", "debug", "info", "warn", "error"};

_Static_assert(ARRAY_LEN(error_texts) == PLAN_ERROR_COUNT, "one an error");
_Static_assert(ARRAY_LEN(section_names) == PLAN_SECTION_COUNT, "one a section");
_Static_assert(ARRAY_LEN(field_names) == PLAN_FIELD_COUNT, "one a field");
_Static_assert(ARRAY_LEN(restart_names) == PLAN_RESTART_COUNT, "one a policy");
_Static_assert(ARRAY_LEN(signal_names) == PLAN_SIGNAL_COUNT, "one a signal");
_Static_assert(ARRAY_LEN(probe_names) == PLAN_PROBE_TYPE_COUNT, "one a type");
_Static_assert(ARRAY_LEN(log_level_names) == PLAN_LOG_LEVELS, "one a level");

static const char *look_up(const char *const *table, size_t count, uint32_t index,
                           const char *otherwise)
{
    return index < count ? table[index] : otherwise;
}

const char *plan_error_text(enum plan_error error)
{
    return look_up(error_texts, ARRAY_LEN(error_texts), error, "?");
}

const char *plan_section_name(uint32_t kind)
{
    return look_up(section_names, ARRAY_LEN(section_names), kind, "header");
}

const char *plan_field_name(enum plan_field field)
{
    return look_up(field_names, ARRAY_LEN(field_names), field, "?");
}

const char *plan_restart_name(enum plan_restart_policy policy)
{
    return look_up(restart_names, ARRAY_LEN(restart_names), policy, "?");
}

const char *plan_signal_name(enum plan_signal signal)
{
    return look_up(signal_names, ARRAY_LEN(signal_names), signal, "?");
}

const char *plan_probe_name(enum plan_probe_type type)
{
    return look_up(probe_names, ARRAY_LEN(probe_names), type, "?");
}

const char *plan_log_level_name(uint32_t level)
{
    return look_up(log_level_names, ARRAY_LEN(log_level_names), level, "?");
}
