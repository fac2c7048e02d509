/* The memory of judged chains.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/chainmemo.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/memo.h"
#include "pki/pki.h"
#include "pki/revocation.h"

#define MAX_BYTES (4U << 20) /* of all that is remembered */
#define SHARED_BY 8U /* a certificate that so many refer to is no cost */

enum handshake {
    HANDSHAKE_SERVER_HELLO = 1U << 0,
    HANDSHAKE_COMPLETE = 1U << 1,
    HANDSHAKE_GROUP = 1U << 2,
    HANDSHAKE_SCTS = 1U << 3,
    HANDSHAKE_STAPLE = 1U << 4,
};

struct cm_chainmemo {
    struct cm_memo *memo;
};

/* What the memo holds. The key's references keep what it speaks of. */
struct entry {
    struct cm_chain_facts facts;
    struct cm_chain_key key;
    char texts[]; /* of the findings */
};

static void entry_free(void *value)
{
    struct entry *entry = value;
    struct cm_chain_facts *facts = &entry->facts;

    for (size_t i = 0; i < CM_CHAINMEMO_CHAIN; i++) {
        cm_cert_unref(entry->key.chain[i]);
    }
    for (size_t i = 0; i < facts->num_findings; i++) {
        cm_cert_unref(facts->findings[i].cert);
    }
    for (size_t i = 0; i < facts->num_wants; i++) {
        cm_cert_unref(facts->wants[i].cert);
        cm_cert_unref(facts->wants[i].issuer);
    }
    free(facts->findings);
    free(facts->wants);
    free(entry);
}

struct cm_chainmemo *cm_chainmemo_new(void)
{
    struct cm_chainmemo *memo = calloc(1, sizeof(*memo));

    if (memo == NULL) {
        return NULL;
    }
    memo->memo = cm_memo_new(MAX_BYTES, entry_free);
    if (memo->memo == NULL) {
        free(memo);
        return NULL;
    }
    return memo;
}

void cm_chainmemo_free(struct cm_chainmemo *memo)
{
    if (memo != NULL) {
        cm_memo_free(memo->memo);
        free(memo);
    }
}

/* --- one entry --- */

static size_t text_size(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

static size_t texts_size(const struct cm_chain_facts *facts)
{
    size_t size = 0;

    for (size_t i = 0; i < facts->num_findings; i++) {
        const struct cm_finding *f = &facts->findings[i];

        size += text_size(f->proof) + text_size(f->subject_key) +
                text_size(f->subject);
    }
    return size;
}

/* What would be free without this entry, roughly: the certificates of a chain
 * that few others refer to count. */
static size_t cost_of(const struct cm_chain_key *key,
                      const struct cm_chain_facts *facts, size_t texts)
{
    size_t cost = sizeof(struct entry) + texts +
                  facts->num_findings * sizeof(*facts->findings) +
                  facts->num_wants * sizeof(*facts->wants);

    for (size_t i = 0; i < CM_CHAINMEMO_CHAIN && key->chain[i] != NULL; i++) {
        if (atomic_load(&key->chain[i]->refs) < SHARED_BY) {
            cost += sizeof(struct cm_cert) + 2 * key->chain[i]->der.len;
        }
    }
    return cost;
}

static char *keep_text(char **place, const char *text)
{
    size_t size = text_size(text);
    char *kept = *place;

    if (size == 0) {
        return NULL;
    }
    memcpy(kept, text, size);
    *place += size;
    return kept;
}

static void copy_facts(struct entry *entry, const struct cm_chain_facts *facts)
{
    struct cm_chain_facts *to = &entry->facts;
    char *place = entry->texts;

    for (size_t i = 0; i < facts->num_findings; i++) {
        struct cm_finding *f = &to->findings[i];

        *f = facts->findings[i];
        f->proof = keep_text(&place, f->proof);
        f->subject_key = keep_text(&place, f->subject_key);
        f->subject = keep_text(&place, f->subject);
        f->cert = f->cert == NULL ? NULL : cm_cert_ref(f->cert);
    }
    for (size_t i = 0; i < facts->num_wants; i++) {
        struct cm_want *want = &to->wants[i];

        *want = facts->wants[i];
        (void)cm_cert_ref(want->cert);
        want->issuer = want->issuer == NULL ? NULL : cm_cert_ref(want->issuer);
    }
}

static struct entry *entry_new(const struct cm_chain_key *key,
                               const struct cm_chain_facts *facts, size_t texts)
{
    struct entry *entry = calloc(1, sizeof(*entry) + texts);

    if (entry == NULL) {
        return NULL;
    }
    entry->facts = *facts;
    entry->facts.findings =
        calloc(facts->num_findings + 1, sizeof(*facts->findings));
    entry->facts.wants = calloc(facts->num_wants + 1, sizeof(*facts->wants));
    if (entry->facts.findings == NULL || entry->facts.wants == NULL) {
        free(entry->facts.findings);
        free(entry->facts.wants);
        free(entry);
        return NULL;
    }
    entry->key = *key;
    for (size_t i = 0; i < CM_CHAINMEMO_CHAIN && key->chain[i] != NULL; i++) {
        (void)cm_cert_ref(key->chain[i]);
    }
    copy_facts(entry, facts);
    return entry;
}

/* --- asking and telling --- */

static uint32_t bit(bool claim, enum handshake which)
{
    return claim ? (uint32_t)which : 0;
}

static void add_view(const struct cm_trust *trust, struct cm_chain_key *out)
{
    const void *view[] = {trust->name,     trust->anchors,    trust->pool,
                          trust->distrust, trust->revocation, trust->views};

    _Static_assert(sizeof(view) == sizeof(out->view), "one place for each");
    memcpy(out->view, view, sizeof(view));
    out->num_known = cm_certset_count(trust->anchors);
    if (trust->pool != NULL) {
        out->num_known += cm_certset_count(trust->pool);
    }
    for (size_t i = 0; i < trust->num_views; i++) {
        const struct cm_trust *other = &trust->views[i];

        out->num_known += cm_certset_count(other->anchors);
        out->num_known +=
            other->pool == NULL ? 0 : cm_certset_count(other->pool);
    }
    out->revocation_changes = cm_revocation_changes(trust->revocation);
}

bool cm_chain_key_of(const struct cm_case *c, struct cm_chain_key *out)
{
    const struct cm_probe *p = c->probe;

    /* Whether a CA's certificate stands in the place of a server's is said by
     * its names. */
    if (c->trust->chains == NULL || !c->leaf->parsed || c->leaf->is_ca ||
        p->num_chain > CM_CHAINMEMO_CHAIN) {
        return false;
    }
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < p->num_chain; i++) {
        out->chain[i] = p->chain[i];
    }
    add_view(c->trust, out);
    out->at_unix = c->at_unix;
    memcpy(out->policy, c->policy, sizeof(out->policy));
    out->handshake = bit(p->server_hello, HANDSHAKE_SERVER_HELLO) |
                     bit(p->end == CM_END_COMPLETE, HANDSHAKE_COMPLETE) |
                     bit(p->group != 0, HANDSHAKE_GROUP) |
                     bit(p->sct_bytes > 0, HANDSHAKE_SCTS) |
                     bit(p->ocsp_staple.len > 0, HANDSHAKE_STAPLE);
    out->version = p->version;
    out->cipher = p->cipher;
    out->num_chain_sent = p->num_chain_sent;
    out->chain_bytes = p->chain_bytes;
    return true;
}

struct cm_memo_item *cm_chainmemo_get(struct cm_chainmemo *memo,
                                      const struct cm_chain_key *key)
{
    return cm_memo_get(memo->memo, key, sizeof(*key));
}

const struct cm_chain_facts *cm_chainmemo_facts(const struct cm_memo_item *item)
{
    const struct entry *entry = cm_memo_value(item);

    return &entry->facts;
}

void cm_chainmemo_give_back(struct cm_chainmemo *memo,
                            struct cm_memo_item *item)
{
    cm_memo_give_back(memo->memo, item);
}

void cm_chainmemo_put(struct cm_chainmemo *memo, const struct cm_chain_key *key,
                      const struct cm_chain_facts *facts)
{
    size_t texts = texts_size(facts);
    size_t cost = cost_of(key, facts, texts);
    struct entry *entry = entry_new(key, facts, texts);

    if (entry != NULL) {
        cm_memo_put(memo->memo, key, sizeof(*key), entry, cost);
    }
}
