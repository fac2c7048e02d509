/* The odd ones of the zoo: what certificates on the Internet and in appliances
 * look like when nobody checked them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo_recipes.h"

#define ALL_EXTENSIONS (CM_EXT_BIT(CM_EXT_COUNT) - 1U)
#define SAN_OID "2.5.29.17"

/* A name that is longer than what holds it. */
static const struct forge_ext broken_san = {SAN_OID, false, "3003820561"};
/* The SAN for www.a.example, once more. */
static const struct forge_ext san_again = {
    SAN_OID, false, "300f820d7777772e612e6578616d706c65"};

static const struct zoo_recipe recipes[] = {
    /* F.6: what the sound ones lack. */
    {"rsaroot", NULL, 30, {CA("RSA Root")}, FORGE_RSA_2048},
    {"rsaint", "rsaroot", 33, {CA("RSA Intermediate")}, FORGE_RSA_2048},
    {"rsaleaf", "rsaint", 34, {LEAF}, FORGE_RSA_2048},
    {"sanupper",
     "int",
     10,
     {.subject = ZOO_HOST, .names = "WWW.A.EXAMPLE"},
     FORGE_P256},
    {"sandot",
     "int",
     10,
     {.subject = ZOO_HOST, .names = ZOO_HOST "."},
     FORGE_P256},
    {"underscore",
     "int",
     10,
     {.subject = "www_1.a.example", .names = "www_1.a.example"},
     FORGE_P256},
    {"intnc",
     "root",
     2,
     {CA("Intermediate"), .permitted = "permitted.example"},
     FORGE_P256},
    {"intbcsoft",
     "root",
     2,
     {CA("Intermediate"),
      .flip_critical = CM_EXT_BIT(CM_EXT_BASIC_CONSTRAINTS)},
     FORGE_P256},
    {"leafnodigsig",
     "int",
     10,
     {LEAF, .key_usage = CM_KU_KEY_AGREEMENT},
     FORGE_P256},
    {"leaflong",
     "int",
     10,
     {LEAF, .not_before = DAYS(-30), .not_after = DAYS(870)},
     FORGE_P256},
    {"rootlong", NULL, 1, {CA("Root"), .not_after = DAYS(3000)}, FORGE_P256},
    {"intlong",
     "root",
     2,
     {CA("Intermediate"), .not_after = DAYS(2000)},
     FORGE_P256},

    /* Serial numbers. */
    {"serialneg", "int", 10, {LEAF, .serial_hex = "edcba98770"}, FORGE_P256},
    {"serialzero", "int", 10, {LEAF, .serial_hex = "00"}, FORGE_P256},
    {"seriallong",
     "int",
     10,
     {LEAF, .serial_hex =
                "10000000000000000000000000000000000000000000000000000000"
                "0000000000"},
     FORGE_P256},
    {"serialpadded", "int", 10, {LEAF, .serial_hex = "00000005"}, FORGE_P256},

    /* Versions. */
    {"v1", "int", 10, {.subject = ZOO_HOST, .version = 1}, FORGE_P256},
    {"v2",
     "int",
     10,
     {.subject = ZOO_HOST, .version = 2, .omit = ALL_EXTENSIONS},
     FORGE_P256},
    {"v1ext", "int", 10, {LEAF, .version = 1, .eku = "server"}, FORGE_P256},
    {"v4", "int", 10, {LEAF, .version = 4}, FORGE_P256},
    {"v1int", "root", 2, {.subject = "Intermediate", .version = 1}, FORGE_P256},

    /* Extensions. */
    {"santwice",
     "int",
     10,
     {LEAF, .exts = &san_again, .num_exts = 1},
     FORGE_P256},
    {"sanbroken",
     "int",
     10,
     {.subject = ZOO_HOST, .exts = &broken_san, .num_exts = 1},
     FORGE_P256},
    {"leafca",
     "int",
     10,
     {LEAF, .ca = true,
      .key_usage =
          CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_CERT_SIGN | CM_KU_CRL_SIGN},
     FORGE_P256},

    /* Signatures. */
    {"sigdiffers", "int", 10, {LEAF, .inner_hash = "sha384"}, FORGE_P256},
    {"sigunknown", "int", 10, {LEAF, .hash = "unknown"}, FORGE_P256},
    {"rsasha1", "rsaint", 34, {LEAF, .hash = "sha1"}, FORGE_RSA_2048},
    {"rsamd5", "rsaint", 34, {LEAF, .hash = "md5"}, FORGE_RSA_2048},

    /* Times: 2024 to 2034, as they must not be written. */
    {"timenosec",
     "int",
     10,
     {LEAF, .validity_hex = "170b323430313031303030305a"
                            "170b333430313031303030305a"},
     FORGE_P256},
    {"timezone",
     "int",
     10,
     {LEAF, .validity_hex = "17113234303130313030303030302b30313030"
                            "17113334303130313030303030302b30313030"},
     FORGE_P256},
    {"intzone",
     "root",
     2,
     {CA("Intermediate"), .validity_hex =
                              "17113234303130313030303030302b30313030"
                              "17113334303130313030303030302b30313030"},
     FORGE_P256},
    {"timegen",
     "int",
     10,
     {LEAF, .validity_hex = "180f32303234303130313030303030305a"
                            "180f32303334303130313030303030305a"},
     FORGE_P256},
    {"timefraction",
     "int",
     10,
     {LEAF, .validity_hex = "181132303234303130313030303030302e355a"
                            "180f32303334303130313030303030305a"},
     FORGE_P256},
    {"time9999",
     "int",
     10,
     {LEAF, .not_after = INT64_C(253402300799)},
     FORGE_P256},

    /* Keys that are known to somebody. */
    {"keyp224", "int", 50, {LEAF}, FORGE_P224},
    {"keyp384", "int", 50, {LEAF}, FORGE_P384},
    {"keyp521", "int", 50, {LEAF}, FORGE_P521},
    {"keyed25519", "int", 50, {LEAF}, FORGE_ED25519},
    {"keyrsa512", "int", 50, {LEAF}, FORGE_RSA_512},
    {"keypss", "int", 11, {LEAF, .spki = FORGE_SPKI_RSA_PSS}, FORGE_RSA_2048},
    {"keyexplicit", "int", 10, {LEAF, .spki = FORGE_SPKI_EXPLICIT}, FORGE_P256},
    /* And those that are not. */
    {"keyed448", "int", 10, {LEAF, .spki = FORGE_SPKI_ED448}, FORGE_P256},
    {"keyk256", "int", 10, {LEAF, .spki = FORGE_SPKI_SECP256K1}, FORGE_P256},
    {"keybrainpool",
     "int",
     10,
     {LEAF, .spki = FORGE_SPKI_BRAINPOOL},
     FORGE_P256},
    {"keysm2", "int", 10, {LEAF, .spki = FORGE_SPKI_SM2}, FORGE_P256},
    {"keymldsa", "int", 10, {LEAF, .spki = FORGE_SPKI_ML_DSA}, FORGE_P256},
    {"keydsa", "int", 10, {LEAF, .spki = FORGE_SPKI_DSA}, FORGE_P256},
    {"keyunknown", "int", 10, {LEAF, .spki = FORGE_SPKI_UNKNOWN}, FORGE_P256},
    {"keyoffcurve",
     "int",
     10,
     {LEAF, .spki = FORGE_SPKI_OFF_CURVE},
     FORGE_P256},
#define RSA(bits) LEAF, .spki = FORGE_SPKI_RSA, .rsa_bits = (bits)
    {"keyrsa256", "int", 10, {RSA(256)}, FORGE_P256},
    {"keyrsa3072", "int", 10, {RSA(3072)}, FORGE_P256},
    {"keyrsa20000", "int", 10, {RSA(20000)}, FORGE_P256},
    {"keyrsaeven", "int", 10, {RSA(2048), .rsa_even = true}, FORGE_P256},
    {"keyrsae1", "int", 10, {RSA(2048), .rsa_e = "01"}, FORGE_P256},
    {"keyrsae3", "int", 10, {RSA(2048), .rsa_e = "03"}, FORGE_P256},
    {"keyrsabige", "int", 10, {RSA(2048), .rsa_e = "010000000001"}, FORGE_P256},

    /* No certificates. */
    {"garbage",
     NULL,
     10,
     {.raw_hex = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdead"
                 "beef"},
     FORGE_P256},
    {"stub", NULL, 10, {.raw_hex = "30030201"}, FORGE_P256},
    {"empty", NULL, 10, {.raw_hex = "3000"}, FORGE_P256},
    {"nothing", NULL, 10, {.raw_hex = ""}, FORGE_P256},

    /* Odd, and other things are wrong too. */
    {"multi",
     "int",
     10,
     {.subject = "other.example",
      .names = "other.example",
      .eku = "client",
      .not_before = DAYS(-100),
      .not_after = DAYS(-5)},
     FORGE_P256},
    {"oddold",
     "int",
     10,
     {LEAF, .serial_hex = "00", .not_after = DAYS(-5)},
     FORGE_P256},
    {"santwiceold",
     "int",
     10,
     {LEAF, .exts = &san_again, .num_exts = 1, .not_after = DAYS(-5)},
     FORGE_P256},
    {"keysm2old",
     "int",
     10,
     {.subject = "other.example",
      .names = "other.example",
      .spki = FORGE_SPKI_SM2,
      .not_after = DAYS(-5)},
     FORGE_P256},
};

const struct zoo_recipe *zoo_odd_recipes(size_t *num)
{
    *num = sizeof(recipes) / sizeof(*recipes);
    return recipes;
}
