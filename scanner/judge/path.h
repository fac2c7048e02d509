/* Building certification paths (RFC 5280 section 6) with backtracking over
 * what the server sent, what is known, and the anchors; and saying what is
 * wrong on the path with the fewest errors. Pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_PATH_H
#define CERTMUSTER_PATH_H

#include "certmuster/judge.h"

#define CM_MAX_PATH 12        /* certificates on a path, anchor included */
#define CM_MAX_PATH_STEPS 400 /* candidates tried for one endpoint */

#endif
