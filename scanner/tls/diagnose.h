/* Diagnosing a failed handshake: which question comes next, and what its hello
 * says. Private to scanner/tls; pure.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_DIAGNOSE_H
#define CERTMUSTER_TLS_DIAGNOSE_H

#include <stdbool.h>

#include "certmuster/evidence.h"
#include "tls/hello.h"

/* How often a hello must fail, and its plainer twin work, before a server is
 * called intolerant of it. */
#define CM_INTOLERANT_FAILURES 3
#define CM_INTOLERANT_CONTROLS 2
/* How often the first hello is asked again, beside one that works, before a
 * server that hung up is said to mind what differs. */
#define CM_CHANCE_CONTROLS 3

/* diagnose_plan.c -- the next question, from the answers so far. False: the
 * cause is proven, or no question would bring it out. `named`: the first hello
 * had a server name. */
bool cm_diagnosis_plan(const struct cm_evidence *ev, bool named,
                       enum cm_ask *ask);
/* ... for a server whose handshake succeeded: does it stand other hellos? */
bool cm_tolerance_plan(const struct cm_evidence *ev, bool named,
                       enum cm_ask *ask);
/* Questions are varied from a hello of TLS 1.3: only that is spoken, or it is
 * what the handshake came to. */
bool cm_diagnosis_only_tls13(const struct cm_evidence *ev);

/* diagnose_hello.c -- all but random and session id. */
void cm_diagnosis_hello(enum cm_ask ask, bool only_tls13, const char *sni,
                        struct cm_hello *hello);

#endif
