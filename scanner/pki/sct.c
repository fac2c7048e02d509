/* Signed certificate timestamps: the list of RFC 6962 section 3.3 taken apart.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/sct.h"

#include <string.h>

#define VERSION_1 0 /* sct_version as it is written */
#define MS_PER_SECOND 1000U

/* What follows the version (section 3.2): log, time, extensions, signature. */
static bool read_v1(struct cm_reader r, struct cm_sct *out)
{
    struct cm_span log;
    struct cm_reader skipped;
    uint32_t high;
    uint32_t low;
    uint16_t algorithm;

    if (!cm_reader_bytes(&r, sizeof(out->log_id), &log) ||
        !cm_reader_u32(&r, &high) || !cm_reader_u32(&r, &low) ||
        !cm_reader_vec16(&r, &skipped) || !cm_reader_u16(&r, &algorithm) ||
        !cm_reader_vec16(&r, &skipped) || r.len != 0) {
        return false;
    }
    memcpy(out->log_id, log.data, log.len);
    out->unix_time = (int64_t)(((uint64_t)high << 32 | low) / MS_PER_SECOND);
    return true;
}

size_t cm_sct_list(struct cm_span list, struct cm_sct out[CM_MAX_SCTS],
                   bool *bad)
{
    struct cm_reader whole;
    struct cm_reader scts = {NULL, 0};
    struct cm_reader one;
    size_t count = 0;

    *bad = false;
    if (list.len == 0) {
        return 0;
    }
    cm_reader_init(&whole, list.data, list.len);
    if (!cm_reader_vec16(&whole, &scts) || whole.len != 0 || scts.len == 0) {
        *bad = true;
    }
    while (count < CM_MAX_SCTS && cm_reader_vec16(&scts, &one)) {
        uint8_t version;

        if (!cm_reader_u8(&one, &version)) {
            *bad = true;
        } else if (version == VERSION_1) { /* others are to be ignored */
            bool sound = read_v1(one, &out[count]);

            count += sound ? 1 : 0;
            *bad = *bad || !sound;
        }
    }
    if (count < CM_MAX_SCTS && scts.len != 0) {
        *bad = true;
    }
    return count;
}
