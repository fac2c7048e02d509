/* What a store says, as lines of text: all that two scans of the same fleet
 * have in common, without times and numbers of the store's own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_STORED_H
#define CERTMUSTER_TESTS_PROGRAM_STORED_H

#include <stdbool.h>

/* Of the newest run that has ended, into the file `out`, which is empty when
 * there is none. False: it cannot be read. Not for the test's own process. */
bool stored_write(const char *db, const char *out);
/* The verdict of each row of it. */
bool stored_write_verdicts(const char *db, const char *out);
/* The same for the newest run that has not ended, of rows that have one. */
bool stored_write_under_way(const char *db, const char *out);

#endif
