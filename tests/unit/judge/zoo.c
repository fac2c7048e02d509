/* Named certificates for the judge's tests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zoo_recipes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct zoo_recipe recipes[] = {
    /* The sound ones. */
    {"root", NULL, 1, {CA("Root")}, FORGE_P256},
    {"int", "root", 2, {CA("Intermediate")}, FORGE_P256},
    {"int2", "int", 3, {CA("Second")}, FORGE_P256},
    {"leaf", "int", 10, {LEAF}, FORGE_P256},
    {"deep", "int2", 10, {LEAF}, FORGE_P256},
    {"direct", "root", 10, {LEAF}, FORGE_P256},
    {"rootb", NULL, 4, {CA("Root B")}, FORGE_P256},
    {"intb", "rootb", 5, {CA("Intermediate B")}, FORGE_P256},
    {"leafrsa", "int", 11, {LEAF}, FORGE_RSA_2048},
    {"leafnoaki", "int", 10, {LEAF, .no_aki = true}, FORGE_P256},
    {"leafstaple", "int", 10, {LEAF, .must_staple = true}, FORGE_P256},

    /* Nobody's, or one's own. */
    {"self", NULL, 12, {LEAF}, FORGE_P256},
    {"selfca",
     NULL,
     13,
     {LEAF, .ca = true,
      .key_usage = CM_KU_DIGITAL_SIGNATURE | CM_KU_KEY_CERT_SIGN},
     FORGE_P256},
    {"selfsha1", NULL, 12, {LEAF, .hash = "sha1"}, FORGE_P256},
    {"selfissued",
     "root",
     14,
     {.subject = "Root", .names = ZOO_HOST},
     FORGE_P256},
    {"leafpublic",
     "int",
     10,
     {PUBLIC, .scts = true, .public_policy = true},
     FORGE_P256},
    {"leafscts", "int", 10, {PUBLIC, .scts = true}, FORGE_P256},
    {"leafpolicy", "int", 10, {PUBLIC, .public_policy = true}, FORGE_P256},
    {"leafldap",
     "int",
     10,
     {LEAF, .ca_issuers = "ldap:///CN=x,CN=AIA"},
     FORGE_P256},
    {"leaflocal",
     "int",
     10,
     {LEAF, .ca_issuers = "http://pki.corp.local/i.crt"},
     FORGE_P256},
    {"leaf1918",
     "int",
     10,
     {LEAF, .ca_issuers = "http://10.1.2.3:80/i.crt"},
     FORGE_P256},
    {"leafv6",
     "int",
     10,
     {LEAF, .ca_issuers = "http://[fd00::1]/i.crt"},
     FORGE_P256},
    {"leafhttp",
     "int",
     10,
     {LEAF, .ca_issuers = "http://pki.a.example/i.crt"},
     FORGE_P256},
    {"leafodd", "int", 10, {LEAF, .ca_issuers = "x-odd:"}, FORGE_P256},

    /* Out of time. */
    {"leafold", "int", 10, {LEAF, .not_after = DAYS(-3)}, FORGE_P256},
    {"leafyoung",
     "int",
     10,
     {LEAF, .not_before = DAYS(2), .not_after = DAYS(80)},
     FORGE_P256},
    {"intold",
     "root",
     2,
     {CA("Intermediate"), .not_after = DAYS(-5)},
     FORGE_P256},
    {"intyoung",
     "root",
     2,
     {CA("Intermediate"), .not_before = DAYS(5)},
     FORGE_P256},
    {"rootold", NULL, 1, {CA("Root"), .not_after = DAYS(-1)}, FORGE_P256},
    {"intshort",
     "root",
     2,
     {CA("Intermediate"), .not_after = DAYS(100)},
     FORGE_P256},
    {"intlonger",
     "root",
     2,
     {CA("Intermediate"), .not_after = DAYS(200)},
     FORGE_P256},
    {"rootshort", NULL, 1, {CA("Root"), .not_after = DAYS(100)}, FORGE_P256},

    /* Cross-signs: the key of "root", issued by others. */
    {"oldca", NULL, 6, {CA("Old CA"), .not_after = DAYS(-10)}, FORGE_P256},
    {"crossold", "oldca", 1, {CA("Root"), .not_after = DAYS(-9)}, FORGE_P256},
    {"crossb", "rootb", 1, {CA("Root")}, FORGE_P256},
    /* The key of "int", issued by B. */
    {"intxb", "rootb", 2, {CA("Intermediate")}, FORGE_P256},

    /* The right name, another key. */
    {"intwrong", "root", 20, {CA("Intermediate")}, FORGE_P256},
    {"intwrongnoid",
     "root",
     20,
     {CA("Intermediate"), .no_ski = true},
     FORGE_P256},
    {"rootrekeyed", NULL, 21, {CA("Root")}, FORGE_P256},
    /* The new key of a CA, certified by the old one. */
    {"rollover", "root", 21, {CA("Root")}, FORGE_P256},
    {"leafnewkey", "rollover", 10, {LEAF}, FORGE_P256},
    {"leafakioff", "int", 10, {LEAF, .aki_hex = "0badc0de"}, FORGE_P256},

    /* Damaged. */
    {"leafbad", "int", 10, {LEAF, .break_signature = true}, FORGE_P256},
    {"leafbadnoaki",
     "int",
     10,
     {LEAF, .break_signature = true, .no_aki = true},
     FORGE_P256},
    {"intbad",
     "root",
     2,
     {CA("Intermediate"), .break_signature = true},
     FORGE_P256},
    {"leafrubbish", "int", 10, {LEAF, .trailing_bytes = 7}, FORGE_P256},

    /* CAs that may not. */
    {"intnobc",
     "root",
     2,
     {CA("Intermediate"), .no_basic_constraints = true},
     FORGE_P256},
    {"intleaf", "root", 2, {.subject = "Intermediate"}, FORGE_P256},
    {"intnosign",
     "root",
     2,
     {CA("Intermediate"), .key_usage = CM_KU_CRL_SIGN},
     FORGE_P256},
    {"intnoku",
     "root",
     2,
     {CA("Intermediate"), .no_key_usage = true},
     FORGE_P256},
    {"intnocrl",
     "root",
     2,
     {CA("Intermediate"), .key_usage = CM_KU_KEY_CERT_SIGN},
     FORGE_P256},
    {"intclient", "root", 2, {CA("Intermediate"), .eku = "client"}, FORGE_P256},
    {"intserver", "root", 2, {CA("Intermediate"), .eku = "server"}, FORGE_P256},
    {"intcritical",
     "root",
     2,
     {CA("Intermediate"), .unknown_critical = true},
     FORGE_P256},
    {"intlen0", "root", 2, {CA("Intermediate"), .pathlen = 1}, FORGE_P256},
    {"intlen1", "root", 2, {CA("Intermediate"), .pathlen = 2}, FORGE_P256},
    /* Self-issued: does not count against a path length. */
    {"introll", "intlen0", 22, {CA("Intermediate")}, FORGE_P256},
    {"leafroll", "introll", 10, {LEAF}, FORGE_P256},
    {"rootlen0", NULL, 1, {CA("Root"), .pathlen = 1}, FORGE_P256},
    {"rootv1", NULL, 1, {.subject = "Root", .version = 1}, FORGE_P256},
    {"rootnoca", NULL, 1, {.subject = "Root"}, FORGE_P256},

    /* Leaves of the wrong make. */
    {"leafclient", "int", 10, {LEAF, .eku = "client"}, FORGE_P256},
    {"leafcode", "int", 10, {LEAF, .eku = "code"}, FORGE_P256},
    {"leafany", "int", 10, {LEAF, .eku = "any"}, FORGE_P256},
    {"leafnoeku", "int", 10, {LEAF, .eku = "-"}, FORGE_P256},
    {"leafcritical", "int", 10, {LEAF, .unknown_critical = true}, FORGE_P256},
    {"leafkeyenc",
     "int",
     11,
     {LEAF, .key_usage = CM_KU_KEY_ENCIPHERMENT},
     FORGE_RSA_2048},
    {"leafdigsig",
     "int",
     11,
     {LEAF, .key_usage = CM_KU_DIGITAL_SIGNATURE},
     FORGE_RSA_2048},
    {"leafnoku", "int", 11, {LEAF, .no_key_usage = true}, FORGE_RSA_2048},
    {"leafrsa1024", "int", 15, {LEAF}, FORGE_RSA_1024},

    /* Weak signatures. Anchors' and self-signed ones do not matter. */
    {"leafsha1", "int", 10, {LEAF, .hash = "sha1"}, FORGE_P256},
    {"intsha1", "root", 2, {CA("Intermediate"), .hash = "sha1"}, FORGE_P256},
    {"rootsha1", NULL, 1, {CA("Root"), .hash = "sha1"}, FORGE_P256},
    {"rootrsa", NULL, 30, {CA("RSA Root")}, FORGE_RSA_2048},
    {"leafmd5", "rootrsa", 10, {LEAF, .hash = "md5"}, FORGE_P256},
    {"int1024", "root", 31, {CA("Small CA")}, FORGE_RSA_1024},
    {"leafsmallca", "int1024", 10, {LEAF}, FORGE_P256},
    {"root1024", NULL, 32, {CA("Small Root")}, FORGE_RSA_1024},
    {"leafsmallroot", "root1024", 10, {LEAF}, FORGE_P256},

    /* Circles. */
    {"circa", "circb0", 40, {CA("Circle A")}, FORGE_P256},
    {"circb0", NULL, 41, {CA("Circle B")}, FORGE_P256},
    {"circa0", NULL, 40, {CA("Circle A")}, FORGE_P256},
    {"circb", "circa0", 41, {CA("Circle B")}, FORGE_P256},
    {"leafcirc", "circa0", 10, {LEAF}, FORGE_P256},

    /* Lives. */
    {"life90left31",
     "int",
     10,
     {LEAF, .not_before = DAYS(-59), .not_after = DAYS(31)},
     FORGE_P256},
    {"life90left30",
     "int",
     10,
     {LEAF, .not_before = DAYS(-60), .not_after = DAYS(30)},
     FORGE_P256},
    {"life300left31",
     "int",
     10,
     {LEAF, .not_before = DAYS(-269), .not_after = DAYS(31)},
     FORGE_P256},
    {"life300left29",
     "int",
     10,
     {LEAF, .not_before = DAYS(-271), .not_after = DAYS(29)},
     FORGE_P256},
    {"life15left8",
     "int",
     10,
     {LEAF, .not_before = DAYS(-7), .not_after = DAYS(8)},
     FORGE_P256},
    {"life15left6",
     "int",
     10,
     {LEAF, .not_before = DAYS(-9), .not_after = DAYS(6)},
     FORGE_P256},
    {"life6left5",
     "int",
     10,
     {LEAF, .not_before = DAYS(-1), .not_after = DAYS(5)},
     FORGE_P256},
    {"life6left2",
     "int",
     10,
     {LEAF, .not_before = DAYS(-4), .not_after = DAYS(2)},
     FORGE_P256},
    {"endsnow", "int", 10, {LEAF, .not_after = FORGE_NOW}, FORGE_P256},

    /* Names. */
    {"other",
     "int",
     10,
     {.subject = "other.example",
      .names = "other.example,www.other.example,b.example,c.example,"
               "d.example"},
     FORGE_P256},
    {"cnonly", "int", 10, {.subject = ZOO_HOST}, FORGE_P256},
    {"noname", "int", 10, {.subject = "A box"}, FORGE_P256},
    {"wild", "int", 10, {.subject = "w", .names = "*.a.example"}, FORGE_P256},
    {"wildshort",
     "int",
     10,
     {.subject = "w", .names = "*.example"},
     FORGE_P256},
    {"odd",
     "int",
     10,
     {.subject = ZOO_HOST, .names = ZOO_HOST ",https://x y"},
     FORGE_P256},
    {"odd5",
     "int",
     10,
     {.subject = ZOO_HOST, .names = ZOO_HOST ",a b,c d,e f,g h,i j"},
     FORGE_P256},
    {"ip",
     "int",
     10,
     {.subject = "ip", .names = "ip:192.0.2.1,ip:2001:db8::1"},
     FORGE_P256},
    {"fake",
     NULL,
     16,
     {.subject = "Kubernetes Ingress Controller Fake Certificate",
      .names = "ingress.local"},
     FORGE_P256},
    {"traefik",
     "int",
     10,
     {.subject = "TRAEFIK DEFAULT CERT",
      .names = "x.traefik.default",
      .not_after = DAYS(-1)},
     FORGE_P256},
    {"azure",
     "int",
     10,
     {.subject = "*.azurewebsites.net", .names = "*.azurewebsites.net"},
     FORGE_P256},

    /* Everything at once. */
    {"ruin",
     "int",
     15,
     {.subject = "other.example",
      .names = "other.example",
      .eku = "client",
      .hash = "sha1",
      .not_after = DAYS(-40),
      .not_before = DAYS(-400)},
     FORGE_RSA_1024},
};

#define NUM_RECIPES (sizeof(recipes) / sizeof(*recipes))
#define MAX_MADE 512

static struct cm_cert *made[MAX_MADE];

/* Its number: those of the other shelves are counted after these. */
static size_t find(const char *name, const struct zoo_recipe **recipe)
{
    size_t nums[] = {NUM_RECIPES, 0, 0};
    const struct zoo_recipe *shelves[] = {recipes, zoo_odd_recipes(&nums[1]),
                                          zoo_path_recipes(&nums[2])};
    size_t number = 0;

    for (size_t i = 0; i < sizeof(shelves) / sizeof(*shelves); i++) {
        for (size_t j = 0; j < nums[i]; j++, number++) {
            *recipe = &shelves[i][j];
            if (strcmp((*recipe)->name, name) == 0 && number < MAX_MADE) {
                return number;
            }
        }
    }
    (void)fprintf(stderr, "no certificate \"%s\" in the zoo\n", name);
    abort();
}

struct cm_cert *zoo_get(const char *name)
{
    const struct zoo_recipe *r;
    size_t i = find(name, &r);
    struct forge_spec spec = r->spec;

    if (made[i] != NULL) {
        return made[i];
    }
    spec.key = forge_key(r->kind, r->key);
    if (r->issuer != NULL) {
        const struct zoo_recipe *issuer;

        (void)find(r->issuer, &issuer);
        spec.issuer_cert = zoo_get(r->issuer);
        spec.issuer_key = forge_key(issuer->kind, issuer->key);
    }
    made[i] = forge_cert(&spec);
    return made[i];
}

void zoo_each(const char *names, void (*each)(void *arg, struct cm_cert *cert),
              void *arg)
{
    char *copy = strdup(names);
    char *rest = copy;
    char *name;

    if (copy == NULL) {
        abort();
    }
    while ((name = strsep(&rest, " ")) != NULL) {
        char *star = strchr(name, '*');
        long times = star != NULL ? strtol(star + 1, NULL, 10) : 1;

        if (star != NULL) {
            *star = '\0';
        }
        for (; name[0] != '\0' && times > 0; times--) {
            each(arg, zoo_get(name));
        }
    }
    free(copy);
}

void zoo_close(void)
{
    for (size_t i = 0; i < MAX_MADE; i++) {
        cm_cert_unref(made[i]);
        made[i] = NULL;
    }
    forge_cleanup();
}
