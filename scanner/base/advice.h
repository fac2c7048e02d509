/* What to do about an errno, for the end of a message.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_BASE_ADVICE_H
#define CERTMUSTER_BASE_ADVICE_H

/* "; check its permissions" ..., or "". */
const char *cm_advice(int sys_errno);

#endif
