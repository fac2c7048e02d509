/* Which TLS library this is, for the run's facts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/internal.h"

#define TEXT_OF(number) #number
#define VALUE_OF(macro) TEXT_OF(macro)

const char *cm_tls_library(void)
{
    return "BoringSSL (API version " VALUE_OF(BORINGSSL_API_VERSION) ")";
}
