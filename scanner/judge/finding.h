/* The case on the table, and writing down what is found. The families of rules
 * (rules.h) read the case and add findings; nothing else is shared.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_FINDING_H
#define CERTMUSTER_FINDING_H

#include <stdarg.h>

#include "certmuster/judge.h"
#include "certmuster/text.h"
#include "judge/path.h"

#define CM_LABEL_SIZE 256 /* a certificate's or a server's name for people */

struct cm_case {
    const struct cm_endpoint *ep;
    const struct cm_evidence *ev;
    const struct cm_probe *probe; /* the one judged by; NULL: none */
    const struct cm_probe *seen;  /* that one as it was seen; after.c judges
                                     by others, as they would be */
    struct cm_cert *leaf;         /* presented first; NULL: none was seen */
    const struct cm_trust *trust;
    const struct cm_policy *policy;
    int64_t at_unix;
    struct cm_path path; /* num 0 until trust was judged */
    bool trusted;        /* the path is good from what was presented alone */
    /* What was judged in each of trust->views before this one, which is left
     * empty; NULL: only this view is judged. */
    const struct cm_judgement *in_views;
    struct cm_judgement *out;
    size_t max_findings; /* allocated */
    bool no_memory;
};

/* cm_finding_add writes a finding down, with everything else as the catalogue
 * has it. The finding is lent until the next one is added. NULL: no memory,
 * which the case remembers; the other functions here accept it. */
struct cm_finding *cm_finding_add(struct cm_case *c, enum cm_cause cause,
                                  const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* One that was made for another endpoint, as it is. */
void cm_finding_repeat(struct cm_case *c, const struct cm_finding *known);
/* Adds to the proof. */
void cm_finding_note(struct cm_case *c, struct cm_finding *f, const char *fmt,
                     ...) __attribute__((format(printf, 3, 4)));
/* The certificate at fault, with its place in the presented chain. */
void cm_finding_about(const struct cm_case *c, struct cm_finding *f,
                      struct cm_cert *cert);
/* Who must act on what, when it is not what the resolution says by itself
 * (subject.c): the texts are copied. */
void cm_finding_for(struct cm_case *c, struct cm_finding *f, const char *key,
                    const char *text);
void cm_finding_for_cert(struct cm_case *c, struct cm_finding *f,
                         const struct cm_cert *cert);
/* The unknown certificate that issued `child`: by name and key id. */
void cm_finding_for_issuer(struct cm_case *c, struct cm_finding *f,
                           const struct cm_cert *child);
/* Another certificate for the same name and key as `cert`. */
void cm_finding_for_holder(struct cm_case *c, struct cm_finding *f,
                           const struct cm_cert *cert);
void cm_finding_resolve(struct cm_finding *f, enum cm_resolution resolution);
/* It breaks a rule that ordinary clients do not enforce: it makes the verdict
 * when the policy is strict. */
void cm_finding_strict(const struct cm_case *c, struct cm_finding *f);

/* subject.c -- gives each finding that has no subject yet the one that its
 * resolution implies. */
void cm_finding_complete(struct cm_case *c);
/* The same for those from `first` on whose subject has nothing to do with the
 * endpoint. */
void cm_finding_complete_shared(struct cm_case *c, size_t first);
/* "192.0.2.1:443", or "host:443" when the address is not the server's. */
const char *cm_finding_server(const struct cm_case *c, char out[CM_LABEL_SIZE]);

/* Words for proofs. */
/* Where `cert` stands in the presented chain; -1: nowhere. */
int cm_finding_position(const struct cm_case *c, const struct cm_cert *cert);
/* "sent as certificate 2 of 3", or "not sent". */
const char *cm_finding_place(const struct cm_case *c,
                             const struct cm_cert *cert,
                             char out[CM_LABEL_SIZE]);
/* `"Some CA" (SHA-256 0123456789abcdef)`: the CN or what there is instead. */
const char *cm_finding_cert_name(const struct cm_cert *cert,
                                 char out[CM_LABEL_SIZE]);
/* "3 days", "1 day", "5 hours", "40 minutes": whole units, the largest. */
const char *cm_finding_duration(int64_t seconds, char out[CM_TIME_TEXT_SIZE]);
/* Foreign bytes as text, cut to what fits. */
const char *cm_finding_span_text(struct cm_case *c, struct cm_span span,
                                 char out[CM_LABEL_SIZE]);
/* Bytes of UTF-8 `text` that fit into `max` without cutting a character. */
int cm_finding_clip(const char *text, size_t max);
/* The content of a buffer that was just written; the case remembers when there
 * was no memory for it. */
const char *cm_finding_text(struct cm_case *c, struct cm_buf *buf);

#endif
