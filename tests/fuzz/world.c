/* Ed25519 keys and signatures are the same each time, and so is all of this.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/world.h"

static struct cm_cert *make(const struct forge_spec *spec,
                            const struct cm_cert *issuer,
                            struct forge_key *issuer_key)
{
    struct forge_spec full = *spec;

    full.issuer_cert = issuer;
    full.issuer_key = issuer_key;
    return forge_cert(&full);
}

static void build(struct fuzz_world *w)
{
    w->root_key = forge_key(FORGE_ED25519, 1);
    w->ca_key = forge_key(FORGE_ED25519, 2);
    w->responder_key = forge_key(FORGE_ED25519, 3);
    w->root = make(&(struct forge_spec){.subject = "Root",
                                        .ca = true,
                                        .serial_hex = "01",
                                        .key = w->root_key},
                   NULL, NULL);
    w->ca = make(&(struct forge_spec){.subject = "CA",
                                      .ca = true,
                                      .pathlen = 1,
                                      .serial_hex = "02",
                                      .key = w->ca_key,
                                      .permitted = "a.example,ip:192.0.2.0/24",
                                      .excluded = "x.a.example",
                                      .policies = "any",
                                      .require_explicit = 1},
                 w->root, w->root_key);
    w->leaf = make(&(struct forge_spec){.subject = FUZZ_HOST,
                                        .names = FUZZ_HOST ",ip:192.0.2.1",
                                        .serial_hex = "00c0ffee",
                                        .key = forge_key(FORGE_ED25519, 4),
                                        .scts = true,
                                        .policies = "2.23.140.1.2.1",
                                        .must_staple = true,
                                        .ocsp = "http://ocsp.a.example/"},
                   w->ca, w->ca_key);
    w->responder = make(&(struct forge_spec){.subject = "Responder",
                                             .serial_hex = "03",
                                             .key = w->responder_key,
                                             .eku = "ocsp"},
                        w->ca, w->ca_key);
}

const struct fuzz_world *fuzz_world(void)
{
    static struct fuzz_world world;

    if (world.root == NULL) {
        build(&world);
    }
    return &world;
}
