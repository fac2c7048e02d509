/* A certificate, and everything that is asked of one: its names, what its
 * constraints say of it and of others, its policies, its text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/world.h"

#include <string.h>

#include "certmuster/text.h"
#include "pki/constraints.h"
#include "pki/pki.h"
#include "pki/sct.h"

static void check_span(const struct cm_cert *cert, struct cm_span span)
{
    cm_assert(span.len == 0 ||
              (span.data >= cert->der.data &&
               span.data + span.len <= cert->der.data + cert->der.len));
}

static void check_facts(const struct cm_cert *cert)
{
    cm_assert(cert->parsed == (cert->parse_error == NULL));
    cm_assert(cert->parse_error_offset <= cert->der.len);
    cm_assert(cert->num_names <= cert->num_names_total);
    cm_assert(cm_text_is_utf8(cert->subject_text, strlen(cert->subject_text)));
    cm_assert(cm_text_is_utf8(cert->issuer_cn, strlen(cert->issuer_cn)));
    for (size_t i = 0; i < cert->num_names; i++) {
        check_span(cert, cert->names[i].value);
    }
    check_span(cert, cert->spki);
    check_span(cert, cert->name_constraints);
    check_span(cert, cert->policies);
    check_span(cert, cert->crl_points);
    check_span(cert, cert->sct_list);
}

static void match(const struct cm_cert *cert, const char *host, bool is_ip)
{
    struct cm_endpoint ep = {.port = 443, .is_ip = is_ip};

    memcpy(ep.host, host, strlen(host) + 1);
    if (is_ip) {
        cm_assert(cm_address_parse(host, &ep.literal));
    }
    (void)cm_name_match(cert, &ep);
}

static void constrain(struct cm_cert *cert)
{
    const struct fuzz_world *w = fuzz_world();
    struct cm_cert *path[] = {cert, cert, w->root};
    struct cm_buf why;
    size_t at = 0;

    cm_buf_init(&why, 1U << 20);
    (void)cm_constraint_check(cert, w->leaf, true, true, &why);
    (void)cm_constraint_check(w->ca, cert, true, true, &why);
    (void)cm_constraint_check(cert, cert, false, false, &why);
    if (!cm_policy_path_valid(path, 3, &at, &why)) {
        cm_assert(at < 3);
    }
    cm_assert(cm_text_is_utf8((const char *)why.data, why.len));
    cm_buf_cleanup(&why);
}

static void check_signatures(struct cm_cert *cert)
{
    const struct fuzz_world *w = fuzz_world();

    (void)cm_sig_check(NULL, cert, w->ca);
    (void)cm_sig_check(NULL, w->leaf, cert);
    (void)cm_self_signed(NULL, cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_cert *cert = cm_cert_parse(data, size);
    struct cm_sct scts[CM_MAX_SCTS];
    bool bad;

    if (cert == NULL) {
        return 0;
    }
    check_facts(cert);
    if (cert->parsed) {
        match(cert, FUZZ_HOST, false);
        match(cert, "192.0.2.1", true);
        match(cert, "2001:db8::1", true);
        constrain(cert);
        check_signatures(cert);
        cm_assert(cm_sct_list(cert->sct_list, scts, &bad) <= CM_MAX_SCTS);
    }
    cm_cert_unref(cert);
    return 0;
}
