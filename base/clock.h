/* The two clocks of the system, in milliseconds or seconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Never goes back, whoever sets the time of day; since some moment before the program's start. */
int64_t clock_ms(void);
double clock_seconds(void); /* of the same clock, with its fractions */
/* The time of day, since the epoch. */
int64_t clock_wall_ms(void);

#endif
