/* CAs and roots of the zoo that spoil a path, each beside one that does not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo_recipes.h"

#define INT CA("Intermediate")

/* Of extensions that decide and of one that does not. */
static const struct forge_ext broken_nc = {"2.5.29.30", true, "0500"};
static const struct forge_ext broken_eku = {"2.5.29.37", false, "0500"};
static const struct forge_ext broken_aia = {"1.3.6.1.5.5.7.1.1", false, "0500"};
static const struct forge_ext critical_aia = {"1.3.6.1.5.5.7.1.1", true,
                                              "0500"};

static const struct zoo_recipe recipes[] = {
    /* Name constraints. */
    {"ncok", "root", 2, {INT, .permitted = "a.example"}, FORGE_P256},
    {"ncother", "root", 2, {INT, .permitted = "b.example"}, FORGE_P256},
    {"ncexcluded", "root", 2, {INT, .excluded = "a.example"}, FORGE_P256},
    {"ncroot", NULL, 1, {CA("Root"), .excluded = "a.example"}, FORGE_P256},
    {"ncrootok", NULL, 1, {CA("Root"), .excluded = "b.example"}, FORGE_P256},
    {"ncrootdn", NULL, 1, {CA("Root"), .permitted = "dn:Org"}, FORGE_P256},
    {"cnip",
     "int",
     10,
     {.subject = "x.a.example", .names = "ip:192.0.2.1"},
     FORGE_P256},
    {"ncbroken",
     "root",
     2,
     {INT, .exts = &broken_nc, .num_exts = 1},
     FORGE_P256},

    /* Extensions that cannot be read, or are twice there. */
    {"inttwice", "root", 2, {INT, .duplicate_extension = true}, FORGE_P256},
    {"inteku",
     "root",
     2,
     {INT, .exts = &broken_eku, .num_exts = 1},
     FORGE_P256},
    {"intaia",
     "root",
     2,
     {INT, .exts = &broken_aia, .num_exts = 1},
     FORGE_P256},
    {"intaiacrit",
     "root",
     2,
     {INT, .exts = &critical_aia, .num_exts = 1},
     FORGE_P256},
    {"roottwice",
     NULL,
     1,
     {CA("Root"), .duplicate_extension = true},
     FORGE_P256},

    /* Critical what must not be. */
    {"intakicrit",
     "root",
     2,
     {INT, .flip_critical = CM_EXT_BIT(CM_EXT_AKI)},
     FORGE_P256},
    {"leafskicrit",
     "int",
     10,
     {LEAF, .flip_critical = CM_EXT_BIT(CM_EXT_SKI)},
     FORGE_P256},

    /* Roots that clients look at more closely than RFC 5280 does. */
    {"rootclient", NULL, 1, {CA("Root"), .eku = "client"}, FORGE_P256},
    {"rootserver", NULL, 1, {CA("Root"), .eku = "server"}, FORGE_P256},
    {"rootcritical",
     NULL,
     1,
     {CA("Root"), .unknown_critical = true},
     FORGE_P256},
    {"rootnobc",
     NULL,
     1,
     {CA("Root"), .no_basic_constraints = true},
     FORGE_P256},
    {"rootyoung", NULL, 1, {CA("Root"), .not_before = DAYS(4)}, FORGE_P256},

    /* Policies. */
    {"polneed", "root", 2, {INT, .require_explicit = 1}, FORGE_P256},
    {"polhave",
     "root",
     2,
     {INT, .require_explicit = 1, .policies = "1.2.3"},
     FORGE_P256},
    {"leafpol", "polhave", 10, {LEAF, .policies = "1.2.3"}, FORGE_P256},
    {"leafpoloff", "polhave", 10, {LEAF, .policies = "1.2.4"}, FORGE_P256},

    /* Keys of CAs. */
    {"inted25519", "root", 60, {CA("Ed CA")}, FORGE_ED25519},
    {"leafed", "inted25519", 10, {LEAF}, FORGE_P256},
    {"intp224", "root", 60, {CA("P-224 CA")}, FORGE_P224},
    {"leafp224", "intp224", 10, {LEAF}, FORGE_P256},
    {"intp521", "root", 60, {CA("P-521 CA")}, FORGE_P521},
    {"leafp521", "intp521", 10, {LEAF}, FORGE_P256},
    {"intbrain",
     "root",
     61,
     {CA("Brainpool CA"), .spki = FORGE_SPKI_BRAINPOOL},
     FORGE_P256},
    {"leafbrain", "intbrain", 10, {LEAF}, FORGE_P256},
    {"leafbrainoff", "intbrain", 10, {LEAF, .aki_hex = "0badc0de"}, FORGE_P256},
    {"rootmldsa",
     NULL,
     62,
     {CA("ML-DSA Root"), .spki = FORGE_SPKI_ML_DSA, .hash = "unknown"},
     FORGE_P256},
    {"leafmldsa", "rootmldsa", 10, {LEAF, .hash = "unknown"}, FORGE_P256},
    {"selfbrain", NULL, 63, {LEAF, .spki = FORGE_SPKI_BRAINPOOL}, FORGE_P256},

    /* Appliances: their own issuer, and no CA. */
    {"selfnosign",
     NULL,
     12,
     {LEAF, .key_usage = CM_KU_DIGITAL_SIGNATURE},
     FORGE_P256},
    {"selfappliance",
     NULL,
     64,
     {.subject = "FG100E", .ca = true, .no_key_usage = true},
     FORGE_P256},

    /* Two algorithms. */
    {"inttwoalgs", "root", 2, {INT, .inner_hash = "sha384"}, FORGE_P256},

    /* A self-issued CA between, for limits on depth. */
    {"introllover", "int", 65, {INT}, FORGE_P256},
    {"leafroll2", "introllover", 10, {LEAF}, FORGE_P256},

    /* Issuers to be asked for. */
    {"leafaia",
     "int",
     10,
     {LEAF, .ca_issuers = "http://pki.b.example/int.crt"},
     FORGE_P256},
    {"intaiaurl",
     "root",
     2,
     {INT, .ca_issuers = "http://pki.b.example/root.crt"},
     FORGE_P256},
    {"leaflencr",
     "int",
     10,
     {LEAF, .ca_issuers = "http://r12.i.lencr.org/"},
     FORGE_P256},

    {"leafnolencr",
     "int",
     10,
     {LEAF, .ca_issuers = "http://notlencr.org/"},
     FORGE_P256},
    {"intlencr",
     "root",
     2,
     {INT, .ca_issuers = "http://x1.I.LENCR.org/"},
     FORGE_P256},

    /* Timestamps for distrust dates. */
    {"leafsct",
     "int",
     10,
     {LEAF, .eku = "server", .scts = true, .sct_unix = DAYS(-50),
      .not_before = DAYS(-20)},
     FORGE_P256},
};

const struct zoo_recipe *zoo_path_recipes(size_t *num)
{
    *num = sizeof(recipes) / sizeof(*recipes);
    return recipes;
}
