/* Revocation (RFC 5280 section 6.3, RFC 6960, RFC 7633) of each certificate of
 * the path but the anchor.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "judge/revoke.h"
#include "judge/rules.h"

#define DAY INT64_C(86400)
#define MARCH_2026                                                             \
    INT64_C(1773532800) /* 2026-03-15, of the BR's section 1.6                 \
                         */
#define MAX_NAMED 200

static int weight(enum cm_revocation_result result)
{
    switch (result) {
    case CM_REVOCATION_REVOKED:
        return 3;
    case CM_REVOCATION_GOOD:
        return 2;
    case CM_REVOCATION_UNKNOWN:
        return 1;
    case CM_REVOCATION_NOT_CHECKED:
    case CM_REVOCATION_UNREACHABLE:
    case CM_REVOCATION_RESULT_COUNT:
        break;
    }
    return 0;
}

bool cm_revoke_note(struct cm_revoke *r,
                    const struct cm_revocation_status *status)
{
    if (weight(status->result) <= weight(r->status.result)) {
        return false;
    }
    r->status = *status;
    return true;
}

/* "keyCompromise", "reason 7", or "no reason given". */
static const char *reason_text(int reason, char out[CM_LABEL_SIZE])
{
    const char *known = cm_crl_reason_text(reason);

    if (known[0] != '\0') {
        return known;
    }
    if (reason < 0) {
        return "no reason given";
    }
    (void)snprintf(out, CM_LABEL_SIZE, "reason %d", reason);
    return out;
}

static const char *source_text(const struct cm_revoke *r)
{
    if (strcmp(r->status.source, "staple") == 0) {
        return "the OCSP response that the server staples";
    }
    if (strcmp(r->status.source, "ocsp") == 0) {
        return "the issuer's OCSP responder";
    }
    return "the issuer's revocation list";
}

static void revoked(struct cm_revoke *r)
{
    bool is_leaf = r->cert == r->c->leaf;
    char name[CM_LABEL_SIZE];
    char reason[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    char source_day[CM_TIME_TEXT_SIZE];
    char invalid_day[CM_TIME_TEXT_SIZE];
    struct cm_finding *f = cm_finding_add(
        r->c, CM_CAUSE_REVOKED,
        strcmp(r->status.source, "crl") == 0 ? "RFC 5280 section 6.3.3 (i)"
                                             : "RFC 6960 section 2.2",
        "%s%s was revoked on %s (%s), says %s of %s%s%s%s%s",
        is_leaf ? "" : "the issuing certificate ",
        cm_finding_cert_name(r->cert, name),
        cm_time_day(r->status.revoked_unix, day),
        reason_text(r->status.reason, reason), source_text(r),
        cm_time_day(r->status.this_update, source_day),
        r->stale ? ", which is itself out of date" : "",
        r->invalid_unix != 0 ? "; not to be trusted since " : "",
        r->invalid_unix != 0 ? cm_time_day(r->invalid_unix, invalid_day) : "",
        is_leaf ? "" : "; nothing that it issued is trusted any more");

    cm_finding_about(r->c, f, r->cert);
}

/* Clients that were given lists to check by refuse what these do not clear;
 * others go on without. */
static void finish_list(struct cm_revoke *r, struct cm_finding *f)
{
    const struct cm_policy *policy = r->c->policy;

    cm_finding_about(r->c, f, r->cert);
    if (f != NULL) {
        f->blocks = policy->strict || policy->crl_demanded;
    }
}

static void crl_expired(struct cm_revoke *r)
{
    const struct cm_crl *crl = r->expired;
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    char due[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];

    finish_list(r,
                cm_finding_add(
                    r->c, CM_CAUSE_CRL_EXPIRED, "RFC 5280 section 5.1.2.5",
                    "the revocation list of \"%.*s\" for %s, of %s, was to be "
                    "replaced by %s, %s before it was looked at",
                    cm_finding_clip(crl->issuer_text, MAX_NAMED),
                    crl->issuer_text, cm_finding_cert_name(r->cert, name),
                    cm_time_day(crl->this_update, day),
                    cm_time_day(crl->next_update, due),
                    cm_finding_duration(r->expired_for, span)));
}

static void crl_bad(struct cm_revoke *r)
{
    const char *issuer =
        r->bad != NULL ? r->bad->issuer_text : r->cert->issuer_text;
    char name[CM_LABEL_SIZE];

    finish_list(
        r, cm_finding_add(r->c, CM_CAUSE_CRL_BAD, r->bad_rule,
                          "no revocation list of \"%.*s\" for %s can be used: "
                          "%s%s%.100s%s",
                          cm_finding_clip(issuer, MAX_NAMED), issuer,
                          cm_finding_cert_name(r->cert, name), r->bad_why,
                          r->bad_detail[0] != '\0' ? " (" : "", r->bad_detail,
                          r->bad_detail[0] != '\0' ? ")" : ""));
}

/* The CA/Browser Forum's Baseline Requirements, section 7.1.2.11.2, let a
 * short-lived certificate do without: it is over before anybody would know. */
static bool is_short_lived(const struct cm_cert *cert)
{
    int64_t days = cert->not_before < MARCH_2026 ? 10 : 7;

    return cert->not_after - cert->not_before <= days * DAY;
}

static void no_info(struct cm_case *c)
{
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (c->leaf->is_ca || c->leaf->crl_points.len > 0 ||
        c->leaf->num_ocsp_urls > 0 || is_short_lived(c->leaf)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_REVOCATION_NO_INFO, "RFC 5280 section 4.2.1.13",
        "%s names neither a revocation list (cRLDistributionPoints) nor an "
        "OCSP responder (authorityInfoAccess): nobody would learn "
        "that it was revoked",
        cm_finding_cert_name(c->leaf, name));
    cm_finding_about(c, f, c->leaf);
}

static void judge_one(struct cm_revoke *r)
{
    cm_revoke_by_responses(r);
    cm_revoke_by_lists(r);
    cm_revoke_by_asking(r);
    if (r->status.result == CM_REVOCATION_REVOKED) {
        revoked(r);
    }
    if (r->expired != NULL) {
        crl_expired(r);
    } else if (r->bad_why != NULL) {
        crl_bad(r);
    }
}

void cm_judge_revocation(struct cm_case *c)
{
    const struct cm_path *path = &c->path;

    if (path->steps[0].self_signed || path->steps[0].anchor) {
        return; /* nobody but its owner could revoke it */
    }
    for (size_t i = 0; i < path->num; i++) {
        struct cm_revoke r = {
            .c = c,
            .cert = path->steps[i].cert,
            .issuer = i + 1 < path->num ? path->steps[i + 1].cert : NULL,
            .status = {.source = "", .reason = -1},
        };

        if (path->steps[i].anchor || path->steps[i].self_signed) {
            break;
        }
        if (i == 0) {
            cm_revoke_by_staple(&r);
        }
        if (r.issuer != NULL) {
            judge_one(&r);
        }
        if (i == 0) {
            c->out->revocation = r.status;
        }
    }
    no_info(c);
}
