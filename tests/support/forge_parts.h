/* What the forge's files share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FORGE_PARTS_H
#define CERTMUSTER_TESTS_FORGE_PARTS_H

#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/bytestring.h>
#include <openssl/evp.h>

#include "support/forge.h"

#define FORGE_KEY_ID_LEN 20

struct forge_key {
    struct forge_key *next;
    enum forge_key_kind kind;
    unsigned id;
    EVP_PKEY *pkey;
    char *pem;
    uint8_t key_id[FORGE_KEY_ID_LEN]; /* for SKI and AKI */
};

/* Stops the test program: a forge that fails is a mistake in a test. */
#define FORGE_MUST(claim)                                                      \
    ((claim) ? (void)0 : forge_failed(#claim, __FILE__, __LINE__))
void forge_failed(const char *claim, const char *file, int line)
    __attribute__((noreturn));

/* forge.c -- elements; an OID is given by its content octets, none of them
 * zero. */
#define FORGE_CONTEXT(n) (CBS_ASN1_CONTEXT_SPECIFIC + (n))
#define FORGE_CONSTRUCTED(n) (CBS_ASN1_CONSTRUCTED + FORGE_CONTEXT(n))
void forge_add_bytes(CBB *out, unsigned tag, const void *data, size_t len);
void forge_add_text(CBB *out, unsigned tag, const char *text);
void forge_add_oid(CBB *out, const char *oid);
void forge_add_hex(CBB *out, unsigned tag, const char *hex);
void forge_add_hex_octets(CBB *out, const char *hex); /* no header */
void forge_add_dotted(CBB *out, const char *oid); /* from "1.2.3" or "any" */
int64_t forge_not_before(const struct forge_spec *spec);
/* A Name of what is not NULL. */
void forge_add_name(CBB *out, const char *o, const char *cn, const char *email);
/* UTCTime until 2049 (RFC 5280 section 4.1.2.5), or always GeneralizedTime. */
void forge_add_time(CBB *out, int64_t when, bool generalized);
/* What is signed, the algorithm and the signature; finishes `tbs`. */
void forge_sign(CBB *out, CBB *tbs, const struct forge_key *key,
                const char *hash, bool broken);
/* Finishes what was built; the caller frees it with cm_span_free. */
struct cm_span forge_take(CBB *out);
/* Calls `add` for each item of a comma list; an empty one has none. */
void forge_for_each(CBB *out, const char *list,
                    void (*add)(CBB *out, const char *item));

/* forge_ext.c -- version 1 has no extensions, but for those that the spec asks
 * for. */
void forge_add_extensions(CBB *list, const struct forge_spec *spec,
                          const struct forge_key *key,
                          const struct forge_key *issuer_key);

/* An extension being written: `value` is open until forge_ext_end. */
struct forge_open_ext {
    CBB *list;
    CBB seq;
    CBB value;
};
/* `oid` by its content octets. */
void forge_ext_begin(struct forge_open_ext *ext, CBB *list, const char *oid,
                     bool critical);
void forge_ext_end(struct forge_open_ext *ext);
/* Should it be there, and critical? */
bool forge_wants(const struct forge_spec *spec, enum cm_ext ext);
bool forge_critical(const struct forge_spec *spec, enum cm_ext ext,
                    bool by_rights);
/* GeneralName, as forge_spec.names writes it. */
void forge_add_general_name(CBB *out, const char *name);

/* forge_ca.c -- name constraints and policies. */
void forge_add_constraints(CBB *list, const struct forge_spec *spec);
void forge_add_policies(CBB *list, const struct forge_spec *spec);

/* forge_spki.c -- the SubjectPublicKeyInfo that the spec asks for. */
void forge_add_spki(CBB *out, const struct forge_spec *spec,
                    const struct forge_key *key);

/* forge_key.c -- the AlgorithmIdentifier, and the BIT STRING with what `key`
 * signs. */
void forge_add_algorithm(CBB *out, const struct forge_key *key,
                         const char *hash);
void forge_add_signature(CBB *out, const struct forge_key *key,
                         const char *hash, const uint8_t *tbs, size_t len,
                         bool broken);
/* PEM with any label; free() it. */
char *forge_pem_block(const char *label, const uint8_t *der, size_t len);

#endif
