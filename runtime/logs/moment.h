/* A moment as people write it: "10m" and "1h30m" (ago), "12:03", "12:03:04.5" (the last time that
 * it was so late, local time), "2026-11-25", "2026-11-25T12:03:04", with "Z" or "+01:00" behind it
 * (RFC 3339; without: local time), or milliseconds since the epoch.
 */
#ifndef RUNTIME_MOMENT_H
#define RUNTIME_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

#define MOMENT_FORMS \
    "is a time: 10m or 1h30m (ago), 12:03 or 12:03:04, or 2026-11-25T12:03:04+01:00"

/* Milliseconds since the epoch. now is the present, for what is said in relation to it. */
bool moment_parse(const char *text, int64_t now, int64_t *out_ms);

#endif
