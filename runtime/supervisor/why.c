#include "why.h"

#include "clock_text.h"

/* What services print and paths are any bytes; JSON is UTF-8. */
static json_t *text_json(struct strbuf *text)
{
    json_t *json = json_string(strbuf_text(text));
    if (json)
        return json;
    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->ptr[i] >= 0x80)
            text->ptr[i] = '?';
    return json_string(strbuf_text(text));
}

static json_t *time_json(const struct why_source *source, int64_t at)
{
    struct strbuf text = {0};
    clock_text_iso(&text, source->wall - (source->now - at));
    json_t *json = json_string(strbuf_text(&text));
    strbuf_finish(&text);
    return json;
}

/* The place of its cause in the chain, or null. */
static json_t *cause_json(const struct why_chain *chain, const struct journal_record *record)
{
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain->records[i]->self.service == record->cause.service &&
            chain->records[i]->self.number == record->cause.number)
            return json_integer(i);
    return json_null();
}

static json_t *record_json(const struct why_source *source, const struct journal_record *record)
{
    struct strbuf text = {0};
    why_record(source, record, &text);
    json_t *object = json_object();
    json_object_set_new(object, "time", time_json(source, record->at));
    json_object_set_new(object, "service",
                        json_string(plan_service_name(source->plan, record->self.service)));
    json_object_set_new(object, "event", json_string(why_event(record)));
    if (record->is_state) {
        json_object_set_new(object, "from",
                            json_string(service_state_name((enum service_state)record->from)));
        json_object_set_new(object, "to",
                            json_string(service_state_name((enum service_state)record->to)));
    }
    json_object_set_new(object, "text", text_json(&text));
    strbuf_finish(&text);
    return object;
}

static json_t *chain_json(const struct why_source *source, const struct why_chain *chain)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < chain->count; i++) {
        json_t *object = record_json(source, chain->records[i]);
        json_object_set_new(object, "cause", cause_json(chain, chain->records[i]));
        json_array_append_new(array, object);
    }
    return array;
}

json_t *why_place_json(const struct plan *plan, uint32_t service)
{
    const struct plan_span *span = plan_find_span(plan, service, PLAN_FIELD_NAME);
    return json_pack("{s:s,s:I,s:I}", "file", plan_text_ptr(plan, plan->sources[span->source].path),
                     "line", (json_int_t)span->line, "column", (json_int_t)span->column);
}

json_t *why_json(const struct why_source *source, uint32_t service)
{
    const struct supervised *s = &source->supervisor->services[service];
    struct why_chain chain;
    struct strbuf text = {0};
    why_chain_collect(&source->supervisor->journal, service, &chain);
    why_headline(source, service, &text);
    json_t *object =
        json_pack("{s:i,s:s,s:s,s:o,s:o,s:b,s:o}", "api", 1, "service",
                  plan_service_name(source->plan, service), "state", service_state_name(s->state),
                  "text", text_json(&text), "source", why_place_json(source->plan, service),
                  "complete", chain.complete, "chain", chain_json(source, &chain));
    strbuf_finish(&text);
    return object;
}

json_t *why_event_json(const struct why_source *source, const struct journal_record *record)
{
    json_t *object = record_json(source, record);
    json_object_set_new(object, "seq", json_integer((json_int_t)record->order));
    return object;
}

_Static_assert(JOURNAL_RECORDS <= WHY_CHAIN_MAX, "a chain has room for all of a service");

json_t *why_journal_json(const struct why_source *source, uint32_t service)
{
    const struct journal *journal = &source->supervisor->journal;
    struct journal_ref last = journal_last(journal, service);
    struct why_chain all = {0};
    uint32_t number = last.number > JOURNAL_RECORDS ? last.number - JOURNAL_RECORDS + 1 : 1;
    for (; number <= last.number; number++)
        all.records[all.count++] = journal_get(journal, (struct journal_ref){service, number});
    return json_pack("{s:i,s:s,s:b,s:o}", "api", 1, "service",
                     plan_service_name(source->plan, service), "complete",
                     last.number <= JOURNAL_RECORDS, "records", chain_json(source, &all));
}
