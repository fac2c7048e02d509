/* What judgements want from the network, each once. Certificates of one issuer
 * name the same few URLs, so a fleet's wants are few; only OCSP is asked for
 * each certificate apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "run/fetch_parts.h"

#define MAX_KEY                                                                \
    1000000 /* of a few URLs, from a certificate of bounded size               \
             */

static void item_free(struct want_item *item)
{
    cm_cert_unref(item->cert);
    cm_cert_unref(item->issuer);
    for (size_t i = 0; i < item->num_urls; i++) {
        free(item->urls[i]);
    }
    free(item);
}

struct cm_wants *cm_wants_new(void)
{
    struct cm_wants *wants = calloc(1, sizeof(*wants));

    if (wants == NULL) {
        return NULL;
    }
    wants->by_key = cm_map_new();
    if (wants->by_key == NULL) {
        free(wants);
        return NULL;
    }
    return wants;
}

void cm_wants_free(struct cm_wants *wants)
{
    if (wants == NULL) {
        return;
    }
    for (size_t i = 0; i < wants->num_items; i++) {
        item_free(wants->items[i]);
    }
    free(wants->items);
    cm_map_free(wants->by_key, NULL);
    free(wants);
}

size_t cm_wants_count(const struct cm_wants *wants)
{
    return wants->num_items;
}

/* The kind of addresses that the endpoint itself is at: a certificate seen
 * there may name servers there. Through a proxy the probe's address is the
 * proxy's, and what is behind it is unknown unless the row says so. */
static unsigned reach_of(const struct cm_endpoint *ep,
                         const struct cm_evidence *ev)
{
    const struct cm_probe *probe = cm_evidence_main_probe(ev);

    if (ep->is_ip) {
        return cm_http_reach(&ep->literal);
    }
    if (probe == NULL || ev->dns.result != CM_DNS_OK) {
        return 0;
    }
    return cm_http_reach(&probe->address);
}

static const struct cm_span *urls_of(const struct cm_want *want, size_t *num)
{
    switch (want->kind) {
    case CM_WANT_ISSUER:
        *num = want->cert->num_ca_issuers;
        return want->cert->ca_issuers;
    case CM_WANT_CRL:
        *num = want->cert->num_crl_urls;
        return want->cert->crl_urls;
    case CM_WANT_OCSP:
        break;
    }
    *num = want->cert->num_ocsp_urls;
    return want->cert->ocsp_urls;
}

/* Equal keys: equal wants. For OCSP the certificates tell the URLs. */
static void put_key(struct cm_buf *key, const struct cm_want *want,
                    const struct cm_span *urls, size_t num)
{
    (void)cm_buf_printf(key, "%d:", (int)want->kind);
    if (want->kind == CM_WANT_OCSP) {
        (void)cm_buf_append(key, want->cert->sha256, CM_SHA256_LEN);
        (void)cm_buf_append(key, want->issuer->sha256, CM_SHA256_LEN);
        return;
    }
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_append(key, &urls[i].len, sizeof(urls[i].len));
        (void)cm_buf_append(key, urls[i].data, urls[i].len);
    }
}

/* A NUL would hide what is behind it: it becomes another control character,
 * which no URL may hold either. */
static char *url_text(struct cm_span url)
{
    char *text = malloc(url.len + 1);

    if (text == NULL) {
        return NULL;
    }
    if (url.len > 0) {
        memcpy(text, url.data, url.len);
    }
    for (size_t i = 0; i < url.len; i++) {
        if (text[i] == '\0') {
            text[i] = '\x01';
        }
    }
    text[url.len] = '\0';
    return text;
}

static struct want_item *item_new(const struct cm_want *want,
                                  const struct cm_span *urls, size_t num)
{
    struct want_item *item = calloc(1, sizeof(*item));

    if (item == NULL) {
        return NULL;
    }
    item->kind = want->kind;
    if (want->kind == CM_WANT_OCSP) {
        item->cert = cm_cert_ref(want->cert);
        item->issuer = cm_cert_ref(want->issuer);
    }
    for (size_t i = 0; i < num; i++) {
        item->urls[i] = url_text(urls[i]);
        if (item->urls[i] == NULL) {
            item_free(item);
            return NULL;
        }
        item->num_urls++;
    }
    return item;
}

static bool has_room(struct cm_wants *wants)
{
    size_t cap = wants->cap == 0 ? 64 : wants->cap * 2;
    struct want_item **grown;

    if (wants->num_items < wants->cap) {
        return true;
    }
    grown = reallocarray(wants->items, cap, sizeof(struct want_item *));
    if (grown == NULL) {
        return false;
    }
    wants->items = grown;
    wants->cap = cap;
    return true;
}

/* The item of this want, new if need be. NULL: no memory. */
static struct want_item *find_item(struct cm_wants *wants,
                                   const struct cm_want *want,
                                   const struct cm_span *urls, size_t num)
{
    struct want_item *item = NULL;
    struct cm_buf key;

    cm_buf_init(&key, MAX_KEY);
    put_key(&key, want, urls, num);
    if (key.failed) {
        goto out;
    }
    item = cm_map_get(wants->by_key, key.data, key.len);
    if (item != NULL || !has_room(wants)) {
        goto out;
    }
    item = item_new(want, urls, num);
    if (item == NULL) {
        goto out;
    }
    if (!cm_map_put(wants->by_key, key.data, key.len, item)) {
        item_free(item);
        item = NULL;
        goto out;
    }
    wants->items[wants->num_items++] = item;
out:
    cm_buf_cleanup(&key);
    return item;
}

bool cm_wants_add(struct cm_wants *wants, const struct cm_endpoint *ep,
                  const struct cm_evidence *ev,
                  const struct cm_judgement *judgement)
{
    unsigned reach = reach_of(ep, ev);

    for (size_t i = 0; i < judgement->num_wants; i++) {
        const struct cm_want *want = &judgement->wants[i];
        size_t num;
        const struct cm_span *urls = urls_of(want, &num);
        struct want_item *item;

        if (num == 0) {
            continue;
        }
        item = find_item(wants, want, urls, num);
        if (item == NULL) {
            return false;
        }
        item->allow |= reach;
    }
    return true;
}
