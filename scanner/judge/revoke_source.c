/* Where revocation information is to be had: asking for it, and saying when
 * every source was asked in vain.
 * SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "judge/revoke.h"
#include "judge/rules.h"

#define MAX_REASONS 1600U /* octets of them in a proof */

/* The URLs of one kind of source. */
struct sources {
    const struct cm_span *urls;
    size_t num;
    bool asked; /* the user wants this kind */
    bool is_ocsp;
};

static struct sources lists_of(const struct cm_revoke *r)
{
    return (struct sources){r->cert->crl_urls, r->cert->num_crl_urls,
                            (r->c->policy->revocation & CM_REVOCATION_CRL) != 0,
                            false};
}

static struct sources responders_of(const struct cm_revoke *r)
{
    return (struct sources){
        r->cert->ocsp_urls, r->cert->num_ocsp_urls,
        (r->c->policy->revocation & CM_REVOCATION_OCSP) != 0, true};
}

/* Everything else (ldap:, file:) is never asked. */
static bool is_http(struct cm_span url)
{
    static const char scheme[] = "http://";

    return url.len > sizeof(scheme) - 1 &&
           strncasecmp((const char *)url.data, scheme, sizeof(scheme) - 1) == 0;
}

static bool was_tried(const struct cm_revoke *r, const struct sources *s,
                      size_t i, const char **why)
{
    const struct cm_revocation *set = r->c->trust->revocation;

    *why = NULL;
    return set != NULL && cm_revocation_tried(set, s->is_ocsp ? r->cert : NULL,
                                              s->urls[i], why);
}

/* Could asking still give something? Once a URL gave something, the others of
 * its kind are not asked. */
static bool is_open(const struct cm_revoke *r, const struct sources *s)
{
    bool open = false;
    const char *why;

    for (size_t i = 0; s->asked && i < s->num; i++) {
        if (was_tried(r, s, i, &why)) {
            if (why == NULL) {
                return false;
            }
        } else if (is_http(s->urls[i])) {
            open = true;
        }
    }
    return open;
}

static void say_reason(struct cm_revoke *r, const struct sources *s, size_t i,
                       struct cm_buf *out)
{
    char url[CM_LABEL_SIZE];
    const char *why;

    if (!was_tried(r, s, i, &why)) {
        why = is_http(s->urls[i]) ? "was not asked" : "only http is asked";
    } else if (why == NULL) {
        why = s->is_ocsp ? "its response is not usable"
                         : "its list is not about this certificate";
    }
    (void)cm_buf_printf(out, "%s%s: %.200s", out->len > 0 ? "; " : "",
                        cm_finding_span_text(r->c, s->urls[i], url), why);
}

static void say_reasons(struct cm_revoke *r, const struct sources *s,
                        struct cm_buf *out)
{
    for (size_t i = 0; s->asked && i < s->num && out->len < MAX_REASONS; i++) {
        say_reason(r, s, i, out);
    }
}

static void unreachable(struct cm_revoke *r, const struct sources *lists,
                        const struct sources *responders)
{
    char name[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf reasons;

    cm_buf_init(&reasons, 16384);
    say_reasons(r, lists, &reasons);
    say_reasons(r, responders, &reasons);
    f = cm_finding_add(
        r->c, CM_CAUSE_REVOCATION_UNREACHABLE, "RFC 5280 section 6.3",
        "no source tells whether %s is revoked: %s",
        cm_finding_cert_name(r->cert, name), cm_finding_text(r->c, &reasons));
    cm_finding_about(r->c, f, r->cert);
    cm_buf_cleanup(&reasons);
}

static bool has_any(const struct sources *s)
{
    return s->asked && s->num > 0;
}

void cm_revoke_by_asking(struct cm_revoke *r)
{
    struct sources lists = lists_of(r);
    struct sources responders = responders_of(r);
    bool known = r->by_list || r->by_ocsp || r->staple_usable;
    bool want_list = !r->by_list && is_open(r, &lists);
    bool want_response = !known && is_open(r, &responders);

    if (want_list) {
        cm_judge_want(r->c, CM_WANT_CRL, r->cert, r->issuer);
    }
    if (want_response) {
        cm_judge_want(r->c, CM_WANT_OCSP, r->cert, r->issuer);
    }
    if (want_list || want_response ||
        r->status.result != CM_REVOCATION_NOT_CHECKED ||
        !(has_any(&lists) || has_any(&responders))) {
        return;
    }
    r->status.result = CM_REVOCATION_UNREACHABLE;
    if (r->expired == NULL && r->bad_why == NULL) {
        unreachable(r, &lists, &responders);
    }
}
