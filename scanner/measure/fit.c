/* Does a cipher suite suit a client, a server and the server's key?
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/fit.h"

#include <string.h>

#define TLS1_2 0x0303U
#define TLS1_3 0x0304U

/* Groups of finite fields are for TLS 1.3 and DHE. */
static bool is_curve(uint16_t group, uint16_t version)
{
    return version >= TLS1_3 || group < 0x0100;
}

/* The key exchange by one of the client's groups. */
static struct cm_fit group_fits(const struct cm_profile *p,
                                const struct cm_server *s, uint16_t version)
{
    struct cm_fit best = {.known = CM_NO,
                          .cause = CM_CAUSE_TLS_NO_COMMON_GROUP};

    if (p->groups.num == 0) { /* any will do, it says */
        return (struct cm_fit){.known = CM_YES};
    }
    for (size_t i = 0; i < p->groups.num; i++) {
        enum cm_known known = is_curve(p->groups.at[i], version)
                                  ? cm_server_group(s, p->groups.at[i])
                                  : CM_NO;

        if (known == CM_YES) {
            return (struct cm_fit){.known = CM_YES};
        }
        if (known == CM_NOT_KNOWN) {
            best.known = CM_NOT_KNOWN;
            best.unknown = "which groups the server takes";
        }
    }
    return best;
}

/* Which schemes a key can sign with (RFC 8446 section 4.2.3). In TLS 1.2 the
 * curve is not bound to the hash (RFC 5246 section 7.4.1.4.1). */
static bool scheme_is_of(uint16_t scheme, const struct cm_cert *leaf,
                         uint16_t version)
{
    static const struct row {
        enum cm_key_alg alg;
        unsigned bits; /* of the key, in TLS 1.3; 0: any */
        uint16_t first;
        uint16_t last;
        uint16_t step;
        bool old; /* up to TLS 1.2 */
        bool new; /* TLS 1.3 */
    } rows[] = {
        {CM_KEY_RSA, 0, 0x0101, 0x0601, 0x100, true, false},
        {CM_KEY_RSA, 0, 0x0804, 0x0806, 1, true, true},
        {CM_KEY_RSA_PSS, 0, 0x0809, 0x080b, 1, true, true},
        {CM_KEY_EC, 0, 0x0203, 0x0603, 0x100, true, false},
        {CM_KEY_EC, 256, 0x0403, 0x0403, 1, false, true},
        {CM_KEY_EC, 384, 0x0503, 0x0503, 1, false, true},
        {CM_KEY_EC, 521, 0x0603, 0x0603, 1, false, true},
        {CM_KEY_ED25519, 0, 0x0807, 0x0807, 1, true, true},
        {CM_KEY_ED448, 0, 0x0808, 0x0808, 1, true, true},
        {CM_KEY_ML_DSA, 0, 0x0904, 0x0906, 1, false, true},
        {CM_KEY_DSA, 0, 0x0202, 0x0602, 0x100, true, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct row *row = &rows[i];

        if (row->alg == leaf->key_alg &&
            (version < TLS1_3 ? row->old : row->new) &&
            (row->bits == 0 || row->bits == leaf->key_bits) &&
            scheme >= row->first && scheme <= row->last &&
            (scheme - row->first) % row->step == 0) {
            return true;
        }
    }
    return false;
}

/* What every implementation has (RFC 8446 section 9.1, for TLS 1.2 by use). */
static bool is_common(uint16_t scheme, uint16_t version)
{
    return scheme == 0x0403 || (version < TLS1_3 && scheme == 0x0401) ||
           (version == TLS1_3 && scheme == 0x0804);
}

static struct cm_fit scheme_fits(const struct cm_profile *p,
                                 const struct cm_server *s,
                                 const struct cm_cert *leaf, uint16_t version)
{
    struct cm_fit best = {.known = CM_NO,
                          .cause = CM_CAUSE_TLS_NO_COMMON_SIGALG};

    if (version < TLS1_2) {
        best.known = leaf->key_alg == CM_KEY_RSA ||
                             leaf->key_alg == CM_KEY_EC ||
                             leaf->key_alg == CM_KEY_DSA
                         ? CM_YES
                         : CM_NO;
        return best;
    }
    for (size_t i = 0; i < p->schemes.num; i++) {
        uint16_t scheme = p->schemes.at[i];
        enum cm_known known = scheme_is_of(scheme, leaf, version)
                                  ? cm_server_scheme(s, scheme)
                                  : CM_NO;

        /* A key with one scheme only can do no other. */
        if (known == CM_YES ||
            (known == CM_NOT_KNOWN &&
             (is_common(scheme, version) || leaf->key_alg != CM_KEY_RSA))) {
            return (struct cm_fit){.known = CM_YES};
        }
        if (known == CM_NOT_KNOWN) {
            best.known = CM_NOT_KNOWN;
            best.unknown = "which signature schemes the server has";
        }
    }
    return best;
}

/* Servers choose no ECDSA certificate whose curve the client does not name (RFC
 * 8422 section 5.1); TLS 1.3 has it in the schemes, but clients without a curve
 * do not verify with it either. */
static bool curve_fits(const struct cm_profile *p, const struct cm_cert *leaf)
{
    uint16_t group = leaf->key_bits == 256   ? 0x0017
                     : leaf->key_bits == 384 ? 0x0018
                     : leaf->key_bits == 521 ? 0x0019
                                             : 0;

    return leaf->key_alg != CM_KEY_EC || group == 0 || p->groups.num == 0 ||
           cm_profile_offers(&p->groups, group);
}

/* --- a suite --- */

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* The kind of key that a suite up to TLS 1.2 is made with. */
static enum cm_key_alg key_of(const struct cm_suite *suite)
{
    return same(suite->auth, "RSA")     ? CM_KEY_RSA
           : same(suite->auth, "ECDSA") ? CM_KEY_EC
           : same(suite->auth, "DSS")   ? CM_KEY_DSA
                                        : CM_KEY_UNKNOWN;
}

/* Ed25519 and Ed448 sign for ECDSA's suites (RFC 8422 section 5.10). */
static struct cm_shown shown_for(const struct cm_server *s, enum cm_key_alg key)
{
    static const enum cm_key_alg alike[] = {CM_KEY_ED25519, CM_KEY_ED448};
    struct cm_shown shown = cm_server_shown(s, key);

    for (size_t i = 0; key == CM_KEY_EC && shown.num == 0 && i < 2; i++) {
        shown = cm_server_shown(s, alike[i]);
    }
    return shown;
}

static struct cm_fit worse(struct cm_fit a, struct cm_fit b)
{
    bool first =
        a.known == CM_NO || (a.known == CM_NOT_KNOWN && b.known != CM_NO);

    return first ? a : b;
}

/* Up to TLS 1.2: the suite says how keys are exchanged and proven. */
static struct cm_fit old_suite_fits(const struct cm_profile *p,
                                    const struct cm_server *s,
                                    const struct cm_suite *suite,
                                    uint16_t version)
{
    enum cm_key_alg key = key_of(suite);
    struct cm_shown shown = shown_for(s, key);
    const struct cm_cert *leaf = shown.num > 0 ? shown.chain[0] : NULL;
    bool signs = !same(suite->kx, "RSA");
    struct cm_fit fit = {.known = CM_YES};

    if (key == CM_KEY_UNKNOWN || suite->anonymous) {
        return (struct cm_fit){.known = CM_NO,
                               .cause = CM_CAUSE_TLS_NO_COMMON_CIPHER};
    }
    if (leaf == NULL) {
        fit.known = CM_NOT_KNOWN;
        fit.unknown = key == CM_KEY_EC
                          ? "whether the server has an ECDSA certificate"
                          : "whether the server has another certificate";
        return fit;
    }
    if (!curve_fits(p, leaf)) {
        return (struct cm_fit){.known = CM_NO,
                               .cause = CM_CAUSE_TLS_NO_COMMON_GROUP};
    }
    if (signs) {
        fit = worse(fit, scheme_fits(p, s, leaf, version));
    }
    if (same(suite->kx, "ECDHE")) {
        fit = worse(fit, group_fits(p, s, version));
    }
    fit.key = leaf->key_alg;
    return fit;
}

static struct cm_fit new_leaf_fits(const struct cm_profile *p,
                                   const struct cm_server *s,
                                   const struct cm_cert *leaf)
{
    struct cm_fit fit = scheme_fits(p, s, leaf, TLS1_3);

    if (!curve_fits(p, leaf)) {
        fit = (struct cm_fit){.known = CM_NO,
                              .cause = CM_CAUSE_TLS_NO_COMMON_SIGALG};
    }
    fit.key = leaf->key_alg;
    return fit;
}

/* TLS 1.3: suite, group and signature have nothing to do with each other; any
 * certificate that the server was seen to have will do. */
static struct cm_fit new_suite_fits(const struct cm_profile *p,
                                    const struct cm_server *s)
{
    static const enum cm_key_alg kinds[] = {CM_KEY_UNKNOWN, CM_KEY_RSA,
                                            CM_KEY_EC, CM_KEY_ED25519};
    struct cm_fit best = {.known = CM_NOT_KNOWN,
                          .unknown = "the server's certificate"};
    struct cm_fit group;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct cm_shown shown = cm_server_shown(s, kinds[i]);
        struct cm_fit fit = best;

        if (shown.num > 0) {
            fit = new_leaf_fits(p, s, shown.chain[0]);
        }
        if (i == 0 || fit.known == CM_YES) {
            best = fit;
        }
        if (best.known == CM_YES) {
            break;
        }
    }
    group = group_fits(p, s, TLS1_3);
    group.key = best.key;
    return worse(best, group);
}

struct cm_fit cm_suite_fits(const struct cm_profile *p,
                            const struct cm_server *s,
                            const struct cm_suite *suite, uint16_t version)
{
    enum cm_known served = cm_server_suite(s, version, suite->number);
    struct cm_fit fit;

    if (served == CM_NO) {
        return (struct cm_fit){.known = CM_NO,
                               .cause = CM_CAUSE_TLS_NO_COMMON_CIPHER};
    }
    fit = version == TLS1_3 ? new_suite_fits(p, s)
                            : old_suite_fits(p, s, suite, version);
    if (served == CM_NOT_KNOWN && fit.known == CM_YES) {
        fit.known = CM_NOT_KNOWN;
        fit.unknown = "which cipher suites the server has";
    }
    return fit;
}
