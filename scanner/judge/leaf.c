/* The server's certificate itself: readable, and made for this use.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"

#define TLS1_3 0x0304U

static void unparsable(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f = cm_finding_add(
        c, CM_CAUSE_TLS_CERT_UNPARSABLE, "RFC 5280 section 4.1",
        "%s cannot be read: %s at byte %zu of %zu; %s",
        cm_finding_cert_name(leaf, name),
        leaf->parse_error != NULL ? leaf->parse_error : "not DER",
        leaf->parse_error_offset, leaf->der.len,
        cm_finding_place(c, leaf, place));

    cm_finding_about(c, f, c->leaf);
}

static void eku_wrong(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (!leaf->has_eku || (leaf->ext_bad & CM_EXT_BIT(CM_EXT_EKU)) != 0 ||
        (leaf->eku & (CM_EKU_SERVER_AUTH | CM_EKU_ANY)) != 0) {
        return;
    }
    f = cm_finding_add(
        c, CM_CAUSE_LEAF_EKU_WRONG, "RFC 5280 section 4.2.1.12",
        "the extended key usage of %s is for %s, not for TLS servers",
        cm_finding_cert_name(leaf, name),
        (leaf->eku & CM_EKU_CLIENT_AUTH) != 0 ? "TLS clients"
                                              : "other purposes");
    cm_finding_about(c, f, c->leaf);
}

/* What this handshake used the key for, as RFC 5246 section 7.4.2 and RFC 8446
 * section 4.4.2.2 tie it to keyUsage. */
const char *cm_judge_usage_missing(const struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    const struct cm_probe *p = c->probe;
    const char *cipher;

    if (!p->server_hello || !leaf->has_key_usage) {
        return NULL;
    }
    cipher = cm_tls_cipher_name(p->cipher);
    if (p->version < TLS1_3 && cipher != NULL &&
        strncmp(cipher, "TLS_RSA_WITH_", 13) == 0) {
        return (leaf->key_usage & CM_KU_KEY_ENCIPHERMENT) != 0
                   ? NULL
                   : "keyEncipherment, which the RSA key exchange needs";
    }
    if (p->version >= TLS1_3 || p->group != 0 ||
        (cipher != NULL && strstr(cipher, "DHE_") != NULL)) {
        return (leaf->key_usage & CM_KU_DIGITAL_SIGNATURE) != 0
                   ? NULL
                   : "digitalSignature, which the signed key exchange needs";
    }
    return NULL;
}

static void usage_wrong(struct cm_case *c)
{
    const char *missing = cm_judge_usage_missing(c);
    const char *cipher = cm_tls_cipher_name(c->probe->cipher);
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;

    if (missing == NULL) {
        return;
    }
    f = cm_finding_add(c, CM_CAUSE_LEAF_KEY_USAGE, "RFC 5280 section 4.2.1.3",
                       "the key usage of %s (bits 0x%02x) lacks %s; the "
                       "server chose %s with %s",
                       cm_finding_cert_name(c->leaf, name), c->leaf->key_usage,
                       missing, cm_tls_version_name(c->probe->version),
                       cipher != NULL ? cipher : "an unknown cipher suite");
    cm_finding_about(c, f, c->leaf);
}

void cm_judge_leaf(struct cm_case *c)
{
    if (!c->leaf->parsed) {
        unparsable(c);
        return;
    }
    eku_wrong(c);
    usage_wrong(c);
}
