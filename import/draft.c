#include "draft.h"

#include "ascii.h"

/* Longer names are cut: nobody could type them. */
#define NAME_MAX_BYTES 60

void draft_init(struct draft *draft, struct arena *arena, const char *from)
{
    *draft = (struct draft){.arena = arena, .from = from};
    map_init(&draft->keys, arena, 0);
    map_init(&draft->names, arena, 0);
    map_init(&draft->lost_index, arena, 0);
    draft->dev = arena_new(arena, struct draft_service, 1);
    map_init(&draft->dev->env_index, arena, 0);
}

static bool is_name_char(char c)
{
    return ascii_is_alnum(c) || c == '_' || c == '.' || c == '-';
}

/* "dev:api" is "dev-api"; what has no letter at all is "service"; of two alike one gets a number.
 */
static struct str make_name(struct draft *draft, struct str key)
{
    char base[NAME_MAX_BYTES + 1];
    size_t length = 0;
    for (size_t i = 0; i < key.len && length < NAME_MAX_BYTES; i++) {
        char c = is_name_char(key.ptr[i]) ? key.ptr[i] : '-';
        if (length > 0 || (c != '-' && c != '.'))
            base[length++] = c;
    }
    while (length > 0 && base[length - 1] == '-')
        length--;
    base[length] = '\0';
    const char *name = length ? arena_strndup(draft->arena, base, length) : "service";
    for (uint32_t number = 2; map_find(&draft->names, str_from(name)); number++)
        name = arena_printf(draft->arena, "%s-%u", length ? base : "service", number);
    return str_from(name);
}

struct draft_service *draft_service(struct draft *draft, struct str key, uint32_t line)
{
    if (draft->services.count == DRAFT_SERVICES_MAX)
        return NULL;
    struct draft_service *service = arena_new(draft->arena, struct draft_service, 1);
    service->key = key;
    service->name = make_name(draft, key);
    service->line = line;
    map_init(&service->env_index, draft->arena, 0);
    *map_put(&draft->keys, key, NULL) = draft->services.count;
    *map_put(&draft->names, service->name, NULL) = draft->services.count;
    *vec_push(draft->arena, &draft->services) = service;
    return service;
}

struct draft_service *draft_find(const struct draft *draft, struct str key)
{
    const uint32_t *index = map_find(&draft->keys, key);
    return index ? draft->services.items[*index] : NULL;
}

struct draft_service *draft_find_name(const struct draft *draft, const char *name)
{
    const uint32_t *index = map_find(&draft->names, str_from(name));
    return index ? draft->services.items[*index] : NULL;
}

void draft_set(struct draft_service *service, enum schema_attr_id attr, struct str expression)
{
    service->values[attr] = (struct draft_value){.text = expression};
}

void draft_setf(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    draft_set(service, attr, str_from(arena_vprintf(draft->arena, format, args)));
    va_end(args);
}

void draft_set_text(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                    struct str text)
{
    struct dollar_text literal = dollar_literal(draft->arena, text);
    draft_set(service, attr, dollar_hcl(draft->arena, &literal));
}

/* Doubled whenever it is full, so that a long list costs no more than its length. */
static char *list_room(struct arena *arena, struct draft_value *value, size_t size)
{
    if (value->list && size <= value->list_size)
        return value->list;
    char *list = arena_new(arena, char, 2 * size);
    if (value->text.len)
        memcpy(list, value->text.ptr, value->text.len);
    value->list = list;
    value->list_size = 2 * size;
    return list;
}

void draft_add_text(struct draft *draft, struct draft_service *service, enum schema_attr_id attr,
                    struct str text)
{
    struct strbuf item = {0};
    struct draft_value *value = &service->values[attr];
    size_t kept = value->text.len ? value->text.len - 1 : 0; /* without the bracket at the end */
    strbuf_adds(&item, kept ? ", " : "[");
    hcl_quote(text, &item);
    strbuf_addc(&item, ']');
    char *list = list_room(draft->arena, value, kept + item.len + 1);
    memcpy(list + kept, item.ptr, item.len + 1);
    value->text = (struct str){list, kept + item.len};
    strbuf_finish(&item);
}

bool draft_has(const struct draft_service *service, enum schema_attr_id attr)
{
    return service->values[attr].text.ptr != NULL;
}

void draft_env(struct draft *draft, struct draft_service *service, struct str name,
               struct str expression)
{
    bool is_new;
    uint32_t *index = map_put(&service->env_index, name, &is_new);
    if (is_new) {
        *index = service->env.count;
        vec_push(draft->arena, &service->env)->name = name;
    }
    service->env.items[*index].value = expression;
}

void draft_depend(struct draft *draft, struct draft_service *service, struct draft_service *to,
                  uint32_t line)
{
    VEC_EACH (&service->depends_on, it)
        if (it->to == to)
            return;
    *vec_push(draft->arena, &service->depends_on) = (struct draft_edge){to, line};
}

void draft_note(struct draft *draft, struct draft_service *service, uint32_t line,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct draft_note note = {line, str_from(arena_vprintf(draft->arena, format, args))};
    va_end(args);
    if (service)
        *vec_push(draft->arena, &service->notes) = note;
    else
        *vec_push(draft->arena, &draft->notes) = note;
}

void draft_lose(struct draft *draft, struct draft_service *service, const char *key, uint32_t line,
                const char *instead)
{
    struct draft_loss loss = {key, instead, line};
    bool is_new;
    map_put(&draft->lost_index, str_from(key), &is_new);
    if (is_new)
        *vec_push(draft->arena, &draft->lost_keys) = key;
    if (service)
        *vec_push(draft->arena, &service->lost) = loss;
    else
        *vec_push(draft->arena, &draft->lost) = loss;
}

void draft_leave_out(struct draft *draft, struct draft_service *service, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!service->left_out.ptr)
        service->left_out = str_from(arena_vprintf(draft->arena, format, args));
    va_end(args);
}
