/* A scene with a client certificate of our own: of "Client CA", which is below
 * "Client Root".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_CLIENT_SCENE_H
#define CERTMUSTER_TESTS_JUDGE_CLIENT_SCENE_H

#include "scene.h"

enum own { OWN_NONE, OWN_SOUND, OWN_ALONE };

/* Group set-up and end. */
int client_scene_make(void **state);
int client_scene_leave(void **state);
struct cm_cert *client_scene_ca(void);
struct cm_cert *client_scene_root(void);

/* A certificate like the one asked for, of the client CA; the caller's. */
struct cm_cert *client_scene_cert(const struct forge_spec *base);
/* As a scan leaves it: the fault, the certificate (taken over), the names of
 * its chain's issuers. */
void client_scene_own(struct scene *s, enum cm_client_fault fault,
                      struct cm_cert *cert, bool with_ca, const char *detail);
/* Opens a scene that trusts "root". */
void client_scene_open(struct scene *s, enum own mine);

/* The server names these CAs; the second may be NULL. */
void client_scene_names(struct cm_probe *p, const struct cm_cert *a,
                        const struct cm_cert *b);
void client_scene_put_name(struct cm_buf *out, struct cm_span name);
/* What was written, as an owned span. */
struct cm_span client_scene_take(struct cm_buf *buf);

#endif
