/* The id of a request: X-Request-Id, given on to the service and back to the client.
 *
 * One that the client sent is kept if it is 1 to REQUEST_ID_MAX of letters, digits and "-_.:+/=@":
 * nothing of these can end a header, a line of a log or a string of JSON. Else one is made: 128
 * random bits of the system in hex. They are had in stock, so that few requests need a system call.
 */
#ifndef RUNTIME_REQUEST_ID_H
#define RUNTIME_REQUEST_ID_H

#include "str.h"

#define REQUEST_ID_MAX  128 /* bytes */
#define REQUEST_ID_MADE 32  /* bytes of one that was made here */

/* A zeroed one is empty: the first id fills it. */
struct request_ids {
    unsigned char stock[1024];
    size_t left; /* bytes of the stock that have not been given away, its last ones */
};

bool request_id_is_valid(struct str id);
void request_id_make(struct request_ids *ids, char out_id[REQUEST_ID_MADE]);

#endif
