/* Fleets share certificates: each is parsed once for as long as it is seen now
 * and then, by whichever worker. Found by a keyed hash and then compared, which
 * costs a tenth of a digest.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/map.h"
#include "certmuster/memo.h"
#include "endpoint/scan.h"
#include "pki/pki.h"

#define MAX_BYTES (4U << 20) /* about 3 kB each */

struct cm_certcache {
    struct cm_memo *certs;
    uint8_t secret[16];
};

static void unref(void *cert)
{
    cm_cert_unref(cert);
}

struct cm_certcache *cm_certcache_new(void)
{
    struct cm_certcache *cache = calloc(1, sizeof(*cache));

    if (cache == NULL) {
        return NULL;
    }
    cache->certs = cm_memo_new(MAX_BYTES, unref);
    if (cache->certs == NULL ||
        getrandom(cache->secret, sizeof(cache->secret), 0) !=
            (ssize_t)sizeof(cache->secret)) {
        cm_certcache_free(cache);
        return NULL;
    }
    return cache;
}

void cm_certcache_free(struct cm_certcache *cache)
{
    if (cache != NULL) {
        cm_memo_free(cache->certs);
        free(cache);
    }
}

/* With its names and texts, roughly. */
static size_t size_of(const struct cm_cert *cert)
{
    return sizeof(*cert) + 2 * cert->der.len +
           cert->num_names * sizeof(*cert->names);
}

/* NULL: it is not known, or another has its hash. */
static struct cm_cert *find(struct cm_certcache *cache, uint64_t hash,
                            struct cm_span der)
{
    struct cm_memo_item *item = cm_memo_get(cache->certs, &hash, sizeof(hash));
    struct cm_cert *cert = NULL;

    if (item != NULL) {
        cert = cm_memo_value(item);
        cert = cm_span_equal(cert->der, der) ? cm_cert_ref(cert) : NULL;
        cm_memo_give_back(cache->certs, item);
    }
    return cert;
}

struct cm_cert *cm_certcache_get(struct cm_certcache *cache, struct cm_span der)
{
    uint64_t hash = cm_hash64(cache->secret, der.data, der.len);
    struct cm_cert *cert = find(cache, hash, der);

    if (cert != NULL) {
        return cert;
    }
    cert = cm_cert_parse(der.data, der.len);
    if (cert != NULL) {
        cm_memo_put(cache->certs, &hash, sizeof(hash), cm_cert_ref(cert),
                    size_of(cert));
    }
    return cert;
}
