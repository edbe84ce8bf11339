/* What hangs on a service: its commands, environment, probe, watch and log. */
#include "verify.h"

/* ---- Commands ---- */

static bool text_is(const struct verifier *v, const struct plan_text *text, const char *expected)
{
    const struct plan_piece *piece = &v->plan.pieces[text->pieces.first];
    return text->pieces.count == 1 && piece->kind == PLAN_PIECE_LITERAL &&
           !strcmp(plan_text_ptr(&v->plan, piece->text), expected);
}

static enum plan_error verify_shell(struct verifier *v, const struct plan_command *command,
                                    const struct plan_text *argv)
{
    bool is_shell =
        command->argv.count == 3 && text_is(v, &argv[0], "/bin/sh") && text_is(v, &argv[1], "-c");
    return is_shell ? PLAN_OK : verify_fail(v, PLAN_E_VALUE, &command->argv);
}

enum plan_error verify_command(struct verifier *v, const uint32_t *index)
{
    VERIFY(verify_owned(v, index, PLAN_SECTION_COMMANDS));
    const struct plan_command *command = &v->plan.commands[*index];
    VERIFY(verify_text(v, &command->line));
    VERIFY(verify_range(v, &command->argv, PLAN_SECTION_ARGV, 1));
    const struct plan_text *argv = &v->plan.argv[command->argv.first];
    for (uint32_t i = 0; i < command->argv.count; i++)
        VERIFY(verify_text(v, &argv[i]));
    if (command->flags & ~PLAN_COMMAND_SHELL)
        return verify_fail(v, PLAN_E_ENUM, &command->flags);
    if (command->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &command->reserved);
    return command->flags & PLAN_COMMAND_SHELL ? verify_shell(v, command, argv) : PLAN_OK;
}

/* ---- Environment ---- */

static enum plan_error verify_env_flags(struct verifier *v, const uint32_t *flags)
{
    return *flags & ~PLAN_ENV_SHARED ? verify_fail(v, PLAN_E_ENUM, flags) : PLAN_OK;
}

enum plan_error verify_env(struct verifier *v, const struct plan_service *service)
{
    const char *last = "";
    VERIFY(verify_range(v, &service->env, PLAN_SECTION_ENV, 0));
    for (uint32_t i = 0; i < service->env.count; i++) {
        const struct plan_env *env = &v->plan.env[service->env.first + i];
        VERIFY(verify_variable(v, &env->name));
        const char *name = plan_text_ptr(&v->plan, env->name);
        if (strcmp(last, name) >= 0)
            return verify_fail(v, PLAN_E_ORDER, env);
        VERIFY(verify_text(v, &env->value));
        VERIFY(verify_env_flags(v, &env->flags));
        if (env->reserved != 0)
            return verify_fail(v, PLAN_E_RESERVED, &env->reserved);
        last = name;
    }
    return PLAN_OK;
}

enum plan_error verify_env_files(struct verifier *v, const struct plan_service *service)
{
    bool own = false; /* the shared ones are over */
    VERIFY(verify_range(v, &service->env_files, PLAN_SECTION_ENV_FILES, 0));
    for (uint32_t i = 0; i < service->env_files.count; i++) {
        const struct plan_env_file *file = &v->plan.env_files[service->env_files.first + i];
        bool shared = file->flags & PLAN_ENV_SHARED;
        VERIFY(verify_filled(v, &file->path, PLAN_TEXT_MAX));
        VERIFY(verify_env_flags(v, &file->flags));
        VERIFY(verify_place(v, &file->source, &file->line, &file->column));
        if (own && shared)
            return verify_fail(v, PLAN_E_ORDER, &file->flags);
        own = !shared;
    }
    return PLAN_OK;
}

/* ---- Probe ---- */

static enum plan_error verify_status(struct verifier *v, const struct plan_probe *probe)
{
    if (probe->status_min < 100 || probe->status_max > 999 || probe->status_min > probe->status_max)
        return verify_fail(v, PLAN_E_VALUE, &probe->status_min);
    return PLAN_OK;
}

static enum plan_error verify_path(struct verifier *v, const struct plan_probe *probe)
{
    if (probe->path.pieces.count == 0)
        return verify_fail(v, PLAN_E_RANGE, &probe->path);
    const struct plan_piece *piece = &v->plan.pieces[probe->path.pieces.first];
    if (plan_text_ptr(&v->plan, piece->text)[0] != '/') /* the text of other pieces is empty */
        return verify_fail(v, PLAN_E_VALUE, &piece->text);
    return PLAN_OK;
}

/* What only one type has is empty in all others. */
static enum plan_error verify_type(struct verifier *v, const struct plan_probe *probe,
                                   const struct plan_service *service)
{
    bool http = probe->type == PLAN_PROBE_HTTP, network = http || probe->type == PLAN_PROBE_TCP;
    VERIFY(verify_text(v, &probe->path));
    if (http)
        VERIFY(verify_path(v, probe));
    else if (probe->path.pieces.count != 0)
        return verify_fail(v, PLAN_E_RANGE, &probe->path);
    if (http)
        VERIFY(verify_status(v, probe));
    else if (probe->status_min != 0 || probe->status_max != 0)
        return verify_fail(v, PLAN_E_VALUE, &probe->status_min);
    if (network ? probe->port == 0 && service->port_source == PLAN_PORT_NONE : probe->port != 0)
        return verify_fail(v, PLAN_E_VALUE, &probe->port);
    VERIFY(verify_string(v, &probe->pattern, PLAN_TEXT_MAX));
    if ((probe->pattern.length != 0) != (probe->type == PLAN_PROBE_LOG))
        return verify_fail(v, PLAN_E_VALUE, &probe->pattern);
    if (probe->type != PLAN_PROBE_EXEC && probe->command != PLAN_NONE)
        return verify_fail(v, PLAN_E_INDEX, &probe->command);
    return PLAN_OK;
}

enum plan_error verify_probe(struct verifier *v, const struct plan_service *service, uint32_t owner)
{
    const struct plan_probe *probe = &v->plan.probes[service->probe];
    if (probe->service != owner)
        return verify_fail(v, PLAN_E_INDEX, &probe->service);
    if (probe->type >= PLAN_PROBE_TYPE_COUNT)
        return verify_fail(v, PLAN_E_ENUM, &probe->type);
    if (probe->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &probe->reserved);
    VERIFY(verify_duration(v, &probe->interval_ms));
    VERIFY(verify_duration(v, &probe->timeout_ms));
    VERIFY(verify_duration(v, &probe->start_timeout_ms));
    if (probe->retries == 0)
        return verify_fail(v, PLAN_E_VALUE, &probe->retries);
    return verify_type(v, probe, service);
}

/* ---- Watch ---- */

static enum plan_error verify_patterns(struct verifier *v, const struct plan_range *range,
                                       uint32_t least)
{
    VERIFY(verify_range(v, range, PLAN_SECTION_PATTERNS, least));
    for (uint32_t i = 0; i < range->count; i++)
        VERIFY(verify_filled(v, &v->plan.patterns[range->first + i], PLAN_TEXT_MAX));
    return PLAN_OK;
}

enum plan_error verify_watch(struct verifier *v, const struct plan_service *service, uint32_t owner)
{
    VERIFY(verify_owned(v, &service->watch, PLAN_SECTION_WATCHES));
    const struct plan_watch *watch = &v->plan.watches[service->watch];
    if (watch->service != owner)
        return verify_fail(v, PLAN_E_INDEX, &watch->service);
    VERIFY(verify_duration(v, &watch->debounce_ms));
    if (watch->restart > 1)
        return verify_fail(v, PLAN_E_ENUM, &watch->restart);
    if (watch->reserved != 0)
        return verify_fail(v, PLAN_E_RESERVED, &watch->reserved);
    VERIFY(verify_patterns(v, &watch->paths, 1));
    return verify_patterns(v, &watch->ignores, 0);
}

/* ---- Log ---- */

enum plan_error verify_log(struct verifier *v, const struct plan_service *service, uint32_t owner)
{
    VERIFY(verify_owned(v, &service->log, PLAN_SECTION_LOGS));
    const struct plan_log *log = &v->plan.logs[service->log];
    if (log->service != owner)
        return verify_fail(v, PLAN_E_INDEX, &log->service);
    VERIFY(verify_text(v, &log->file));
    if (log->file.pieces.count == 0)
        return verify_fail(v, PLAN_E_RANGE, &log->file);
    if (log->max_size < PLAN_LOG_SIZE_MIN)
        return verify_fail(v, PLAN_E_VALUE, &log->max_size);
    if (log->keep > PLAN_LOG_KEEP_MAX)
        return verify_fail(v, PLAN_E_VALUE, &log->keep);
    return PLAN_OK;
}
