/* Signed certificate timestamps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/sct.h"

#include <string.h>

#define VERSION_1 0
#define MILLISECONDS 1000U

/* Version, log, time, extensions; the signature is left alone. */
static bool read_one(struct cm_reader sct, struct cm_sct *out)
{
    struct cm_span log;
    uint32_t high;
    uint32_t low;
    uint8_t version;
    uint64_t ms;

    if (!cm_reader_u8(&sct, &version) || version != VERSION_1 ||
        !cm_reader_bytes(&sct, sizeof(out->log_id), &log) ||
        !cm_reader_u32(&sct, &high) || !cm_reader_u32(&sct, &low)) {
        return false;
    }
    memcpy(out->log_id, log.data, sizeof(out->log_id));
    ms = ((uint64_t)high << 32U) | low;
    out->unix_time = (int64_t)(ms / MILLISECONDS);
    return true;
}

size_t cm_sct_list(struct cm_span list, struct cm_sct out[CM_MAX_SCTS],
                   bool *bad)
{
    struct cm_reader whole;
    struct cm_reader items;
    struct cm_reader sct;
    size_t num = 0;

    *bad = false;
    cm_reader_init(&whole, list.data, list.len);
    if (!cm_reader_vec16(&whole, &items)) {
        *bad = true;
        return 0;
    }
    while (num < CM_MAX_SCTS && cm_reader_vec16(&items, &sct)) {
        if (read_one(sct, &out[num])) {
            num++;
        } else {
            *bad = true;
        }
    }
    return num;
}
