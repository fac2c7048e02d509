/* Digests against the examples of FIPS 180-4 and against lengths around the
 * block size.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/buf.h"
#include "certmuster/digest.h"

#define LONG_LEN 1000000U

static void expect(const void *data, size_t len, const char *sha1,
                   const char *sha256)
{
    uint8_t got1[CM_DIGEST_SHA1_LEN];
    uint8_t got256[CM_DIGEST_SHA256_LEN];
    struct cm_buf hex;

    cm_buf_init(&hex, 256);
    cm_digest_sha1(data, len, got1);
    cm_digest_sha256(data, len, got256);
    (void)cm_buf_hex(&hex, got1, sizeof(got1));
    assert_string_equal(cm_buf_cstr(&hex), sha1);
    cm_buf_clear(&hex);
    (void)cm_buf_hex(&hex, got256, sizeof(got256));
    assert_string_equal(cm_buf_cstr(&hex), sha256);
    cm_buf_cleanup(&hex);
}

static void the_examples_of_the_standard(void **state)
{
    static const char two_blocks[] =
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    char *many = malloc(LONG_LEN);

    (void)state;
    assert_non_null(many);
    memset(many, 'a', LONG_LEN);
    expect(NULL, 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d",
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(two_blocks, sizeof(two_blocks) - 1,
           "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect(many, LONG_LEN, "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(many);
}

/* Made with another implementation: 55, 56, 63, 64 and 65 times "x". */
static void lengths_around_a_block(void **state)
{
    char text[65];

    (void)state;
    memset(text, 'x', sizeof(text));
    expect(text, 55, "cef734ba81a024479e09eb5a75b6ddae62e6abf1",
           "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    expect(text, 56, "901305367c259952f4e7af8323f480d59f81335b",
           "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    expect(text, 63, "0ddc4e0cccd9a12850deb5abb0853a4425559fec",
           "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    expect(text, 64, "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163",
           "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    expect(text, 65, "78c741ddc482e4cdf8c474a0876347a0905b6233",
           "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard),
        cmocka_unit_test(lengths_around_a_block),
    };

    return cmocka_run_group_tests_name("base digest", tests, NULL, NULL);
}
