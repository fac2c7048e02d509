/* Our own client certificate: what is wrong with it, and whether that matters
 * here. It was looked at before any connection; what cannot be sent was not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "judge/client.h"
#include "pki/dn.h"
#include "pki/identity.h"
#include "pki/pki.h"

/* The rest of each sentence: what that means at this endpoint. */
static const char *here(const struct cm_case *c)
{
    if (c->probe == NULL || c->probe->reached < CM_PHASE_HANDSHAKING) {
        return "; no server was asked yet";
    }
    if (c->probe->client_cert_sent) {
        return "; the server was sent it when it was scanned";
    }
    if (cm_client_refused(c->probe)) {
        return "; it was not sent, and the server refuses clients without one";
    }
    return c->probe->client_auth == CM_CLIENT_AUTH_NONE
               ? "; the server does not ask for one in the handshake"
               : "; it was not sent, and the server did without";
}

void cm_client_for_own(struct cm_case *c, struct cm_finding *f)
{
    const struct cm_client_evidence *own = &c->ev->client;

    if (own->fault == CM_CLIENT_KEY_UNREADABLE) {
        cm_finding_resolve(f, CM_RESOLUTION_GRANT_KEY_ACCESS);
    }
    if (own->cert != NULL) {
        cm_finding_for_cert(c, f, own->cert);
    } else {
        cm_finding_for(c, f, own->detail, own->detail);
    }
}

/* It makes the verdict only where a client certificate was demanded: the other
 * clients of the endpoint get in without. */
static void weigh(struct cm_case *c, struct cm_finding *f)
{
    if (f == NULL) {
        return;
    }
    if (c->ev->client.cert != NULL) {
        cm_finding_about(c, f, c->ev->client.cert);
    }
    cm_client_for_own(c, f);
    if (c->probe != NULL && c->probe->client_cert_sent) {
        f->confidence = CM_PROBABLE; /* it was good then, and asked for */
    } else if (c->probe == NULL || !cm_client_refused(c->probe)) {
        f->severity = CM_SEVERITY_HYGIENE;
        f->blocks = false;
    }
}

static void of_files(struct cm_case *c, enum cm_cause cause)
{
    const struct cm_client_evidence *own = &c->ev->client;

    weigh(c, cm_finding_add(c, cause, "RFC 8446 section 4.4.2", "%.*s%s",
                            (int)strnlen(own->detail, sizeof(own->detail)),
                            own->detail, here(c)));
}

static void of_dates(struct cm_case *c, enum cm_client_fault fault)
{
    const struct cm_cert *cert = c->ev->client.cert;
    bool over = fault == CM_CLIENT_EXPIRED;
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];

    weigh(c,
          cm_finding_add(
              c,
              over ? CM_CAUSE_CLIENT_CERT_EXPIRED
                   : CM_CAUSE_CLIENT_CERT_NOT_YET_VALID,
              "RFC 5280 section 4.1.2.5", "our client certificate %s %s %s%s",
              cm_finding_cert_name(cert, name),
              over ? "expired on" : "is not valid before",
              cm_time_day(over ? cert->not_after : cert->not_before, day),
              here(c)));
}

static void of_usage(struct cm_case *c)
{
    const struct cm_cert *cert = c->ev->client.cert;
    bool by_eku =
        cert->has_eku && (cert->eku & (CM_EKU_CLIENT_AUTH | CM_EKU_ANY)) == 0;
    char name[CM_LABEL_SIZE];

    weigh(c,
          cm_finding_add(
              c, CM_CAUSE_CLIENT_CERT_USAGE,
              by_eku ? "RFC 5280 section 4.2.1.12" : "RFC 8446 section 4.4.2.2",
              "our client certificate %s %s%s",
              cm_finding_cert_name(cert, name),
              by_eku ? "has extended key usages, and client "
                       "authentication is not among them"
                     : "has a key usage without digitalSignature, which a "
                       "client needs",
              here(c)));
}

static void of_soon(struct cm_case *c)
{
    struct cm_cert *cert = c->ev->client.cert;
    int64_t left = cert->not_after - c->at_unix;
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];
    struct cm_finding *f;

    if (left > cm_judge_soon(cert, c->policy)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_CLIENT_CERT_EXPIRES_SOON, "RFC 5280 section 4.1.2.5",
        "our client certificate %s expires on %s, %s after the "
        "time judged",
        cm_finding_cert_name(cert, name), cm_time_day(cert->not_after, day),
        cm_finding_duration(left, span));
    cm_finding_about(c, f, cert);
    cm_client_for_own(c, f);
}

/* Its successor may be for servers only. That it is used as a client's is known
 * where it was sent. */
static void of_public_ca(struct cm_case *c)
{
    struct cm_cert *cert = c->ev->client.cert;
    char name[CM_LABEL_SIZE];
    char day[CM_TIME_TEXT_SIZE];
    struct cm_finding *f;

    if (!cm_judge_client_auth_ends(cert)) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_PUBLIC_CLIENT_AUTH_EKU, CM_CLIENT_AUTH_RULE,
        "our client certificate %s is of a public CA and ends on %s; what "
        "public CAs issue from 15 Mar 2027 on is for servers only%s",
        cm_finding_cert_name(cert, name), cm_time_day(cert->not_after, day),
        here(c));
    cm_finding_about(c, f, cert);
    cm_finding_resolve(f, CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE);
    cm_client_for_own(c, f);
    if (f != NULL && c->probe != NULL && c->probe->client_cert_sent) {
        f->severity = CM_SEVERITY_BY_DATE;
    }
}

/* By itself, for the time judged, which may be another than the scan's. */
static void of_cert(struct cm_case *c)
{
    enum cm_client_fault fault =
        cm_identity_fault(c->ev->client.cert, c->at_unix);

    switch (fault) {
    case CM_CLIENT_EXPIRED:
    case CM_CLIENT_NOT_YET_VALID:
        of_dates(c, fault);
        break;
    case CM_CLIENT_WRONG_USAGE:
        of_usage(c);
        break;
    case CM_CLIENT_FINE:
        of_soon(c);
        of_public_ca(c);
        break;
    case CM_CLIENT_NONE:
    case CM_CLIENT_UNREADABLE:
    case CM_CLIENT_KEY_UNREADABLE:
    case CM_CLIENT_MALFORMED:
    case CM_CLIENT_KEY_MISMATCH:
    case CM_CLIENT_INCOMPLETE:
    case CM_CLIENT_FAULT_COUNT:
        break;
    }
}

void cm_judge_client_own(struct cm_case *c)
{
    const struct cm_client_evidence *own = &c->ev->client;

    if (own->fault == CM_CLIENT_NONE) {
        return;
    }
    if (own->fault == CM_CLIENT_KEY_UNREADABLE) {
        of_files(c, CM_CAUSE_CLIENT_KEY_DENIED);
    } else if (own->fault == CM_CLIENT_KEY_MISMATCH) {
        of_files(c, CM_CAUSE_CLIENT_KEY_MISMATCH);
    } else if (own->fault == CM_CLIENT_UNREADABLE ||
               own->fault == CM_CLIENT_MALFORMED) {
        of_files(c, CM_CAUSE_CLIENT_CERT_UNUSABLE);
    }
    if (own->cert != NULL && own->cert->parsed) {
        of_cert(c);
    }
}

/* --- the CAs that the server names --- */

/* Is the name in the list of names, each with its length before it? Compared as
 * RFC 5280 section 7.1 does. */
static bool is_listed(struct cm_case *c, struct cm_span name,
                      struct cm_span names)
{
    struct cm_reader list;
    struct cm_reader entry;
    struct cm_buf want;
    bool found = false;

    cm_buf_init(&want, CM_DN_NORM_MAX(name.len));
    cm_reader_init(&list, names.data, names.len);
    if (!cm_dn_normalise(name, &want)) {
        c->no_memory = c->no_memory || want.failed;
        cm_buf_cleanup(&want);
        return false;
    }
    while (!found && cm_reader_vec16(&list, &entry)) {
        struct cm_buf have;

        cm_buf_init(&have, CM_DN_NORM_MAX(entry.len));
        found =
            cm_dn_normalise((struct cm_span){entry.data, entry.len}, &have) &&
            cm_span_equal((struct cm_span){have.data, have.len},
                          (struct cm_span){want.data, want.len});
        c->no_memory = c->no_memory || have.failed;
        cm_buf_cleanup(&have);
    }
    cm_buf_cleanup(&want);
    return found;
}

bool cm_client_names_differ(struct cm_case *c)
{
    const struct cm_client_evidence *own = &c->ev->client;
    const struct cm_probe *p = c->probe;
    struct cm_reader issuers;
    struct cm_reader issuer;

    if (p->ca_names.len == 0 || own->cert == NULL || own->issuers.len == 0 ||
        p->ca_names.len + CM_CLIENT_LONG_NAME > CM_MAX_CA_NAMES_BYTES) {
        return false; /* none, or not all of them were kept */
    }
    cm_reader_init(&issuers, own->issuers.data, own->issuers.len);
    while (cm_reader_vec16(&issuers, &issuer)) {
        if (is_listed(c, (struct cm_span){issuer.data, issuer.len},
                      p->ca_names)) {
            return false;
        }
    }
    return true;
}
