/* What the certificate of the server says, and the chain it came in.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "judge/rules.h"
#include "measure/facts.h"
#include "pki/sct.h"

#define DAY INT64_C(86400)

static void presented(const struct cm_evidence *ev,
                      struct cm_cert *const **chain, size_t *num)
{
    const struct cm_probe *probe =
        ev != NULL ? cm_evidence_main_probe(ev) : NULL;
    const struct cm_answer *answer;

    *chain = NULL;
    *num = 0;
    if (probe != NULL && probe->num_chain > 0) {
        *chain = probe->chain;
        *num = probe->num_chain;
        return;
    }
    answer = ev != NULL ? cm_evidence_certificates(ev) : NULL;
    if (answer != NULL) {
        *chain = answer->chain;
        *num = answer->num_chain;
    }
}

const struct cm_cert *cm_fact_leaf(const struct cm_evidence *ev)
{
    struct cm_cert *const *chain;
    size_t num;

    presented(ev, &chain, &num);
    return num > 0 && chain[0]->parsed ? chain[0] : NULL;
}

/* "P-256", else the kind: an EC key on another curve is just "EC". */
static const char *key_word(const struct cm_cert *cert)
{
    switch (cert->key_alg) {
    case CM_KEY_RSA:
        return "RSA";
    case CM_KEY_RSA_PSS:
        return "RSA-PSS";
    case CM_KEY_EC:
        return cert->curve != NULL ? cert->curve : "EC";
    case CM_KEY_ED25519:
        return "Ed25519";
    case CM_KEY_ED448:
        return "Ed448";
    case CM_KEY_DSA:
        return "DSA";
    case CM_KEY_DH:
        return "DH";
    case CM_KEY_ML_DSA:
        return "ML-DSA";
    case CM_KEY_UNKNOWN:
        break;
    }
    return "other";
}

static void add_bits(struct cm_fact_value *out, unsigned bits,
                     const char *const *words, size_t num)
{
    for (size_t i = 0; i < num; i++) {
        if (words[i] != NULL && (bits & (1U << i)) != 0) {
            cm_fact_add_word(out, words[i], strlen(words[i]));
        }
    }
    out->complete = true;
}

static bool is_internal(const struct cm_cert_name *name)
{
    char text[CM_HOST_SIZE];

    if (name->kind != CM_NAME_DNS || name->value.len == 0 ||
        name->value.len >= sizeof(text) ||
        memchr(name->value.data, '\0', name->value.len) != NULL ||
        (name->value.len == 1 && name->value.data[0] == '*')) {
        return false;
    }
    memcpy(text, name->value.data, name->value.len);
    text[name->value.len] = '\0';
    return cm_judge_is_internal(text);
}

static bool read_address(const struct cm_cert_name *name,
                         struct cm_address *out)
{
    if (name->kind != CM_NAME_IP ||
        (name->value.len != 4 && name->value.len != 16)) {
        return false;
    }
    *out = (struct cm_address){.family = name->value.len == 4 ? 4 : 6};
    memcpy(out->bytes, name->value.data, name->value.len);
    return true;
}

static bool is_wanted(const struct cm_cert_name *name, enum cm_fact fact)
{
    struct cm_address address;

    switch ((int)fact) {
    case CM_FACT_LEAF_INTERNAL_SANS:
        return is_internal(name);
    case CM_FACT_LEAF_RESERVED_IPS:
        return read_address(name, &address) &&
               cm_address_scope(&address) != CM_SCOPE_PUBLIC;
    case CM_FACT_LEAF_MALFORMED_SANS:
        return (name->kind == CM_NAME_DNS &&
                cm_judge_dns_flaw(name->value) != CM_DNS_SOUND) ||
               (name->kind == CM_NAME_IP && !read_address(name, &address));
    default:
        return name->kind == CM_NAME_DNS || name->kind == CM_NAME_IP;
    }
}

static void gather_names(struct cm_fact_value *out, const struct cm_cert *leaf,
                         enum cm_fact fact)
{
    for (size_t i = 0; i < leaf->num_names; i++) {
        const struct cm_cert_name *name = &leaf->names[i];
        char text[CM_ADDRESS_TEXT_SIZE];
        struct cm_address address;

        if (!is_wanted(name, fact)) {
            continue;
        }
        if (read_address(name, &address)) {
            cm_fact_add_word(out, cm_address_text(&address, text),
                             strlen(text));
        } else {
            cm_fact_add_word(out, (const char *)name->value.data,
                             name->value.len);
        }
    }
    out->complete = leaf->num_names == leaf->num_names_total;
}

/* In either case of its letters; as text, for addresses. */
static void gather_cn_in_sans(struct cm_fact_value *out,
                              const struct cm_cert *leaf)
{
    struct cm_fact_value names = {.complete = false};
    struct cm_fact_value cn = {.complete = false};

    gather_names(&names, leaf, CM_FACT_LEAF_SANS);
    cm_fact_set_word(&cn, leaf->subject_cn);
    out->yes = names.complete ? CM_NO : CM_NOT_KNOWN;
    for (size_t i = 0; i < names.num_words && cn.num_words > 0; i++) {
        if (strcasecmp(names.words[i], cn.words[0]) == 0) {
            out->yes = CM_YES;
        }
    }
    out->no_memory = names.no_memory || cn.no_memory;
    cm_fact_cleanup(&names);
    cm_fact_cleanup(&cn);
}

static void gather_logs(struct cm_fact_value *out, const struct cm_cert *leaf)
{
    struct cm_sct scts[CM_MAX_SCTS];
    bool bad = false;
    size_t num = cm_sct_list(leaf->sct_list, scts, &bad);
    int64_t logs = 0;

    for (size_t i = 0; i < num; i++) {
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++) {
            seen = memcmp(scts[i].log_id, scts[k].log_id,
                          sizeof(scts[i].log_id)) == 0;
        }
        logs += seen ? 0 : 1;
    }
    cm_fact_set_number(out, logs);
}

static void gather_words(struct cm_fact_value *out, const struct cm_cert *leaf,
                         enum cm_fact fact)
{
    static const char *const usages[] = {
        "digital_signature", "content_commitment", "key_encipherment",
        "data_encipherment", "key_agreement",      "cert_sign",
        "crl_sign",
    };
    static const char *const purposes[] = {
        "server_auth", "client_auth", "any", "other", "ocsp_signing",
    };

    switch ((int)fact) {
    case CM_FACT_LEAF_KEY:
        cm_fact_set_word(out, key_word(leaf));
        break;
    case CM_FACT_LEAF_SIG:
        cm_fact_set_word(out, leaf->sig_name);
        break;
    case CM_FACT_LEAF_HASH:
        cm_fact_set_word(out, cm_hash_alg_id(leaf->sig_hash));
        break;
    case CM_FACT_LEAF_CN:
        out->complete = true;
        if (leaf->subject_cn[0] != '\0') {
            cm_fact_set_word(out, leaf->subject_cn);
        }
        break;
    case CM_FACT_LEAF_EKU:
        add_bits(out, leaf->eku, purposes, 5);
        break;
    case CM_FACT_LEAF_KU:
        add_bits(out, leaf->key_usage, usages, 7);
        break;
    default:
        gather_names(out, leaf, fact);
        break;
    }
}

static void gather_number(struct cm_fact_value *out, const struct cm_cert *leaf,
                          enum cm_fact fact)
{
    switch ((int)fact) {
    case CM_FACT_LEAF_BITS:
        if (leaf->key_bits != 0) {
            cm_fact_set_number(out, leaf->key_bits);
        }
        break;
    case CM_FACT_LEAF_LIFETIME:
        /* Both ends are inclusive, and a part of a day counts as a day. */
        cm_fact_set_number(out,
                           (leaf->not_after - leaf->not_before + DAY) / DAY);
        break;
    case CM_FACT_LEAF_NOT_BEFORE:
        cm_fact_set_number(out, leaf->not_before);
        break;
    case CM_FACT_LEAF_NOT_AFTER:
        cm_fact_set_number(out, leaf->not_after);
        break;
    case CM_FACT_LEAF_SCTS:
        cm_fact_set_number(out, leaf->num_scts);
        break;
    case CM_FACT_LEAF_SERIAL_OCTETS:
        cm_fact_set_number(out, (int64_t)leaf->serial.len);
        break;
    default:
        gather_logs(out, leaf);
        break;
    }
}

/* Neither zero nor negative (RFC 5280 section 4.1.2.2). */
static bool serial_is_positive(struct cm_span serial)
{
    if (serial.len == 0 || (serial.data[0] & 0x80U) != 0) {
        return false;
    }
    for (size_t i = 0; i < serial.len; i++) {
        if (serial.data[i] != 0) {
            return true;
        }
    }
    return false;
}

static bool flag_of(const struct cm_cert *leaf, enum cm_fact fact)
{
    switch ((int)fact) {
    case CM_FACT_LEAF_PUBLIC:
        return cm_judge_leaf_is_public(leaf);
    case CM_FACT_LEAF_CA:
        return leaf->is_ca;
    case CM_FACT_LEAF_SERIAL_POSITIVE:
        return serial_is_positive(leaf->serial);
    case CM_FACT_LEAF_RESERVED_POLICY:
        return leaf->public_policy;
    case CM_FACT_LEAF_CRL:
        return leaf->num_crl_urls > 0;
    case CM_FACT_LEAF_OCSP:
        return leaf->num_ocsp_urls > 0;
    case CM_FACT_LEAF_MUST_STAPLE:
        return leaf->must_staple;
    default:
        return leaf->explicit_curve;
    }
}

void cm_fact_of_leaf(struct cm_fact_value *out, const struct cm_cert *leaf,
                     enum cm_fact fact)
{
    enum cm_fact_kind kind = cm_fact_info(fact)->kind;

    if (fact == CM_FACT_LEAF_CN_IN_SANS) {
        gather_cn_in_sans(out, leaf);
    } else if (kind == CM_KIND_WORDS) {
        gather_words(out, leaf, fact);
    } else if (kind == CM_KIND_FLAG) {
        cm_fact_set_flag(out, flag_of(leaf, fact));
    } else {
        gather_number(out, leaf, fact);
    }
}

/* The signature on a root is nobody's concern. */
void cm_fact_of_chain(struct cm_fact_value *out, const struct cm_evidence *ev,
                      enum cm_fact fact)
{
    struct cm_cert *const *chain;
    size_t num;

    presented(ev, &chain, &num);
    if (num == 0) {
        return;
    }
    if (fact == CM_FACT_CHAIN_LENGTH) {
        cm_fact_set_number(out, (int64_t)num);
        return;
    }
    out->complete = true;
    for (size_t i = 0; i < num; i++) {
        if (!chain[i]->parsed) {
            out->complete = false;
        } else if (i == 0 || !chain[i]->self_issued) {
            const char *hash = cm_hash_alg_id(chain[i]->sig_hash);

            cm_fact_add_word(out, hash, strlen(hash));
        }
    }
}
