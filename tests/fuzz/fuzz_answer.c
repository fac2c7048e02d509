/* An HTTP answer after the handshake: what is kept of it is printable, and says
 * the same as the whole. And a proxy's, before it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/client.h"
#include "endpoint/http_answer.h"
#include "endpoint/steps.h"

static void check_reply(const struct cm_http_answer *answer,
                        struct cm_span bytes)
{
    struct cm_span text = {(const uint8_t *)answer->reply,
                           strnlen(answer->reply, sizeof(answer->reply))};
    struct cm_span phrase;
    struct cm_span in_reply;
    enum cm_http_word whole;

    cm_assert(text.len < sizeof(answer->reply));
    for (size_t i = 0; i < text.len; i++) {
        cm_assert(text.data[i] >= 0x20 && text.data[i] < 0x7f);
    }
    cm_assert(answer->status == 0 ||
              (answer->status >= 200 && answer->status <= 999));
    whole = cm_http_word_of(answer->status, answer->substatus, bytes, &phrase);
    cm_assert(phrase.len == 0 ||
              (phrase.data >= bytes.data &&
               phrase.data + phrase.len <= bytes.data + bytes.len));
    /* The headers count for nothing, so the whole may say more. */
    if (cm_http_word_of(answer->status, answer->substatus, text, &in_reply) !=
        CM_HTTP_SILENT) {
        cm_assert(whole != CM_HTTP_SILENT);
    }
}

static void proxy(struct cm_span bytes)
{
    char *head = bytes.len == 0 ? strdup("")
                                : strndup((const char *)bytes.data, bytes.len);

    cm_assert(head != NULL && cm_proxy_status(head) <= 999);
    free(head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_http_answer part;
    struct cm_http_answer answer;
    size_t half = size / 2;

    /* All that there is decides; a part may only say "more". */
    cm_assert(cm_http_answer_read((struct cm_span){data, size}, true, &answer));
    check_reply(&answer, (struct cm_span){data, size});
    (void)cm_http_answer_read((struct cm_span){data, half}, false, &part);
    check_reply(&part, (struct cm_span){data, half});
    proxy((struct cm_span){data, size});
    return 0;
}
