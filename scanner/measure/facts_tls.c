/* What the handshakes showed: the inventory says all, an ordinary scan only
 * what was chosen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/evidence.h"
#include "measure/facts.h"

#define ALERT_PROTOCOL_VERSION 70

/* Up to TLS 1.2 a ServerHello is no proof by itself: some servers say it, and
 * cannot go on. Under another name another server may answer. */
static bool was_accepted(const struct cm_answer *answer)
{
    return answer->ask != CM_ASK_NO_SNI && answer->ask != CM_ASK_OTHER_SNI &&
           cm_answer_worked(answer) &&
           (answer->end == CM_ANSWER_FLIGHT || answer->version >= 0x0304);
}

static void add_version(struct cm_fact_value *out, uint16_t version)
{
    if (cm_version_index(version) >= 0) {
        cm_fact_add_number(out, version);
    }
}

/* The version that a question is about; -1: none in particular. */
static int version_asked(enum cm_ask ask)
{
    switch ((int)ask) {
    case CM_ASK_TLS1_3:
        return CM_VERSION_TLS1_3;
    case CM_ASK_TLS1_2:
        return CM_VERSION_TLS1_2;
    case CM_ASK_TLS1_1:
        return CM_VERSION_TLS1_1;
    case CM_ASK_TLS1_0:
        return CM_VERSION_TLS1_0;
    case CM_ASK_SSL3:
        return CM_VERSION_SSL3;
    default:
        return -1;
    }
}

static void gather_versions(struct cm_fact_value *out,
                            const struct cm_evidence *ev)
{
    const struct cm_inventory *inventory = ev->inventory;
    size_t known = 0;

    for (int i = 0; i < CM_VERSION_COUNT && inventory != NULL; i++) {
        if (inventory->versions[i].served == CM_YES) {
            cm_fact_add_number(out,
                               cm_version_number((enum cm_version_index)i));
        } else if (inventory->versions[i].served == CM_NO) {
            out->not_in[i] = true;
        }
    }
    for (size_t i = 0; i < ev->num_probes; i++) {
        if (ev->probes[i].certificate_message) {
            add_version(out, ev->probes[i].version);
        }
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        const struct cm_answer *answer = &ev->answers[i];
        int asked = version_asked(answer->ask);

        if (was_accepted(answer)) {
            add_version(out, answer->version);
        } else if (asked >= 0 && answer->end == CM_ANSWER_ALERT &&
                   answer->alert == ALERT_PROTOCOL_VERSION) {
            out->not_in[asked] = true;
        }
    }
    /* Several addresses may differ: what one serves is served. */
    for (size_t i = 0; i < out->num_numbers; i++) {
        out->not_in[cm_version_index(out->numbers[i])] = false;
    }
    for (size_t i = 0; i < CM_VERSION_COUNT; i++) {
        known += out->not_in[i] ? 1 : 0;
    }
    out->complete = known + out->num_numbers == CM_VERSION_COUNT;
}

/* SSLv2 has suites of its own kind, which its version speaks for. */
static void list_suites(struct cm_fact_value *out,
                        const struct cm_inventory *inventory, bool tls13)
{
    int first = tls13 ? CM_VERSION_TLS1_3 : CM_VERSION_SSL3;
    int last = tls13 ? CM_VERSION_TLS1_3 : CM_VERSION_TLS1_2;

    out->complete = true;
    for (int i = first; i <= last; i++) {
        const struct cm_version_inventory *of = &inventory->versions[i];

        for (size_t k = 0; k < of->num_suites; k++) {
            cm_fact_add_number(out, of->suites[k]);
        }
        out->complete =
            out->complete &&
            (of->served == CM_NO || (of->served == CM_YES && of->complete));
    }
}

static bool is_of(uint16_t version, bool tls13)
{
    return tls13 ? version == 0x0304 : version >= 0x0300 && version < 0x0304;
}

static void gather_suites(struct cm_fact_value *out,
                          const struct cm_evidence *ev, bool tls13)
{
    if (ev->inventory != NULL) {
        list_suites(out, ev->inventory, tls13);
    }
    for (size_t i = 0; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];

        if (probe->certificate_message && is_of(probe->version, tls13)) {
            cm_fact_add_number(out, probe->cipher);
        }
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        const struct cm_answer *answer = &ev->answers[i];

        if (was_accepted(answer) && is_of(answer->version, tls13)) {
            cm_fact_add_number(out, answer->cipher);
        }
    }
}

static void gather_groups(struct cm_fact_value *out,
                          const struct cm_evidence *ev)
{
    const struct cm_inventory *inventory = ev->inventory;

    for (size_t i = 0; inventory != NULL && i < inventory->num_groups; i++) {
        cm_fact_add_number(out, inventory->groups[i]);
    }
    out->complete = inventory != NULL && inventory->groups_complete;
    for (size_t i = 0; i < ev->num_probes; i++) {
        if (ev->probes[i].certificate_message && ev->probes[i].group != 0) {
            cm_fact_add_number(out, ev->probes[i].group);
        }
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        if (was_accepted(&ev->answers[i]) && ev->answers[i].group != 0) {
            cm_fact_add_number(out, ev->answers[i].group);
        }
    }
}

static void gather_schemes(struct cm_fact_value *out,
                           const struct cm_evidence *ev)
{
    const struct cm_inventory *inventory = ev->inventory;

    for (size_t i = 0; inventory != NULL && i < inventory->num_schemes; i++) {
        cm_fact_add_number(out, inventory->schemes[i]);
    }
    out->complete = inventory != NULL && inventory->schemes_complete;
    for (size_t i = 0; i < ev->num_probes; i++) {
        if (ev->probes[i].certificate_message && ev->probes[i].signature != 0) {
            cm_fact_add_number(out, ev->probes[i].signature);
        }
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        if (was_accepted(&ev->answers[i]) && ev->answers[i].signature != 0) {
            cm_fact_add_number(out, ev->answers[i].signature);
        }
    }
}

/* One prime that was seen says that the shortest is no longer than it. */
static void gather_dh(struct cm_fact_value *out, const struct cm_evidence *ev)
{
    unsigned bits = 0;

    if (ev->inventory != NULL && ev->inventory->min_dh_bits != 0) {
        bits = ev->inventory->min_dh_bits;
    }
    out->at_most = bits == 0;
    for (size_t i = 0; i < ev->num_answers; i++) {
        unsigned seen = ev->answers[i].dh_bits;

        if (seen != 0 && (bits == 0 || seen < bits)) {
            bits = seen;
        }
    }
    if (bits != 0) {
        cm_fact_set_number(out, bits);
    }
}

/* What matters is the order up to TLS 1.2, where suites differ in strength;
 * TLS 1.3 speaks where there is nothing else. */
static void gather_order(struct cm_fact_value *out,
                         const struct cm_inventory *inventory)
{
    bool all = true;
    bool any = false;

    for (int i = CM_VERSION_SSL3; i <= CM_VERSION_TLS1_3; i++) {
        const struct cm_version_inventory *of = &inventory->versions[i];

        if (of->served != CM_YES || (i == CM_VERSION_TLS1_3 && any)) {
            continue;
        }
        any = true;
        if (of->server_order == CM_NO) {
            out->yes = CM_NO;
            return;
        }
        all = all && of->server_order == CM_YES;
    }
    out->yes = any && all ? CM_YES : CM_NOT_KNOWN;
}

static bool was_seen(const struct cm_evidence *ev, enum cm_fact fact)
{
    for (size_t i = 0; i < ev->num_probes; i++) {
        const struct cm_probe *probe = &ev->probes[i];

        if (fact == CM_FACT_STAPLING && probe->ocsp_staple.len > 0) {
            return true;
        }
        if (fact == CM_FACT_EXTENDED_MASTER_SECRET &&
            probe->certificate_message && probe->version <= 0x0303 &&
            probe->extended_master_secret) {
            return true;
        }
    }
    return false;
}

static enum cm_known flag_of(const struct cm_inventory *inventory,
                             enum cm_fact fact)
{
    switch ((int)fact) {
    case CM_FACT_SECURE_RENEGOTIATION:
        return inventory->secure_renegotiation;
    case CM_FACT_EXTENDED_MASTER_SECRET:
        return inventory->extended_master_secret;
    case CM_FACT_COMPRESSION:
        return inventory->compression;
    case CM_FACT_FALLBACK_SCSV:
        return inventory->fallback_scsv;
    case CM_FACT_STAPLING:
        return inventory->stapling;
    default:
        return CM_NOT_KNOWN;
    }
}

static void gather_flag(struct cm_fact_value *out, const struct cm_evidence *ev,
                        enum cm_fact fact)
{
    if (ev->inventory != NULL) {
        out->yes = flag_of(ev->inventory, fact);
    }
    if (out->yes == CM_NOT_KNOWN && was_seen(ev, fact)) {
        out->yes = CM_YES;
    }
    if (fact == CM_FACT_HANDSHAKE_SCTS) {
        const struct cm_probe *probe = cm_evidence_main_probe(ev);

        if (probe != NULL && probe->certificate_message) {
            cm_fact_set_flag(out, probe->sct_bytes > 0);
        }
    }
    if (fact == CM_FACT_SERVER_ORDER && ev->inventory != NULL) {
        gather_order(out, ev->inventory);
    }
}

/* An inventory for a policy's purposes: every version asked for. */
static void gather_inventory(struct cm_fact_value *out,
                             const struct cm_evidence *ev)
{
    struct cm_fact_value versions = {.complete = false};

    gather_versions(&versions, ev);
    if (ev->inventory != NULL && versions.complete) {
        out->yes = CM_YES;
    }
    out->no_memory = versions.no_memory;
    cm_fact_cleanup(&versions);
}

void cm_fact_of_handshake(struct cm_fact_value *out,
                          const struct cm_evidence *ev, enum cm_fact fact)
{
    switch ((int)fact) {
    case CM_FACT_VERSIONS:
        gather_versions(out, ev);
        break;
    case CM_FACT_SUITES:
        gather_suites(out, ev, false);
        break;
    case CM_FACT_SUITES13:
        gather_suites(out, ev, true);
        break;
    case CM_FACT_GROUPS:
        gather_groups(out, ev);
        break;
    case CM_FACT_SCHEMES:
        gather_schemes(out, ev);
        break;
    case CM_FACT_DH:
        gather_dh(out, ev);
        break;
    case CM_FACT_INVENTORY:
        gather_inventory(out, ev);
        break;
    default:
        gather_flag(out, ev, fact);
        break;
    }
}
