/* Profiles on the terminal: what a client offers, trusts and insists on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain_profile.h"

#include <string.h>

#include "certmuster/evidence.h"
#include "measure/builtin.h"
#include "measure/profile.h"

#define MAX_TEXT (1U << 20)
#define NAME_WIDTH 30
#define LABEL "  %-12s"

static const char *suite_name(uint16_t number)
{
    const struct cm_suite *suite = cm_suite_find(number);

    return suite == NULL ? NULL : suite->name;
}

/* One on each line: what a client offers is compared with other lists. */
static void put_numbers(struct cm_buf *out, const char *label,
                        const struct cm_numbers *numbers,
                        const char *(*name_of)(uint16_t number))
{
    for (size_t i = 0; i < numbers->num; i++) {
        const char *name = name_of(numbers->at[i]);

        (void)cm_buf_printf(out, LABEL "%04x %s\n", i == 0 ? label : "",
                            numbers->at[i], name == NULL ? "" : name);
    }
}

static void put_versions(struct cm_buf *out, const struct cm_profile *p)
{
    (void)cm_buf_printf(out, LABEL, "versions");
    for (unsigned v = 0; v < CM_VERSION_COUNT; v++) {
        if (p->versions[v]) {
            uint16_t number = cm_version_number((enum cm_version_index)v);

            (void)cm_buf_printf(out, "%s ", cm_tls_version_name(number));
        }
    }
    (void)cm_buf_putc(out, '\n');
}

static void put_limit(struct cm_buf *out, const char *what, unsigned number,
                      const char *unit)
{
    if (number > 0) {
        (void)cm_buf_printf(out, "    %s %u %s\n", what, number, unit);
    }
}

static void put_rules(struct cm_buf *out, const struct cm_profile *p)
{
    static const char *const issuers[] = {
        "takes missing issuers from nowhere: the server must send them",
        "fetches missing issuers from the address in the certificate",
        "knows the issuers of public CAs"};
    static const char *const sha1s[] = {
        "refuses signatures with SHA-1",
        "takes signatures with SHA-1 below private roots only",
        "takes signatures with SHA-1"};
    const struct {
        bool is;
        const char *text;
    } rules[] = {
        {!p->sni, "sends no server name"},
        {p->secure_renegotiation, "refuses servers without RFC 5746"},
        {p->strict, "verifies strictly by RFC 5280"},
        {!p->common_name, "does not read the common name"},
        {p->key_usage, "checks the key usage"},
        {p->needs_eku, "needs an extended key usage"},
        {p->needs_scts, "needs certificate timestamps of public CAs"},
        {p->needs_staple, "honours \"must staple\""},
        {!p->trusted_first, "stumbles over an expired cross-certificate"},
        {p->revocation, "asks whether certificates were revoked"},
        {p->honours_distrust, "honours dates after which a CA is distrusted"},
    };

    (void)cm_buf_printf(out, "\n  It %s,\n    %s,\n", issuers[p->issuers],
                        sha1s[p->sha1]);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (rules[i].is) {
            (void)cm_buf_printf(out, "    %s,\n", rules[i].text);
        }
    }
    put_limit(out, "takes RSA keys from", p->min_rsa_bits, "bits on");
    put_limit(out, "takes DH primes from", p->min_dh_bits, "bits on");
    put_limit(out, "takes DH primes up to", p->max_dh_bits, "bits");
    put_limit(out, "takes certificates for up to", p->max_days, "days");
    put_limit(out, "takes those of public CAs for up to", p->max_public_days,
              "days");
    put_limit(out, "reads up to", p->max_chain, "certificates");
}

static void put_profile(struct cm_buf *out, const struct cm_profile *p)
{
    (void)cm_buf_printf(out, "%s\n\n  %s\n\n", p->name, p->title);
    (void)cm_buf_printf(out, LABEL "%s\n" LABEL "%s\n", "source", p->source,
                        "confidence", p->confidence);
    (void)cm_buf_printf(out, LABEL "%s\n", "trust",
                        p->trust[0] != '\0' ? p->trust : "the run's own view");
    if (p->hello_bytes > 0) {
        (void)cm_buf_printf(out, LABEL "%u bytes\n", "hello", p->hello_bytes);
    }
    put_versions(out, p);
    put_numbers(out, "suites", &p->suites, suite_name);
    put_numbers(out, "groups", &p->groups, cm_tls_group_name);
    put_numbers(out, "schemes", &p->schemes, cm_tls_scheme_name);
    put_rules(out, p);
    (void)cm_buf_printf(out,
                        "\nWould it work? certmuster scan --inventory "
                        "--profile %s FILE.csv\n",
                        p->name);
}

static void put_all(struct cm_buf *out, const struct cm_profileset *set)
{
    for (size_t i = 0; i < cm_profileset_count(set); i++) {
        const struct cm_profile *p = cm_profileset_at(set, i);

        (void)cm_buf_printf(out, "  %-*s%s\n", NAME_WIDTH, p->name, p->title);
    }
    (void)cm_buf_puts(out, "\n\"certmuster explain NAME\" shows what one of "
                           "them offers and insists on.\n");
}

static enum cm_status read_all(struct cm_profileset *set, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (set == NULL) {
        return cm_error_nomem(err, "profiles");
    }
    for (const struct cm_builtin *b = cm_builtin_profiles();
         b->name != NULL && status == CM_OK; b++) {
        status =
            cm_profileset_read(set, b->name, b->text, strlen(b->text), err);
    }
    return status;
}

bool cm_explain_profile(const char *word, FILE *out, enum cm_status *status,
                        struct cm_error *err)
{
    struct cm_profileset *set = word == NULL ? NULL : cm_profileset_new();
    const struct cm_profile *profile;
    struct cm_buf text;
    bool said;

    if (word == NULL) {
        return false;
    }
    cm_buf_init(&text, MAX_TEXT);
    *status = read_all(set, err);
    profile = *status == CM_OK ? cm_profileset_find(set, word) : NULL;
    if (*status == CM_OK && strcmp(word, "profiles") == 0) {
        put_all(&text, set);
    } else if (profile != NULL) {
        put_profile(&text, profile);
    }
    said = *status != CM_OK || text.failed || text.len > 0;
    if (*status == CM_OK && text.failed) {
        *status = cm_error_nomem(err, "the text");
    }
    if (*status == CM_OK && text.len > 0) {
        (void)fwrite(text.data, text.len, 1, out); /* see cm_streams_close */
    }
    cm_buf_cleanup(&text);
    cm_profileset_free(set);
    return said;
}
