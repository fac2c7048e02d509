/* Parts of an output that come again and again, by what they are made of. Room
 * for a fixed number of them: one that comes seldom makes place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_MADE_CACHE_H
#define CERTMUSTER_REPORT_MADE_CACHE_H

#include <stdbool.h>

#include "certmuster/buf.h"

struct cm_made_cache; /* opaque */

struct cm_made_cache *cm_made_cache_new(void);        /* NULL: no memory */
void cm_made_cache_free(struct cm_made_cache *cache); /* accepts NULL */
/* cm_made_cache_get lends what was put there last for the key, until the next
 * put; data is NULL where nothing is. cm_made_cache_put may decide not to keep
 * it. */
struct cm_span cm_made_cache_get(const struct cm_made_cache *cache,
                                 struct cm_span key);
void cm_made_cache_put(struct cm_made_cache *cache, struct cm_span key,
                       struct cm_span made);

#endif
