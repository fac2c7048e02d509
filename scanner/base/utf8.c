/* UTF-8 in and out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

#include "certmuster/text.h"

size_t cm_utf8_read(const char *text, size_t len, uint32_t *out)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t need;
    uint32_t c;

    if (len == 0) {
        return 0;
    }
    if (bytes[0] < 0x80) {
        *out = bytes[0];
        return 1;
    }
    if (bytes[0] < 0xC2 || bytes[0] > 0xF4) {
        return 0; /* continuation, overlong by its first byte, too large */
    }
    need = bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    if (len < need) {
        return 0;
    }
    c = bytes[0] & (0x7FU >> need);
    for (size_t i = 1; i < need; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        c = c << 6 | (bytes[i] & 0x3FU);
    }
    if (c < smallest[need] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) {
        return 0;
    }
    *out = c;
    return need;
}

void cm_utf8_write(struct cm_buf *out, uint32_t c)
{
    char bytes[4];
    size_t len;

    if (c < 0x80) {
        bytes[0] = (char)c;
        len = 1;
    } else if (c < 0x800) {
        bytes[0] = (char)(0xC0 | c >> 6);
        bytes[1] = (char)(0x80 | (c & 0x3F));
        len = 2;
    } else if (c < 0x10000) {
        bytes[0] = (char)(0xE0 | c >> 12);
        bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (c & 0x3F));
        len = 3;
    } else {
        bytes[0] = (char)(0xF0 | c >> 18);
        bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
        bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
        bytes[3] = (char)(0x80 | (c & 0x3F));
        len = 4;
    }
    (void)cm_buf_append(out, bytes, len);
}

/* How many bytes of ASCII there are from here on. */
static size_t ascii_run(const char *text, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t run = 0;
    uint64_t word = 0;

    while (len - run >= sizeof(word)) {
        memcpy(&word, text + run, sizeof(word));
        if ((word & high) != 0) {
            break;
        }
        run += sizeof(word);
    }
    while (run < len && (unsigned char)text[run] < 0x80) {
        run++;
    }
    return run;
}

/* How many bytes from here on are characters. */
static size_t valid_run(const char *text, size_t len)
{
    size_t run = ascii_run(text, len);
    uint32_t c;

    while (run < len) {
        size_t used = cm_utf8_read(text + run, len - run, &c);

        if (used == 0) {
            break;
        }
        run += used;
        run += ascii_run(text + run, len - run);
    }
    return run;
}

bool cm_text_is_utf8(const char *text, size_t len)
{
    return valid_run(text, len) == len;
}

/* Windows-1252 differs from Latin-1 in 0x80 to 0x9F; five of those are not
 * assigned. */
static uint32_t from_windows_1252(unsigned char byte)
{
    static const uint16_t upper[32] = {
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD,
        0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    };

    return byte >= 0x80 && byte < 0xA0 ? upper[byte - 0x80] : byte;
}

void cm_text_to_utf8(struct cm_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        size_t run = valid_run(text, len);

        (void)cm_buf_append(out, text, run);
        if (run < len) {
            cm_utf8_write(out, from_windows_1252((unsigned char)text[run++]));
        }
        text += run;
        len -= run;
    }
}
