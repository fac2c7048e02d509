/* A reader that never passes the end: the only way to foreign bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/buf.h"

/* A big-endian number of `width` bytes, 4 at the most. */
static bool number(struct cm_reader *r, size_t width, uint32_t *out)
{
    uint32_t value = 0;

    if (r->len < width) {
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        value = value << 8 | r->data[i];
    }
    *out = value;
    return cm_reader_skip(r, width);
}

bool cm_reader_u16(struct cm_reader *r, uint16_t *out)
{
    uint32_t value;

    if (!number(r, 2, &value)) {
        return false;
    }
    *out = (uint16_t)value;
    return true;
}

bool cm_reader_u24(struct cm_reader *r, uint32_t *out)
{
    return number(r, 3, out);
}

bool cm_reader_u32(struct cm_reader *r, uint32_t *out)
{
    return number(r, 4, out);
}

/* Works on a copy, so that a length without its bytes changes nothing. */
static bool vector(struct cm_reader *r, size_t width, struct cm_reader *out)
{
    struct cm_reader copy = *r;
    struct cm_span body;
    uint32_t len;

    if (!number(&copy, width, &len) || !cm_reader_bytes(&copy, len, &body)) {
        return false;
    }
    *r = copy;
    cm_reader_init(out, body.data, body.len);
    return true;
}

bool cm_reader_vec8(struct cm_reader *r, struct cm_reader *out)
{
    return vector(r, 1, out);
}

bool cm_reader_vec16(struct cm_reader *r, struct cm_reader *out)
{
    return vector(r, 2, out);
}

bool cm_reader_vec24(struct cm_reader *r, struct cm_reader *out)
{
    return vector(r, 3, out);
}
