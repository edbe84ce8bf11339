#include "journal.h"

#include "mem.h"
#include "str.h"

void journal_init(struct journal *journal, uint32_t service_count)
{
    *journal = (struct journal){.service_count = service_count};
    journal->last = mem_alloc_array(service_count, sizeof *journal->last);
    journal->records =
        mem_alloc_array((size_t)service_count * JOURNAL_RECORDS, sizeof *journal->records);
    journal->origins = mem_alloc_array((size_t)service_count * 2, sizeof *journal->origins);
}

void journal_finish(struct journal *journal)
{
    free(journal->last);
    free(journal->records);
    free(journal->origins);
    *journal = (struct journal){0};
}

static struct journal_record *slot(const struct journal *journal, struct journal_ref ref)
{
    size_t row = ref.number % JOURNAL_RECORDS;
    return &journal->records[row * journal->service_count + ref.service];
}

static struct journal_ref renumber(struct journal_ref ref, const uint32_t *to)
{
    uint32_t service = ref.number ? to[ref.service] : UINT32_MAX;
    return service == UINT32_MAX ? (struct journal_ref){0}
                                 : (struct journal_ref){service, ref.number};
}

static void adopt_record(struct journal_record *record, const struct journal_record *other,
                         const uint32_t *to)
{
    *record = *other;
    record->self = renumber(other->self, to);
    record->cause = renumber(other->cause, to);
}

static void adopt_service(struct journal *journal, uint32_t service, const struct journal *other,
                          uint32_t old, const uint32_t *to)
{
    uint32_t last = other->last[old];
    uint32_t count = last < JOURNAL_RECORDS ? last : JOURNAL_RECORDS;
    journal->last[service] = last;
    for (uint32_t number = last - count + 1; number <= last && count; number++)
        adopt_record(slot(journal, (struct journal_ref){service, number}),
                     slot(other, (struct journal_ref){old, number}), to);
    for (uint32_t i = 0; i < 2; i++)
        adopt_record(&journal->origins[service * 2ul + i], &other->origins[old * 2ul + i], to);
}

void journal_adopt(struct journal *journal, const struct journal *other, const uint32_t *from,
                   const uint32_t *to)
{
    journal->order = other->order;
    for (uint32_t i = 0; i < journal->service_count; i++) {
        if (from[i] != UINT32_MAX)
            adopt_service(journal, i, other, from[i], to);
    }
}

/* The end of the longest beginning that has whole characters. */
static size_t cut(const char *text, size_t length, size_t room)
{
    if (length <= room)
        return length;
    while (room && ((unsigned char)text[room] & 0xc0) == 0x80)
        room--;
    return room;
}

static void set_text(struct journal_record *record, const char *text)
{
    static const char more[] = "...";
    size_t length = strlen(text), kept = cut(text, length, JOURNAL_TEXT - 1);
    if (kept < length)
        kept = cut(text, length, JOURNAL_TEXT - sizeof more);
    memcpy(record->text, text, kept);
    memcpy(record->text + kept, more, kept < length ? sizeof more - 1 : 0);
    record->text[kept + (kept < length ? sizeof more - 1 : 0)] = '\0';
}

struct journal_ref journal_add(struct journal *journal, const struct journal_record *record,
                               const char *text)
{
    uint32_t service = record->self.service;
    struct journal_ref ref = {service, ++journal->last[service]};
    struct journal_record *added = slot(journal, ref);
    *added = *record;
    added->self = ref;
    added->order = ++journal->order;
    if (text)
        set_text(added, text);
    return ref;
}

void journal_begins(struct journal *journal, struct journal_ref ref)
{
    journal->origins[ref.service * 2ul] = *slot(journal, ref);
}

void journal_starts(struct journal *journal, uint32_t service)
{
    journal->origins[service * 2ul + 1] = journal->origins[service * 2ul];
}

const struct journal_record *journal_get(const struct journal *journal, struct journal_ref ref)
{
    if (!ref.number || ref.service >= journal->service_count)
        return NULL;
    const struct journal_record *record = slot(journal, ref);
    return record->self.number == ref.number ? record : NULL;
}

struct journal_ref journal_last(const struct journal *journal, uint32_t service)
{
    return (struct journal_ref){service, journal->last[service]};
}

const struct journal_record *journal_origin(const struct journal *journal, uint32_t service)
{
    const struct journal_record *origin = &journal->origins[service * 2ul + 1];
    return origin->self.number ? origin : NULL;
}

static int by_order(const void *a, const void *b)
{
    const struct journal_record *const *left = a, *const *right = b;
    return (*left)->order < (*right)->order ? -1 : 1;
}

void journal_sort(const struct journal_record **records, size_t count)
{
    qsort(records, count, sizeof *records, by_order);
}
