/* Revocation by OCSP responses: the one that the server staples to its
 * handshake, and those at hand. Both are judged for the time when they were
 * seen: on the date judged for the server will staple a fresh one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "judge/revoke.h"

/* Notes what a response tells. True: it is to be believed. */
static bool note(struct cm_revoke *r, const struct cm_ocsp_answer *answer,
                 const char *source)
{
    struct cm_revocation_status status = {
        .source = source,
        .this_update = answer->this_update,
        .next_update = answer->next_update,
        .reason = -1,
    };
    bool stale = answer->state == CM_OCSP_EXPIRED && answer->revoked_unix != 0;

    if (answer->state == CM_OCSP_GOOD) {
        status.result = CM_REVOCATION_GOOD;
    } else if (answer->state == CM_OCSP_REVOKED || stale) {
        status.result = CM_REVOCATION_REVOKED;
        status.revoked_unix = answer->revoked_unix;
        status.reason = answer->reason;
    } else if (answer->state == CM_OCSP_UNKNOWN) {
        status.result = CM_REVOCATION_UNKNOWN;
    } else {
        return false;
    }
    if (cm_revoke_note(r, &status)) {
        r->stale = stale;
        r->invalid_unix = 0;
    }
    return answer->state == CM_OCSP_GOOD || answer->state == CM_OCSP_REVOKED;
}

static void staple_bad(struct cm_revoke *r, const struct cm_ocsp_answer *answer)
{
    char name[CM_LABEL_SIZE];
    char from[CM_TIME_TEXT_SIZE];
    char until[CM_TIME_TEXT_SIZE];
    char when[2 * CM_TIME_TEXT_SIZE + 32] = "";
    struct cm_finding *f;

    if (answer->this_update != 0) {
        (void)snprintf(when, sizeof(when), " (of %s%s%s)",
                       cm_time_rfc3339(answer->this_update, from),
                       answer->next_update != 0 ? ", until " : "",
                       answer->next_update != 0
                           ? cm_time_rfc3339(answer->next_update, until)
                           : "");
    }
    f = cm_finding_add(r->c, CM_CAUSE_STAPLE_BAD, "RFC 6960 section 3.2",
                       "the OCSP response that the server staples for %s%s is "
                       "not usable: %s",
                       cm_finding_cert_name(r->cert, name), when,
                       answer->detail);
    cm_finding_about(r->c, f, r->cert);
}

static void must_staple_missing(struct cm_revoke *r, bool sent)
{
    char name[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        r->c, CM_CAUSE_MUST_STAPLE_MISSING, "RFC 7633 section 4.2.3.1",
        "%s demands a stapled OCSP response (TLS feature status_request); %s",
        cm_finding_cert_name(r->cert, name),
        sent ? "the server staples one that is not usable"
             : "the server staples none");

    cm_finding_about(r->c, f, r->cert);
}

/* Without a handshake (certificates from files) nothing could be stapled. */
static bool had_handshake(const struct cm_probe *probe)
{
    return probe->server_hello && probe->end == CM_END_COMPLETE;
}

void cm_revoke_by_staple(struct cm_revoke *r)
{
    struct cm_case *c = r->c;
    struct cm_span staple = c->probe->ocsp_staple;
    struct cm_ocsp_answer answer;

    /* A staple cannot be judged before its issuer is known. */
    if (staple.len > 0 && r->issuer != NULL) {
        answer =
            cm_ocsp_read(c->trust->memo, staple, r->cert, r->issuer,
                         c->ev->seen_unix != 0 ? c->ev->seen_unix : c->at_unix);
        c->no_memory = c->no_memory || answer.no_memory;
        r->staple_usable = note(r, &answer, "staple");
        if (!r->staple_usable) {
            staple_bad(r, &answer);
        }
    }
    if (r->cert->must_staple && had_handshake(c->probe) &&
        (staple.len == 0 || (r->issuer != NULL && !r->staple_usable))) {
        must_staple_missing(r, staple.len > 0);
    }
}

void cm_revoke_by_responses(struct cm_revoke *r)
{
    struct cm_case *c = r->c;
    const struct cm_revocation *set = c->trust->revocation;
    struct cm_revocation_response response;

    for (size_t i = 0;
         set != NULL && cm_revocation_ocsp(set, r->cert, i, &response); i++) {
        struct cm_ocsp_answer answer = cm_ocsp_read(
            c->trust->memo, response.der, r->cert, r->issuer,
            response.seen_unix != 0 ? response.seen_unix : c->at_unix);

        c->no_memory = c->no_memory || answer.no_memory;
        if (note(r, &answer, "ocsp")) {
            r->by_ocsp = true;
        }
    }
}
