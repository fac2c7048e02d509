/* Evidence: its memory, its words, and which probe counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/evidence.h"

#include <stdlib.h>

#include "certmuster/status.h"

struct cm_evidence *cm_evidence_new(void)
{
    return calloc(1, sizeof(struct cm_evidence));
}

void cm_probe_cleanup(struct cm_probe *probe)
{
    for (size_t i = 0; i < probe->num_chain; i++) {
        cm_cert_unref(probe->chain[i]);
    }
    free(probe->chain);
    cm_span_free(&probe->ocsp_staple);
    cm_span_free(&probe->ca_names);
    *probe = (struct cm_probe){0};
}

void cm_evidence_free(struct cm_evidence *ev)
{
    if (ev == NULL) {
        return;
    }
    for (size_t i = 0; i < ev->num_probes; i++) {
        cm_probe_cleanup(&ev->probes[i]);
    }
    free(ev->probes);
    for (size_t i = 0; i < ev->num_answers; i++) {
        cm_answer_cleanup(&ev->answers[i]);
    }
    free(ev->answers);
    cm_inventory_free(ev->inventory);
    cm_cert_unref(ev->client.cert);
    cm_span_free(&ev->client.issuers);
    free(ev);
}

struct cm_probe *cm_evidence_add_probe(struct cm_evidence *ev)
{
    struct cm_probe *probe;

    if (ev->probes == NULL) { /* all at once, so that none ever moves */
        if (ev->max_probes == 0 || ev->max_probes > CM_MAX_PROBES) {
            ev->max_probes = CM_MAX_PROBES;
        }
        ev->probes = calloc(ev->max_probes, sizeof(*ev->probes));
    }
    if (ev->probes == NULL || ev->num_probes >= ev->max_probes) {
        return NULL;
    }
    probe = &ev->probes[ev->num_probes++];
    *probe = (struct cm_probe){0};
    return probe;
}

const struct cm_probe *cm_evidence_main_probe(const struct cm_evidence *ev)
{
    const struct cm_probe *best = NULL;

    for (size_t i = 0; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];

        if (best == NULL || probe->reached > best->reached ||
            (probe->reached == best->reached && probe->end == CM_END_COMPLETE &&
             best->end != CM_END_COMPLETE)) {
            best = probe;
        }
    }
    return best;
}

const char *cm_phase_id(enum cm_phase phase)
{
    static const char *const ids[CM_PHASE_COUNT] = {
        [CM_PHASE_QUEUED] = "queued",
        [CM_PHASE_RESOLVING] = "resolving",
        [CM_PHASE_CONNECTING] = "connecting",
        [CM_PHASE_PROXYING] = "proxying",
        [CM_PHASE_STARTTLS] = "starttls",
        [CM_PHASE_HANDSHAKING] = "handshaking",
        [CM_PHASE_LINGERING] = "lingering",
        [CM_PHASE_REQUESTING] = "requesting",
        [CM_PHASE_ASKING] = "asking",
        [CM_PHASE_RECORDED] = "recorded",
    };

    cm_assert((unsigned)phase < CM_PHASE_COUNT);
    return ids[phase];
}

const char *cm_dns_result_id(enum cm_dns_result result)
{
    static const char *const ids[CM_DNS_RESULT_COUNT] = {
        [CM_DNS_NOT_ASKED] = "not_asked",
        [CM_DNS_OK] = "ok",
        [CM_DNS_NXDOMAIN] = "nxdomain",
        [CM_DNS_NO_ADDRESS] = "no_address",
        [CM_DNS_SERVFAIL] = "servfail",
        [CM_DNS_REFUSED] = "refused",
        [CM_DNS_TIMEOUT] = "timeout",
        [CM_DNS_CNAME_BROKEN] = "cname_broken",
        [CM_DNS_FAILED] = "failed",
    };

    cm_assert((unsigned)result < CM_DNS_RESULT_COUNT);
    return ids[result];
}

const char *cm_end_id(enum cm_end end)
{
    static const char *const ids[CM_END_COUNT] = {
        [CM_END_NONE] = "none",
        [CM_END_COMPLETE] = "complete",
        [CM_END_TIMEOUT] = "timeout",
        [CM_END_CLOSED] = "closed",
        [CM_END_RESET] = "reset",
        [CM_END_SYSTEM] = "system",
        [CM_END_ALERT_RECEIVED] = "alert_received",
        [CM_END_REFUSED_BY_US] = "refused_by_us",
        [CM_END_NOT_TLS] = "not_tls",
        [CM_END_PROXY] = "proxy",
        [CM_END_STARTTLS] = "starttls",
    };

    cm_assert((unsigned)end < CM_END_COUNT);
    return ids[end];
}

const char *cm_scanner_fault_id(enum cm_scanner_fault fault)
{
    static const char *const ids[CM_FAULT_COUNT] = {
        [CM_FAULT_NONE] = "none",
        [CM_FAULT_NO_ROUTE] = "no_route",
        [CM_FAULT_NO_DESCRIPTORS] = "no_descriptors",
        [CM_FAULT_RESOLVER_DOWN] = "resolver_down",
        [CM_FAULT_OFFLINE] = "offline",
    };

    cm_assert((unsigned)fault < CM_FAULT_COUNT);
    return ids[fault];
}

const char *cm_starttls_outcome_id(enum cm_starttls_outcome outcome)
{
    static const char *const ids[CM_STARTTLS_OUTCOME_COUNT] = {
        [CM_STARTTLS_NONE] = "none",
        [CM_STARTTLS_READY] = "ready",
        [CM_STARTTLS_READY_AFTER_TEXT] = "ready_after_text",
        [CM_STARTTLS_NOT_OFFERED] = "not_offered",
        [CM_STARTTLS_REFUSED] = "refused",
        [CM_STARTTLS_MASKED] = "masked",
        [CM_STARTTLS_TLS_FIRST] = "tls_first",
        [CM_STARTTLS_OTHER_PROTOCOL] = "other_protocol",
        [CM_STARTTLS_SILENT] = "silent",
        [CM_STARTTLS_CLOSED] = "closed",
        [CM_STARTTLS_READY_INJECTED] = "ready_injected",
    };

    cm_assert((unsigned)outcome < CM_STARTTLS_OUTCOME_COUNT);
    return ids[outcome];
}

const char *cm_client_auth_id(enum cm_client_auth auth)
{
    static const char *const ids[CM_CLIENT_AUTH_COUNT] = {
        [CM_CLIENT_AUTH_NONE] = "none",
        [CM_CLIENT_AUTH_REQUESTED] = "requested",
        [CM_CLIENT_AUTH_OPTIONAL] = "optional",
        [CM_CLIENT_AUTH_REQUIRED] = "required",
        [CM_CLIENT_AUTH_ACCEPTED] = "accepted",
        [CM_CLIENT_AUTH_REJECTED] = "rejected",
        [CM_CLIENT_AUTH_UNDETERMINED] = "undetermined",
    };

    cm_assert((unsigned)auth < CM_CLIENT_AUTH_COUNT);
    return ids[auth];
}

const char *cm_client_fault_id(enum cm_client_fault fault)
{
    static const char *const ids[CM_CLIENT_FAULT_COUNT] = {
        [CM_CLIENT_NONE] = "none",
        [CM_CLIENT_FINE] = "fine",
        [CM_CLIENT_UNREADABLE] = "unreadable",
        [CM_CLIENT_KEY_UNREADABLE] = "key_unreadable",
        [CM_CLIENT_MALFORMED] = "malformed",
        [CM_CLIENT_KEY_MISMATCH] = "key_mismatch",
        [CM_CLIENT_EXPIRED] = "expired",
        [CM_CLIENT_NOT_YET_VALID] = "not_yet_valid",
        [CM_CLIENT_WRONG_USAGE] = "wrong_usage",
        [CM_CLIENT_INCOMPLETE] = "incomplete",
    };

    cm_assert((unsigned)fault < CM_CLIENT_FAULT_COUNT);
    return ids[fault];
}

bool cm_client_usable(enum cm_client_fault fault)
{
    return fault == CM_CLIENT_FINE || fault == CM_CLIENT_INCOMPLETE;
}
