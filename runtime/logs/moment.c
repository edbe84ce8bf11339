#include "moment.h"

#include <string.h>
#include <time.h>

#define DAY_MS 86400000LL
/* Beyond any log, and far from the ends of the type. */
#define AGO_MAX (100000LL * DAY_MS)

/* A number of at most max digits; moves *at behind it. */
static bool read_number(const char **at, int max, int64_t *out)
{
    int digits = 0;
    int64_t number = 0;
    for (; digits < max && **at >= '0' && **at <= '9'; digits++, (*at)++)
        number = number * 10 + (**at - '0');
    *out = number;
    return digits > 0;
}

static bool skip(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

static int64_t read_unit(const char **at)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", DAY_MS}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t length = strlen(units[i].name);
        if (strncmp(*at, units[i].name, length) != 0)
            continue;
        *at += length;
        return units[i].ms;
    }
    return 0;
}

static bool read_duration(const char *at, int64_t *out_ms)
{
    int64_t total = 0, number, unit;
    do {
        if (!read_number(&at, 9, &number) || !(unit = read_unit(&at)))
            return false;
        if (number > (AGO_MAX - total) / unit)
            return false;
        total += number * unit;
    } while (*at);
    *out_ms = total;
    return true;
}

/* The milliseconds of a fraction's digits, as many as there are; false: there is none. */
static bool read_fraction(const char **at, int64_t *out_ms)
{
    int64_t digit, weight = 100;
    if (!read_number(at, 1, &digit))
        return false;
    do {
        *out_ms += digit * weight;
        weight /= 10;
    } while (read_number(at, 1, &digit));
    return true;
}

static bool read_seconds(const char **at, int64_t *out_second, int64_t *out_ms)
{
    return read_number(at, 2, out_second) && (!skip(at, '.') || read_fraction(at, out_ms));
}

/* HH:MM[:SS[.fraction]] into the time of the day; a leap second counts as the one before. */
static bool read_clock(const char **at, struct tm *out, int64_t *out_ms)
{
    int64_t hour, minute, second = 0;
    *out_ms = 0;
    if (!read_number(at, 2, &hour) || !skip(at, ':') || !read_number(at, 2, &minute))
        return false;
    if (skip(at, ':') && !read_seconds(at, &second, out_ms))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    out->tm_hour = (int)hour;
    out->tm_min = (int)minute;
    out->tm_sec = second == 60 ? 59 : (int)second;
    return true;
}

static bool read_date(const char **at, struct tm *out)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day;
    if (!read_number(at, 4, &year) || !skip(at, '-') || !read_number(at, 2, &month) ||
        !skip(at, '-') || !read_number(at, 2, &day))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    *out = (struct tm){.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
    out->tm_isdst = -1;
    return true;
}

/* Two digits. */
static bool read_pair(const char **at, int64_t *out)
{
    const char *begin = *at;
    return read_number(at, 2, out) && *at == begin + 2;
}

/* "Z", "+01:00", or nothing. */
static bool read_zone(const char **at, bool *out_zoned, int64_t *out_ms)
{
    int64_t hours, minutes, sign = **at == '-' ? -1 : 1;
    *out_ms = 0;
    *out_zoned = **at != '\0';
    if (!*out_zoned || skip(at, 'Z') || skip(at, 'z'))
        return true;
    if (!skip(at, '+') && !skip(at, '-'))
        return false;
    if (!read_pair(at, &hours) || !skip(at, ':') || !read_pair(at, &minutes))
        return false;
    *out_ms = sign * (hours * 60 + minutes) * 60000;
    return hours < 24 && minutes < 60;
}

static bool read_full(const char *at, int64_t *out_ms)
{
    struct tm tm;
    int64_t ms = 0, zone = 0;
    bool zoned = false;
    if (!read_date(&at, &tm))
        return false;
    if (*at && !((skip(&at, 'T') || skip(&at, 't') || skip(&at, ' ')) &&
                 read_clock(&at, &tm, &ms) && read_zone(&at, &zoned, &zone) && !*at))
        return false;
    int64_t seconds = zoned ? timegm(&tm) : mktime(&tm);
    *out_ms = seconds * 1000 + ms - zone;
    return true;
}

/* Today, or yesterday if it is not so late yet. */
static bool read_of_day(const char *at, int64_t now, int64_t *out_ms)
{
    struct tm tm, moment;
    time_t seconds = (time_t)(now / 1000);
    int64_t ms;
    localtime_r(&seconds, &tm);
    tm.tm_isdst = -1;
    if (!read_clock(&at, &tm, &ms) || *at)
        return false;
    for (int back = 0; back < 2; back++) {
        moment = tm;
        moment.tm_mday -= back;
        *out_ms = (int64_t)mktime(&moment) * 1000 + ms;
        if (*out_ms <= now)
            break;
    }
    return true;
}

/* A shorter number is a duration without its unit. */
static bool read_epoch(const char *at, int64_t *out_ms)
{
    return strlen(at) > 8 && read_number(&at, 15, out_ms) && !*at;
}

bool moment_parse(const char *text, int64_t now, int64_t *out_ms)
{
    int64_t ms;
    if (read_duration(text, &ms))
        *out_ms = now - ms;
    else if (read_of_day(text, now, &ms) || read_full(text, &ms) || read_epoch(text, &ms))
        *out_ms = ms;
    else
        return false;
    return true;
}
