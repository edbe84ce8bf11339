/* Doubly linked lists whose links lie inside their elements.
 *
 * A list is a struct link that was given to link_init; so is an element that is in no list.
 */
#ifndef RUNTIME_LINK_H
#define RUNTIME_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void link_init(struct link *link)
{
    link->prev = link->next = link;
}

static inline bool link_alone(const struct link *link)
{
    return link->next == link;
}

static inline void link_append(struct link *list, struct link *link)
{
    link->prev = list->prev;
    link->next = list;
    list->prev->next = link;
    list->prev = link;
}

static inline void link_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link_init(link);
}

/* The element may be removed in the body; no other may. */
#define LINK_EACH(list, it)                                                   \
    for (struct link *it = (list)->next, *it##_next = it->next; it != (list); \
         it = it##_next, it##_next = it->next)

#endif
