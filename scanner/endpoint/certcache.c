/* Fleets share certificates: each is parsed once for as long as it is seen now
 * and then. Bounded: when full, all are forgotten.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "certmuster/map.h"
#include "endpoint/scan.h"
#include "pki/pki.h"

#define MAX_KEPT 4096U /* about 3 kB each */

struct cm_certcache {
    struct cm_map *by_sha256;
};

static void unref(void *cert)
{
    cm_cert_unref(cert);
}

struct cm_certcache *cm_certcache_new(void)
{
    struct cm_certcache *cache = calloc(1, sizeof(*cache));

    if (cache != NULL) {
        cache->by_sha256 = cm_map_new();
    }
    if (cache != NULL && cache->by_sha256 == NULL) {
        free(cache);
        cache = NULL;
    }
    return cache;
}

void cm_certcache_free(struct cm_certcache *cache)
{
    if (cache != NULL) {
        cm_map_free(cache->by_sha256, unref);
        free(cache);
    }
}

static void forget_all(struct cm_certcache *cache)
{
    struct cm_map *fresh = cm_map_new();

    if (fresh != NULL) { /* else: one more goes in; no harm */
        cm_map_free(cache->by_sha256, unref);
        cache->by_sha256 = fresh;
    }
}

struct cm_cert *cm_certcache_get(struct cm_certcache *cache, struct cm_span der)
{
    uint8_t sha256[CM_SHA256_LEN];
    struct cm_cert *cert;

    cm_sha256(der.data, der.len, sha256);
    cert = cm_map_get(cache->by_sha256, sha256, sizeof(sha256));
    if (cert != NULL) {
        return cm_cert_ref(cert);
    }
    cert = cm_cert_parse(der.data, der.len);
    if (cert == NULL) {
        return NULL;
    }
    if (cm_map_count(cache->by_sha256) >= MAX_KEPT) {
        forget_all(cache);
    }
    if (cm_map_put(cache->by_sha256, sha256, sizeof(sha256), cert)) {
        (void)cm_cert_ref(cert); /* the cache's own */
    }
    return cert;
}
