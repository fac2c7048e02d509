/* One pass over the certificates of a run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cert_sums.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/limits.h"
#include "certmuster/map.h"

#define DAY_S INT64_C(86400)
#define MAX_GROUPS 100000 /* of one kind; what is beyond is in no group */
#define MAX_TEXT ((size_t)1 << 20)
#define SHORT 16 /* digits of a fingerprint */

int cm_validity_kind_days(size_t kind)
{
    static const int days[CM_VALIDITY_KINDS] = {47, 100, 200, 398, 825, 0};

    return days[kind];
}

/* What is gathered and not shown. */
struct gathering {
    struct cm_cert_sums *out;
    struct cm_report_run *run;
    struct cm_map *issuers; /* struct cm_cert_group by name */
    struct cm_map *keys;
    struct cm_map *signatures;
    struct cm_map *several; /* keys that several certificates have */
    struct cm_map *shared;  /* struct cm_cert_group by such a key */
    struct cm_buf text;
};

static char *copy(const char *text)
{
    return strdup(text == NULL ? "" : text);
}

static void free_group(void *value)
{
    struct cm_cert_group *group = value;

    free(group->name);
    free(group->example);
    free(group);
}

/* False: no memory. */
static bool add_to_group(struct cm_map *map, const char *name,
                         const struct cm_report_use *use)
{
    size_t len = strlen(name);
    struct cm_cert_group *group = cm_map_get(map, name, len);

    if (group == NULL) {
        if (cm_map_count(map) >= MAX_GROUPS) {
            return true;
        }
        group = calloc(1, sizeof(*group));
        if (group == NULL) {
            return false;
        }
        group->name = copy(name);
        group->example = copy(use->cert.subject_cn);
        if (group->name == NULL || group->example == NULL ||
            !cm_map_put(map, name, len, group)) {
            free_group(group);
            return false;
        }
    }
    group->certs++;
    group->endpoints += use->endpoints;
    return true;
}

static bool count_groups(struct gathering *g, const struct cm_report_use *use)
{
    const struct cm_report_certificate *cert = &use->cert;
    const char *issuer = cert->issuer_cn != NULL && cert->issuer_cn[0] != '\0'
                             ? cert->issuer_cn
                             : cert->issuer;

    cm_buf_clear(&g->text);
    (void)cm_buf_puts(&g->text,
                      cert->key_alg == NULL ? "unknown" : cert->key_alg);
    if (cert->key_bits != CM_UNKNOWN && cert->key_bits > 0) {
        (void)cm_buf_printf(&g->text, " %" PRId64, cert->key_bits);
    }
    if (g->text.failed || !add_to_group(g->keys, cm_buf_cstr(&g->text), use) ||
        !add_to_group(g->issuers, issuer == NULL ? "(none)" : issuer, use) ||
        !add_to_group(g->signatures,
                      cert->sig_alg == NULL ? "unknown" : cert->sig_alg, use)) {
        return false;
    }
    if (cert->spki_sha256 != NULL &&
        cm_map_get(g->several, cert->spki_sha256, strlen(cert->spki_sha256)) !=
            NULL) {
        return add_to_group(g->shared, cert->spki_sha256, use);
    }
    return true;
}

/* --- figures --- */

static void add(struct cm_count_pair *pair, bool holds,
                const struct cm_report_use *use)
{
    pair->certs += holds ? 1 : 0;
    pair->endpoints += holds ? use->endpoints : 0;
}

static bool has_wildcard(const struct cm_report_certificate *cert)
{
    for (size_t i = 0; i < cert->names.num; i++) {
        if (strncmp(cert->names.items[i], "*.", 2) == 0) {
            return true;
        }
    }
    return false;
}

/* Both ends are inclusive (RFC 5280 section 4.1.2.5), and a part of a day is a
 * day. */
static void count_validity(struct cm_cert_sums *sums,
                           const struct cm_report_use *use)
{
    const struct cm_report_certificate *cert = &use->cert;
    int64_t seconds;
    int64_t days;
    int limit;
    size_t i = 0;

    if (cert->not_before == CM_UNKNOWN || cert->not_after == CM_UNKNOWN ||
        __builtin_sub_overflow(cert->not_after, cert->not_before, &seconds) ||
        seconds < 0) {
        return;
    }
    days = seconds / DAY_S + 1;
    while (i + 1 < CM_VALIDITY_KINDS && days > cm_validity_kind_days(i)) {
        i++;
    }
    add(&sums->validity[i], true, use);
    limit = cm_validity_limit_days(cert->not_before);
    add(&sums->too_long, use->public_policy && limit != 0 && days > limit, use);
}

static void count_leaf(struct gathering *g, const struct cm_report_use *use)
{
    struct cm_cert_sums *sums = g->out;
    const struct cm_report_certificate *cert = &use->cert;

    add(&sums->leafs, true, use);
    add(&sums->wildcards, has_wildcard(cert), use);
    add(&sums->self_signed, cert->self_issued, use);
    add(&sums->public_cas, use->public_policy, use);
    add(&sums->unreadable, cert->parse_error != NULL, use);
    add(&sums->shared, use->endpoints > 1, use);
    add(&sums->expired,
        cert->not_after != CM_UNKNOWN &&
            cert->not_after < cm_report_run_facts(g->run)->judged_at,
        use);
    count_validity(sums, use);
}

/* --- the top --- */

static void free_top(struct cm_cert_top *top)
{
    free(top->name);
    free(top->issuer);
    free(top->key);
    free(top->fingerprint_sha256);
    free(top->owners);
    free(top->place);
    memset(top, 0, sizeof(*top));
}

static const char *name_of(const struct cm_report_certificate *cert)
{
    if (cert->subject_cn != NULL && cert->subject_cn[0] != '\0') {
        return cert->subject_cn;
    }
    return cert->subject == NULL || cert->subject[0] == '\0' ? "(no subject)"
                                                             : cert->subject;
}

static char *owners_text(struct cm_buf *text, const struct cm_report_list *list)
{
    cm_buf_clear(text);
    for (size_t i = 0; i < list->num && i < CM_TOP_OWNERS; i++) {
        (void)cm_buf_puts(text, i == 0 ? "" : ", ");
        (void)cm_buf_puts(text, list->items[i]);
    }
    if (list->num > CM_TOP_OWNERS) {
        (void)cm_buf_printf(text, " and %zu more", list->num - CM_TOP_OWNERS);
    }
    return text->failed ? NULL : copy(cm_buf_cstr(text));
}

static bool fill_top(struct gathering *g, struct cm_cert_top *top,
                     const struct cm_report_use *use)
{
    const struct cm_report_certificate *cert = &use->cert;

    top->owners = owners_text(&g->text, &use->owners);
    cm_buf_clear(&g->text);
    (void)cm_buf_puts(&g->text, cert->key_alg == NULL ? "" : cert->key_alg);
    if (cert->key_bits != CM_UNKNOWN && cert->key_bits > 0) {
        (void)cm_buf_printf(&g->text, " %" PRId64, cert->key_bits);
    }
    top->key = g->text.failed ? NULL : copy(cm_buf_cstr(&g->text));
    top->name = copy(name_of(cert));
    top->issuer = copy(cert->issuer_cn != NULL && cert->issuer_cn[0] != '\0'
                           ? cert->issuer_cn
                           : cert->issuer);
    top->fingerprint_sha256 = copy(cert->fingerprint_sha256);
    top->first_row = use->first_row;
    top->not_after = cert->not_after;
    top->endpoints = use->endpoints;
    top->num_owners = (int64_t)use->owners.num;
    return top->owners != NULL && top->key != NULL && top->name != NULL &&
           top->issuer != NULL && top->fingerprint_sha256 != NULL;
}

/* Most endpoints first; one that is equal stays behind. */
static bool add_top(struct gathering *g, const struct cm_report_use *use)
{
    struct cm_cert_sums *sums = g->out;
    struct cm_cert_top top = {0};
    size_t at = sums->num_top;

    if (at == CM_TOP_CERTS) {
        if (use->endpoints <= sums->top[at - 1].endpoints) {
            return true;
        }
        at--;
    }
    if (!fill_top(g, &top, use)) {
        free_top(&top);
        return false;
    }
    if (sums->num_top == CM_TOP_CERTS) {
        free_top(&sums->top[at]);
    } else {
        sums->num_top++;
    }
    for (; at > 0 && sums->top[at - 1].endpoints < use->endpoints; at--) {
        sums->top[at] = sums->top[at - 1];
    }
    sums->top[at] = top;
    return true;
}

static bool most_owned(struct cm_cert_sums *sums,
                       const struct cm_report_use *use)
{
    if (use->owners.num < 2 || (int64_t)use->owners.num <= sums->most_owners) {
        return true;
    }
    free(sums->most_owned);
    sums->most_owners = (int64_t)use->owners.num;
    sums->most_owned = copy(name_of(&use->cert));
    return sums->most_owned != NULL;
}

/* --- all of it --- */

static bool gather(struct gathering *g, const struct cm_report_use *use)
{
    if (use->endpoints == 0) {
        g->out->issuers_sent += use->issuer_of > 0 ? 1 : 0;
        g->out->issuers_found += use->issuer_of > 0 ? 0 : 1;
        return true;
    }
    count_leaf(g, use);
    return count_groups(g, use) && add_top(g, use) && most_owned(g->out, use);
}

/* Most endpoints first. */
static bool is_before(const struct cm_cert_group *one,
                      const struct cm_cert_group *other)
{
    if (one->endpoints != other->endpoints) {
        return one->endpoints > other->endpoints;
    }
    if (one->certs != other->certs) {
        return one->certs > other->certs;
    }
    return one->name != NULL && other->name != NULL &&
           strcmp(one->name, other->name) < 0;
}

/* Moves the group into its place among the top ones, if it has one. */
static void take_group(struct cm_cert_groups *out, size_t max,
                       struct cm_cert_group *group)
{
    size_t at = out->num;

    if (at == max) {
        if (is_before(&out->list[at - 1], group)) {
            return;
        }
        at--;
        free(out->list[at].name);
        free(out->list[at].example);
    } else {
        out->num++;
    }
    for (; at > 0 && is_before(group, &out->list[at - 1]); at--) {
        out->list[at] = out->list[at - 1];
    }
    out->list[at] = *group;
    group->name = NULL;
    group->example = NULL;
}

/* The top of a map's groups, of `several` only those with two certificates;
 * false: no memory. */
static bool take_groups(struct cm_cert_groups *out, const struct cm_map *map,
                        size_t max, bool several)
{
    size_t cursor = 0;
    void *value;

    out->list = calloc(max, sizeof(*out->list));
    if (out->list == NULL) {
        return false;
    }
    while (cm_map_next(map, &cursor, &value)) {
        struct cm_cert_group *group = value;

        if (!several || group->certs > 1) {
            out->num_all++;
            take_group(out, max, group);
        }
    }
    return true;
}

static enum cm_status find_places(struct gathering *g, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < g->out->num_top && status == CM_OK; i++) {
        struct cm_cert_top *top = &g->out->top[i];

        cm_buf_clear(&g->text);
        status = cm_report_row_place(g->run, top->first_row, &g->text, err);
        if (status == CM_OK) {
            top->place = g->text.failed ? NULL : copy(cm_buf_cstr(&g->text));
            status = top->place == NULL
                         ? cm_error_nomem(err, "the certificates")
                         : CM_OK;
        }
    }
    return status;
}

static enum cm_status walk(struct gathering *g, struct cm_error *err)
{
    struct cm_report_uses_list *list = NULL;
    const struct cm_report_use *use = NULL;
    enum cm_status status = cm_report_uses_open(&list, g->run, err);

    while (status == CM_OK) {
        status = cm_report_uses_next(list, &use, err);
        if (status != CM_OK || use == NULL) {
            break;
        }
        if (!gather(g, use)) {
            status = cm_error_nomem(err, "the certificates");
        }
    }
    cm_report_uses_close(list);
    return status;
}

enum cm_status cm_cert_sums_make(struct cm_cert_sums *out,
                                 struct cm_report_run *run,
                                 struct cm_error *err)
{
    struct gathering g = {.out = out, .run = run};
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    g.issuers = cm_map_new();
    g.keys = cm_map_new();
    g.signatures = cm_map_new();
    g.shared = cm_map_new();
    g.several = cm_map_new();
    cm_buf_init(&g.text, MAX_TEXT);
    status = g.issuers == NULL || g.keys == NULL || g.signatures == NULL ||
                     g.shared == NULL || g.several == NULL
                 ? cm_error_nomem(err, "the certificates")
                 : cm_report_shared_keys(run, g.several, MAX_GROUPS, err);
    if (status == CM_OK) {
        status = walk(&g, err);
    }
    if (status == CM_OK &&
        (!take_groups(&out->issuers, g.issuers, CM_TOP_GROUPS, false) ||
         !take_groups(&out->keys, g.keys, CM_TOP_GROUPS, false) ||
         !take_groups(&out->signatures, g.signatures, CM_TOP_GROUPS, false) ||
         !take_groups(&out->shared_keys, g.shared, CM_TOP_KEYS, true))) {
        status = cm_error_nomem(err, "the certificates");
    }
    if (status == CM_OK) {
        status = find_places(&g, err);
    }
    cm_map_free(g.issuers, free_group);
    cm_map_free(g.keys, free_group);
    cm_map_free(g.signatures, free_group);
    cm_map_free(g.shared, free_group);
    cm_map_free(g.several, NULL);
    cm_buf_cleanup(&g.text);
    return status;
}

static void free_groups(struct cm_cert_groups *groups)
{
    for (size_t i = 0; i < groups->num; i++) {
        free(groups->list[i].name);
        free(groups->list[i].example);
    }
    free(groups->list);
}

void cm_cert_sums_cleanup(struct cm_cert_sums *sums)
{
    free_groups(&sums->issuers);
    free_groups(&sums->keys);
    free_groups(&sums->signatures);
    free_groups(&sums->shared_keys);
    for (size_t i = 0; i < sums->num_top; i++) {
        free_top(&sums->top[i]);
    }
    free(sums->most_owned);
    memset(sums, 0, sizeof(*sums));
}
