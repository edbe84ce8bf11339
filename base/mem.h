/* Heap memory for code that cannot go on without it.
 *
 * These never return NULL: out of memory is one line on stderr and exit code 1. It is the only
 * place in the libraries that ends the process. Code that serves others while it runs (a proxied
 * connection, a log follower) calls malloc and refuses the one request instead.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                         /* zeroed */
void *mem_alloc_array(size_t count, size_t size);     /* zeroed, checked product */
void *mem_grow(void *old, size_t count, size_t size); /* realloc, checked product */
_Noreturn void mem_die(void);

#endif
