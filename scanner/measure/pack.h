/* Policies: packs of rules that an endpoint is held against, read from data
 * files (samples/policies/). A rule is a predicate over facts; what was not
 * measured is unknown, never a guess. Pure: no I/O, no clock.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PACK_H
#define CERTMUSTER_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/judge.h"
#include "certmuster/measure.h"
#include "certmuster/status.h"

#define CM_PACK_MAX_BYTES 262144 /* of a policy file */
#define CM_PACK_MAX_RULES 128

struct cm_pack; /* immutable once read; shared between threads */

/* pack.c -- cm_pack_load reads a policy file's text; `file` is its name in
 * messages. CM_EINPUT: it cannot be understood, the message says in which line
 * and what to do. */
enum cm_status cm_pack_load(struct cm_pack **out, struct cm_span text,
                            const char *file, struct cm_error *err);
void cm_pack_free(struct cm_pack *pack); /* accepts NULL */
const char *
cm_pack_name(const struct cm_pack *pack); /* "mozilla-intermediate" */
const char *cm_pack_title(const struct cm_pack *pack);
/* Fills in what the store keeps of it, all but the index; borrowed from the
 * pack. */
void cm_pack_facts(const struct cm_pack *pack, struct cm_measure_facts *out);

/* A rule, for people; borrowed from the pack. */
struct cm_pack_rule_info {
    const char *id;
    const char *kind; /* "require", "forbid", "warn", "info" */
    const char *when; /* "" : always */
    const char *predicate;
    const char *source;
    const char *confidence;
    const char *text;
    enum cm_resolution resolution;
};
size_t cm_pack_num_rules(const struct cm_pack *pack);
void cm_pack_rule(const struct cm_pack *pack, size_t index,
                  struct cm_pack_rule_info *out);
/* comply.c -- do its rules speak of the input's column of this name? NULL: of
 * any. */
bool cm_pack_wants_column(const struct cm_pack *pack, const char *column);
/* A fact that predicates may name: 0 .. ; NULL: no more. */
const char *cm_pack_fact(size_t index, const char **meaning);

/* What an endpoint is held against packs by. All is borrowed. */
struct cm_comply_case {
    const struct cm_endpoint *ep;
    const struct cm_evidence *ev; /* NULL: the endpoint was not scanned */
    const struct cm_judgement *judgement;
    int64_t at_unix;
    /* Columns of the input by name, and a row's fields in them, for facts such
     * as row.owner; none: they are not at hand. */
    char *const *columns;
    char *const *fields;
    size_t num_columns;
};

/* comply.c -- cm_comply fills in all but the pack's index; the caller cleans up
 * whatever is returned, as cm_measured_cleanup does. Rule ids are borrowed from
 * the pack. Only memory can fail. */
enum cm_status cm_comply(struct cm_pack_result *out, const struct cm_pack *pack,
                         const struct cm_comply_case *what);
/* Appends to the judgement a policy_violation for each rule that failed and is
 * no warning; `packs` is the run's list, by the index in `measured`. The
 * verdict, the primary finding and what remains stay as they are. Call it
 * after the endpoint was held against all packs. Only memory can fail; then
 * nothing is appended. */
enum cm_status cm_comply_findings(struct cm_judgement *judgement,
                                  struct cm_pack *const *packs,
                                  const struct cm_measured *measured);

#endif
