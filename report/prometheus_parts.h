/* What the files of the Prometheus format share. Private to prometheus*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_PROMETHEUS_PARTS_H
#define CERTMUSTER_REPORT_PROMETHEUS_PARTS_H

#include "reader.h"

/* HELP and TYPE of certmuster_NAME, whose samples follow. */
void cm_prometheus_head(struct cm_buf *out, const char *name, const char *type,
                        const char *help);
/* A label with its value, which may hold anything; `comma` before it. */
void cm_prometheus_label(struct cm_buf *out, bool comma, const char *label,
                         const char *value);

/* prometheus_owners.c -- rows by owner and verdict. */
#define CM_MAX_OWNERS_SEEN 10000U      /* counted */
#define CM_MAX_OWNERS_NAMED 200U       /* named: those with the most rows */
struct cm_owners;                      /* opaque */
struct cm_owners *cm_owners_new(void); /* NULL: no memory */
void cm_owners_free(struct cm_owners *owners);
bool cm_owners_row(struct cm_owners *owners, const struct cm_report_row *row);
/* False: no memory. */
bool cm_owners_put(const struct cm_owners *owners, struct cm_buf *out);

#endif
