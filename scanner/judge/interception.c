/* What the fleet as a whole shows about one endpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/fleet.h"
#include "judge/rules.h"

static void say_signs(const struct cm_interception *i, struct cm_buf *out)
{
    const char *comma = "";

    if (i->vendor != NULL) {
        (void)cm_buf_printf(out, "it is named after \"%s\"", i->vendor);
        comma = "; ";
    }
    if (i->num_sites >= CM_FLEET_MANY) {
        (void)cm_buf_printf(
            out, "%sit answers for names that have nothing in common (", comma);
        for (unsigned n = 0; n < i->num_sites; n++) {
            (void)cm_buf_printf(out, "%s%s", n > 0 ? ", " : "", i->hosts[n]);
        }
        (void)cm_buf_puts(out, " ...)");
        comma = "; ";
    }
    if (i->fresh) {
        (void)cm_buf_printf(
            out, "%sall its certificates are less than 7 days old", comma);
        comma = "; ";
    }
    if (i->one_key) {
        (void)cm_buf_printf(out, "%sall its certificates have the same key",
                            comma);
    }
}

/* This chain is not trusted, and it is the issuer's fault. */
static bool is_of_unknown_issuer(const struct cm_case *c)
{
    for (size_t i = 0; i < c->out->num_findings; i++) {
        enum cm_cause cause = c->out->findings[i].cause;

        if (cause == CM_CAUSE_UNTRUSTED_PRIVATE_ROOT ||
            cause == CM_CAUSE_ISSUER_UNKNOWN) {
            return true;
        }
    }
    return false;
}

static void intercepted(struct cm_case *c)
{
    struct cm_cert *top = c->path.steps[c->path.num - 1].cert;
    struct cm_interception i;
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf signs;

    if (!is_of_unknown_issuer(c) || !cm_judge_name_fits(c, c->leaf) ||
        !cm_fleet_interception(c->trust->fleet, top, &i)) {
        return;
    }
    cm_buf_init(&signs, 4096);
    say_signs(&i, &signs);
    f = cm_finding_add(
        c, CM_CAUSE_TLS_INTERCEPTION, "RFC 5280 section 6.1",
        "the certificates of %u endpoints of the fleet lead to %s%s, which no "
        "root of the trust view \"%s\" vouches for: a proxy that inspects TLS; "
        "%s",
        i.num_endpoints, top->self_issued ? "" : "the issuer of ",
        cm_finding_cert_name(top, name), c->trust->name,
        cm_finding_text(c, &signs));
    cm_buf_cleanup(&signs);
    if (f == NULL) {
        return;
    }
    f->confidence = i.certain ? CM_CERTAIN : CM_PROBABLE;
    cm_finding_about(c, f, top);
    if (top->self_issued) {
        cm_finding_for_cert(c, f, top);
    } else {
        cm_finding_for_issuer(c, f, top);
    }
}

static void reused(struct cm_case *c, struct cm_cert *cert, bool is_leaf)
{
    const uint8_t *other = cm_fleet_twin(c->trust->fleet, CM_TWIN_SERIAL, cert);
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf words;

    if (other == NULL) {
        return;
    }
    cm_buf_init(&words, 1024);
    (void)cm_buf_hex(&words, cert->serial.data,
                     cert->serial.len < 32 ? cert->serial.len : 32);
    (void)cm_buf_puts(&words, ", as has another certificate, SHA-256 ");
    (void)cm_buf_hex(&words, other, CM_SHA256_LEN);
    f = cm_finding_add(
        c, CM_CAUSE_ISSUER_SERIAL_REUSED, "RFC 5280 section 4.1.2.2",
        "%s, %s, has of its issuer \"%.*s\" the serial number %s: Firefox "
        "refuses the one that it meets later "
        "(SEC_ERROR_REUSED_ISSUER_AND_SERIAL)",
        cm_finding_cert_name(cert, name), cm_finding_place(c, cert, place),
        cm_finding_clip(cert->issuer_text, 200), cert->issuer_text,
        cm_finding_text(c, &words));
    cm_buf_cleanup(&words);
    cm_finding_about(c, f, cert);
    if (!is_leaf) {
        cm_finding_resolve(f, CM_RESOLUTION_REISSUE_CA);
    }
}

/* One action for all that have the key: a vendor's default key is on every
 * device it sold. */
static void shared_key(struct cm_case *c)
{
    const uint8_t *other = cm_fleet_twin(c->trust->fleet, CM_TWIN_KEY, c->leaf);
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf key;
    struct cm_buf twin;

    if (other == NULL) {
        return;
    }
    cm_buf_init(&key, 256);
    cm_buf_init(&twin, 256);
    (void)cm_buf_hex(&key, c->leaf->spki_sha256, CM_SHA256_LEN);
    (void)cm_buf_hex(&twin, other, CM_SHA256_LEN);
    f = cm_finding_add(
        c, CM_CAUSE_KEY_SHARED, "NIST SP 800-57 part 1 section 5.2",
        "%s has the same key (SHA-256 of its SubjectPublicKeyInfo: %s) as a "
        "certificate of this fleet with other names, SHA-256 %s: who gets the "
        "key of one server can answer for the other",
        cm_finding_cert_name(c->leaf, name), cm_finding_text(c, &key),
        cm_finding_text(c, &twin));
    cm_finding_about(c, f, c->leaf);
    cm_finding_for(c, f, cm_finding_text(c, &key), "the shared key");
    cm_buf_cleanup(&key);
    cm_buf_cleanup(&twin);
}

void cm_judge_fleet(struct cm_case *c)
{
    if (c->trust->fleet == NULL || c->leaf == NULL || c->path.num == 0) {
        return;
    }
    intercepted(c);
    for (size_t i = 0; i < c->path.num; i++) {
        reused(c, c->path.steps[i].cert, i == 0);
    }
    shared_key(c);
}
