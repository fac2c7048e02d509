/* The certificates that rows show, kept by their id within a fixed memory.
 * Private to reader*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_READER_FACTS_H
#define CERTMUSTER_REPORT_READER_FACTS_H

#include "cert_facts.h"
#include "reader_sql.h"

struct cm_facts_cache; /* opaque */

struct cm_facts_cache *cm_facts_cache_new(void);        /* NULL: no memory */
void cm_facts_cache_free(struct cm_facts_cache *cache); /* accepts NULL */
/* The facts of a certificate, those of none if the store has no such id. They
 * are valid until the next call. */
enum cm_status cm_facts_cache_find(struct cm_facts_cache *cache,
                                   struct cm_report_run *run, int64_t id,
                                   struct cm_cert_facts **out,
                                   struct cm_error *err);

#endif
