/* Host names: where X509_check_host of BoringSSL answers the same question,
 * its answer is ours.
 * SPDX-License-Identifier: Apache-2.0 */
#include <openssl/base.h>
#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: point BORINGSSL_ROOT at BoringSSL"
#endif
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "name_cases.h"
#include "support/forge.h"

static bool oracle_matches(const struct cm_cert *cert, const char *host)
{
    const uint8_t *at = cert->der.data;
    X509 *x509 = d2i_X509(NULL, &at, (long)cert->der.len);
    struct cm_address address;
    bool matches;

    assert_non_null(x509);
    if (cm_address_parse(host, &address)) {
        matches = X509_check_ip_asc(x509, host, 0) == 1;
    } else {
        matches =
            X509_check_host(x509, host, strlen(host),
                            X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
    }
    X509_free(x509);
    ERR_clear_error();
    return matches;
}

static void the_oracle_agrees(void **state)
{
    size_t asked = 0;

    (void)state;
    for (size_t i = 0; i < NUM_NAME_CASES; i++) {
        const struct name_case *c = &name_cases[i];
        struct cm_cert *cert = forge_cert(
            &(struct forge_spec){.subject = c->cn, .names = c->names});
        bool theirs = oracle_matches(cert, c->host);

        if ((theirs != (c->want == CM_NAME_MATCHES)) != c->ours) {
            fail_msg("%s for %s: BoringSSL says %d",
                     c->names != NULL ? c->names : "no SAN", c->host, theirs);
        }
        asked++;
        cm_cert_unref(cert);
    }
    assert_true(asked >= 60);
}

static int cleanup(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oracle_agrees),
    };

    return cmocka_run_group_tests_name("pki names oracle", tests, NULL,
                                       cleanup);
}
