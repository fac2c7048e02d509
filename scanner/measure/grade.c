/* The grade of an endpoint: scores for versions, key exchange and ciphers, then
 * the rules that cap what they give. What was not found out makes the grade a
 * best case, never a better one than the facts at hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/grade.h"

#include <string.h>

#define PROTOCOL_WEIGHT 30U
#define KEY_WEIGHT 30U
#define CIPHER_WEIGHT 40U
#define EXPORT_KX_BITS 512U
#define SMALL_BITS 2048U
#define TINY_BITS 1024U

/* IANA's registry of groups: the size of each curve's field. */
static const struct curve {
    uint16_t first;
    uint16_t last;
    unsigned bits;
} curves[] = {
    {1, 3, 163},   {4, 5, 193},   {6, 7, 233},   {8, 8, 239},   {9, 10, 283},
    {11, 12, 409}, {13, 14, 571}, {15, 17, 160}, {18, 19, 192}, {20, 21, 224},
    {22, 23, 256}, {24, 24, 384}, {25, 25, 521}, {26, 26, 256}, {27, 27, 384},
    {28, 28, 512}, {29, 29, 256}, {30, 30, 448}, {31, 31, 256}, {32, 32, 384},
    {33, 33, 512}, {34, 37, 256}, {38, 40, 512}, {41, 41, 256},
};

/* Those that are no curves, by their own strength; hybrids by the stronger
 * promise of today, the curve's. */
static const struct other_group {
    uint16_t group;
    unsigned rsa_bits;
} other_groups[] = {
    {0x0100, 2048}, {0x0101, 3072}, {0x0102, 4096}, {0x0103, 6144},
    {0x0104, 8192}, {0x0200, 3072}, {0x0201, 7680}, {0x0202, 15360},
    {0x11EB, 3072}, {0x11EC, 3072}, {0x11ED, 7680}, {0x11EE, 3072},
    {0x6399, 3072},
};

/* A curve's strength is half of its size. */
static unsigned curve_as_rsa(unsigned bits)
{
    return bits >= 512   ? 15360
           : bits >= 384 ? 7680
           : bits >= 255 ? 3072
           : bits >= 224 ? 2048
           : bits >= 160 ? 1024
           : bits > 0    ? 512
                         : 0;
}

unsigned cm_grade_group_bits(uint16_t group)
{
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        if (group >= curves[i].first && group <= curves[i].last) {
            return curve_as_rsa(curves[i].bits);
        }
    }
    for (size_t i = 0; i < sizeof(other_groups) / sizeof(other_groups[0]);
         i++) {
        if (other_groups[i].group == group) {
            return other_groups[i].rsa_bits;
        }
    }
    return 0;
}

unsigned cm_grade_cert_bits(const struct cm_cert *cert)
{
    if (cert == NULL || !cert->parsed) {
        return 0;
    }
    switch (cert->key_alg) {
    case CM_KEY_RSA:
    case CM_KEY_RSA_PSS:
    case CM_KEY_DSA:
    case CM_KEY_DH:
        return cert->key_bits;
    case CM_KEY_EC:
        return curve_as_rsa(cert->key_bits);
    case CM_KEY_ED25519:
    case CM_KEY_ML_DSA:
        return 3072;
    case CM_KEY_ED448:
        return 7680;
    case CM_KEY_UNKNOWN:
        break;
    }
    return 0;
}

/* All suites of all versions served, SSLv2's apart. */
struct tally {
    unsigned num;
    unsigned weakest;
    unsigned strongest;
    bool aead;
    bool forward_secrecy;
    bool anonymous;
    bool is_export;
    bool rc4;
    bool rc4_modern;
    bool other_than_rc4;
    bool uses_dh;
    bool uses_curves;
    bool uses_3des_first;
};

static bool has_part(const struct cm_suite *suite, const char *part)
{
    return strstr(suite->enc, part) != NULL;
}

static void count_strength(struct tally *t, unsigned bits)
{
    if (t->num == 0 || bits < t->weakest) {
        t->weakest = bits;
    }
    if (bits > t->strongest) {
        t->strongest = bits;
    }
    t->num++;
}

/* What a client that checks certificates gets of it. */
static void count_good(struct tally *t, const struct cm_suite *suite)
{
    t->aead |= suite->aead;
    t->forward_secrecy |= suite->forward_secrecy;
    t->uses_dh |= strcmp(suite->kx, "DHE") == 0;
    t->uses_curves |=
        strcmp(suite->kx, "ECDHE") == 0 || strcmp(suite->kx, "TLS13") == 0;
}

static void count_suite(struct tally *t, const struct cm_suite *suite,
                        enum cm_version_index version, bool first)
{
    bool rc4 = has_part(suite, "RC4");
    bool modern = version >= CM_VERSION_TLS1_1;

    count_strength(t, suite->bits);
    t->anonymous |= suite->anonymous;
    t->is_export |= suite->is_export;
    t->rc4 |= rc4;
    t->rc4_modern |= rc4 && modern;
    t->other_than_rc4 |= !rc4;
    t->uses_3des_first |= first && modern && has_part(suite, "3DES");
    if (!suite->anonymous) {
        count_good(t, suite);
    }
}

static void count_suites(struct tally *t, const struct cm_inventory *inventory)
{
    for (int v = CM_VERSION_SSL3; v < CM_VERSION_COUNT; v++) {
        const struct cm_version_inventory *of = &inventory->versions[v];

        for (size_t i = 0; i < of->num_suites; i++) {
            const struct cm_suite *suite = cm_suite_find(of->suites[i]);

            if (suite != NULL) {
                count_suite(t, suite, (enum cm_version_index)v,
                            i == 0 && of->server_order != CM_NO);
            }
        }
    }
}

static bool serves(const struct cm_inventory *inventory,
                   enum cm_version_index version)
{
    return inventory->versions[version].served == CM_YES;
}

/* The mean of the best and the worst version; false: there is none. */
static bool score_protocol(struct cm_grade *out,
                           const struct cm_inventory *inventory)
{
    unsigned best = 0;
    unsigned worst = 100;
    bool any = false;

    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        unsigned points = cm_grade_protocol_points((enum cm_version_index)v);
        const struct cm_version_inventory *of = &inventory->versions[v];

        if (of->served == CM_NOT_KNOWN || !of->complete) {
            out->at_best = true;
        }
        if (of->served == CM_YES) {
            best = points > best ? points : best;
            worst = points < worst ? points : worst;
            any = true;
        }
    }
    out->protocol = (uint8_t)((best + worst) / 2);
    return any;
}

static unsigned weaker(unsigned a, unsigned b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* The weakest of what protects the session's secret: the certificate's key, the
 * groups, the server's own prime. */
static void score_key_exchange(struct cm_grade *out, const struct tally *t,
                               const struct cm_inventory *inventory,
                               unsigned cert_bits)
{
    unsigned bits = cert_bits;

    if (t->anonymous) {
        out->key_exchange = 0;
        return;
    }
    for (size_t i = 0; t->uses_curves && i < inventory->num_groups; i++) {
        bits = weaker(bits, cm_grade_group_bits(inventory->groups[i]));
    }
    if (t->uses_dh) {
        bits = weaker(bits, inventory->min_dh_bits);
    }
    if (t->is_export) {
        bits = weaker(bits, EXPORT_KX_BITS);
    }
    if (bits == 0) {
        out->at_best = true;
        bits = SMALL_BITS;
    }
    out->key_exchange = (uint8_t)cm_grade_key_points(bits);
}

static void apply(struct cm_grade *out, enum cm_grade_rule rule, bool holds)
{
    if (holds) {
        out->rules |= 1U << rule;
    }
}

static void version_rules(struct cm_grade *out,
                          const struct cm_inventory *inventory)
{
    apply(out, CM_GRADE_SSL2, serves(inventory, CM_VERSION_SSL2));
    apply(out, CM_GRADE_SSL3, serves(inventory, CM_VERSION_SSL3));
    apply(out, CM_GRADE_LEGACY_VERSION,
          serves(inventory, CM_VERSION_TLS1_0) ||
              serves(inventory, CM_VERSION_TLS1_1));
    apply(out, CM_GRADE_NO_TLS1_2,
          inventory->versions[CM_VERSION_TLS1_2].served == CM_NO &&
              inventory->versions[CM_VERSION_TLS1_3].served == CM_NO);
    apply(out, CM_GRADE_NO_TLS1_3,
          inventory->versions[CM_VERSION_TLS1_3].served == CM_NO);
    apply(out, CM_GRADE_COMPRESSION, inventory->compression == CM_YES);
    apply(out, CM_GRADE_NO_SECURE_RENEGOTIATION,
          inventory->secure_renegotiation == CM_NO);
}

static void suite_rules(struct cm_grade *out, const struct tally *t,
                        const struct cm_inventory *inventory)
{
    unsigned dh = inventory->min_dh_bits;

    apply(out, CM_GRADE_RC4, t->rc4 && !t->rc4_modern);
    apply(out, CM_GRADE_RC4_MODERN, t->rc4_modern);
    apply(out, CM_GRADE_ONLY_RC4, t->rc4 && !t->other_than_rc4);
    apply(out, CM_GRADE_3DES_MODERN, t->uses_3des_first);
    apply(out, CM_GRADE_EXPORT, t->is_export);
    apply(out, CM_GRADE_ANONYMOUS, t->anonymous);
    apply(out, CM_GRADE_NO_ENCRYPTION, t->num > 0 && t->weakest == 0);
    apply(out, CM_GRADE_NO_FORWARD_SECRECY, t->num > 0 && !t->forward_secrecy);
    apply(out, CM_GRADE_NO_AEAD, t->num > 0 && !t->aead);
    apply(out, CM_GRADE_SMALL_DH, dh >= TINY_BITS && dh < SMALL_BITS);
    apply(out, CM_GRADE_TINY_DH, dh > 0 && dh < TINY_BITS);
}

static void cert_rules(struct cm_grade *out, const struct cm_cert *leaf,
                       unsigned cert_bits)
{
    apply(out, CM_GRADE_SMALL_KEY,
          cert_bits >= TINY_BITS && cert_bits < SMALL_BITS);
    apply(out, CM_GRADE_TINY_KEY, cert_bits > 0 && cert_bits < TINY_BITS);
    apply(out, CM_GRADE_MD5_SIGNATURE,
          leaf != NULL && leaf->parsed &&
              (leaf->sig_hash == CM_HASH_MD5 || leaf->sig_hash == CM_HASH_MD2));
}

/* Small keys and weak signatures have rules of their own above. */
static bool is_graded_elsewhere(enum cm_cause cause)
{
    return cause == CM_CAUSE_KEY_TOO_SMALL ||
           cause == CM_CAUSE_CHAIN_INCOMPLETE;
}

static void trust_rules(struct cm_grade *out,
                        const struct cm_judgement *judgement)
{
    for (size_t i = 0; judgement != NULL && i < judgement->num_findings; i++) {
        const struct cm_finding *f = &judgement->findings[i];
        enum cm_stage stage = cm_cause_info(f->cause)->stage;

        apply(out, CM_GRADE_CHAIN_INCOMPLETE,
              f->cause == CM_CAUSE_CHAIN_INCOMPLETE);
        if (!f->blocks || is_graded_elsewhere(f->cause)) {
            continue;
        }
        apply(out, CM_GRADE_NAME_MISMATCH, stage == CM_STAGE_NAME);
        apply(out, CM_GRADE_NOT_TRUSTED,
              stage == CM_STAGE_TRUST || stage == CM_STAGE_VALIDITY ||
                  stage == CM_STAGE_REVOCATION ||
                  f->cause == CM_CAUSE_TLS_CERT_UNPARSABLE ||
                  f->cause == CM_CAUSE_TLS_KEY_MISMATCH);
    }
}

static void decide(struct cm_grade *out)
{
    enum cm_letter letter = cm_grade_score_letter(out->score);

    out->without_trust = letter;
    for (unsigned i = 0; i < CM_GRADE_RULE_COUNT; i++) {
        enum cm_letter cap = cm_grade_rule_cap((enum cm_grade_rule)i);

        if ((out->rules & (1U << i)) == 0) {
            continue;
        }
        letter = cap > letter ? cap : letter;
        if (cap < CM_LETTER_M && cap > out->without_trust) {
            out->without_trust = cap;
        }
    }
    out->letter = letter;
}

/* Where the scan's own handshake failed, as its diagnosis saw it. */
static const struct cm_cert *leaf_of(const struct cm_evidence *ev)
{
    const struct cm_probe *probe = cm_evidence_main_probe(ev);
    const struct cm_answer *answer = cm_evidence_certificates(ev);

    if (probe != NULL && probe->num_chain > 0) {
        return probe->chain[0];
    }
    return answer != NULL && answer->num_chain > 0 ? answer->chain[0] : NULL;
}

void cm_grade_endpoint(struct cm_grade *out, const struct cm_evidence *ev,
                       const struct cm_judgement *judgement)
{
    const struct cm_inventory *inventory = ev->inventory;
    const struct cm_cert *leaf = leaf_of(ev);
    unsigned cert_bits = cm_grade_cert_bits(leaf);
    struct tally t = {.num = 0};

    *out = (struct cm_grade){.letter = CM_LETTER_NONE};
    if (inventory == NULL || !score_protocol(out, inventory)) {
        *out = (struct cm_grade){.letter = CM_LETTER_NONE};
        return;
    }
    count_suites(&t, inventory);
    score_key_exchange(out, &t, inventory, cert_bits);
    out->cipher = (uint8_t)((cm_grade_cipher_points(t.strongest) +
                             cm_grade_cipher_points(t.weakest)) /
                            2);
    if (out->protocol != 0 && out->key_exchange != 0 && out->cipher != 0) {
        out->score = (uint8_t)((PROTOCOL_WEIGHT * out->protocol +
                                KEY_WEIGHT * out->key_exchange +
                                CIPHER_WEIGHT * out->cipher) /
                               100);
    }
    version_rules(out, inventory);
    suite_rules(out, &t, inventory);
    cert_rules(out, leaf, cert_bits);
    trust_rules(out, judgement);
    decide(out);
}
