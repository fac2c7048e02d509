/* What check says, as text and as JSON. Private to cli/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CHECK_PRINT_H
#define CERTMUSTER_CHECK_PRINT_H

#include "certmuster/buf.h"
#include "run/check.h"

#define CM_CHECK_MAX_OUTPUT (64U << 20)

/* One finding a line: id, severity, certificate and proof, tabs between. */
void cm_check_text(struct cm_buf *out, const struct cm_check *check);
/* One line: "trusted", or "not trusted: " and the causes. */
void cm_check_summary(struct cm_buf *out, const struct cm_check *check);
/* One JSON object on one line. Every key is always there. */
void cm_check_json(struct cm_buf *out, const struct cm_check *check);

#endif
