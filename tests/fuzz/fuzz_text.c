/* Foreign text on its way out: every escape gives valid UTF-8, and what is on
 * one line stays there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/endpoint.h"
#include "certmuster/text.h"

static void check(struct cm_buf *out, const char *unwanted)
{
    cm_assert(!out->failed);
    cm_assert(cm_text_is_utf8((const char *)out->data, out->len));
    for (; *unwanted != '\0'; unwanted++) {
        cm_assert(out->len == 0 ||
                  memchr(out->data, *unwanted, out->len) == NULL);
    }
    cm_buf_clear(out);
}

static void parse(const char *text)
{
    struct cm_address address;
    char again[CM_ADDRESS_TEXT_SIZE];
    char written[CM_TIME_TEXT_SIZE];
    int64_t time;

    if (cm_address_parse(text, &address)) {
        cm_assert(cm_address_parse(cm_address_text(&address, again), &address));
    }
    if (cm_time_parse(text, &time)) {
        int64_t same;

        cm_assert(cm_time_parse(cm_time_rfc3339(time, written), &same));
        cm_assert(same == time);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct cm_buf out;

    cm_buf_init(&out, 16 * size + 64);
    cm_text_json(&out, text, size);
    check(&out, "\n\r<>&");
    cm_text_html(&out, text, size);
    check(&out, "<>\"'");
    cm_text_terminal(&out, text, size);
    check(&out, "\n\r\033");
    cm_text_csv(&out, text, size);
    check(&out, "\r");
    cm_text_to_utf8(&out, text, size);
    parse(cm_buf_cstr(&out));
    check(&out, "");
    cm_buf_cleanup(&out);
    return 0;
}
