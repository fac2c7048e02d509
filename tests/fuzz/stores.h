/* Stores to be damaged: real ones of every schema version, small, made once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_STORES_H
#define CERTMUSTER_TESTS_FUZZ_STORES_H

#include <sqlite3.h>

#include "certmuster/buf.h"

enum fuzz_base {
    FUZZ_BASE_SCHEMA_1,
    FUZZ_BASE_SCHEMA_2,
    FUZZ_BASE_SCHEMA_3,
    FUZZ_BASE_SCHEMA_4,
    FUZZ_BASE_SCAN,  /* the present schema, with evidence of every kind */
    FUZZ_BASE_LOOSE, /* the same; its columns take values of any type */
    FUZZ_BASE_SHARD, /* the same, as the one part of a scan in one part */
    FUZZ_BASE_FLEET, /* what reports are tested with */
    FUZZ_BASE_FIXES, /* likewise */
    FUZZ_BASE_EMPTY, /* the present schema, without anything in it */
    FUZZ_BASE_COUNT
};

/* A store's file. Lent. */
struct cm_span fuzz_base_bytes(enum fuzz_base base);

/* What an input says: its first octet picks the base, the next is *what, and
 * the rest are changes (stores_change.c). The file is written to the scratch
 * folder, alone; the path is static. */
const char *fuzz_store_make(struct cm_reader *input, uint8_t *what);

/* stores_change.c -- a store of ours with values, texts and bytes of an
 * input's in it. */
void fuzz_store_change(const char *path, struct cm_reader *input);

/* stores_scan.c and stores_fleet.c write them to a path. */
void fuzz_write_scan(const char *path);
void fuzz_write_fleet(const char *path);
void fuzz_write_fixes(const char *path);

/* Runs SQL that must succeed. */
void fuzz_sql(const char *path, const char *sql);

#endif
