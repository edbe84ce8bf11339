#include "why.h"

/* Of the service itself, and in a row of another one. */
#define OWN_MAX   24u
#define OTHER_MAX 4u

static bool add(struct why_chain *chain, const struct journal_record *record)
{
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain->records[i] == record)
            return false;
    if (chain->count == WHY_CHAIN_MAX)
        return false;
    chain->records[chain->count++] = record;
    return true;
}

/* A command or a file: nothing in here led to it but the demand of another service. */
static bool is_root(const struct journal_record *record)
{
    if (record->is_state)
        return false;
    switch ((enum supervisor_input)record->input) {
    case SUPERVISOR_UP:
    case SUPERVISOR_UP_ALONE:
    case SUPERVISOR_DOWN:
    case SUPERVISOR_RESTART:
    case SUPERVISOR_CHANGED:
    case SUPERVISOR_LEAVE:
    case SUPERVISOR_RENEW:
    case SUPERVISOR_KILL: return true;
    default: return false;
    }
}

/* What happened to another service and led to the record, as far as it was about that one. */
static void add_others(const struct journal *journal, const struct journal_record *record,
                       struct why_chain *chain)
{
    const struct journal_record *cause = journal_get(journal, record->cause);
    if (!cause || cause->self.service == record->self.service)
        return;
    for (uint32_t i = 0; cause && i < OTHER_MAX && add(chain, cause); i++) {
        if (is_root(cause))
            break;
        cause = journal_get(journal, cause->cause);
    }
}

void why_chain_collect(const struct journal *journal, uint32_t service, struct why_chain *out)
{
    struct journal_ref ref = journal_last(journal, service);
    const struct journal_record *record;
    *out = (struct why_chain){.complete = ref.number == 0};
    for (uint32_t i = 0; i < OWN_MAX && (record = journal_get(journal, ref)); i++) {
        add(out, record);
        add_others(journal, record, out);
        out->complete = is_root(record);
        if (out->complete)
            break;
        ref.number--;
    }
    journal_sort(out->records, out->count);
}
