/* What only the fleet as a whole shows.
 *
 * A proxy that inspects TLS stands between us and many servers: one issuer that
 * no client knows answers for the names of all of them. A company's own CA does
 * so, too, for the company's names; so two signs are needed, and one of them
 * must be the proxy's name or that the sites have nothing to do with each
 * other. Only those count whose certificate is for the name that was asked for:
 * a proxy makes it so, an appliance with the maker's certificate does not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/map.h"
#include "judge/rules.h"
#include "pki/pki.h"

#define DAY INT64_C(86400)
#define FRESH (7 * DAY)
#define LONG_LIFE (30 * DAY) /* shorter ones are always fresh */
#define MANY CM_FLEET_MANY
#define MIN_SIGNS 2U
#define CERTAIN_SIGNS 3U
#define KEY_SIZE (CM_SHA256_LEN + 1)

/* All that lead to one issuer. */
struct group {
    unsigned num_endpoints;
    unsigned num_leaves; /* different certificates, as far as they are kept */
    uint8_t leaves[MANY][CM_SHA256_LEN];
    unsigned num_sites;             /* likewise */
    char sites[MANY][CM_HOST_SIZE]; /* what is registered: "example" */
    char hosts[MANY][CM_HOST_SIZE]; /* one of each site */
    const char *vendor;             /* static; NULL: none */
    bool all_fresh;
    bool one_key;
    uint8_t key[CM_SHA256_LEN]; /* the first leaf's */
};

struct twin {
    uint8_t other[CM_SHA256_LEN];
};

struct cm_fleet {
    struct cm_map *groups;               /* struct group, by issuer */
    struct cm_map *twins[CM_TWIN_COUNT]; /* struct twin, by certificate */
};

struct cm_fleet *cm_fleet_new(void)
{
    struct cm_fleet *fleet = calloc(1, sizeof(*fleet));

    if (fleet == NULL) {
        return NULL;
    }
    fleet->groups = cm_map_new();
    for (size_t i = 0; i < CM_TWIN_COUNT && fleet->groups != NULL; i++) {
        fleet->twins[i] = cm_map_new();
        if (fleet->twins[i] == NULL) {
            break;
        }
    }
    if (fleet->twins[CM_TWIN_COUNT - 1] == NULL) {
        cm_fleet_free(fleet);
        return NULL;
    }
    return fleet;
}

void cm_fleet_free(struct cm_fleet *fleet)
{
    if (fleet == NULL) {
        return;
    }
    cm_map_free(fleet->groups, free);
    for (size_t i = 0; i < CM_TWIN_COUNT; i++) {
        cm_map_free(fleet->twins[i], free);
    }
    free(fleet);
}

/* The root's key, or the name and key id of the issuer that is missing. */
static bool issuer_key(const struct cm_cert *top, uint8_t out[KEY_SIZE])
{
    uint8_t text[2 * CM_SHA256_LEN];

    if (top->self_issued) {
        out[0] = 'R';
        memcpy(out + 1, top->spki_sha256, CM_SHA256_LEN);
        return true;
    }
    if (top->issuer_norm.len == 0) {
        return false;
    }
    cm_sha256(top->issuer_norm.data, top->issuer_norm.len, text);
    cm_sha256(top->aki.data, top->aki.len, text + CM_SHA256_LEN);
    out[0] = 'I';
    cm_sha256(text, sizeof(text), out + 1);
    return true;
}

static bool is_of_the_country(const char *label, size_t len)
{
    static const char *const known[] = {"co",  "com", "org", "net", "ac", "gov",
                                        "edu", "gob", "or",  "ne",  "go"};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        if (strlen(known[i]) == len && memcmp(label, known[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* "shop" of www.shop.example and of shop.co.uk: the label that is registered.
 * Names that share it are related, whatever they end in. */
static void site_of(const char *host, char out[CM_HOST_SIZE])
{
    const char *labels[3] = {"", "", ""}; /* from the end */
    const char *end = host + strlen(host);
    size_t lens[3] = {0, 0, 0};
    unsigned at = 1;

    for (unsigned i = 0; i < 3 && end > host; i++) {
        const char *start = memrchr(host, '.', (size_t)(end - host));

        start = start != NULL ? start + 1 : host;
        labels[i] = start;
        lens[i] = (size_t)(end - start);
        end = start > host ? start - 1 : host;
    }
    if (lens[0] == 2 && lens[2] > 0 && is_of_the_country(labels[1], lens[1])) {
        at = 2;
    }
    memcpy(out, labels[at], lens[at]);
    out[lens[at]] = '\0';
}

static const char *find_vendor(const struct cm_judgement *judgement)
{
    const char *vendor = NULL;

    for (size_t i = 0; i < judgement->num_path && vendor == NULL; i++) {
        const struct cm_cert *cert = judgement->path[i];

        vendor = cm_judge_inspection_vendor(cert->issuer_text);
    }
    return vendor;
}

/* It leads to an issuer nobody knows, and only that is wrong with it as far as
 * names go. */
static bool is_suspect(const struct cm_endpoint *ep,
                       const struct cm_judgement *judgement)
{
    bool is_private = false;

    if (ep->is_ip || ep->host[0] == '\0' || cm_judge_is_internal(ep->host) ||
        judgement->num_path == 0) {
        return false;
    }
    for (size_t i = 0; i < judgement->num_findings; i++) {
        const struct cm_finding *f = &judgement->findings[i];

        is_private = is_private ||
                     f->cause == CM_CAUSE_UNTRUSTED_PRIVATE_ROOT ||
                     f->cause == CM_CAUSE_ISSUER_UNKNOWN;
        if (f->blocks && cm_cause_info(f->cause)->stage == CM_STAGE_NAME) {
            return false;
        }
    }
    return is_private;
}

static void add_leaf(struct group *g, const struct cm_cert *leaf,
                     int64_t at_unix)
{
    int64_t age = at_unix - leaf->not_before;
    bool fresh = age < FRESH && leaf->not_after - leaf->not_before > LONG_LIFE;

    if (g->num_endpoints == 0) {
        memcpy(g->key, leaf->spki_sha256, CM_SHA256_LEN);
        g->one_key = true;
        g->all_fresh = true;
    }
    g->all_fresh = g->all_fresh && fresh;
    g->one_key =
        g->one_key && memcmp(g->key, leaf->spki_sha256, CM_SHA256_LEN) == 0;
    for (unsigned i = 0; i < g->num_leaves; i++) {
        if (memcmp(g->leaves[i], leaf->sha256, CM_SHA256_LEN) == 0) {
            return;
        }
    }
    if (g->num_leaves < MANY) {
        memcpy(g->leaves[g->num_leaves++], leaf->sha256, CM_SHA256_LEN);
    }
}

static void add_site(struct group *g, const char *host)
{
    char site[CM_HOST_SIZE];

    site_of(host, site);
    for (unsigned i = 0; i < g->num_sites; i++) {
        if (strcmp(g->sites[i], site) == 0) {
            return;
        }
    }
    if (g->num_sites < MANY) {
        memcpy(g->sites[g->num_sites], site, sizeof(site));
        memcpy(g->hosts[g->num_sites], host, strlen(host) + 1);
        g->num_sites++;
    }
}

static struct group *find_group(const struct cm_fleet *fleet,
                                const struct cm_cert *top)
{
    uint8_t key[KEY_SIZE];

    return issuer_key(top, key) ? cm_map_get(fleet->groups, key, sizeof(key))
                                : NULL;
}

static struct group *make_group(struct cm_fleet *fleet,
                                const struct cm_cert *top)
{
    uint8_t key[KEY_SIZE];
    struct group *g = calloc(1, sizeof(*g));

    if (g == NULL || !issuer_key(top, key) ||
        !cm_map_put(fleet->groups, key, sizeof(key), g)) {
        free(g);
        return NULL;
    }
    return g;
}

bool cm_fleet_add(struct cm_fleet *fleet, const struct cm_endpoint *ep,
                  const struct cm_evidence *ev,
                  const struct cm_judgement *judgement, int64_t at_unix)
{
    const struct cm_cert *top;
    struct group *g;

    (void)ev;
    if (!is_suspect(ep, judgement)) {
        return true;
    }
    top = judgement->path[judgement->num_path - 1];
    if (!top->self_issued && top->issuer_norm.len == 0) {
        return true; /* of nobody */
    }
    g = find_group(fleet, top);
    if (g == NULL) {
        g = make_group(fleet, top);
        if (g == NULL) {
            return false;
        }
    }
    add_leaf(g, judgement->path[0], at_unix);
    add_site(g, ep->host);
    g->vendor = g->vendor != NULL ? g->vendor : find_vendor(judgement);
    g->num_endpoints++;
    return true;
}

bool cm_fleet_add_twin(struct cm_fleet *fleet, enum cm_twin twin,
                       const uint8_t cert[CM_SHA256_LEN],
                       const uint8_t other[CM_SHA256_LEN])
{
    struct cm_map *twins = fleet->twins[twin];
    struct twin *t;

    if (cm_map_get(twins, cert, CM_SHA256_LEN) != NULL) {
        return true; /* one proof is enough */
    }
    t = malloc(sizeof(*t));
    if (t == NULL) {
        return false;
    }
    memcpy(t->other, other, CM_SHA256_LEN);
    if (!cm_map_put(twins, cert, CM_SHA256_LEN, t)) {
        free(t);
        return false;
    }
    return true;
}

static unsigned count(const struct cm_interception *i)
{
    return (i->vendor != NULL ? 1U : 0U) + (i->num_sites >= MANY ? 1U : 0U) +
           (i->fresh ? 1U : 0U) + (i->one_key ? 1U : 0U);
}

static struct cm_interception weigh(const struct group *g)
{
    bool many = g->num_leaves >= MANY;
    struct cm_interception i = {
        .num_endpoints = g->num_endpoints,
        .vendor = g->vendor,
        .num_sites = g->num_sites,
        .fresh = many && g->all_fresh,
        .one_key = many && g->one_key,
    };

    for (unsigned n = 0; n < g->num_sites; n++) {
        i.hosts[n] = g->hosts[n];
    }
    i.certain = count(&i) >= CERTAIN_SIGNS;
    return i;
}

static bool is_interception(const struct cm_interception *i)
{
    return (i->vendor != NULL || i->num_sites >= MANY) && count(i) >= MIN_SIGNS;
}

bool cm_fleet_interception(const struct cm_fleet *fleet,
                           const struct cm_cert *top,
                           struct cm_interception *out)
{
    const struct group *g = find_group(fleet, top);

    if (g == NULL) {
        return false;
    }
    *out = weigh(g);
    return is_interception(out);
}

const uint8_t *cm_fleet_twin(const struct cm_fleet *fleet, enum cm_twin twin,
                             const struct cm_cert *cert)
{
    const struct twin *t =
        cm_map_get(fleet->twins[twin], cert->sha256, CM_SHA256_LEN);

    return t != NULL ? t->other : NULL;
}

bool cm_fleet_tells(const struct cm_fleet *fleet)
{
    size_t cursor = 0;
    void *value;

    for (size_t i = 0; i < CM_TWIN_COUNT; i++) {
        if (cm_map_count(fleet->twins[i]) > 0) {
            return true;
        }
    }
    while (cm_map_next(fleet->groups, &cursor, &value)) {
        struct cm_interception i = weigh(value);

        if (is_interception(&i)) {
            return true;
        }
    }
    return false;
}
