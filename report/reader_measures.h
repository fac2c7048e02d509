/* What a run was held against: clients (profiles) and policies, and whether it
 * has more than a plain scan. The rules of reader.h hold here too.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_MEASURES_H
#define CERTMUSTER_REPORT_READER_MEASURES_H

#include "reader.h"

/* A rule of a policy. All owned. */
struct cm_report_rule {
    char *id;
    char *text;
    char *source;
};

/* A profile or a policy. All texts are owned. */
struct cm_report_measure {
    char *name;
    char *title;
    char *source;
    char *confidence;
    char *family; /* of a client, "": none */
    char *sha256;
    struct cm_report_rule *rules; /* of a policy */
    size_t num_rules;
};

struct cm_report_measures {
    bool extras;  /* rows may have an inventory, results, our certificate */
    bool answers; /* rows may have answers to hand-built hellos */
    bool inventories;
    struct cm_report_measure *profiles; /* owned; a row's letters follow this
                                           order */
    size_t num_profiles;
    struct cm_report_measure *policies; /* likewise */
    size_t num_policies;
};

/* Read once. */
enum cm_status cm_report_run_measures(struct cm_report_run *run,
                                      const struct cm_report_measures **out,
                                      struct cm_error *err);
void cm_report_measures_cleanup(struct cm_report_measures *measures);

/* The outcome in a row's letters: 'w', 'p', 'f', 'u', or 0: none. */
char cm_report_letter(const char *letters, size_t at);
/* "works", "fails", "unknown" of a client; "pass", "fail", "unknown". NULL:
 * none. */
const char *cm_report_client_outcome(const char *letters, size_t at);
const char *cm_report_policy_outcome(const char *letters, size_t at);
/* The profile or policy of this name; `num`: none. */
size_t cm_report_measure_at(const struct cm_report_measure *all, size_t num,
                            const char *name);

/* The rule of this id; NULL: none. */
const struct cm_report_rule *
cm_report_rule_of(const struct cm_report_measure *policy, const char *id);

#endif
