/* What seeds.c and seeds_more.c share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_SEEDS_MORE_H
#define CERTMUSTER_TESTS_FUZZ_SEEDS_MORE_H

#include "certmuster/buf.h"

struct fuzz_world;

/* seeds.c -- a file for a target to start from. */
struct seeds;
void seeds_save(struct seeds *out, const char *target, struct cm_span seed);
void seeds_save_text(struct seeds *out, const char *target, const char *text);
/* An input of parts, see fuzz.h. */
void seeds_put_part(struct cm_buf *out, struct cm_span part);

/* seeds_more.c -- those for dialogues, stores, and texts with their own files.
 */
void seeds_save_more(struct seeds *out, const struct fuzz_world *w);

#endif
