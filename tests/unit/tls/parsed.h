/* A hand-built hello, taken apart again by nothing of what built it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_TLS_PARSED_H
#define CERTMUSTER_TESTS_TLS_PARSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "tls/hello.h"

#define MAX_EXT 32

struct parsed {
    uint8_t bytes[CM_HELLO_MAX_BYTES]; /* the message, without records */
    size_t len;
    unsigned num_records;
    uint16_t record_version;
    size_t first_record;
    uint16_t version;
    struct cm_reader session_id;
    struct cm_reader suites;
    struct cm_reader compressions;
    bool extensions;
    uint16_t types[MAX_EXT];
    struct cm_reader ext[MAX_EXT];
    size_t num_ext;
};

/* Builds it, and takes it apart; the tests' random ends in 0x5f. */
void parsed_build(struct parsed *p, const struct cm_hello *hello);
/* NULL: it is not there. */
const struct cm_reader *parsed_extension(const struct parsed *p, uint16_t type);
void parsed_reader_is(const struct cm_reader *r, const char *hex);
void parsed_extension_is(const struct parsed *p, uint16_t type,
                         const char *hex);

#endif
