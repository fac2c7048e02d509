/* No memory, at every place where some is asked for: an error, no crash and no
 * leak (run it with ASan).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pki/constraints.h"
#include "pki/identity.h"
#include "pki/pki.h"
#include "support/forge.h"

static bool parse(void *arg)
{
    const struct cm_cert *cert = arg;
    struct cm_cert *again = cm_cert_parse(cert->der.data, cert->der.len);
    bool ok = again != NULL;

    if (ok) { /* then nothing may be missing */
        ok = again->parsed && again->num_names == 2 &&
             again->unknown_critical != NULL && again->ext_twice != NULL &&
             again->subject_norm.len > 0;
        assert_true(ok);
    }
    cm_cert_unref(again);
    return ok;
}

static void parsing(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.names = "a.example,b.example",
                                        .unknown_critical = true,
                                        .duplicate_extension = true});

    (void)state;
    assert_true(until_it_works(parse, cert) >= 9);
    cm_cert_unref(cert);
}

static bool collect(void *arg)
{
    struct cm_cert *const *certs = arg;
    struct cm_certset *set = cm_certset_new(10);
    struct cm_cert *const *found;
    bool ok = set != NULL;

    for (size_t i = 0; ok && i < 3; i++) {
        ok = cm_certset_add(set, certs[i]);
        assert_int_equal(ok, cm_certset_has(set, certs[i]));
        assert_int_equal(cm_certset_count(set), i + (ok ? 1 : 0));
        if (!ok) { /* an index without the certificate would dangle */
            size_t named =
                cm_certset_by_subject(set, certs[i]->subject_norm, &found);

            assert_int_equal(named, i == 1 ? 1 : 0);
        }
    }
    cm_certset_free(set);
    return ok;
}

static void collecting(void **state)
{
    struct cm_cert *certs[] = {
        forge_cert(&(struct forge_spec){.subject = "a"}),
        forge_cert(&(struct forge_spec){.subject = "a"}),
        forge_cert(&(struct forge_spec){.subject = "b"})};

    (void)state;
    assert_true(until_it_works(collect, certs) >= 8);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(certs[i]->refs, 1);
        cm_cert_unref(certs[i]);
    }
}

struct pem_file {
    struct cm_span bytes;
};

static bool load(void *arg)
{
    const struct pem_file *file = arg;
    struct cm_certset *set;
    struct cm_error err = {.status = CM_OK};
    long limit = *memory_granted();
    enum cm_status status;
    size_t added;

    *memory_granted() = -1;
    set = cm_certset_new(10);
    *memory_granted() = limit;
    status = cm_certs_load(set, file->bytes, &added, &err);
    *memory_granted() = -1;
    if (status != CM_OK) {
        assert_int_equal(status, CM_ENOMEM);
        assert_int_equal(err.status, CM_ENOMEM);
    }
    cm_certset_free(set);
    return status == CM_OK;
}

static void loading(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){.subject = "a"});
    char *pem = forge_pem(&cert, 1);
    struct pem_file file = {{(uint8_t *)pem, strlen(pem)}};
    uint8_t *bag;
    size_t len;

    (void)state;
    assert_true(until_it_works(load, &file) >= 8);
    file.bytes = cert->der;
    assert_true(until_it_works(load, &file) >= 8);
    bag = forge_pkcs7(&cert, 1, &len);
    file.bytes = (struct cm_span){bag, len};
    assert_true(until_it_works(load, &file) >= 9);
    free(bag);
    free(pem);
    cm_cert_unref(cert);
}

static bool remember(void *arg)
{
    struct cm_cert *cert = arg;
    struct cm_sigmemo *memo = cm_sigmemo_new();

    if (memo == NULL) {
        return false;
    }
    /* Whether it can be remembered or not, the answer is right, unless the
     * library itself had no memory, which is said. */
    if (cm_sig_check(memo, cert, cert) != CM_SIG_GOOD) {
        assert_true(cm_sigmemo_spoilt(memo));
    }
    cm_sigmemo_free(memo);
    return true;
}

static void remembering(void **state)
{
    struct cm_cert *cert = forge_cert(&(struct forge_spec){.subject = "a"});

    (void)state;
    /* The library's own place for errors is made with the first one. */
    assert_int_equal(cm_sig_check(NULL, cert, cert), CM_SIG_GOOD);
    assert_true(until_it_works(remember, cert) >= 2);
    cm_cert_unref(cert);
}

static bool digest(void *arg)
{
    struct cm_digest *d = cm_digest_new();

    if (d != NULL) {
        cm_digest_hex_free(d, arg);
    }
    return d != NULL;
}

static void digesting(void **state)
{
    char hex[2 * CM_SHA256_LEN + 1];

    (void)state;
    assert_int_equal(until_it_works(digest, hex), 1);
}

struct constrained {
    struct cm_cert *ca;
    struct cm_cert *leaf;
    enum cm_constraint want;
};

static bool constrain(void *arg)
{
    const struct constrained *c = arg;
    struct cm_buf why;
    enum cm_constraint answer;
    bool ok;

    cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
    answer = cm_constraint_check(c->ca, c->leaf, true, false, &why);
    ok = !why.failed;
    if (ok) { /* never another answer for want of memory */
        assert_int_equal(answer, c->want);
    } else {
        assert_int_not_equal(answer, CM_CONSTRAINT_OK);
    }
    cm_buf_cleanup(&why);
    return ok;
}

static void constraining(void **state)
{
    static const struct {
        const char *permitted;
        const char *excluded;
        enum cm_constraint want;
        long least;
    } cases[] = {
        {"dn:Org", NULL, CM_CONSTRAINT_OK, 2},
        {NULL, "dn:Org", CM_CONSTRAINT_EXCLUDED, 4},
        {"dn:Other", NULL, CM_CONSTRAINT_NOT_PERMITTED, 4},
        {"example", NULL, CM_CONSTRAINT_OK, 0},
        {"example.net", NULL, CM_CONSTRAINT_NOT_PERMITTED, 1},
        {"*", NULL, CM_CONSTRAINT_UNREADABLE, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct constrained c = {
            forge_cert(&(struct forge_spec){.ca = true,
                                            .permitted = cases[i].permitted,
                                            .excluded = cases[i].excluded}),
            forge_cert(
                &(struct forge_spec){.subject_o = "Org", .names = "a.example"}),
            cases[i].want};

        assert_true(until_it_works(constrain, &c) >= cases[i].least);
        cm_cert_unref(c.ca);
        cm_cert_unref(c.leaf);
    }
}

/* Our own certificate: no other fault for want of memory. */
static bool identify(void *arg)
{
    const struct cm_identity_files *files = arg;
    struct cm_client_evidence facts;
    struct cm_identity id;
    enum cm_status status = cm_identity_read(&id, files, FORGE_NOW, &facts);

    if (status == CM_OK) {
        assert_int_equal(facts.fault, CM_CLIENT_FINE);
        assert_int_equal(id.num_chain, 1);
    } else {
        assert_int_equal(status, CM_ENOMEM);
        assert_null(id.key);
    }
    cm_identity_cleanup(&id);
    cm_cert_unref(facts.cert);
    cm_span_free(&facts.issuers);
    return status == CM_OK;
}

static void identifying(void **state)
{
    struct forge_key *root_key = forge_key(FORGE_P256, 50);
    struct forge_key *own_key = forge_key(FORGE_P256, 51);
    struct cm_cert *root = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = root_key});
    struct cm_cert *certs[] = {
        forge_cert(&(struct forge_spec){.subject = "Client",
                                        .issuer_cert = root,
                                        .issuer_key = root_key,
                                        .key = own_key}),
        root};
    char *pem = forge_pem(certs, 2);
    const char *key = forge_key_pem(own_key);
    struct cm_identity_files files = {
        .cert_name = "client.pem",
        .key_name = "client.key",
        .cert = {(const uint8_t *)pem, strlen(pem)},
        .key = {(const uint8_t *)key, strlen(key)}};

    (void)state;
    assert_true(until_it_works(identify, &files) >= 9);
    free(pem);
    cm_cert_unref(certs[0]);
    cm_cert_unref(root);
}

static bool demand_policy(void *arg)
{
    struct cm_cert *path[] = {arg, arg};
    struct cm_buf why;
    size_t at;
    bool ok;

    cm_buf_init(&why, CM_CONSTRAINT_WHY_MAX);
    assert_false(cm_policy_path_valid(path, 2, &at, &why));
    ok = !why.failed;
    cm_buf_cleanup(&why);
    return ok;
}

static void demanding_policies(void **state)
{
    struct cm_cert *cert =
        forge_cert(&(struct forge_spec){.require_explicit = 1});

    (void)state;
    assert_true(until_it_works(demand_policy, cert) >= 1);
    cm_cert_unref(cert);
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
        cmocka_unit_test(parsing),     cmocka_unit_test(collecting),
        cmocka_unit_test(loading),     cmocka_unit_test(remembering),
        cmocka_unit_test(digesting),   cmocka_unit_test(constraining),
        cmocka_unit_test(identifying), cmocka_unit_test(demanding_policies),
    };

    return cmocka_run_group_tests_name("pki memory", tests, NULL, cleanup);
}
