/* Name constraints of a certificate against the names of one below it
 * (RFC 5280 section 6.1.3 (b), (c) and section 6.1.4 (g)).
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/constraints.h"

#include <string.h>

#include "pki/dn.h"
#include "pki/subtree.h"

#define MAX_EMAILS 16 /* in a subject */
#define MAX_LISTED 3  /* permitted subtrees that a phrase shows */
/* Units of work: subtrees looked at, and octets compared / OCTETS_PER_UNIT.
 * Go stops at a quarter of a million comparisons. */
#define MAX_WORK (1U << 18)
#define TOO_MUCH                                                               \
    "there are too many names and constraints to compare each with each"
#define OCTETS_PER_UNIT 32U
#define DIRECTORY_UNITS 16U /* more than others: two names are normalised */
#define PROCESSED                                                              \
    (1U << CM_CHOICE_DNS | 1U << CM_CHOICE_EMAIL | 1U << CM_CHOICE_URI |       \
     1U << CM_CHOICE_IP | 1U << CM_CHOICE_DIRECTORY)

struct check {
    struct cm_constraints nc;
    unsigned constrained; /* bits of choices that have a subtree */
    size_t num_excluded;
    bool critical;
    size_t work;
    struct cm_buf *why;
};

static enum cm_constraint unreadable(struct check *check, const char *text)
{
    (void)cm_buf_puts(check->why, text);
    return CM_CONSTRAINT_UNREADABLE;
}

static enum cm_constraint no_memory(struct check *check)
{
    check->why->failed = true;
    return CM_CONSTRAINT_UNREADABLE;
}

/* Takes note of the kinds in one list, and counts it. */
static enum cm_constraint survey(struct check *check, struct cm_reader list,
                                 size_t *num)
{
    struct cm_subtree subtree;

    for (*num = 0; cm_subtree_next(&list, &subtree); (*num)++) {
        if (!cm_subtree_is_sound(&subtree)) {
            (void)cm_buf_puts(check->why, "the constraint ");
            cm_subtree_text(&subtree, check->why);
            (void)cm_buf_printf(check->why, " on each %s is malformed",
                                cm_general_name_kind(subtree.base.choice));
            return CM_CONSTRAINT_UNREADABLE;
        }
        check->constrained |= 1U << subtree.base.choice;
    }
    return CM_CONSTRAINT_OK;
}

static bool spend(struct check *check, const struct cm_general_name *base,
                  const struct cm_general_name *name)
{
    size_t units = 1;

    if (base->choice == name->choice) {
        units += (base->value.len + name->value.len) / OCTETS_PER_UNIT;
        units += name->choice == CM_CHOICE_DIRECTORY ? DIRECTORY_UNITS : 0;
    }
    if (check->work < units) {
        check->work = 0;
        return false;
    }
    check->work -= units;
    return true;
}

/* What a list says of a name: CM_INSIDE_YES with the subtree in `*found`. */
struct lookup {
    enum cm_inside inside;
    bool relevant; /* a subtree of this kind is in the list */
    bool too_much;
    struct cm_subtree found;
};

static struct lookup look_up(struct check *check, struct cm_reader list,
                             const struct cm_general_name *name, bool any)
{
    struct lookup result = {.inside = CM_INSIDE_NO};
    struct cm_subtree subtree;

    while (result.inside == CM_INSIDE_NO && cm_subtree_next(&list, &subtree)) {
        if (!spend(check, &subtree.base, name)) {
            result.too_much = true;
            return result;
        }
        if (subtree.base.choice == name->choice) {
            result.relevant = true;
            result.found = subtree;
            result.inside = cm_subtree_holds(&subtree, name, any);
        }
    }
    return result;
}

static enum cm_constraint not_permitted(struct check *check,
                                        const struct cm_general_name *name)
{
    struct cm_reader list = check->nc.permitted;
    struct cm_subtree subtree;
    unsigned count = 0;

    cm_general_name_text(name, check->why);
    (void)cm_buf_puts(check->why, " is in no permitted subtree: ");
    while (cm_subtree_next(&list, &subtree)) {
        if (subtree.base.choice != name->choice) {
            continue;
        }
        if (count < MAX_LISTED) {
            (void)cm_buf_puts(check->why, count > 0 ? ", " : "");
            cm_subtree_text(&subtree, check->why);
        }
        count++;
    }
    if (count > MAX_LISTED) {
        (void)cm_buf_printf(check->why, " and %u more", count - MAX_LISTED);
    }
    return CM_CONSTRAINT_NOT_PERMITTED;
}

/* What has to be said when a lookup ended without an answer. */
static enum cm_constraint gave_up(struct check *check,
                                  const struct lookup *result,
                                  const struct cm_general_name *name)
{
    if (result->inside == CM_INSIDE_NO_MEMORY) {
        return no_memory(check);
    }
    if (result->too_much) {
        return unreadable(check, TOO_MUCH);
    }
    cm_general_name_text(name, check->why);
    return unreadable(check, " is malformed, so no constraint can be applied "
                             "to it");
}

static enum cm_constraint check_name(struct check *check,
                                     const struct cm_general_name *name)
{
    struct lookup result;

    if ((check->constrained & 1U << name->choice) == 0) {
        return CM_CONSTRAINT_OK;
    }
    if ((PROCESSED & 1U << name->choice) == 0) {
        if (!check->critical) {
            return CM_CONSTRAINT_OK;
        }
        cm_general_name_text(name, check->why);
        return unreadable(check, " is of a kind that is constrained and that "
                                 "nobody can compare");
    }
    result = look_up(check, check->nc.excluded, name, true);
    if (result.inside == CM_INSIDE_YES) {
        cm_general_name_text(name, check->why);
        (void)cm_buf_puts(check->why, " is in the excluded subtree ");
        cm_subtree_text(&result.found, check->why);
        return CM_CONSTRAINT_EXCLUDED;
    }
    if (result.inside != CM_INSIDE_NO || result.too_much) {
        return gave_up(check, &result, name);
    }
    result = look_up(check, check->nc.permitted, name, false);
    if (result.inside == CM_INSIDE_YES) {
        return CM_CONSTRAINT_OK;
    }
    if (result.inside != CM_INSIDE_NO || result.too_much) {
        return gave_up(check, &result, name);
    }
    return result.relevant ? not_permitted(check, name) : CM_CONSTRAINT_OK;
}

/* The subject as a directory name, and the e-mail addresses in it: RFC 5280
 * asks for these when there is no subjectAltName; OpenSSL always looks. */
static enum cm_constraint check_subject(struct check *check,
                                        const struct cm_cert *cert)
{
    struct cm_general_name name = {CM_CHOICE_DIRECTORY, cert->subject};
    struct cm_span emails[MAX_EMAILS];
    enum cm_constraint answer = CM_CONSTRAINT_OK;
    size_t count;

    if (!cm_dn_is_empty(cert->subject)) {
        answer = check_name(check, &name);
    }
    count = cm_dn_emails(cert->subject, emails, MAX_EMAILS);
    for (size_t i = 0;
         answer == CM_CONSTRAINT_OK && i < count && i < MAX_EMAILS; i++) {
        name = (struct cm_general_name){CM_CHOICE_EMAIL, emails[i]};
        answer = check_name(check, &name);
    }
    if (answer == CM_CONSTRAINT_OK && count > MAX_EMAILS &&
        (check->constrained & 1U << CM_CHOICE_EMAIL) != 0) {
        return unreadable(check, "the subject has too many e-mail addresses");
    }
    return answer;
}

/* A name that is allowed was compared with all that is excluded: will the work
 * do for that? */
static bool is_too_much(const struct check *check, const struct cm_cert *cert)
{
    size_t compared = 0;

    for (size_t i = 0; i < cert->num_names; i++) {
        if ((check->constrained & PROCESSED & 1U << cert->names[i].choice) !=
            0) {
            compared++;
        }
    }
    return compared > 0 && check->num_excluded > check->work / compared;
}

static enum cm_constraint check_alt_names(struct check *check,
                                          const struct cm_cert *cert)
{
    enum cm_constraint answer = CM_CONSTRAINT_OK;

    if (is_too_much(check, cert)) {
        return unreadable(check, TOO_MUCH);
    }

    for (size_t i = 0; answer == CM_CONSTRAINT_OK && i < cert->num_names; i++) {
        struct cm_general_name name = {cert->names[i].choice,
                                       cert->names[i].value};

        answer = check_name(check, &name);
    }
    if (answer != CM_CONSTRAINT_OK) {
        return answer;
    }
    if ((cert->ext_bad & CM_EXT_BIT(CM_EXT_SAN)) != 0) {
        return unreadable(check, "subjectAltName is malformed, so no "
                                 "constraint can be applied to its names");
    }
    if (cert->num_names_total > cert->num_names) {
        return unreadable(check, "there are too many names to compare each "
                                 "with the constraints");
    }
    return CM_CONSTRAINT_OK;
}

/* A common name that a client may take for a host: with a dot, as OpenSSL has
 * it, since "Server" in a subject is no name of a host. */
static enum cm_constraint check_common_name(struct check *check,
                                            const struct cm_cert *cert)
{
    static const struct cm_subtree everything = {
        .base = {CM_CHOICE_DNS, {NULL, 0}}};
    struct cm_general_name name = {CM_CHOICE_DNS, {NULL, 0}};

    for (size_t i = 0; i < cert->num_names; i++) {
        if (cert->names[i].kind == CM_NAME_DNS) {
            return CM_CONSTRAINT_OK;
        }
    }
    if (cert->subject_cn == NULL || strchr(cert->subject_cn, '.') == NULL) {
        return CM_CONSTRAINT_OK;
    }
    name.value = (struct cm_span){(const uint8_t *)cert->subject_cn,
                                  strlen(cert->subject_cn)};
    return cm_subtree_holds(&everything, &name, true) == CM_INSIDE_YES
               ? check_name(check, &name)
               : CM_CONSTRAINT_OK;
}

enum cm_constraint cm_constraint_check(const struct cm_cert *ca,
                                       const struct cm_cert *cert, bool is_leaf,
                                       bool host_in_cn, struct cm_buf *why)
{
    struct check check = {
        .critical =
            (ca->ext_critical & CM_EXT_BIT(CM_EXT_NAME_CONSTRAINTS)) != 0,
        .work = MAX_WORK,
        .why = why};
    enum cm_constraint answer;
    size_t num_permitted;

    if (!ca->has_name_constraints || (!is_leaf && cert->self_issued)) {
        return CM_CONSTRAINT_OK;
    }
    if (!cm_constraints_read(ca->name_constraints, &check.nc)) {
        return unreadable(&check, "the name constraints are malformed");
    }
    answer = survey(&check, check.nc.permitted, &num_permitted);
    if (answer == CM_CONSTRAINT_OK) {
        answer = survey(&check, check.nc.excluded, &check.num_excluded);
    }
    if (answer == CM_CONSTRAINT_OK) {
        answer = check_subject(&check, cert);
    }
    if (answer == CM_CONSTRAINT_OK) {
        answer = check_alt_names(&check, cert);
    }
    if (answer == CM_CONSTRAINT_OK && is_leaf && host_in_cn) {
        answer = check_common_name(&check, cert);
    }
    return answer;
}

const char *cm_constraint_lax(const struct cm_cert *ca)
{
    struct cm_constraints nc;
    struct cm_reader lists[2];
    struct cm_subtree subtree;

    if (!ca->has_name_constraints ||
        !cm_constraints_read(ca->name_constraints, &nc)) {
        return NULL;
    }
    lists[0] = nc.permitted;
    lists[1] = nc.excluded;
    for (size_t i = 0; i < 2; i++) {
        while (cm_subtree_next(&lists[i], &subtree)) {
            if (subtree.base.choice == CM_CHOICE_DNS &&
                subtree.base.value.len > 0 &&
                subtree.base.value.data[0] == '.') {
                return "a dNSName in the name constraints begins with a dot";
            }
        }
    }
    return NULL;
}
