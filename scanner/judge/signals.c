/* Signs that a certificate is of a public CA, or of a private one, when its
 * path is not known: none proves it, so what rests on them is only probable.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"

/* Where public CAs publish the certificates of their issuers, by domain. Some
 * of them serve private CAs of customers from there, too. */
static const char *const ca_domains[] = {
    "lencr.org",      "digicert.com",    "sectigo.com",
    "comodoca.com",   "usertrust.com",   "trust-provider.com",
    "globalsign.com", "pki.goog",        "amazontrust.com",
    "entrust.net",    "godaddy.com",     "starfieldtech.com",
    "identrust.com",  "ssl.com",         "buypass.com",
    "buypass.no",     "certum.pl",       "harica.gr",
    "swisssign.com",  "swisssign.net",   "quovadisglobal.com",
    "telesec.de",     "actalis.it",      "certigna.com",
    "d-trust.net",    "affirmtrust.com",
};

/* The host of a URL, lower case or not, into `out`. */
static bool url_host(struct cm_case *c, struct cm_span url,
                     char out[CM_HOST_SIZE])
{
    char text[CM_LABEL_SIZE];
    const char *host;
    size_t len;

    host = strstr(cm_finding_span_text(c, url, text), "://");
    if (host == NULL) {
        return false;
    }
    host += 3;
    len = strcspn(host, "/:?#");
    if (*host == '[') {
        len = strcspn(host, "]") + 1;
    }
    (void)snprintf(out, CM_HOST_SIZE, "%.*s", (int)len, host);
    return out[0] != '\0';
}

/* Where the issuer's certificate is said to be: only inside a network? */
static bool is_inside_url(struct cm_case *c, struct cm_span url)
{
    char host[CM_HOST_SIZE];
    struct cm_address address;

    if (url.len >= 5 && strncasecmp((const char *)url.data, "ldap:", 5) == 0) {
        return true;
    }
    if (!url_host(c, url, host)) {
        return false;
    }
    if (cm_address_parse(host, &address)) {
        return cm_address_scope(&address) != CM_SCOPE_PUBLIC;
    }
    return cm_judge_is_internal(host);
}

const char *cm_judge_private_signal(struct cm_case *c,
                                    const struct cm_cert *cert)
{
    if (cert->adcs_template) {
        return "it carries a template of Active Directory Certificate Services";
    }
    for (size_t i = 0; i < cert->num_ca_issuers; i++) {
        if (is_inside_url(c, cert->ca_issuers[i])) {
            return "it names an internal place for its issuer's certificate";
        }
    }
    return NULL;
}

static bool is_in_domain(const char *host, const char *domain)
{
    size_t len = strlen(host);
    size_t domain_len = strlen(domain);

    return len >= domain_len &&
           strcasecmp(host + len - domain_len, domain) == 0 &&
           (len == domain_len || host[len - domain_len - 1] == '.');
}

static bool is_public_cas_url(struct cm_case *c, struct cm_span url)
{
    char host[CM_HOST_SIZE];

    if (!url_host(c, url, host)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(ca_domains) / sizeof(*ca_domains); i++) {
        if (is_in_domain(host, ca_domains[i])) {
            return true;
        }
    }
    return false;
}

const char *cm_judge_public_signal(struct cm_case *c,
                                   const struct cm_cert *cert)
{
    if (cert->num_scts > 0) {
        return "it carries signed certificate timestamps";
    }
    if (cert->public_policy) {
        return "it carries a policy of the CA/Browser Forum";
    }
    for (size_t i = 0; i < cert->num_ca_issuers; i++) {
        if (is_public_cas_url(c, cert->ca_issuers[i])) {
            return "a public CA publishes its issuer's certificate";
        }
    }
    return NULL;
}
