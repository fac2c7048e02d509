/* Answers that are kept, in as little room as they need: some 100 bytes for a
 * name and its address.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "certmuster/map.h"
#include "net/resolver_parts.h"

#define FIRST_BUCKETS 64U

struct kept {
    struct kept *chain; /* the next one of the bucket */
    struct kept *newer;
    uint16_t host_len;
    uint16_t packed_len;
    /* The packed answer, the host. */
    _Alignas(uint32_t) unsigned char bytes[];
};

struct cm_kept {
    struct kept **buckets; /* owned, a power of 2 of them */
    size_t num_buckets;
    struct kept *oldest;
    struct kept *newest;
    size_t num;
    size_t max;
    uint8_t secret[16];
};

struct cm_kept *cm_kept_new(size_t max)
{
    struct cm_kept *kept = calloc(1, sizeof(*kept));

    if (kept == NULL) {
        return NULL;
    }
    kept->max = max;
    kept->num_buckets = FIRST_BUCKETS;
    kept->buckets = calloc(kept->num_buckets, sizeof(struct kept *));
    if (kept->buckets == NULL ||
        getrandom(kept->secret, sizeof(kept->secret), 0) !=
            (ssize_t)sizeof(kept->secret)) {
        cm_kept_free(kept);
        return NULL;
    }
    return kept;
}

void cm_kept_free(struct cm_kept *kept)
{
    if (kept == NULL) {
        return;
    }
    while (kept->oldest != NULL) {
        struct kept *one = kept->oldest;

        kept->oldest = one->newer;
        free(one);
    }
    free(kept->buckets);
    free(kept);
}

static const char *host_of(const struct kept *one)
{
    return (const char *)one->bytes + one->packed_len;
}

static struct kept **bucket_of(const struct cm_kept *kept, const char *host,
                               size_t len)
{
    return &kept->buckets[cm_hash64(kept->secret, host, len) &
                          (kept->num_buckets - 1)];
}

static struct kept *find(const struct cm_kept *kept, const char *host,
                         size_t len)
{
    struct kept *one = *bucket_of(kept, host, len);

    while (one != NULL &&
           (one->host_len != len || memcmp(host_of(one), host, len) != 0)) {
        one = one->chain;
    }
    return one;
}

const struct cm_packed *cm_kept_find(const struct cm_kept *kept,
                                     const char *host, size_t len)
{
    const struct kept *one = find(kept, host, len);

    return one == NULL ? NULL : (const void *)one->bytes;
}

/* Twice as many buckets as names, where there is memory; else the chains are
 * longer. */
static void grow(struct cm_kept *kept)
{
    struct kept **grown = calloc(2 * kept->num_buckets, sizeof(struct kept *));

    if (grown == NULL) {
        return;
    }
    free(kept->buckets);
    kept->buckets = grown;
    kept->num_buckets *= 2;
    for (struct kept *one = kept->oldest; one != NULL; one = one->newer) {
        struct kept **bucket = bucket_of(kept, host_of(one), one->host_len);

        one->chain = *bucket;
        *bucket = one;
    }
}

static void drop_oldest(struct cm_kept *kept)
{
    struct kept *one = kept->oldest;
    struct kept **link = bucket_of(kept, host_of(one), one->host_len);

    while (*link != one) {
        link = &(*link)->chain;
    }
    *link = one->chain;
    kept->oldest = one->newer;
    if (kept->oldest == NULL) {
        kept->newest = NULL;
    }
    kept->num--;
    free(one);
}

void cm_kept_limit(struct cm_kept *kept, size_t max)
{
    kept->max = max;
    while (kept->num > max) {
        drop_oldest(kept);
    }
}

void cm_kept_put(struct cm_kept *kept, const char *host, size_t len,
                 const struct cm_packed *answer)
{
    size_t size = cm_dns_packed_size(answer);
    struct kept **bucket;
    struct kept *one;

    if (kept->max == 0 || len > UINT16_MAX || size > UINT16_MAX ||
        find(kept, host, len) != NULL) {
        return;
    }
    one = malloc(sizeof(*one) + size + len);
    if (one == NULL) {
        return;
    }
    one->newer = NULL;
    one->host_len = (uint16_t)len;
    one->packed_len = (uint16_t)size;
    memcpy(one->bytes, answer, size);
    memcpy(one->bytes + size, host, len);
    while (kept->num >= kept->max) {
        drop_oldest(kept);
    }
    if (kept->num >= kept->num_buckets) {
        grow(kept);
    }
    bucket = bucket_of(kept, host, len);
    one->chain = *bucket;
    *bucket = one;
    if (kept->newest == NULL) {
        kept->oldest = one;
    } else {
        kept->newest->newer = one;
    }
    kept->newest = one;
    kept->num++;
}
