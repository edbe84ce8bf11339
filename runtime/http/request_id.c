#include "request_id.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

#define RAW_SIZE (REQUEST_ID_MADE / 2)

static bool is_id_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("-_.:+/=@", c));
}

bool request_id_is_valid(struct str id)
{
    if (id.len == 0 || id.len > REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        if (!is_id_char((unsigned char)id.ptr[i]))
            return false;
    }
    return true;
}

/* Where the system gives none (a sandbox that forbids the call), ids are still different ones. */
static void fill_from_clock(unsigned char *bytes, size_t size)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (size_t at = 0; at < size; at += RAW_SIZE) {
        XXH128_hash_t hash = XXH3_128bits_withSeed(&now, sizeof now, at);
        memcpy(bytes + at, &hash, RAW_SIZE);
    }
}

static void refill(struct request_ids *ids)
{
    size_t had = 0;
    while (had < sizeof ids->stock) {
        ssize_t size = getrandom(ids->stock + had, sizeof ids->stock - had, GRND_NONBLOCK);
        if (size > 0)
            had += (size_t)size;
        else if (errno != EINTR)
            break;
    }
    if (had < sizeof ids->stock)
        fill_from_clock(ids->stock, sizeof ids->stock);
    ids->left = sizeof ids->stock;
}
_Static_assert(sizeof((struct request_ids *)0)->stock % RAW_SIZE == 0, "whole ids");

void request_id_make(struct request_ids *ids, char out_id[REQUEST_ID_MADE])
{
    static const char digits[] = "0123456789abcdef";
    if (ids->left == 0)
        refill(ids);
    const unsigned char *raw = ids->stock + (sizeof ids->stock - ids->left);
    for (size_t i = 0; i < RAW_SIZE; i++) {
        out_id[2 * i] = digits[raw[i] >> 4];
        out_id[2 * i + 1] = digits[raw[i] & 15];
    }
    ids->left -= RAW_SIZE;
}
