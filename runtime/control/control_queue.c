#include "control_queue.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 4096u

void control_queue_finish(struct control_queue *queue)
{
    free(queue->bytes);
    *queue = (struct control_queue){0};
}

bool control_queue_add(struct control_queue *queue, const void *bytes, size_t size)
{
    if (size > CONTROL_QUEUE_MAX - queue->size)
        return false;
    if (queue->start && queue->start + queue->size + size > queue->capacity) {
        memmove(queue->bytes, queue->bytes + queue->start, queue->size);
        queue->start = 0;
    }
    if (queue->size + size > queue->capacity) {
        size_t capacity = queue->capacity ? queue->capacity : CAPACITY_MIN;
        while (capacity < queue->size + size)
            capacity *= 2;
        char *grown = realloc(queue->bytes, capacity);
        if (!grown)
            return false;
        queue->bytes = grown;
        queue->capacity = capacity;
    }
    memcpy(queue->bytes + queue->start + queue->size, bytes, size);
    queue->size += size;
    return true;
}

void control_queue_drop(struct control_queue *queue, size_t size)
{
    queue->start += size;
    queue->size -= size;
    if (queue->size == 0)
        queue->start = 0;
}
