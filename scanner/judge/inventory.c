/* What a server could do better: old versions, weak suites, missing extensions.
 * Only what was shown to be so counts; what was not found out is no finding.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"

#define MAX_SUITES_NAMED 6U
#define GOOD_DH_BITS 2048U
#define MIN_CIPHER_BITS 112U
#define ALERT_PROTOCOL_VERSION 70

static bool is_clear_refusal(const struct cm_answer *answer)
{
    return answer != NULL && answer->end == CM_ANSWER_ALERT &&
           answer->alert == ALERT_PROTOCOL_VERSION;
}

/* By the inventory; without one, by the answers of a diagnosis and by the
 * handshake of the scan. */
static enum cm_known serves(const struct cm_case *c,
                            enum cm_version_index version)
{
    uint16_t number = cm_version_number(version);

    if (c->ev->inventory != NULL &&
        c->ev->inventory->versions[version].served != CM_NOT_KNOWN) {
        return c->ev->inventory->versions[version].served;
    }
    if (c->probe != NULL && c->probe->server_hello &&
        c->probe->version == number) {
        return CM_YES;
    }
    for (size_t i = 0; i < c->ev->num_answers; i++) {
        const struct cm_answer *answer = &c->ev->answers[i];

        if (answer->version == number && cm_answer_worked(answer)) {
            return CM_YES;
        }
    }
    return version == CM_VERSION_TLS1_3 &&
                   is_clear_refusal(cm_evidence_answer(c->ev, CM_ASK_TLS1_3))
               ? CM_NO
               : CM_NOT_KNOWN;
}

static bool serves_modern(const struct cm_case *c)
{
    return serves(c, CM_VERSION_TLS1_2) == CM_YES ||
           serves(c, CM_VERSION_TLS1_3) == CM_YES;
}

/* "SSLv3 (4 suites), TLSv1.0 (12 suites)": those of `first` to `last`. */
static bool say_versions(const struct cm_case *c, struct cm_buf *out,
                         enum cm_version_index first,
                         enum cm_version_index last)
{
    const struct cm_inventory *inventory = c->ev->inventory;
    bool any = false;

    for (int i = (int)first; i <= (int)last; i++) {
        size_t num = inventory != NULL ? inventory->versions[i].num_suites : 0;

        if (serves(c, (enum cm_version_index)i) != CM_YES) {
            continue;
        }
        (void)cm_buf_printf(
            out, "%s%s", any ? ", " : "",
            cm_tls_version_name(cm_version_number((enum cm_version_index)i)));
        if (num > 0) {
            (void)cm_buf_printf(out, " (%zu suite%s)", num,
                                num == 1 ? "" : "s");
        }
        any = true;
    }
    return any;
}

static void versions(struct cm_case *c)
{
    char server[CM_LABEL_SIZE];
    struct cm_buf old;

    cm_buf_init(&old, 1024);
    if (say_versions(c, &old, CM_VERSION_SSL2, CM_VERSION_SSL3)) {
        (void)cm_finding_add(c, CM_CAUSE_TLS_SSL23_ON,
                             serves(c, CM_VERSION_SSL2) == CM_YES
                                 ? "RFC 6176 section 3"
                                 : "RFC 7568 section 3",
                             "%s serves %s", cm_finding_server(c, server),
                             cm_finding_text(c, &old));
    }
    cm_buf_cleanup(&old);
    cm_buf_init(&old, 1024);
    if (serves_modern(c) &&
        say_versions(c, &old, CM_VERSION_TLS1_0, CM_VERSION_TLS1_1)) {
        (void)cm_finding_add(
            c, CM_CAUSE_TLS_LEGACY_VERSION_ON, "RFC 8996 sections 4 and 5",
            "%s serves %s besides newer versions", cm_finding_server(c, server),
            cm_finding_text(c, &old));
    }
    cm_buf_cleanup(&old);
    if (serves(c, CM_VERSION_TLS1_3) == CM_NO &&
        serves(c, CM_VERSION_TLS1_2) == CM_YES) {
        (void)cm_finding_add(c, CM_CAUSE_TLS13_MISSING,
                             "RFC 9325 section 3.1.1",
                             "%s refused a hello that offers TLS 1.3 alone, "
                             "with every suite and group, and serves TLS 1.2",
                             cm_finding_server(c, server));
    }
}

static bool is_weak(const struct cm_suite *suite)
{
    return suite != NULL && (suite->weak || suite->bits < MIN_CIPHER_BITS);
}

/* Names each weak suite once, whatever it was served with. */
struct weak_list {
    struct cm_buf names;
    uint16_t seen[CM_MAX_SUITES];
    size_t num;
};

static void note_weak(struct weak_list *list, uint16_t number)
{
    const struct cm_suite *suite = cm_suite_find(number);

    if (!is_weak(suite) || list->num >= CM_MAX_SUITES) {
        return;
    }
    for (size_t i = 0; i < list->num; i++) {
        if (list->seen[i] == number) {
            return;
        }
    }
    if (list->num < MAX_SUITES_NAMED) {
        (void)cm_buf_printf(&list->names, "%s%s", list->num > 0 ? ", " : "",
                            suite->name);
    }
    list->seen[list->num++] = number;
}

static void weak_suites(struct cm_case *c)
{
    const struct cm_inventory *inventory = c->ev->inventory;
    struct weak_list list = {.num = 0};

    cm_buf_init(&list.names, 4096);
    for (size_t v = CM_VERSION_SSL3; inventory != NULL && v < CM_VERSION_COUNT;
         v++) {
        const struct cm_version_inventory *of = &inventory->versions[v];

        for (size_t i = 0; i < of->num_suites; i++) {
            note_weak(&list, of->suites[i]);
        }
    }
    for (size_t i = 0; i < c->ev->num_answers; i++) {
        const struct cm_answer *answer = &c->ev->answers[i];

        if (cm_answer_worked(answer) && answer->version >= 0x0300) {
            note_weak(&list, answer->cipher);
        }
    }
    if (list.num > 0) {
        char server[CM_LABEL_SIZE];

        if (list.num > MAX_SUITES_NAMED) {
            (void)cm_buf_printf(&list.names, " and %zu more",
                                list.num - MAX_SUITES_NAMED);
        }
        (void)cm_finding_add(c, CM_CAUSE_TLS_WEAK_CIPHER_ON,
                             "RFC 9325 section 4.1", "%s accepts %s",
                             cm_finding_server(c, server),
                             cm_finding_text(c, &list.names));
    }
    cm_buf_cleanup(&list.names);
}

static bool has_forward_secrecy(const struct cm_suite *suite)
{
    return suite->forward_secrecy;
}

static bool has_aead(const struct cm_suite *suite)
{
    return suite->aead;
}

/* Proven: TLS 1.3 is not there, the newest version's suites are all known, and
 * none of any version has it. Anonymous suites help nobody. */
static bool none_has(const struct cm_inventory *inventory,
                     bool (*has)(const struct cm_suite *suite))
{
    size_t num = 0;

    if (inventory->versions[CM_VERSION_TLS1_3].served != CM_NO) {
        return false;
    }
    for (size_t v = CM_VERSION_SSL3; v < CM_VERSION_TLS1_3; v++) {
        const struct cm_version_inventory *of = &inventory->versions[v];

        if (of->served == CM_NOT_KNOWN ||
            (of->served == CM_YES && !of->complete)) {
            return false;
        }
        for (size_t i = 0; i < of->num_suites; i++) {
            const struct cm_suite *suite = cm_suite_find(of->suites[i]);

            if (suite == NULL || (has(suite) && !suite->anonymous)) {
                return false;
            }
            num++;
        }
    }
    return num > 0;
}

static void suites(struct cm_case *c)
{
    const struct cm_inventory *inventory = c->ev->inventory;
    char server[CM_LABEL_SIZE];

    weak_suites(c);
    if (inventory == NULL) {
        return;
    }
    if (none_has(inventory, has_forward_secrecy)) {
        (void)cm_finding_add(
            c, CM_CAUSE_TLS_NO_FORWARD_SECRECY, "RFC 9325 section 4.1",
            "%s accepts no suite with ECDHE or DHE, and has no TLS 1.3: who "
            "gets its key can read what was recorded before",
            cm_finding_server(c, server));
    }
    if (inventory->versions[CM_VERSION_TLS1_2].served == CM_YES &&
        none_has(inventory, has_aead)) {
        (void)cm_finding_add(
            c, CM_CAUSE_TLS_CBC_ONLY, "RFC 9325 section 4.2",
            "%s accepts no suite with GCM, CCM or ChaCha20-Poly1305, and has "
            "no TLS 1.3",
            cm_finding_server(c, server));
    }
}

/* The shortest prime seen, by the inventory or in an answer. */
static unsigned shortest_dh(const struct cm_case *c)
{
    unsigned bits =
        c->ev->inventory != NULL ? c->ev->inventory->min_dh_bits : 0;

    for (size_t i = 0; i < c->ev->num_answers; i++) {
        unsigned seen = c->ev->answers[i].dh_bits;

        if (seen != 0 && (bits == 0 || seen < bits)) {
            bits = seen;
        }
    }
    return bits;
}

/* Said by no answer of a version that has it, though each hello asked. */
static bool no_secure_renegotiation(const struct cm_case *c)
{
    if (c->ev->inventory != NULL) {
        return c->ev->inventory->secure_renegotiation == CM_NO;
    }
    for (size_t i = 0; i < c->ev->num_answers; i++) {
        const struct cm_answer *answer = &c->ev->answers[i];

        if (answer->end == CM_ANSWER_FLIGHT && answer->version >= 0x0300 &&
            answer->version <= 0x0303) {
            return !answer->secure_renegotiation;
        }
    }
    return false;
}

static void parameters(struct cm_case *c)
{
    const struct cm_inventory *inventory = c->ev->inventory;
    unsigned bits = shortest_dh(c);
    char server[CM_LABEL_SIZE];

    if (bits != 0 && bits < GOOD_DH_BITS) {
        (void)cm_finding_add(c, CM_CAUSE_TLS_WEAK_DH, "RFC 9325 section 4.5",
                             "%s sends Diffie-Hellman parameters with a prime "
                             "of %u bits; at least %u are asked for",
                             cm_finding_server(c, server), bits, GOOD_DH_BITS);
    }
    if (no_secure_renegotiation(c)) {
        (void)cm_finding_add(c, CM_CAUSE_TLS_NO_SECURE_RENEGO,
                             "RFC 5746 section 3.6",
                             "the ServerHello of %s leaves renegotiation_info "
                             "out, which the hello asked for",
                             cm_finding_server(c, server));
    }
    if (inventory != NULL &&
        inventory->versions[CM_VERSION_TLS1_2].served == CM_YES &&
        inventory->extended_master_secret == CM_NO) {
        (void)cm_finding_add(c, CM_CAUSE_TLS_NO_EMS, "RFC 7627 section 5.2",
                             "the TLS 1.2 ServerHello of %s leaves "
                             "extended_master_secret out, which the hello "
                             "asked for",
                             cm_finding_server(c, server));
    }
}

/* IANA's registry of groups, 2026-11: ML-KEM alone and in hybrids. */
static bool is_post_quantum(uint16_t group)
{
    return (group >= 0x0200 && group <= 0x0202) ||
           (group >= 0x11EB && group <= 0x11EE) || group == 0x6399;
}

static void post_quantum(struct cm_case *c)
{
    const struct cm_inventory *inventory = c->ev->inventory;
    char server[CM_LABEL_SIZE];

    if (inventory == NULL || !inventory->groups_complete ||
        inventory->versions[CM_VERSION_TLS1_3].served != CM_YES) {
        return;
    }
    for (size_t i = 0; i < inventory->num_groups; i++) {
        if (is_post_quantum(inventory->groups[i])) {
            return;
        }
    }
    (void)cm_finding_add(c, CM_CAUSE_PQ_KEX_MISSING, "RFC 8446 section 4.2.7",
                         "%s takes %u group%s and refuses X25519MLKEM768 and "
                         "every other one with ML-KEM",
                         cm_finding_server(c, server), inventory->num_groups,
                         inventory->num_groups == 1 ? "" : "s");
}

void cm_judge_inventory(struct cm_case *c)
{
    if (c->ev->inventory == NULL && c->ev->num_answers == 0) {
        return;
    }
    versions(c);
    suites(c);
    parameters(c);
    post_quantum(c);
}
