/* What the files that build hellos share: a writer into a buffer of fixed size,
 * vectors whose length is filled in when they are closed, and the extensions.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_HELLO_PARTS_H
#define CERTMUSTER_TLS_HELLO_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/hello.h"
#include "tls/numbers.h"

struct hello_writer {
    uint8_t *data; /* borrowed */
    size_t len;
    size_t max;
    bool failed; /* it did not fit, or a length did not */
};

/* A big-endian number of `width` bytes. */
void hello_put(struct hello_writer *w, unsigned width, uint32_t value);
void hello_put_bytes(struct hello_writer *w, const void *bytes, size_t len);
void hello_put_list(struct hello_writer *w, const uint16_t *list, size_t num);
/* A vector: `width` bytes of length, then what is put until it is closed with
 * what was returned. */
size_t hello_open(struct hello_writer *w, unsigned width);
void hello_close(struct hello_writer *w, size_t vector, unsigned width);

/* GREASE values (RFC 8701) for one hello: which of the sixteen is drawn from
 * its random; those of the two extensions differ. */
enum grease {
    GREASE_SUITE,
    GREASE_GROUP,
    GREASE_VERSION,
    GREASE_FIRST_EXTENSION,
    GREASE_LAST_EXTENSION
};
uint16_t hello_grease(const struct cm_hello *hello, enum grease use);

/* The extensions with their length; `start` is where the message began, for
 * the padding. */
void hello_put_extensions(struct hello_writer *w, const struct cm_hello *hello,
                          size_t start);

#endif
