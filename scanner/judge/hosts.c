/* Whether the certificate is for the name that clients use.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"
#include "pki/pki.h"

#define MAX_LISTED 3U /* names of the certificate in one proof */

/* What servers show when they have nothing better. */
static const char *const default_names[] = {
    "localhost",
    "localhost.localdomain",
    "Kubernetes Ingress Controller Fake Certificate",
    "TRAEFIK DEFAULT CERT",
    "*.azurewebsites.net",
    "*.azureedge.net",
    "*.cloudfront.net",
    "*.herokuapp.com",
    "a248.e.akamai.net",
    "default.ssl.fastly.net",
    "no-sni.vercel-infra.com",
    "invalid2.invalid",
    "Plesk",
    "Parallels Panel",
    "VMware default certificate",
};

/* The common name, or the first name of a certificate without one. */
static bool is_called(const struct cm_cert *leaf, const char *name)
{
    size_t len = strlen(name);

    if (leaf->subject_cn[0] != '\0') {
        return strcasecmp(leaf->subject_cn, name) == 0;
    }
    return leaf->num_names > 0 && leaf->names[0].value.len == len &&
           strncasecmp((const char *)leaf->names[0].value.data, name, len) == 0;
}

static const char *default_name(const struct cm_cert *leaf)
{
    for (size_t i = 0; i < sizeof(default_names) / sizeof(char *); i++) {
        if (is_called(leaf, default_names[i])) {
            return default_names[i];
        }
    }
    return NULL;
}

static void say_name(struct cm_case *c, const struct cm_cert_name *name,
                     struct cm_buf *out)
{
    struct cm_address address = {.family = name->value.len == 4 ? 4 : 6};
    char text[CM_LABEL_SIZE];
    char address_text[CM_ADDRESS_TEXT_SIZE];

    if (name->kind == CM_NAME_IP &&
        (name->value.len == 4 || name->value.len == 16)) {
        memcpy(address.bytes, name->value.data, name->value.len);
        (void)cm_buf_puts(out, cm_address_text(&address, address_text));
    } else {
        (void)cm_buf_printf(out, "\"%s\"",
                            cm_finding_span_text(c, name->value, text));
    }
}

/* The names a client could match, or the common name when there are none. */
static void say_names(struct cm_case *c, struct cm_buf *out)
{
    const struct cm_cert *leaf = c->leaf;
    size_t num = 0;

    for (size_t i = 0; i < leaf->num_names; i++) {
        const struct cm_cert_name *name = &leaf->names[i];

        if (name->kind != CM_NAME_DNS && name->kind != CM_NAME_IP) {
            continue;
        }
        if (num++ < MAX_LISTED) {
            (void)cm_buf_puts(out, num > 1 ? ", " : "");
            say_name(c, name, out);
        }
    }
    if (num > MAX_LISTED) {
        (void)cm_buf_printf(out, " and %zu more names",
                            leaf->num_names_total - leaf->num_names + num -
                                MAX_LISTED);
    }
    if (num == 0) {
        (void)cm_buf_printf(out, "no name at all (common name \"%.*s\")",
                            cm_finding_clip(leaf->subject_cn, 100),
                            leaf->subject_cn);
    }
}

int cm_judge_own_cert(const struct cm_case *c)
{
    if (c->ep->host[0] == '\0' || cm_judge_name_fits(c, c->leaf)) {
        return -1;
    }
    for (size_t i = 1; i < c->probe->num_chain; i++) {
        const struct cm_cert *cert = c->probe->chain[i];

        if (cert->parsed && !cert->is_ca &&
            cm_name_match(cert, c->ep).match == CM_NAME_MATCHES) {
            return (int)i;
        }
    }
    return -1;
}

struct mismatch {
    enum cm_cause cause;
    const char *rule;
    const char *text;
};

static struct mismatch classify(const struct cm_case *c,
                                enum cm_name_match match)
{
    const char *known = default_name(c->leaf);
    struct mismatch m = {CM_CAUSE_NAME_MISMATCH, "RFC 9525 section 6.3",
                         "no name of it matches"};

    switch (match) {
    case CM_NAME_ONLY_IN_CN:
        m.cause = CM_CAUSE_NAME_CN_ONLY;
        m.rule = "RFC 9525 section 2";
        m.text = "the name stands in the common name only, which browsers and "
                 "others do not read";
        break;
    case CM_NAME_WILDCARD_SHORT:
        m.cause = CM_CAUSE_NAME_WILDCARD_SCOPE;
        m.text = "a wildcard stands for exactly one whole label, and not for "
                 "a top-level domain's";
        break;
    case CM_NAME_IP_MISSING:
        m.cause = CM_CAUSE_NAME_IP_NOT_IN_SAN;
        m.rule = "RFC 9525 section 6.5";
        m.text = "none of its iPAddress names is this address";
        break;
    case CM_NAME_MATCHES:
    case CM_NAME_DIFFERS:
        break;
    }
    if (match == CM_NAME_DIFFERS && known != NULL) {
        m.cause = CM_CAUSE_NAME_DEFAULT_CERT;
        m.text = "it is what this kind of server shows when it has no "
                 "certificate for a name";
    }
    return m;
}

static void mismatch(struct cm_case *c, const struct cm_name_result *result)
{
    struct mismatch m = classify(c, result->match);
    int own = cm_judge_own_cert(c);
    char name[CM_LABEL_SIZE];
    char nearest[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf words;

    cm_buf_init(&words, 8192);
    say_names(c, &words);
    if (result->nearest.len > 0) {
        (void)cm_buf_printf(&words, "; the nearest is \"%s\"",
                            cm_finding_span_text(c, result->nearest, nearest));
    }
    if (own > 0) {
        (void)cm_buf_printf(&words,
                            "; certificate %d of %zu is for this name: it "
                            "must be sent first",
                            own + 1, c->probe->num_chain);
    }
    f = cm_finding_add(c, m.cause, m.rule, "%s is not for %s: %s; it holds %s",
                       cm_finding_cert_name(c->leaf, name), c->ep->host, m.text,
                       cm_finding_text(c, &words));
    cm_finding_about(c, f, c->leaf);
    if (own > 0) {
        cm_finding_resolve(f, CM_RESOLUTION_TIDY_CHAIN);
    }
    cm_buf_cleanup(&words);
}

static enum cm_dns_flaw flaw_of(const struct cm_cert_name *name)
{
    enum cm_dns_flaw flaw = name->kind == CM_NAME_DNS
                                ? cm_judge_dns_flaw(name->value)
                                : CM_DNS_SOUND;

    return flaw == CM_DNS_SOUND && name->malformed ? CM_DNS_CHARACTER : flaw;
}

static void malformed(struct cm_case *c)
{
    const struct cm_cert *leaf = c->leaf;
    enum cm_dns_flaw worst = CM_DNS_SOUND;
    struct cm_finding *f;
    struct cm_buf list;
    size_t num = 0;

    cm_buf_init(&list, 8192);
    for (size_t i = 0; i < leaf->num_names; i++) {
        enum cm_dns_flaw flaw = flaw_of(&leaf->names[i]);

        if (flaw == CM_DNS_SOUND) {
            continue;
        }
        worst = flaw > worst ? flaw : worst;
        if (num++ < MAX_LISTED) {
            (void)cm_buf_puts(&list, num > 1 ? ", " : "");
            say_name(c, &leaf->names[i], &list);
            (void)cm_buf_printf(&list, " (%s)", cm_judge_dns_flaw_text(flaw));
        }
    }
    if (num > 0) {
        f = cm_finding_add(
            c, CM_CAUSE_NAME_SAN_MALFORMED, "RFC 5280 section 4.2.1.6",
            "%zu of %zu names in the certificate %s not well "
            "formed: %s%s",
            num, leaf->num_names_total, num == 1 ? "is" : "are",
            cm_finding_text(c, &list), num > MAX_LISTED ? " and others" : "");
        cm_finding_about(c, f, c->leaf);
        cm_finding_strict(c, f);
        if (f != NULL && worst == CM_DNS_UNDERSCORE) {
            f->severity = CM_SEVERITY_HYGIENE; /* matches everywhere */
        }
    }
    cm_buf_cleanup(&list);
}

bool cm_judge_name_fits(const struct cm_case *c, const struct cm_cert *cert)
{
    return c->ep->host[0] == '\0' ||
           cm_name_match(cert, c->ep).match == CM_NAME_MATCHES;
}

void cm_judge_hosts(struct cm_case *c)
{
    struct cm_name_result result;

    malformed(c);
    if (c->ep->host[0] == '\0') {
        return;
    }
    result = cm_name_match(c->leaf, c->ep);
    if (result.match != CM_NAME_MATCHES) {
        mismatch(c, &result);
    }
    if (c->ep->had_trailing_dot) {
        (void)cm_finding_add(c, CM_CAUSE_NAME_REFERENCE_TRAILING_DOT,
                             "RFC 6066 section 3",
                             "the inventory names \"%s.\"; the dot was left "
                             "out of the server name and of the comparison, "
                             "but not every client does that",
                             c->ep->host);
    }
    if (!c->ep->is_ip && cm_judge_is_internal(c->ep->host)) {
        (void)cm_finding_add(c, CM_CAUSE_NAME_INTERNAL,
                             "CA/Browser Forum Baseline Requirements 4.2.2",
                             "\"%s\" exists in an internal network only",
                             c->ep->host);
    }
}
