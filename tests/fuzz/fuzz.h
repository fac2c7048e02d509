/* What a fuzz target is made of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_H
#define CERTMUSTER_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/status.h"

/* libFuzzer calls it with one input after the other. What must hold is said
 * with cm_assert, which stops in every kind of build. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input of several parts: each is a big-endian length of two octets and
 * that many bytes. The rest, when it is no part, is one too. */
static inline struct cm_span fuzz_part(struct cm_reader *input)
{
    struct cm_reader part;

    if (!cm_reader_vec16(input, &part)) {
        part = *input;
        cm_reader_init(input, NULL, 0);
    }
    return (struct cm_span){part.data, part.len};
}

#endif
