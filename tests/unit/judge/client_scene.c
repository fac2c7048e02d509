/* See client_scene.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "client_scene.h"

#include <stdio.h>
#include <stdlib.h>

static struct cm_cert *client_root;
static struct cm_cert *client_ca;

struct cm_cert *client_scene_cert(const struct forge_spec *base)
{
    struct forge_spec spec = *base;

    spec.subject = "Client";
    spec.issuer_cert = client_ca;
    spec.issuer_key = forge_key(FORGE_P256, 71);
    spec.key = forge_key(FORGE_P256, 72);
    if (spec.eku == NULL) {
        spec.eku = "client";
    }
    return forge_cert(&spec);
}

void client_scene_put_name(struct cm_buf *out, struct cm_span name)
{
    assert_true(cm_buf_putc(out, (char)(name.len >> 8)));
    assert_true(cm_buf_putc(out, (char)(name.len & 0xffU)));
    assert_true(cm_buf_append(out, name.data, name.len));
}

struct cm_span client_scene_take(struct cm_buf *buf)
{
    struct cm_span out = {NULL, buf->len};

    out.data = (const uint8_t *)cm_buf_take(buf);
    assert_non_null(out.data);
    return out;
}

/* As the scan leaves it: the fault, the certificate, its chain's issuers. */
void client_scene_own(struct scene *s, enum cm_client_fault fault,
                      struct cm_cert *cert, bool with_ca, const char *detail)
{
    struct cm_client_evidence *client = &s->ev->client;
    struct cm_buf issuers;

    client->fault = fault;
    client->cert = cert;
    (void)snprintf(client->detail, sizeof(client->detail), "%s", detail);
    cm_buf_init(&issuers, 4096);
    if (cert != NULL) {
        client_scene_put_name(&issuers, cert->issuer);
        if (with_ca) {
            client_scene_put_name(&issuers, client_ca->issuer);
        }
        client->issuers = client_scene_take(&issuers);
    }
    cm_buf_cleanup(&issuers);
}

/* The server names these CAs. */
void client_scene_names(struct cm_probe *p, const struct cm_cert *a,
                        const struct cm_cert *b)
{
    struct cm_buf out;

    cm_buf_init(&out, 4096);
    client_scene_put_name(&out, a->subject);
    if (b != NULL) {
        client_scene_put_name(&out, b->subject);
    }
    p->ca_names = client_scene_take(&out);
    cm_buf_cleanup(&out);
}

void client_scene_open(struct scene *s, enum own mine)
{
    scene_open(s, NULL);
    scene_trust(s, "root");
    if (mine != OWN_NONE) {
        client_scene_own(
            s, mine == OWN_ALONE ? CM_CLIENT_INCOMPLETE : CM_CLIENT_FINE,
            client_scene_cert(&(struct forge_spec){.names = NULL}),
            mine == OWN_SOUND, "client.pem is valid until some day");
    }
}

int client_scene_make(void **state)
{
    (void)state;
    client_root =
        forge_cert(&(struct forge_spec){.subject = "Client Root",
                                        .ca = true,
                                        .key = forge_key(FORGE_P256, 70)});
    client_ca =
        forge_cert(&(struct forge_spec){.subject = "Client CA",
                                        .ca = true,
                                        .issuer_cert = client_root,
                                        .issuer_key = forge_key(FORGE_P256, 70),
                                        .key = forge_key(FORGE_P256, 71)});
    return 0;
}

int client_scene_leave(void **state)
{
    (void)state;
    cm_cert_unref(client_root);
    cm_cert_unref(client_ca);
    zoo_close();
    return 0;
}

struct cm_cert *client_scene_ca(void)
{
    return client_ca;
}

struct cm_cert *client_scene_root(void)
{
    return client_root;
}
