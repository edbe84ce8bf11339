/* The bytes that wait for one client of the control API. Unlike most of the runtime it refuses,
 * instead of ending the process, when there is no memory: one client must not take the daemon with
 * it. A zeroed one is empty. */
#ifndef RUNTIME_CONTROL_QUEUE_H
#define RUNTIME_CONTROL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_QUEUE_MAX (16u << 20) /* bytes */

struct control_queue {
    char *bytes;
    size_t start, size, capacity; /* what waits is [start, start + size) */
};

void control_queue_finish(struct control_queue *queue);
/* False, and nothing is added: there would be more than CONTROL_QUEUE_MAX, or there is no memory.
 */
bool control_queue_add(struct control_queue *queue, const void *bytes, size_t size);
/* The first size bytes have been sent. */
void control_queue_drop(struct control_queue *queue, size_t size);

#endif
