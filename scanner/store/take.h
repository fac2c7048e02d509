/* Stored values as the program's own types. A store may come from elsewhere:
 * every value is checked before it is believed. Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_TAKE_H
#define CERTMUSTER_STORE_TAKE_H

#include <stddef.h>
#include <stdint.h>

#include "certmuster/answer.h"
#include "store/parts.h"

/* Both note it, unless something is noted already. */
void cm_take_damaged(struct cm_db *db, const char *what);
void cm_take_no_memory(struct cm_db *db);

void cm_take_text(const struct cm_query *q, int column, char *out, size_t size);
uint32_t cm_take_u32(const struct cm_query *q, int column);
uint16_t cm_take_u16(const struct cm_query *q, int column);
uint8_t cm_take_u8(const struct cm_query *q, int column);
/* The enum's value whose id is stored, of `count`. */
int cm_take_id(const struct cm_query *q, int column, int count,
               const char *(*id)(int value));
void cm_take_alert(const struct cm_query *q, int column, struct cm_alert *out);
/* A copy, owned by *out, which stays as it is when there are no bytes. */
void cm_take_bytes(const struct cm_query *q, int column, struct cm_span *out);
/* At most `size` bytes to `out`; how many is returned. */
uint8_t cm_take_some(const struct cm_query *q, int column, uint8_t *out,
                     size_t size);

/* evidence_get.c -- a chain as cm_cert_ids_json writes it. *chain is owned by
 * the caller, references included. */
void cm_take_chain(struct cm_evidence_reader *reader, const char *ids,
                   struct cm_cert ***chain, size_t *num);
/* A reference for the caller. NULL: the database notes why. */
struct cm_cert *cm_take_cert(struct cm_evidence_reader *reader, int64_t id);

#endif
