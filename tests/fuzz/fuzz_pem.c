/* PEM: blocks lie in the text and come one after the other; their octets,
 * written again, are the same ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include "pki/pem.h"

#define MAX_DER (1U << 20)

static void check_block(const struct cm_pem_block *block, struct cm_span text)
{
    struct cm_buf der;
    struct cm_buf again;
    struct cm_buf base64;

    cm_assert(block->label.data >= text.data &&
              block->label.data + block->label.len <= text.data + text.len);
    cm_assert(block->base64.data >= text.data &&
              block->base64.data + block->base64.len <= text.data + text.len);
    cm_buf_init(&der, MAX_DER);
    cm_buf_init(&again, MAX_DER);
    cm_buf_init(&base64, 2 * MAX_DER);
    if (cm_pem_decode(block, &der)) {
        struct cm_pem_block copy = {.label = block->label};

        cm_assert(der.len > 0 && der.len <= block->base64.len);
        cm_assert(cm_buf_base64(&base64, der.data, der.len));
        copy.base64 = (struct cm_span){base64.data, base64.len};
        cm_assert(cm_pem_decode(&copy, &again));
        cm_assert(cm_span_equal((struct cm_span){der.data, der.len},
                                (struct cm_span){again.data, again.len}));
    }
    cm_buf_cleanup(&base64);
    cm_buf_cleanup(&again);
    cm_buf_cleanup(&der);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_span text = {data, size};
    struct cm_pem_block block;
    struct cm_reader r;
    size_t left = size + 1;
    enum cm_pem got;

    cm_reader_init(&r, data, size);
    while ((got = cm_pem_next(&r, &block)) != CM_PEM_END) {
        cm_assert(r.len < left); /* it goes on */
        left = r.len;
        if (got == CM_PEM_BLOCK) {
            check_block(&block, text);
            (void)cm_pem_is(&block, "CERTIFICATE");
        }
    }
    (void)cm_pem_is_der(text);
    return 0;
}
