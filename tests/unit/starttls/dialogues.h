/* What servers say and what comes of it: one row for each dialogue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_DIALOGUES_H
#define CERTMUSTER_TESTS_DIALOGUES_H

#include "starttls/starttls.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_TURNS 5

/* Bytes with their length, since some protocols send zeros. */
struct bytes {
    const char *data;
    size_t len;
};
/* One dialogue: what the server says at each turn, what we say before it (the
 * first may be nothing), and after the last. */
struct dialogue {
    const char *protocol;
    struct bytes ours[MAX_TURNS];
    struct bytes theirs[MAX_TURNS];
    enum cm_starttls_outcome outcome;
    const char *reply; /* kept as the proof; NULL: not looked at */
};

extern const struct dialogue dialogues[];
extern const size_t num_dialogues;

#endif
