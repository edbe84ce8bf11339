/* A verified plan as text for people and golden files, as JSON for programs, as a graph for dot.
 *
 * All three depend on the plan alone: the same plan gives the same bytes. What is known only when
 * the plan is loaded is shown by its name. Values and fallbacks of environment variables whose name
 * speaks of a secret (TOKEN, SECRET, PASS, KEY, AUTH, DSN, COOKIE, in either case) are shown as
 * "***", unless they are nothing but such names. The text leaves out what has its usual value and
 * the plan's hash, so that it changes only with what a person would call a change; the JSON has
 * every field.
 */
#ifndef PLAN_DUMP_H
#define PLAN_DUMP_H

#include "a3s/plan.h"
#include "str.h"

/* Strings are quoted as in C: \" \\ \n \r \t, other control bytes as \x1b; texts moreover have
 * ${env("NAME")}, ${env("NAME", "fallback")} and ${service.NAME.port}, with $${ for a literal ${.
 * Ends in a newline. */
void plan_dump_text(const struct plan *plan, struct strbuf *out);
/* One object, indented by 2; docs/plan-format.md has its shape. Ends in a newline. */
void plan_dump_json(const struct plan *plan, struct strbuf *out);
/* A digraph in Graphviz's language: an edge from each service to what it depends on. */
void plan_dump_dot(const struct plan *plan, struct strbuf *out);
/* The same as a flowchart in Mermaid's. */
void plan_dump_mermaid(const struct plan *plan, struct strbuf *out);

/* The words for the plan's enums, in both forms; "?" beyond the last. */
const char *plan_restart_name(enum plan_restart_policy policy);
const char *plan_signal_name(enum plan_signal signal);
const char *plan_log_level_name(uint32_t level);
const char *plan_probe_name(enum plan_probe_type type);

/* As a person writes it: 500ms, 2s, 1m30s, 24h; 4096, 10KiB, 1MiB. */
void plan_duration_show(uint32_t ms, struct strbuf *out);
void plan_size_show(uint64_t bytes, struct strbuf *out);

/* Parts of the forms: escaped as above, without and with quotes. */
void plan_escape(const struct plan *plan, struct plan_string string, struct strbuf *out);
void plan_quote(const struct plan *plan, struct plan_string string, struct strbuf *out);
void plan_text_quote(const struct plan *plan, struct plan_text text, struct strbuf *out);
/* The fallback, quoted or hidden. */
void plan_fallback_quote(const struct plan *plan, const struct plan_lookup *lookup,
                         struct strbuf *out);
/* Whether the name of an environment variable speaks of a secret. */
bool plan_env_is_secret(const char *name);
/* Whether the value is to be shown as "***". */
bool plan_env_is_hidden(const struct plan *plan, const struct plan_env *env);

#endif
