/* A revocation list, and looking serials up in it: those of its own entries
 * are found, wherever they stand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/world.h"

#include <string.h>

#include "certmuster/text.h"
#include "pki/crl.h"
#include "pki/crl_parts.h"

static void check_entries(const struct cm_crl *crl)
{
    struct cm_crl_entry entry;

    cm_assert(crl->num_slots <= crl->num_revoked);
    for (size_t i = 0; i < crl->num_slots; i++) {
        const struct cm_crl_slot *slot = &crl->slots[i];
        struct cm_span serial = {crl->der.data + slot->serial_at,
                                 slot->serial_len};

        cm_assert(slot->serial_at + slot->serial_len <= crl->der.len);
        cm_assert(cm_crl_find(crl, serial, &entry));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_world *w = fuzz_world();
    struct cm_crl_entry entry;
    struct cm_error err;
    struct cm_crl *crl = cm_crl_parse((struct cm_span){data, size}, &err);

    if (crl == NULL) {
        cm_assert(err.text[0] != '\0');
        return 0;
    }
    check_entries(crl);
    cm_assert(cm_text_is_utf8(crl->issuer_text, strlen(crl->issuer_text)));
    (void)cm_crl_find(crl, w->leaf->serial, &entry);
    (void)cm_crl_find(crl, (struct cm_span){data, size}, &entry);
    (void)cm_crl_covers_point(crl, w->leaf);
    (void)cm_crl_verify(NULL, crl, w->ca);
    cm_crl_unref(crl);
    return 0;
}
