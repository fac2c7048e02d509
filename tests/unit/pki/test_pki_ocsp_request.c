/* OCSP requests, octet by octet.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "pki/ocsp.h"
#include "support/forge.h"

struct world {
    struct forge_key *key;
    struct cm_cert *ca;
    struct cm_cert *leaf;
};

static int enter(void **state)
{
    static struct world w;

    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    w.leaf = forge_cert(&(struct forge_spec){
        .issuer_cert = w.ca, .issuer_key = w.key, .serial_hex = "00c0ffee"});
    *state = &w;
    return 0;
}

static int leave(void **state)
{
    struct world *w = *state;

    cm_cert_unref(w->ca);
    cm_cert_unref(w->leaf);
    forge_cleanup();
    return 0;
}

/* What RFC 5019 asks for, octet by octet, around the hashes. */
static void requests(void **state)
{
    const struct world *w = *state;
    static const uint8_t head[] = {0x30, 0x45, 0x30, 0x43, 0x30, 0x41, 0x30,
                                   0x3f, 0x30, 0x3d, 0x30, 0x09, 0x06, 0x05,
                                   0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00};
    static const uint8_t tail[] = {0x02, 0x04, 0x00, 0xc0, 0xff, 0xee};
    uint8_t hash[CM_HASH_MAX_LEN];
    struct cm_buf out;

    cm_buf_init(&out, 1000);
    assert_true(cm_ocsp_request(&out, w->leaf, w->ca));
    assert_int_equal(out.len, sizeof(head) + 2 * 22 + sizeof(tail));
    assert_memory_equal(out.data, head, sizeof(head));
    assert_int_equal(cm_hash(CM_HASH_SHA1, w->ca->subject, hash), 20);
    assert_memory_equal(out.data + sizeof(head), "\x04\x14", 2);
    assert_memory_equal(out.data + sizeof(head) + 2, hash, 20);
    assert_memory_equal(out.data + out.len - sizeof(tail), tail, sizeof(tail));
    cm_buf_cleanup(&out);
    cm_buf_init(&out, 10);
    assert_false(cm_ocsp_request(&out, w->leaf, w->ca));
    cm_buf_cleanup(&out);
}

static void long_requests(void **state)
{
    const struct world *w = *state;
    char serial[2 * 200 + 1];
    struct cm_cert *leaf;
    struct cm_buf out;

    memset(serial, '1', sizeof(serial) - 1);
    serial[sizeof(serial) - 1] = '\0';
    leaf = forge_cert(&(struct forge_spec){
        .issuer_cert = w->ca, .issuer_key = w->key, .serial_hex = serial});
    cm_buf_init(&out, 1000);
    assert_true(cm_ocsp_request(&out, leaf, w->ca));
    assert_memory_equal(out.data, "\x30\x82\x01", 3);
    assert_int_equal(out.len, 4U + 256U + out.data[3]);
    cm_buf_cleanup(&out);
    cm_cert_unref(leaf);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(long_requests),
    };

    return cmocka_run_group_tests_name("pki ocsp requests", tests, enter,
                                       leave);
}
