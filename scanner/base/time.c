/* Times in the proleptic Gregorian calendar, without the C library's calendar:
 * certificates name years that time_t functions or locales may not like.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/text.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_S 86400
#define ERA_DAYS 146097 /* 400 years */
/* From 1 March of the year 0, where the count below starts, to 1970. */
#define EPOCH_DAYS 719468

struct date {
    int64_t year;
    int month; /* from 1 */
    int day;   /* from 1 */
    int second_of_day;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years are counted from March, so that the leap day is the last of its year
 * and the lengths of the months follow (153 m + 2) / 5. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    int64_t century = floor_div(y, 100);

    return floor_div(ERA_DAYS * century, 4) +
           floor_div(1461 * (y - century * 100), 4) + (153 * m + 2) / 5 + day -
           1 - EPOCH_DAYS;
}

static struct date date_from_unix(int64_t unix_s)
{
    int64_t days = floor_div(unix_s, DAY_S);
    struct date date = {.second_of_day =
                            (int)((unix_s % DAY_S + DAY_S) % DAY_S)};
    int64_t since = days + EPOCH_DAYS;
    int64_t century = floor_div(4 * since + 3, ERA_DAYS);
    int64_t in_century = since - floor_div(ERA_DAYS * century, 4);
    int64_t y = (4 * in_century + 3) / 1461;
    int64_t in_year = in_century - 1461 * y / 4;
    int64_t m = (5 * in_year + 2) / 153;

    date.day = (int)(in_year - (153 * m + 2) / 5) + 1;
    date.month = (int)(m < 10 ? m + 3 : m - 9);
    date.year = century * 100 + y + (m < 10 ? 0 : 1);
    return date;
}

static char *two_digits(char *out, int number, char behind)
{
    out[0] = (char)('0' + number / 10);
    out[1] = (char)('0' + number % 10);
    out[2] = behind;
    return out + 3;
}

const char *cm_time_rfc3339(int64_t unix_s, char out[CM_TIME_TEXT_SIZE])
{
    struct date date = date_from_unix(unix_s);

    if (date.year >= 0 && date.year <= 9999) { /* nearly all, and by far faster
                                                  than snprintf */
        char *at = out + 2;

        (void)two_digits(out, (int)date.year / 100, '\0');
        at = two_digits(at, (int)date.year % 100, '-');
        at = two_digits(at, date.month, '-');
        at = two_digits(at, date.day, 'T');
        at = two_digits(at, date.second_of_day / 3600, ':');
        at = two_digits(at, date.second_of_day / 60 % 60, ':');
        at = two_digits(at, date.second_of_day % 60, 'Z');
        *at = '\0';
        return out;
    }
    (void)snprintf(out, CM_TIME_TEXT_SIZE,
                   "%0*" PRId64 "-%02d-%02dT%02d:%02d:%02dZ",
                   date.year < 0 ? 5 : 4, date.year, date.month, date.day,
                   date.second_of_day / 3600, date.second_of_day / 60 % 60,
                   date.second_of_day % 60);
    return out;
}

const char *cm_time_day(int64_t unix_s, char out[CM_TIME_TEXT_SIZE])
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};
    struct date date = date_from_unix(unix_s);

    (void)snprintf(out, CM_TIME_TEXT_SIZE, "%d %s %" PRId64, date.day,
                   months[date.month - 1], date.year);
    return out;
}

bool cm_time_from_civil(int year, int month, int day, int second_of_day,
                        int64_t *out)
{
    if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month) || second_of_day < 0 ||
        second_of_day >= DAY_S) {
        return false;
    }
    *out = days_from_date(year, month, day) * DAY_S + second_of_day;
    return true;
}

/* Exactly `width` digits. */
static bool digits(const char **text, int width, int *out)
{
    int value = 0;

    for (int i = 0; i < width; i++) {
        char c = (*text)[i];

        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *text += width;
    *out = value;
    return true;
}

static bool literal(const char **text, char c)
{
    if (**text != c) {
        return false;
    }
    (*text)++;
    return true;
}

/* hh:mm */
static bool clock_time(const char **text, int *minutes)
{
    int hour;
    int minute;

    if (!digits(text, 2, &hour) || !literal(text, ':') ||
        !digits(text, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    *minutes = hour * 60 + minute;
    return true;
}

/* A fraction of a second is read and dropped. */
static bool fraction(const char **text)
{
    int ignored;

    if (!literal(text, '.')) {
        return true;
    }
    if (!digits(text, 1, &ignored)) {
        return false;
    }
    while (digits(text, 1, &ignored)) {
    }
    return true;
}

static bool zone(const char **text, int *minutes)
{
    bool west;

    *minutes = 0;
    if (literal(text, 'Z') || literal(text, 'z')) {
        return true;
    }
    west = literal(text, '-');
    if ((!west && !literal(text, '+')) || !clock_time(text, minutes)) {
        return false;
    }
    *minutes = west ? -*minutes : *minutes;
    return true;
}

/* yyyy-mm-dd */
static bool calendar_day(const char **text, struct date *date)
{
    int year;

    if (!digits(text, 4, &year) || !literal(text, '-') ||
        !digits(text, 2, &date->month) || !literal(text, '-') ||
        !digits(text, 2, &date->day)) {
        return false;
    }
    date->year = year;
    return true;
}

/* hh:mm:ss, a fraction, a zone */
static bool time_of_day(const char **text, struct date *date, int *east)
{
    int minutes;
    int second;

    if (!clock_time(text, &minutes) || !literal(text, ':') ||
        !digits(text, 2, &second) || second > 59 || !fraction(text)) {
        return false;
    }
    date->second_of_day = minutes * 60 + second;
    return zone(text, east);
}

bool cm_time_parse(const char *text, int64_t *out)
{
    struct date date = {0};
    int east = 0; /* minutes */
    int64_t unix_s;

    if (!calendar_day(&text, &date)) {
        return false;
    }
    if (literal(&text, 'T') || literal(&text, 't') || literal(&text, ' ')) {
        if (!time_of_day(&text, &date, &east)) {
            return false;
        }
    }
    if (*text != '\0' ||
        !cm_time_from_civil((int)date.year, date.month, date.day,
                            date.second_of_day, &unix_s)) {
        return false;
    }
    *out = unix_s - (int64_t)east * 60;
    return true;
}
