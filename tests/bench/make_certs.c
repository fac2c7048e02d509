/* The benchmark fleet's own CA: usage: make_certs FOLDER < ORDERS
 *
 * An order is a line: LABEL NAMES KIND. NAMES is a list with commas between.
 * Each becomes FOLDER/LABEL.pem: key, certificate and chain, P-256 throughout.
 * KIND: ok, expired, early (not valid yet), ends:SECONDS (from now),
 * self-signed, untrusted (below a root of its own), incomplete (without its
 * intermediate). FOLDER/root.pem is what to trust. SPDX-License-Identifier:
 * Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pki/pki.h"
#include "support/forge.h"

#define INTERMEDIATES 10U
#define UNTRUSTED INTERMEDIATES /* the one that is below the other root */
#define CA_KEYS 10000000U       /* theirs are numbered from here on */

#define MUST(claim)                                                            \
    ((claim) ? (void)0 : (fprintf(stderr, "failed: %s\n", #claim), abort()))

struct ca {
    const char *folder;
    int64_t now;
    struct cm_cert *roots[2];
    struct cm_cert *issuers[INTERMEDIATES + 1];
    struct forge_key *keys[INTERMEDIATES + 1];
};

static struct cm_cert *make_root(const char *name, struct forge_key *key,
                                 int64_t now)
{
    const struct forge_spec spec = {.subject = name,
                                    .subject_o = "Bench",
                                    .key = key,
                                    .ca = true,
                                    .not_before = now - 900 * FORGE_DAY,
                                    .not_after = now + 3000 * FORGE_DAY};

    return forge_cert(&spec);
}

static void make_ca(struct ca *ca)
{
    struct forge_key *root_keys[2] = {forge_key(FORGE_P256, CA_KEYS + 100),
                                      forge_key(FORGE_P256, CA_KEYS + 101)};

    ca->roots[0] = make_root("Bench Root", root_keys[0], ca->now);
    ca->roots[1] = make_root("Unknown Root", root_keys[1], ca->now);
    for (unsigned i = 0; i <= UNTRUSTED; i++) {
        unsigned root = i == UNTRUSTED ? 1 : 0;
        char name[64];
        const struct forge_spec spec = {
            .subject = name,
            .subject_o = "Bench",
            .key = forge_key(FORGE_P256, CA_KEYS + i),
            .issuer_cert = ca->roots[root],
            .issuer_key = root_keys[root],
            .ca = true,
            .pathlen = 1,
            .not_before = ca->now - 400 * FORGE_DAY,
            .not_after = ca->now + 1500 * FORGE_DAY};

        (void)snprintf(name, sizeof(name), "Bench Issuing CA %u", i);
        ca->issuers[i] = forge_cert(&spec);
        ca->keys[i] = spec.key;
    }
}

static void write_file(const char *folder, const char *label, const char *key,
                       struct cm_cert *const *certs, size_t num)
{
    char path[512];
    char *pem = forge_pem(certs, num);
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s.pem", folder, label);
    file = fopen(path, "we");
    MUST(file != NULL && pem != NULL);
    MUST(fputs(key, file) >= 0 && fputs(pem, file) >= 0 && fclose(file) == 0);
    free(pem);
}

static void set_validity(struct forge_spec *spec, int64_t now, const char *kind)
{
    spec->not_before = now - 30 * FORGE_DAY;
    spec->not_after = now + 200 * FORGE_DAY;
    if (strcmp(kind, "expired") == 0) {
        spec->not_before = now - 200 * FORGE_DAY;
        spec->not_after = now - 10 * FORGE_DAY;
    } else if (strcmp(kind, "early") == 0) {
        spec->not_before = now + 10 * FORGE_DAY;
    } else if (strncmp(kind, "ends:", 5) == 0) {
        spec->not_after = now + (int64_t)strtol(kind + 5, NULL, 10);
    }
}

static void make_leaf(const struct ca *ca, unsigned number, const char *label,
                      const char *names, const char *kind)
{
    unsigned by =
        strcmp(kind, "untrusted") == 0 ? UNTRUSTED : number % INTERMEDIATES;
    bool alone = strcmp(kind, "self-signed") == 0;
    struct forge_key *key = forge_key(FORGE_P256, number);
    struct forge_spec spec = {
        .subject = label,
        .key = key,
        .names = names,
        .issuer_cert = alone ? NULL : ca->issuers[by],
        .issuer_key = alone ? NULL : ca->keys[by],
    };
    struct cm_cert *chain[2] = {NULL, ca->issuers[by]};

    set_validity(&spec, ca->now, kind);
    chain[0] = forge_cert(&spec);
    write_file(ca->folder, label, forge_key_pem(key), chain,
               alone || strcmp(kind, "incomplete") == 0 ? 1 : 2);
    cm_cert_unref(chain[0]);
}

int main(int argc, char **argv)
{
    struct ca ca = {.now = (int64_t)time(NULL)};
    char line[1024];

    if (argc != 2) {
        (void)fprintf(stderr, "usage: make_certs FOLDER < ORDERS\n");
        return 2;
    }
    ca.folder = argv[1];
    make_ca(&ca);
    write_file(argv[1], "root", "", ca.roots, 1);
    for (unsigned i = 0; fgets(line, sizeof(line), stdin) != NULL; i++) {
        char label[64];
        char names[768];
        char kind[32];

        MUST(sscanf(line, "%63s %767s %31s", label, names, kind) == 3);
        make_leaf(&ca, i, label, names, kind);
    }
    for (unsigned i = 0; i <= UNTRUSTED; i++) {
        cm_cert_unref(ca.issuers[i]);
    }
    cm_cert_unref(ca.roots[0]);
    cm_cert_unref(ca.roots[1]);
    forge_cleanup();
    return 0;
}
