/* What a calendar is made of. Private to calendar*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_CALENDAR_PARTS_H
#define CERTMUSTER_REPORT_CALENDAR_PARTS_H

#include "calendar.h"
#include "certmuster/map.h"

#define CM_NO_ITEM UINT32_MAX

/* An entry while it grows: 40 bytes, since a fleet may have a million. */
struct cm_calendar_item {
    int64_t at;
    int64_t certificate;
    uint64_t action; /* the key as a number; 0: none */
    uint32_t rows;
    uint32_t owner; /* the only one so far, or CM_NO_ITEM: see the pairs */
    uint16_t cause;
    uint8_t effect;
    uint8_t resolution;
};

/* Rows of one owner, of an item with several. */
struct cm_calendar_pair {
    uint32_t item;
    uint32_t owner;
    uint32_t rows;
};

/* Numbers by their hash. */
struct cm_calendar_index {
    uint32_t *slots; /* owned */
    size_t mask;
};

struct cm_calendar_items { /* all owned; the zero state has none */
    struct cm_calendar_item *list;
    uint32_t num;
    uint32_t cap;
    struct cm_calendar_index by_key;
    struct cm_calendar_pair *pairs;
    uint32_t num_pairs;
    uint32_t cap_pairs;
    struct cm_calendar_index by_pair;
    struct cm_map *owner_numbers; /* name -> number + 1 */
    char **owners;                /* by number */
    uint32_t num_owners;
    uint32_t cap_owners;
    uint32_t *order; /* of the items, once they are sorted */
};

/* calendar_items.c */
bool cm_calendar_items_init(struct cm_calendar_items *items);
void cm_calendar_items_free(struct cm_calendar_items *items);
/* The item of this certificate and cause; a new one has no rows. NULL: no
 * memory. Valid until the next call. */
struct cm_calendar_item *cm_calendar_items_find(struct cm_calendar_items *items,
                                                int64_t certificate,
                                                enum cm_cause cause);
/* One more row of the item found last. False: no memory. */
bool cm_calendar_items_count(struct cm_calendar_items *items,
                             struct cm_calendar_item *item, const char *owner);
bool cm_calendar_items_sort(struct cm_calendar_items *items);
/* The owners of an item, most rows first; how many there are. */
int64_t cm_calendar_items_owners(const struct cm_calendar_items *items,
                                 uint32_t item, struct cm_calendar_owner *out,
                                 size_t *num);

/* calendar_items.c -- keys of actions as numbers; 0 is "". What is no key of
 * ours is 0. */
uint64_t cm_calendar_key_number(const char *key);
void cm_calendar_key_text(uint64_t number, char out[CM_ACTION_KEY_SIZE]);

/* A certificate above a leaf, or ours. */
struct cm_known_cert {
    int64_t id; /* CM_UNKNOWN: the store has none like that */
    int64_t not_before;
    int64_t not_after;
    bool is_ca;
    uint64_t identity; /* of its name and key */
    char sha256[65];
};

struct cm_calendar {
    struct cm_report_run *run;
    int64_t judged_at;
    struct cm_calendar_items items;
    struct cm_calendar_totals totals;
    struct cm_calendar_limit limits[CM_CALENDAR_LIMITS];
    size_t num_limits;
    struct cm_calendar_client_auth client_auth;
    struct cm_map *known; /* struct cm_known_cert, by id or fingerprint */
    int64_t row_at;
    uint32_t row_item; /* of that date, in the items; CM_NO_ITEM: none */
};

/* What a row adds, before it is known whether that is there already. */
struct cm_calendar_date {
    int64_t at; /* CM_UNKNOWN: none */
    int64_t certificate;
    enum cm_cause cause;
    enum cm_calendar_effect effect;
    enum cm_resolution resolution;
    char
        sha256[65]; /* the subject of the action; "": it is not known, or ... */
    const struct cm_report_finding *finding; /* ... it is in here; or NULL */
};

/* calendar_rows.c -- *fresh: nobody had this certificate with this cause
 * before. */
enum cm_status cm_calendar_note(struct cm_calendar *calendar,
                                const struct cm_report_row *row,
                                const struct cm_calendar_date *date,
                                bool *fresh, struct cm_error *err);
/* The finding that tells of a date. */
const struct cm_report_finding *
cm_calendar_by_date(const struct cm_report_findings *findings,
                    enum cm_cause cause);
/* CM_UNKNOWN is later than all. */
bool cm_calendar_is_sooner(int64_t a, int64_t b);

/* calendar_others.c -- what changes without breaking the row. */
enum cm_status cm_calendar_renewals(struct cm_calendar *calendar,
                                    const struct cm_report_row *row,
                                    const struct cm_report_findings *findings,
                                    struct cm_error *err);
enum cm_status cm_calendar_others(struct cm_calendar *calendar,
                                  const struct cm_report_row *row,
                                  const struct cm_report_findings *findings,
                                  const struct cm_calendar_date *leaf,
                                  struct cm_error *err);

/* calendar_certs.c: a time that can be reckoned with; CM_UNKNOWN for what only
 * a foreign store can hold. */
int64_t cm_calendar_time(int64_t unix_s);
/* By id or fingerprint; valid until the next call. */
enum cm_status cm_calendar_find_cert(struct cm_calendar *calendar,
                                     const char *key,
                                     const struct cm_known_cert **out,
                                     struct cm_error *err);

#endif
