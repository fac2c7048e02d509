/* A DNS message, read as the answer to two questions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "net/resolver_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned types[] = {CM_DNS_A, CM_DNS_AAAA};

    for (size_t i = 0; i < 2; i++) {
        struct cm_dns_answer answer;

        cm_dnsmsg_read(&answer, (struct cm_span){data, size}, "www.a.example",
                       types[i]);
        cm_assert((unsigned)answer.result < CM_DNS_RESULT_COUNT);
        cm_assert(answer.num_addresses <= CM_MAX_ADDRESSES);
        cm_assert(answer.num_addresses <= answer.num_total);
        cm_assert(memchr(answer.cname, '\0', sizeof(answer.cname)) != NULL);
    }
    return 0;
}
