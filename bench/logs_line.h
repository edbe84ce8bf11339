/* The lines that are counted: "@ID:0000000017:xxx...x\n". */
#ifndef BENCH_LOGS_LINE_H
#define BENCH_LOGS_LINE_H

#include <stdint.h>
#include <string.h>

#define LINE_BYTES  100
#define LINE_DIGITS 10
#define LINE_FIRST  3 /* offset of the first digit */

static inline void line_write(char *line, char id, uint64_t number)
{
    memset(line, 'x', LINE_BYTES);
    line[0] = '@';
    line[1] = id;
    line[2] = line[LINE_FIRST + LINE_DIGITS] = ':';
    line[LINE_BYTES - 1] = '\n';
    for (int i = LINE_DIGITS; i-- > 0; number /= 10)
        line[LINE_FIRST + i] = (char)('0' + number % 10);
}

/* Adds to the number where it stands: mostly one or three digits change. */
static inline void line_advance(char *line, uint64_t by)
{
    for (int i = LINE_DIGITS; by && i-- > 0; by /= 10) {
        by += (uint64_t)(line[LINE_FIRST + i] - '0');
        line[LINE_FIRST + i] = (char)('0' + by % 10);
    }
}

#endif
