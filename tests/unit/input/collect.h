/* Feeds bytes to the input reader and writes down what comes out, so that a
 * test compares text with text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_INPUT_COLLECT_H
#define CERTMUSTER_TESTS_INPUT_COLLECT_H

#include "certmuster/buf.h"
#include "input/input.h"

/* One line for the columns, "columns a|b owner=-1 header=1", then one for each
 * row: "1 line 2: [a][443] = a:443 tls a" or "2 line 3.5: [x] ! reason", 5
 * being the byte column. Fields over 40 bytes are shown by their length. */
struct collected {
    struct cm_buf text;
    enum cm_status status;
    struct cm_error error;
    uint64_t rows;
    uint64_t last_id;
    int fail_at_row; /* the sink fails there; 0: never */
    bool fail_columns;
};

/* Reads `len` bytes in chunks of `chunk`; 0: all at once. Clean up with
 * collect_cleanup. */
void collect(struct collected *out, const struct cm_input_options *options,
             const void *data, size_t len, size_t chunk);
void collect_cleanup(struct collected *out);

#endif
