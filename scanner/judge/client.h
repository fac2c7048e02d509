/* What the files about client certificates share. Private to judge/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_JUDGE_CLIENT_H
#define CERTMUSTER_JUDGE_CLIENT_H

#include "judge/rules.h"

/* With less room than this left, CA names may have been cut off. */
#define CM_CLIENT_LONG_NAME 512U

/* client.c -- was the client turned away for its certificate, or for want of
 * one: in the handshake, after it, or over HTTP? */
bool cm_client_refused(const struct cm_probe *p);

/* client_own.c -- the work that puts our own certificate right: what the
 * finding is about, and who acts. */
void cm_client_for_own(struct cm_case *c, struct cm_finding *f);
/* The server names the CAs that it takes, and none of them is ours. */
bool cm_client_names_differ(struct cm_case *c);

#endif
