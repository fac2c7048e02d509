/* An OCSP response. Nobody but the CA and its responder can make one that is
 * believed, and the seeds' say good: whatever says otherwise was forged.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/world.h"

#include "pki/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fuzz_world *w = fuzz_world();
    struct cm_ocsp_answer answer = cm_ocsp_read(
        NULL, (struct cm_span){data, size}, w->leaf, w->ca, FORGE_NOW);

    cm_assert(answer.state != CM_OCSP_REVOKED);
    cm_assert(answer.state != CM_OCSP_UNKNOWN);
    cm_assert((answer.state == CM_OCSP_GOOD) == (answer.detail[0] == '\0'));
    cm_assert(cm_ocsp_state_id(answer.state)[0] != '\0');
    return 0;
}
