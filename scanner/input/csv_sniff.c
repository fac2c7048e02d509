/* What kind of file is it: text at all, and with which delimiter?
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "input/parts.h"

struct kind {
    const char *magic;
    size_t len;
    const char *advice;
};

static const struct kind kinds[] = {
    {"\xff\xfe", 2,
     "the input is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE | "
     "certmuster scan -"},
    {"\xfe\xff", 2,
     "the input is UTF-16; convert it: iconv -f UTF-16 -t UTF-8 FILE | "
     "certmuster scan -"},
    {"\x1f\x8b", 2,
     "the input is compressed; unpack it: zcat FILE | certmuster scan -"},
    {"PK\x03\x04", 4,
     "the input is a spreadsheet or a zip archive; save it as CSV (UTF-8)"},
    {"\xd0\xcf\x11\xe0", 4,
     "the input is a spreadsheet of the old Excel format; save it as CSV "
     "(UTF-8)"},
    {"%PDF", 4, "the input is a PDF; give the table it shows as CSV (UTF-8)"},
    {"\x28\xb5\x2f\xfd", 4,
     "the input is compressed; unpack it: zstdcat FILE | certmuster scan -"},
    {"\xfd\x37zX", 4,
     "the input is compressed; unpack it: xzcat FILE | certmuster scan -"},
    {"\x7f"
     "ELF",
     4, "the input is a program, and so binary; give a CSV file (UTF-8)"},
};

/* A text has no NUL. Every second one of UTF-16 is. */
static const char binary[] =
    "the input is binary, or UTF-16 without a byte order mark; give a CSV file "
    "in UTF-8";

const char *cm_sniff_refuse(const uint8_t *head, size_t len)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (len >= kinds[i].len &&
            memcmp(head, kinds[i].magic, kinds[i].len) == 0) {
            return kinds[i].advice;
        }
    }
    return len > 0 && memchr(head, '\0', len) != NULL ? binary : NULL;
}

void cm_guess_add(struct cm_guess *guess, struct cm_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];

        if (c == (uint8_t)'"') {
            guess->quoted = !guess->quoted;
        } else if (!guess->quoted) {
            guess->commas += c == (uint8_t)',';
            guess->semicolons += c == (uint8_t)';';
            guess->tabs += c == (uint8_t)'\t';
        }
    }
}

char cm_guess_best(const struct cm_guess *guess)
{
    if (guess->tabs > guess->commas && guess->tabs > guess->semicolons) {
        return '\t';
    }
    return guess->semicolons > guess->commas ? ';' : ',';
}

char cm_sniff_sep(struct cm_span line)
{
    while (line.len > 0 && (line.data[line.len - 1] == (uint8_t)'\n' ||
                            line.data[line.len - 1] == (uint8_t)'\r')) {
        line.len--;
    }
    if (line.len == 5 && memcmp(line.data, "sep=", 4) == 0 &&
        line.data[4] != '\0' && strchr(",;|\t", line.data[4]) != NULL) {
        return (char)line.data[4];
    }
    return '\0';
}
