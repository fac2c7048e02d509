/* What a root program has decided against: roots that it removed, and roots
 * that it trusts only for certificates up to a date. From the user's file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_DISTRUST_H
#define CERTMUSTER_DISTRUST_H

#include "pki/pki.h"

enum cm_distrust_kind {
    CM_DISTRUST_REMOVED,    /* not trusted at all */
    CM_DISTRUST_NOT_BEFORE, /* leaves issued (notBefore) after the date */
    CM_DISTRUST_SCT,        /* leaves whose earliest SCT is after the date;
                               without an SCT their notBefore counts */
};
struct cm_distrust_entry {
    uint8_t sha256[CM_SHA256_LEN]; /* of the root's certificate, or ... */
    bool by_spki;                  /* ... of its SubjectPublicKeyInfo */
    enum cm_distrust_kind kind;
    int64_t after_unix; /* 0 for REMOVED when no date is known */
    char *note;         /* owned, UTF-8: who decided, or "" */
};
struct cm_distrust;
struct cm_distrust *cm_distrust_new(void);
void cm_distrust_free(struct cm_distrust *list);
/* Copies the entry and its note. False: no memory. */
bool cm_distrust_add(struct cm_distrust *list,
                     const struct cm_distrust_entry *entry);
size_t cm_distrust_count(const struct cm_distrust *list);
/* The entry for a root, by certificate or key; NULL: none. */
const struct cm_distrust_entry *cm_distrust_find(const struct cm_distrust *list,
                                                 const struct cm_cert *root);
/* The date of `leaf` that the entry's date is compared with: its notBefore, or
 * its earliest embedded SCT. */
int64_t cm_distrust_leaf_date(const struct cm_distrust_entry *entry,
                              const struct cm_cert *leaf);
/* Does the entry take the trust from this leaf? */
bool cm_distrust_hits(const struct cm_distrust_entry *entry,
                      const struct cm_cert *leaf);

#endif
