/* The options that say what to judge by.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust_options.h"

#include <string.h>

#include "certmuster/text.h"

static enum cm_status views_option(struct cm_trust_options *out,
                                   const struct cm_options *options,
                                   struct cm_error *err)
{
    size_t num = options->num_list[CM_OPTION_TRUST];
    enum cm_status status = CM_OK;

    if (num > CM_MAX_VIEWS) {
        return cm_error_set(err, CM_EUSAGE,
                            "--trust may be given %d times at the most",
                            CM_MAX_VIEWS);
    }
    for (size_t i = 0; i < num && status == CM_OK; i++) {
        status = cm_view_spec_parse(&out->views[i],
                                    options->list[CM_OPTION_TRUST][i], err);
        out->num_views = i + 1;
    }
    return status;
}

/* "crl,ocsp,staple": a staple is looked at in any case. */
static enum cm_status revocation_option(struct cm_policy *policy,
                                        const char *text, struct cm_error *err)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"crl", CM_REVOCATION_CRL},
                 {"ocsp", CM_REVOCATION_OCSP},
                 {"staple", 0}};
    const char *at = text;

    while (at != NULL) {
        size_t len = strcspn(at, ",");
        bool known = false;

        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
            if (len == strlen(words[i].word) &&
                strncmp(at, words[i].word, len) == 0) {
                policy->revocation |= words[i].bit;
                known = true;
            }
        }
        if (!known) {
            return cm_error_set(err, CM_EUSAGE,
                                "--revocation takes crl, ocsp and staple, "
                                "separated by commas, not \"%s\"",
                                text);
        }
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    return CM_OK;
}

enum cm_status cm_trust_options(struct cm_trust_options *out,
                                const struct cm_options *options,
                                struct cm_error *err)
{
    struct cm_policy *policy = &out->policy;
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    cm_policy_default(policy);
    policy->expires_soon_days = (int)options->count[CM_OPTION_EXPIRES_SOON];
    policy->special_addresses_ok = options->given[CM_OPTION_LOOPBACK_OK];
    policy->cloud_clients = options->given[CM_OPTION_CLOUD_CLIENTS];
    status = views_option(out, options, err);
    out->config = (struct cm_trust_config){
        .views = out->views,
        .num_views = out->num_views,
        .intermediates = options->list[CM_OPTION_INTERMEDIATES],
        .crls = options->list[CM_OPTION_CRL],
    };
    out->measure = (struct cm_measure_config){
        .profiles = options->list[CM_OPTION_PROFILE],
        .policies = options->list[CM_OPTION_POLICY],
    };
    if (status == CM_OK) {
        status =
            revocation_option(policy, options->text[CM_OPTION_REVOCATION], err);
    }
    if (status == CM_OK && options->given[CM_OPTION_AT] &&
        !cm_time_parse(options->text[CM_OPTION_AT], &out->at_unix)) {
        status = cm_error_set(err, CM_EUSAGE,
                              "--at takes a date (2027-03-01) or a time "
                              "(2027-03-01T00:00:00Z), not \"%s\"",
                              options->text[CM_OPTION_AT]);
    }
    return status;
}

void cm_trust_options_cleanup(struct cm_trust_options *trust)
{
    for (size_t i = 0; i < trust->num_views; i++) {
        cm_view_spec_cleanup(&trust->views[i]);
    }
    memset(trust, 0, sizeof(*trust));
}
