/* Damaged lists and OCSP responses: whatever is cut or flipped, reading neither
 * crashes nor passes the end (run it with ASan), and nothing is believed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "pki/crl.h"
#include "pki/ocsp.h"
#include "support/forge_crl.h"
#include "support/forge_ocsp.h"

static struct world {
    struct forge_key *key;
    struct cm_cert *ca;
    struct cm_cert *leaf;
    struct cm_cert *responder;
    struct cm_span list;
    struct cm_span response;
} w;

static void make_list(void)
{
    const struct forge_revoked entries[] = {
        {.cert = w.leaf, .reason = 2, .invalid = FORGE_NOW},
        {.serial_hex = "12", .other_issuer = w.leaf},
        {.serial_hex = "13", .other_issuer = w.ca},
    };

    w.list = forge_crl(
        &(struct forge_crl_spec){.issuer = w.ca,
                                 .key = w.key,
                                 .revoked = entries,
                                 .num_revoked = 3,
                                 .idp = FORGE_IDP_USER | FORGE_IDP_INDIRECT,
                                 .idp_names = "uri:http://a/,dn:x"});
}

static void make_response(void)
{
    const struct forge_single singles[] = {
        {.cert = w.responder, .issuer = w.ca, .hash = "sha256"},
        {.cert = w.leaf,
         .issuer = w.ca,
         .status = FORGE_OCSP_REVOKED,
         .reason = 2},
    };
    const struct cm_cert *certs[] = {w.responder};

    w.response =
        forge_ocsp(&(struct forge_ocsp_spec){.singles = singles,
                                             .num_singles = 2,
                                             .key = forge_key(FORGE_P256, 2),
                                             .responder = w.responder,
                                             .certs = certs,
                                             .num_certs = 1,
                                             .nonce = true});
}

static int enter(void **state)
{
    (void)state;
    w.key = forge_key(FORGE_P256, 1);
    w.ca = forge_cert(
        &(struct forge_spec){.subject = "CA", .ca = true, .key = w.key});
    w.leaf = forge_cert(&(struct forge_spec){
        .issuer_cert = w.ca, .issuer_key = w.key, .serial_hex = "11"});
    w.responder =
        forge_cert(&(struct forge_spec){.issuer_cert = w.ca,
                                        .issuer_key = w.key,
                                        .key = forge_key(FORGE_P256, 2),
                                        .eku = "ocsp"});
    make_list();
    make_response();
    return 0;
}

static int leave(void **state)
{
    (void)state;
    cm_span_free(&w.list);
    cm_span_free(&w.response);
    cm_cert_unref(w.ca);
    cm_cert_unref(w.leaf);
    cm_cert_unref(w.responder);
    forge_cleanup();
    return 0;
}

/* An exact-size copy, so that ASan sees a step too far. */
static struct cm_span copy_of(struct cm_span bytes, size_t len)
{
    uint8_t *copy = malloc(len + (len == 0));

    assert_non_null(copy);
    memcpy(copy, bytes.data, len);
    return (struct cm_span){copy, len};
}

/* True: it is believed. */
static bool read_list(struct cm_span bytes)
{
    struct cm_error err = {.text = ""};
    struct cm_crl *crl = cm_crl_parse(bytes, &err);
    struct cm_crl_entry entry;
    bool believed;

    if (crl == NULL) {
        assert_int_equal(err.status, CM_EINPUT);
        return false;
    }
    assert_non_null(crl->issuer_text);
    assert_true(crl->num_slots <= crl->num_revoked);
    (void)cm_crl_find(crl, w.leaf->serial, &entry);
    (void)cm_crl_covers_point(crl, w.leaf);
    believed = cm_crl_verify(NULL, crl, w.ca) == CM_SIG_GOOD;
    cm_crl_unref(crl);
    return believed;
}

static bool read_response(struct cm_span bytes)
{
    struct cm_ocsp_answer answer =
        cm_ocsp_read(NULL, bytes, w.leaf, w.ca, FORGE_NOW);

    assert_non_null(answer.detail);
    switch (answer.state) {
    case CM_OCSP_GOOD:
    case CM_OCSP_REVOKED:
    case CM_OCSP_UNKNOWN:
    case CM_OCSP_NOT_YET:
    case CM_OCSP_EXPIRED:
        return true;
    case CM_OCSP_MALFORMED:
    case CM_OCSP_ERROR:
    case CM_OCSP_OTHER_CERT:
    case CM_OCSP_WRONG_SIGNER:
    case CM_OCSP_BAD_SIGNATURE:
    case CM_OCSP_STATE_COUNT:
        break;
    }
    assert_true(answer.detail[0] != '\0');
    return false;
}

static struct reader {
    const char *name;
    bool (*read)(struct cm_span bytes);
    const struct cm_span *bytes;
} readers[] = {
    {"a list", read_list, &w.list},
    {"a response", read_response, &w.response},
};

static void the_whole(void **state)
{
    const struct reader *r = *state;

    assert_true(r->read(*r->bytes));
}

static void every_truncation(void **state)
{
    const struct reader *r = *state;

    for (size_t len = 0; len < r->bytes->len; len++) {
        struct cm_span cut = copy_of(*r->bytes, len);

        assert_false(r->read(cut));
        cm_span_free(&cut);
    }
}

static void every_single_byte(void **state)
{
    static const uint8_t flips[] = {0x01, 0x02, 0x20, 0x80, 0x7f, 0xff};
    const struct reader *r = *state;

    for (size_t at = 0; at < r->bytes->len; at++) {
        for (size_t i = 0; i < sizeof(flips); i++) {
            struct cm_span copy = copy_of(*r->bytes, r->bytes->len);
            uint8_t *der;

            memcpy(&der, &copy.data, sizeof(der));
            der[at] ^= flips[i];
            assert_false(r->read(copy));
            cm_span_free(&copy);
        }
    }
}

/* Behind each position where a length could be, the worst lengths. */
static void lengths_that_lie(void **state)
{
    static const uint8_t lies[][6] = {{0x80},
                                      {0x84, 0xff, 0xff, 0xff, 0xff},
                                      {0x88, 0xff, 0xff, 0xff, 0xff, 0xff},
                                      {0x84, 0x7f, 0xff, 0xff, 0xff}};
    const struct reader *r = *state;

    for (size_t at = 1; at + 6 < r->bytes->len; at++) {
        for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
            struct cm_span copy = copy_of(*r->bytes, r->bytes->len);
            uint8_t *der;

            memcpy(&der, &copy.data, sizeof(der));
            memcpy(der + at, lies[i], sizeof(lies[i]));
            assert_false(r->read(copy));
            cm_span_free(&copy);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest kinds[] = {
        cmocka_unit_test(the_whole),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_single_byte),
        cmocka_unit_test(lengths_that_lie),
    };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    struct CMUnitTest tests[2 * KINDS];

    for (size_t i = 0; i < 2 * KINDS; i++) {
        tests[i] = kinds[i % KINDS];
        tests[i].initial_state = &readers[i / KINDS];
    }
    return cmocka_run_group_tests_name("pki hostile lists", tests, enter,
                                       leave);
}
