/* The faults of one certificate on a path: those it has by itself in the role
 * of a leaf, an issuer or a root, and those of its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/path.h"

#include "pki/constraints.h"
#include "pki/distrust.h"
#include "pki/pki.h"

#define POLICY_EXTENSIONS                                                      \
    (CM_EXT_BIT(CM_EXT_POLICY_MAPPINGS) |                                      \
     CM_EXT_BIT(CM_EXT_POLICY_CONSTRAINTS) |                                   \
     CM_EXT_BIT(CM_EXT_INHIBIT_ANY_POLICY))

bool cm_path_hash_weak(enum cm_hash_alg hash)
{
    return hash == CM_HASH_MD2 || hash == CM_HASH_MD5 || hash == CM_HASH_SHA1;
}

bool cm_path_key_small(const struct cm_cert *cert,
                       const struct cm_policy *policy)
{
    if (cert->key_bits == 0) {
        return false; /* unknown is not small */
    }
    if (cert->key_alg == CM_KEY_RSA || cert->key_alg == CM_KEY_RSA_PSS) {
        return cert->key_bits < policy->min_rsa_bits;
    }
    return cert->key_alg == CM_KEY_EC && cert->key_bits < policy->min_ec_bits;
}

bool cm_path_key_ids_contradict(const struct cm_cert *child,
                                const struct cm_cert *issuer)
{
    return child->aki.len > 0 && issuer->ski.len > 0 &&
           !cm_span_equal(child->aki, issuer->ski);
}

bool cm_path_self_signed(const struct cm_trust *trust,
                         const struct cm_cert *cert)
{
    enum cm_sig sig;

    if (!cert->self_issued) {
        return false;
    }
    sig = cm_sig_check(trust->memo, cert, cert);
    return sig == CM_SIG_GOOD || (sig == CM_SIG_UNSUPPORTED &&
                                  !cm_path_key_ids_contradict(cert, cert));
}

/* RFC 5280 wants these never to be critical, and OpenSSL, BoringSSL and
 * browsers do not look into them when they verify: critical, they are an
 * extension that was not processed. */
uint32_t cm_path_wrongly_critical(const struct cm_cert *cert)
{
    return cert->ext_critical &
           (CM_EXT_BIT(CM_EXT_AKI) | CM_EXT_BIT(CM_EXT_SKI) |
            CM_EXT_BIT(CM_EXT_ISSUER_ALT_NAME) |
            CM_EXT_BIT(CM_EXT_FRESHEST_CRL) | CM_EXT_BIT(CM_EXT_AIA) |
            CM_EXT_BIT(CM_EXT_TLS_FEATURE) | CM_EXT_BIT(CM_EXT_SCT_LIST));
}

uint32_t cm_path_bad_extensions(const struct cm_cert *cert)
{
    uint32_t decide =
        CM_EXT_ALWAYS_DECODED | POLICY_EXTENSIONS | cert->ext_critical;

    return cert->ext_bad & decide;
}

/* Then that is the fault, and what it should have said is unknown. */
static bool is_bad(const struct cm_cert *cert, enum cm_ext ext)
{
    return (cert->ext_bad & CM_EXT_BIT(ext)) != 0;
}

/* RFC 5280 section 6.1.4 (k) to (n). A certificate of version 1 cannot say that
 * it is a CA: as a root it need not. */
static bool may_issue(const struct cm_cert *cert, bool root)
{
    if (is_bad(cert, CM_EXT_BASIC_CONSTRAINTS) ||
        is_bad(cert, CM_EXT_KEY_USAGE)) {
        return true;
    }
    if (cert->has_key_usage && (cert->key_usage & CM_KU_KEY_CERT_SIGN) == 0) {
        return false;
    }
    return cert->is_ca ||
           (root && cert->version < 3 && !cert->has_basic_constraints);
}

static bool for_servers(const struct cm_cert *cert)
{
    return !cert->has_eku || is_bad(cert, CM_EXT_EKU) ||
           (cert->eku & (CM_EKU_SERVER_AUTH | CM_EKU_ANY)) != 0;
}

/* ITU-T X.690 section 8.3.2: the first nine bits are not all the same. */
static bool is_shortest(struct cm_span number)
{
    bool high = number.len > 1 && (number.data[1] & 0x80U) != 0;

    return number.len < 2 ||
           (number.data[0] != 0x00 && number.data[0] != 0xff) ||
           high == (number.data[0] == 0x00);
}

unsigned cm_path_odd_form(const struct cm_cert *cert)
{
    unsigned odd = 0;

    if (cert->version < 1 || cert->version > 3) {
        odd |= CM_ODD_VERSION;
    } else if (cert->version < 3 && cert->ext_present != 0) {
        odd |= CM_ODD_EXTENSIONS;
    }
    if (!is_shortest(cert->serial)) {
        odd |= CM_ODD_SERIAL;
    }
    return cert->odd_time ? odd | CM_ODD_TIME : odd;
}

static unsigned form_faults(const struct cm_cert *cert)
{
    unsigned faults = 0;

    if (cert->unknown_critical != NULL || cm_path_wrongly_critical(cert) != 0) {
        faults |= CM_FAULT_CRITICAL;
    }
    if (cert->ext_twice != NULL || cm_path_bad_extensions(cert) != 0) {
        faults |= CM_FAULT_EXTENSION;
    }
    if (cm_path_odd_form(cert) != 0) {
        faults |= CM_FAULT_FORM;
    }
    return faults;
}

static unsigned key_faults(const struct cm_cert *cert, bool is_leaf,
                           const struct cm_policy *policy)
{
    const struct cm_key_kind *kind = cm_path_key_kind(cert, is_leaf);
    unsigned faults = 0;

    if (kind != NULL) {
        faults = kind->refused ? CM_FAULT_KEY_ALG : CM_FAULT_KEY_RARE;
    }
    if (cm_path_key_small(cert, policy)) {
        faults |= CM_FAULT_KEY_SMALL;
    }
    return faults;
}

/* What only matters when somebody checks the certificate's signature. */
static unsigned signature_faults(const struct cm_cert *cert)
{
    unsigned faults = 0;

    if (cm_path_hash_weak(cert->sig_hash)) {
        faults |= CM_FAULT_SIG_WEAK;
    }
    if (cert->sig_alg_differs) {
        faults |= CM_FAULT_SIG_ALG;
    }
    return faults;
}

/* RFC 5280 section 6.1 takes nothing from an anchor but its name and key.
 * Clients look at more: OpenSSL, Go and Windows at all of the faults here,
 * browsers at most of them. */
static unsigned issuer_faults(const struct cm_cert *cert, bool root,
                              int64_t at_unix)
{
    unsigned faults = 0;

    if (at_unix > cert->not_after) {
        faults |= CM_FAULT_EXPIRED;
    } else if (at_unix < cert->not_before) {
        faults |= CM_FAULT_NOT_YET_VALID;
    }
    if (!may_issue(cert, root)) {
        faults |= CM_FAULT_NOT_CA;
    }
    if (!for_servers(cert)) {
        faults |= CM_FAULT_EKU;
    }
    return faults;
}

unsigned cm_path_own_faults(const struct cm_cert *cert, enum cm_role role,
                            const struct cm_policy *policy, int64_t at_unix)
{
    bool is_leaf = role == CM_ROLE_LEAF;
    unsigned faults = form_faults(cert) | key_faults(cert, is_leaf, policy);

    if (role != CM_ROLE_ROOT) {
        faults |= signature_faults(cert);
    }
    if (!is_leaf) {
        faults |= issuer_faults(cert, role == CM_ROLE_ROOT, at_unix);
    }
    return faults;
}

int cm_path_intermediates(const struct cm_path *path)
{
    int num = 0;

    for (size_t i = 1; i < path->num; i++) {
        if (!path->steps[i].cert->self_issued) {
            num++;
        }
    }
    return num;
}

unsigned cm_path_place_faults(const struct cm_path *path,
                              const struct cm_cert *issuer,
                              const struct cm_policy *policy)
{
    const struct cm_cert *child = path->steps[path->num - 1].cert;
    int below = cm_path_intermediates(path);
    unsigned faults = 0;

    if (issuer->pathlen >= 0 && below > issuer->pathlen) {
        faults |= CM_FAULT_PATHLEN;
    }
    if (policy->max_depth >= 0 && below > policy->max_depth) {
        faults |= CM_FAULT_DEPTH;
    }
    if (cm_path_key_ids_contradict(child, issuer)) {
        faults |= CM_FAULT_KEY_ID;
    }
    return faults;
}

/* A common name counts only where a client could take it for the host: when
 * there are no alternative names at all. */
bool cm_path_names_allowed(const struct cm_cert *ca, const struct cm_cert *cert,
                           bool is_leaf, struct cm_buf *why)
{
    bool host_in_cn = is_leaf && !cert->has_san;

    return cm_constraint_check(ca, cert, is_leaf, host_in_cn, why) ==
           CM_CONSTRAINT_OK;
}

unsigned cm_path_distrust_faults(const struct cm_trust *trust,
                                 const struct cm_cert *root,
                                 const struct cm_cert *leaf)
{
    const struct cm_distrust_entry *entry = NULL;

    if (trust->distrust != NULL) {
        entry = cm_distrust_find(trust->distrust, root);
    }
    if (entry == NULL || !cm_distrust_hits(entry, leaf)) {
        return 0;
    }
    return entry->kind == CM_DISTRUST_REMOVED ? CM_FAULT_REMOVED
                                              : CM_FAULT_TOO_NEW;
}
