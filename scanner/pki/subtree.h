/* The parts of name constraints (RFC 5280 section 4.2.1.10): subtrees, and
 * whether a name lies in one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PKI_SUBTREE_H
#define CERTMUSTER_PKI_SUBTREE_H

#include <stdbool.h>

#include "certmuster/cert.h"
#include "pki/der.h"

/* The choices of GeneralName that are processed here. */
#define CM_CHOICE_EMAIL 1U
#define CM_CHOICE_DNS 2U
#define CM_CHOICE_DIRECTORY 4U
#define CM_CHOICE_URI 6U
#define CM_CHOICE_IP 7U

/* A name or the base of a subtree. */
struct cm_general_name {
    unsigned choice; /* 0 to 8 */
    struct cm_span value;
};

struct cm_subtree {
    struct cm_general_name base;
    bool limited; /* by a minimum or maximum other than the default */
};

/* NameConstraints; an absent list is empty. False: malformed, also when there
 * is nothing in it (RFC 5280 forbids that, and Go and Chrome refuse it). */
struct cm_constraints {
    struct cm_reader permitted; /* of GeneralSubtree */
    struct cm_reader excluded;
};
bool cm_constraints_read(struct cm_span value, struct cm_constraints *out);
/* The next of a list that cm_constraints_read found sound; false: the end. */
bool cm_subtree_next(struct cm_reader *list, struct cm_subtree *out);
/* Can it be understood? A kind that is not processed is sound. */
bool cm_subtree_is_sound(const struct cm_subtree *subtree);

enum cm_inside {
    CM_INSIDE_NO,
    CM_INSIDE_YES,
    CM_INSIDE_BAD_NAME, /* the name is malformed for its kind */
    CM_INSIDE_NO_MEMORY,
};
/* Is `name` in the sound `subtree` of the same kind? A wildcard stands for all
 * names that it matches: when `any` is false all of them, when it is true one
 * of them has to be inside. */
enum cm_inside cm_subtree_holds(const struct cm_subtree *subtree,
                                const struct cm_general_name *name, bool any);

/* GeneralName's choice by its tag; false: there is none with it. */
bool cm_general_name_choice(unsigned tag, unsigned *choice);
/* "DNS name" ... */
const char *cm_general_name_kind(unsigned choice);
/* "DNS name \"a.example\"" and "\".example\"": for people, at most
 * CM_SUBTREE_TEXT_MAX bytes. */
#define CM_SUBTREE_TEXT_MAX 300U
void cm_general_name_text(const struct cm_general_name *name,
                          struct cm_buf *out);
void cm_subtree_text(const struct cm_subtree *subtree, struct cm_buf *out);

#endif
