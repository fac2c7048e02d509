/* What an action is about. Findings with the same resolution and the same
 * subject are one piece of work, for however many endpoints.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "judge/finding.h"
#include "pki/pki.h"

enum subject {
    SUBJECT_CAUSE, /* everybody with this cause */
    SUBJECT_HOST,
    SUBJECT_SERVER,
    SUBJECT_PROXY,
    SUBJECT_CERT,   /* the certificate at fault, or the leaf */
    SUBJECT_CHAIN,  /* exactly this presented chain */
    SUBJECT_ISSUER, /* of the certificate at fault, or of the leaf */
};

static const enum subject subjects[CM_RESOLUTION_COUNT] = {
    [CM_RESOLUTION_NOTHING] = SUBJECT_CAUSE,
    [CM_RESOLUTION_RESCAN] = SUBJECT_CAUSE,
    [CM_RESOLUTION_SLOW_DOWN] = SUBJECT_CAUSE,
    [CM_RESOLUTION_REPAIR_SCANNER] = SUBJECT_CAUSE,
    [CM_RESOLUTION_FIX_INVENTORY] = SUBJECT_CAUSE,
    [CM_RESOLUTION_FIX_DNS] = SUBJECT_HOST,
    [CM_RESOLUTION_ALIGN_DNS] = SUBJECT_HOST,
    [CM_RESOLUTION_OPEN_PORT] = SUBJECT_SERVER,
    [CM_RESOLUTION_FIX_PROXY] = SUBJECT_PROXY,
    [CM_RESOLUTION_FIX_MIDDLEBOX] = SUBJECT_SERVER,
    [CM_RESOLUTION_SYNC_NODES] = SUBJECT_HOST,
    [CM_RESOLUTION_SERVE_TLS] = SUBJECT_SERVER,
    [CM_RESOLUTION_ENABLE_STARTTLS] = SUBJECT_SERVER,
    [CM_RESOLUTION_BIND_CERTIFICATE] = SUBJECT_SERVER,
    [CM_RESOLUTION_SERVE_WITHOUT_SNI] = SUBJECT_SERVER,
    [CM_RESOLUTION_INSTALL_CHAIN] = SUBJECT_ISSUER,
    [CM_RESOLUTION_TIDY_CHAIN] = SUBJECT_CHAIN,
    [CM_RESOLUTION_RENEW_CERTIFICATE] = SUBJECT_CERT,
    [CM_RESOLUTION_ADD_NAMES] = SUBJECT_CERT,
    [CM_RESOLUTION_REPLACE_SELF_SIGNED] = SUBJECT_CERT,
    [CM_RESOLUTION_REISSUE_CERTIFICATE] = SUBJECT_CERT,
    [CM_RESOLUTION_CHANGE_CA] = SUBJECT_CERT,
    [CM_RESOLUTION_ENABLE_MODERN_TLS] = SUBJECT_SERVER,
    [CM_RESOLUTION_ALIGN_CIPHERS] = SUBJECT_SERVER,
    [CM_RESOLUTION_DISABLE_LEGACY_TLS] = SUBJECT_SERVER,
    [CM_RESOLUTION_ENABLE_POST_QUANTUM] = SUBJECT_SERVER,
    [CM_RESOLUTION_UPDATE_TLS_STACK] = SUBJECT_SERVER,
    [CM_RESOLUTION_FIX_KEY_PAIR] = SUBJECT_SERVER,
    [CM_RESOLUTION_USE_CERTIFICATE_NAME] = SUBJECT_HOST,
    [CM_RESOLUTION_TRUST_ROOT] = SUBJECT_ISSUER,
    [CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE] = SUBJECT_SERVER,
    [CM_RESOLUTION_GRANT_KEY_ACCESS] = SUBJECT_CAUSE,
    [CM_RESOLUTION_ASK_IN_HANDSHAKE] = SUBJECT_SERVER,
    [CM_RESOLUTION_REISSUE_CA] = SUBJECT_CERT,
    [CM_RESOLUTION_IDENTIFY_ISSUER] = SUBJECT_ISSUER,
    [CM_RESOLUTION_REPLACE_REVOKED] = SUBJECT_CERT,
    [CM_RESOLUTION_FIX_STAPLE] = SUBJECT_SERVER,
    [CM_RESOLUTION_AUTOMATE_RENEWAL] = SUBJECT_ISSUER,
    [CM_RESOLUTION_SEPARATE_CLIENT_CERTIFICATE] = SUBJECT_ISSUER,
    [CM_RESOLUTION_PUBLISH_REVOCATION] = SUBJECT_ISSUER,
    [CM_RESOLUTION_TRUST_INSPECTION] = SUBJECT_ISSUER,
    [CM_RESOLUTION_UPDATE_STORE] = SUBJECT_CERT,
    [CM_RESOLUTION_SEPARATE_KEYS] = SUBJECT_CERT,
    [CM_RESOLUTION_CORRECT_CLOCK] = SUBJECT_HOST,
};

/* Behind a forward proxy the probe's address is the proxy's. */
static bool address_is_servers(const struct cm_case *c)
{
    const struct cm_address *a = c->probe == NULL ? NULL : &c->probe->address;

    if (a == NULL || a->family == 0) {
        return false;
    }
    if (c->ep->is_ip) {
        return a->family == c->ep->literal.family &&
               memcmp(a->bytes, c->ep->literal.bytes, sizeof(a->bytes)) == 0;
    }
    return c->ev->dns.result != CM_DNS_NOT_ASKED;
}

const char *cm_finding_server(const struct cm_case *c, char out[CM_LABEL_SIZE])
{
    struct cm_address address;
    char text[CM_ADDRESS_TEXT_SIZE];

    if (address_is_servers(c) || c->ep->is_ip) {
        address = c->ep->is_ip ? c->ep->literal : c->probe->address;
        address.port = c->ep->port;
        (void)snprintf(out, CM_LABEL_SIZE, "%s",
                       cm_address_text(&address, text));
    } else {
        (void)snprintf(out, CM_LABEL_SIZE, "%.246s:%u", c->ep->host,
                       c->ep->port);
    }
    return out;
}

static void for_proxy(struct cm_case *c, struct cm_finding *f)
{
    char text[CM_ADDRESS_TEXT_SIZE] = "proxy";

    if (c->probe != NULL && c->probe->address.family != 0) {
        (void)cm_address_text(&c->probe->address, text);
    }
    cm_finding_for(c, f, text, text);
}

static void for_chain(struct cm_case *c, struct cm_finding *f)
{
    uint8_t hash[CM_SHA256_LEN];
    char name[CM_LABEL_SIZE];
    size_t num = c->probe->num_chain;
    struct cm_buf hashes;
    struct cm_buf key;
    struct cm_buf text;

    cm_buf_init(&hashes, (size_t)CM_MAX_CHAIN * CM_SHA256_LEN);
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_append(&hashes, c->probe->chain[i]->sha256, CM_SHA256_LEN);
    }
    c->no_memory = c->no_memory || hashes.failed;
    cm_sha256(hashes.data, hashes.len, hash);
    cm_buf_cleanup(&hashes);
    cm_buf_init(&key, 256);
    cm_buf_init(&text, 1024);
    (void)cm_buf_hex(&key, hash, sizeof(hash));
    (void)cm_buf_printf(&text, "the chain of %zu certificate%s sent with %s",
                        num, num == 1 ? "" : "s",
                        cm_finding_cert_name(c->leaf, name));
    cm_finding_for(c, f, cm_finding_text(c, &key), cm_finding_text(c, &text));
    cm_buf_cleanup(&key);
    cm_buf_cleanup(&text);
}

static void for_server(struct cm_case *c, struct cm_finding *f)
{
    char server[CM_LABEL_SIZE];

    (void)cm_finding_server(c, server);
    cm_finding_for(c, f, server, server);
}

static void complete(struct cm_case *c, struct cm_finding *f)
{
    const struct cm_cause_info *info = cm_cause_info(f->cause);
    const struct cm_cert *cert = f->cert != NULL ? f->cert : c->leaf;

    switch (subjects[f->resolution]) {
    case SUBJECT_CAUSE:
        cm_finding_for(c, f, info->id, info->title);
        return;
    case SUBJECT_HOST:
        cm_finding_for(c, f, c->ep->host, c->ep->host);
        return;
    case SUBJECT_PROXY:
        for_proxy(c, f);
        return;
    case SUBJECT_SERVER:
        break;
    case SUBJECT_CERT:
        if (cert != NULL) {
            cm_finding_for_cert(c, f, cert);
            return;
        }
        break;
    case SUBJECT_CHAIN:
        if (c->leaf != NULL) {
            for_chain(c, f);
            return;
        }
        break;
    case SUBJECT_ISSUER:
        if (cert != NULL) {
            cm_finding_for_issuer(c, f, cert);
            return;
        }
        break;
    }
    for_server(c, f);
}

void cm_finding_complete(struct cm_case *c)
{
    for (size_t i = 0; i < c->out->num_findings; i++) {
        struct cm_finding *f = &c->out->findings[i];

        if (f->subject_key == NULL && !c->no_memory) {
            complete(c, f);
        }
    }
}

static bool is_shared(const struct cm_case *c, const struct cm_finding *f)
{
    switch (subjects[f->resolution]) {
    case SUBJECT_CAUSE:
        return true;
    case SUBJECT_CERT:
    case SUBJECT_CHAIN:
    case SUBJECT_ISSUER:
        return c->leaf != NULL;
    case SUBJECT_HOST:
    case SUBJECT_SERVER:
    case SUBJECT_PROXY:
        break;
    }
    return false;
}

void cm_finding_complete_shared(struct cm_case *c, size_t first)
{
    for (size_t i = first; i < c->out->num_findings; i++) {
        struct cm_finding *f = &c->out->findings[i];

        if (f->subject_key == NULL && !c->no_memory && is_shared(c, f)) {
            complete(c, f);
        }
    }
}
