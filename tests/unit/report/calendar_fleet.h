/* A stored run with every kind of date in it, for tests of the calendar.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_CALENDAR_FLEET_H
#define CERTMUSTER_TESTS_CALENDAR_FLEET_H

#include "fixture.h"

#define CALENDAR_DAY 86400
#define IN(days) (FLEET_NOW + (int64_t)(days)*CALENDAR_DAY)
#define KEY_CHAIN "00000000000000a1"
#define KEY_ROOT "00000000000000a2"
#define KEY_DISTRUST "00000000000000a3"
#define KEY_TERM "00000000000000a4"
#define KEY_HAND "00000000000000a5"

/* Certificates: the number is the id, and tells the fingerprint. */
enum {
    ROOT = 101,   /* ends in ten years */
    ROOT_SHORT,   /* ends in 200 days */
    ROOT_OLD,     /* of 2009 */
    INT,          /* ends in 1000 days */
    INT_SHORT,    /* ends in 100 days */
    CROSS,        /* the name and key of ROOT, ends in 50 days */
    OTHER,        /* another CA, ends in 50 days */
    OURS,         /* our own, ends in 20 days */
    LEAF_SOON,    /* 10 days */
    LEAF_SHARED,  /* 60 days */
    LEAF_YEAR,    /* 300 days */
    LEAF_PUBLIC,  /* 150 days, of a life of 398 */
    LEAF_DISTRUST /* 90 days */
};

void calendar_sql(const struct fixture *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The fingerprint of a certificate. */
const char *calendar_sha(int id, char out[65]);

/* Set-up and teardown of a test: *state is the fixture, its reports written. */
int calendar_with_dates(void **state);
int calendar_without(void **state);
void calendar_read(const struct fixture *f, struct table *t);

#endif
