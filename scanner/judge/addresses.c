/* Other addresses of the name that serve other certificates. A load balancer
 * renews its nodes one after the other, a CDN has many certificates for a name:
 * different ones are fine as long as all are good, or all bad for the same
 * reasons.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "judge/rules.h"

#define MAX_CHAINS 8U /* different ones of one name that are judged */
#define MAX_LISTED 8U /* addresses in one proof */

/* A chain, and what is wrong with it. */
struct served {
    const struct cm_probe *probe; /* the first that got it */
    bool wrong[CM_CAUSE_COUNT];
    bool is_bad; /* something is */
};

struct compared {
    struct served chains[MAX_CHAINS]; /* the main probe's first */
    size_t num;
};

static bool is_same_chain(const struct cm_probe *a, const struct cm_probe *b)
{
    if (a->num_chain != b->num_chain) {
        return false;
    }
    for (size_t i = 0; i < a->num_chain; i++) {
        if (memcmp(a->chain[i]->sha256, b->chain[i]->sha256, CM_SHA256_LEN) !=
            0) {
            return false;
        }
    }
    return true;
}

static const struct served *find(const struct compared *all,
                                 const struct cm_probe *probe)
{
    for (size_t i = 0; i < all->num; i++) {
        if (is_same_chain(all->chains[i].probe, probe)) {
            return &all->chains[i];
        }
    }
    return NULL;
}

/* What blocks about certificates, their names and times. */
static void note_wrongs(struct served *s, const struct cm_judgement *judgement)
{
    for (size_t i = 0; i < judgement->num_findings; i++) {
        const struct cm_finding *f = &judgement->findings[i];

        if (f->blocks && (f->cause == CM_CAUSE_TLS_CERT_UNPARSABLE ||
                          cm_cause_info(f->cause)->stage >= CM_STAGE_TRUST)) {
            s->wrong[f->cause] = true;
            s->is_bad = true;
        }
    }
}

static void judge_other(struct cm_case *c, struct served *s)
{
    struct cm_judgement found;
    struct cm_case other = cm_case_about(c, s->probe, &found);

    cm_judge_certificates(&other);
    note_wrongs(s, &found);
    for (size_t i = 0; i < found.num_wants; i++) {
        cm_judge_want(c, found.wants[i].kind, found.wants[i].cert,
                      found.wants[i].issuer);
    }
    c->no_memory = c->no_memory || other.no_memory;
    cm_judgement_cleanup(&found);
}

/* Judges each chain once. */
static void compare(struct cm_case *c, struct compared *all)
{
    all->chains[0] = (struct served){.probe = c->seen};
    all->num = 1;
    note_wrongs(&all->chains[0], c->out);
    for (size_t i = 0; i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];

        if (probe->num_chain > 0 && all->num < MAX_CHAINS &&
            find(all, probe) == NULL) {
            all->chains[all->num] = (struct served){.probe = probe};
            judge_other(c, &all->chains[all->num]);
            all->num++;
        }
    }
}

static bool is_different(const struct served *a, const struct served *b)
{
    return memcmp(a->wrong, b->wrong, sizeof(a->wrong)) != 0;
}

static void say_served(const struct served *s, const struct cm_probe *probe,
                       struct cm_buf *out)
{
    char address[CM_ADDRESS_TEXT_SIZE];
    char name[CM_LABEL_SIZE];
    const char *mark = ", ";

    (void)cm_buf_printf(out, "%s%s: %s", out->len > 0 ? "; " : "",
                        cm_address_text(&probe->address, address),
                        cm_finding_cert_name(probe->chain[0], name));
    if (!s->is_bad) {
        (void)cm_buf_puts(out, ", good");
    }
    for (unsigned i = 0; i < CM_CAUSE_COUNT; i++) {
        if (s->wrong[i]) {
            (void)cm_buf_printf(out, "%s%s", mark,
                                cm_cause_info((enum cm_cause)i)->id);
            mark = " ";
        }
    }
}

/* The matrix of addresses. */
static void say_all(const struct cm_case *c, const struct compared *all,
                    struct cm_buf *out)
{
    size_t num = 0;

    for (size_t i = 0; i < c->ev->num_probes; i++) {
        const struct cm_probe *probe = &c->ev->probes[i];
        const struct served *s = NULL;

        if (probe->num_chain > 0) {
            s = find(all, probe);
        }
        if (s != NULL && num++ < MAX_LISTED) {
            say_served(s, probe, out);
        }
    }
    if (num > MAX_LISTED) {
        (void)cm_buf_printf(out, "; and %zu more", num - MAX_LISTED);
    }
}

static void report(struct cm_case *c, const struct compared *all,
                   const struct served *worst)
{
    struct cm_finding *f;
    struct cm_buf list;

    cm_buf_init(&list, 8192);
    say_all(c, all, &list);
    f = cm_finding_add(c, CM_CAUSE_CERT_DIFFERS_PER_IP, "RFC 8305",
                       "the addresses serve certificates that differ in what "
                       "is wrong with them: %s",
                       cm_finding_text(c, &list));
    cm_buf_cleanup(&list);
    cm_finding_about(c, f, worst->is_bad ? worst->probe->chain[0] : c->leaf);
    if (f != NULL && all->chains[0].is_bad) { /* that makes the verdict */
        f->severity = CM_SEVERITY_HYGIENE;
        f->blocks = false;
    }
}

void cm_judge_addresses(struct cm_case *c)
{
    struct compared all;
    const struct served *worst = NULL;

    if (c->leaf == NULL || c->ev->num_probes < 2) {
        return;
    }
    compare(c, &all);
    for (size_t i = 1; i < all.num; i++) {
        if (is_different(&all.chains[i], &all.chains[0]) &&
            (worst == NULL || (all.chains[i].is_bad && !worst->is_bad))) {
            worst = &all.chains[i];
        }
    }
    if (worst != NULL) {
        report(c, &all, worst);
    }
}
