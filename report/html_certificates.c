/* The certificates of the fleet: who issued them, with which keys and for how
 * long, which are shared, and where the most used ones are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cert_sums.h"
#include "certmuster/limits.h"
#include "certmuster/text.h"
#include "html_cells.h"
#include "html_parts.h"

#define KEY_DIGITS 16

static void count_of(struct cm_buf *out, const char *words,
                     const struct cm_count_pair *pair,
                     const struct cm_cert_sums *sums)
{
    cm_html_row(out, words);
    cm_html_cell_number(out, pair->certs);
    cm_html_cell_number(out, pair->endpoints);
    cm_html_cell_share(out, pair->endpoints, sums->leafs.endpoints);
    cm_html_row_end(out);
}

static void summary(struct cm_buf *out, const struct cm_cert_sums *sums)
{
    (void)cm_buf_puts(out, "<p class=\"say\">");
    cm_html_count(out, sums->leafs.certs, "certificate", "certificates");
    (void)cm_buf_puts(out, sums->leafs.certs == 1 ? " is" : " are");
    (void)cm_buf_puts(out, " shown by ");
    cm_html_count(out, sums->leafs.endpoints, "endpoint", "endpoints");
    (void)cm_buf_puts(out, "</p><p class=\"mute\">Besides these, ");
    cm_html_count(out, sums->issuers_sent, "certificate of an issuer is sent",
                  "certificates of issuers are sent");
    (void)cm_buf_puts(out, ", and ");
    cm_html_number(out, sums->issuers_found);
    (void)cm_buf_puts(out, sums->issuers_found == 1
                               ? " completes chains without being sent. "
                               : " complete chains without being sent. ");
    (void)cm_buf_puts(out, "All of them are in certificates.csv, with keys, "
                           "names and owners.</p>\n");
}

static void figures(struct cm_buf *out, const struct cm_cert_sums *sums)
{
    cm_html_table_begin(out, "What stands out",
                        "certificates|#number|#endpoints|");
    count_of(out, "with a wildcard name", &sums->wildcards, sums);
    count_of(out, "shown by more than one endpoint", &sums->shared, sums);
    count_of(out, "self-signed", &sums->self_signed, sums);
    count_of(out, "public: say that they keep the CA/B Forum's rules",
             &sums->public_cas, sums);
    count_of(out, "public and longer valid than was allowed", &sums->too_long,
             sums);
    count_of(out, "over their last day", &sums->expired, sums);
    if (sums->unreadable.certs > 0) {
        count_of(out, "not readable", &sums->unreadable, sums);
    }
    cm_html_table_end(out);
}

static void groups(struct cm_buf *out, const char *caption, const char *what,
                   const struct cm_cert_groups *groups,
                   const struct cm_cert_sums *sums)
{
    char columns[64];

    (void)snprintf(columns, sizeof(columns), "%s|#certificates|#endpoints|",
                   what);
    cm_html_table_begin(out, caption, columns);
    for (size_t i = 0; i < groups->num; i++) {
        const struct cm_cert_group *group = &groups->list[i];

        cm_html_row(out, group->name);
        cm_html_cell_number(out, group->certs);
        cm_html_cell_number(out, group->endpoints);
        cm_html_cell_share(out, group->endpoints, sums->leafs.endpoints);
        cm_html_row_end(out);
    }
    if (groups->num_all > groups->num) {
        (void)cm_buf_puts(out, "<tr><td colspan=\"4\" class=\"mute\">and ");
        cm_html_number(out, (int64_t)(groups->num_all - groups->num));
        (void)cm_buf_puts(out, " more, with fewer endpoints</td></tr>");
    }
    cm_html_table_end(out);
}

/* "from 15 Mar 2027"; what older certificates were allowed. */
static void allowed(struct cm_buf *out, int days)
{
    size_t num;
    const struct cm_validity_limit *limits = cm_validity_limits(&num);
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_puts(out, "<td>");
    for (size_t i = 0; i < num; i++) {
        if (limits[i].days == days) {
            (void)cm_buf_printf(out, "issued from %s",
                                cm_time_day(limits[i].since_unix, day));
        }
    }
    (void)cm_buf_puts(out, "</td>");
}

static void validity(struct cm_buf *out, const struct cm_cert_sums *sums)
{
    cm_html_table_begin(out,
                        "How long they are valid, by what the CA/B Forum "
                        "allows public ones",
                        "valid for|allowed when|#certificates|#endpoints|");
    for (size_t i = 0; i < CM_VALIDITY_KINDS; i++) {
        int days = cm_validity_kind_days(i);
        char words[32];

        (void)snprintf(words, sizeof(words),
                       days == 0 ? "longer" : "up to %d days", days);
        cm_html_row(out, words);
        allowed(out, days);
        cm_html_cell_number(out, sums->validity[i].certs);
        cm_html_cell_number(out, sums->validity[i].endpoints);
        cm_html_cell_share(out, sums->validity[i].endpoints,
                           sums->leafs.endpoints);
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
}

static void shared_keys(struct cm_buf *out, const struct cm_cert_sums *sums)
{
    const struct cm_cert_groups *keys = &sums->shared_keys;

    if (keys->num == 0) {
        return;
    }
    cm_html_table_begin(out,
                        "Keys in more than one certificate: who has one, has "
                        "all of them",
                        "key (SHA-256)|for example|#certificates|#endpoints");
    for (size_t i = 0; i < keys->num; i++) {
        char digits[KEY_DIGITS + 1];

        (void)snprintf(digits, sizeof(digits), "%s", keys->list[i].name);
        cm_html_row(out, digits);
        cm_html_cell(out, keys->list[i].example);
        cm_html_cell_number(out, keys->list[i].certs);
        cm_html_cell_number(out, keys->list[i].endpoints);
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
}

static void top_row(struct cm_buf *out, const struct cm_cert_top *top,
                    int64_t now)
{
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    cm_html_text(out, top->name);
    (void)cm_buf_puts(out, "<br><small class=\"proof\">SHA-256 ");
    cm_html_text(out, top->fingerprint_sha256);
    (void)cm_buf_puts(out, "</small></th>");
    cm_html_cell(out, top->issuer);
    cm_html_cell(out, top->key);
    (void)cm_buf_puts(out, "<td>");
    if (top->not_after != CM_UNKNOWN) {
        (void)cm_buf_printf(
            out, "%s%s", cm_time_day(top->not_after, day),
            top->not_after < now ? " <b class=\"breaks_now\">over</b>" : "");
    }
    (void)cm_buf_puts(out, "</td>");
    cm_html_cell_number(out, top->endpoints);
    cm_html_cell(out, top->place);
    cm_html_cell(out, top->owners);
    cm_html_row_end(out);
}

static void top(struct cm_buf *out, const struct cm_cert_sums *sums,
                int64_t now)
{
    (void)cm_buf_puts(out, "<details class=\"fold\"><summary><span class=\"t\""
                           ">Where they are used</span> <span class=\"mute\">");
    (void)cm_buf_puts(out, "the ");
    cm_html_count(out, (int64_t)sums->num_top, "certificate", "certificates");
    (void)cm_buf_puts(out, " with the most endpoints");
    if (sums->most_owned != NULL) {
        (void)cm_buf_puts(out, "; most owners: ");
        cm_html_text(out, sums->most_owned);
        (void)cm_buf_puts(out, ", ");
        cm_html_number(out, sums->most_owners);
    }
    (void)cm_buf_puts(out, "</span></summary><div class=\"scroll\" tabindex=\""
                           "0\"><table><caption>Certificates by endpoints"
                           "</caption><thead><tr><th scope=\"col\">certificate"
                           "</th><th scope=\"col\">issuer</th><th scope=\"col"
                           "\">key</th><th scope=\"col\">ends</th><th scope=\""
                           "col\" class=\"num\">endpoints</th><th scope=\"col"
                           "\">for example</th><th scope=\"col\">owners</th>"
                           "</tr></thead><tbody>\n");
    for (size_t i = 0; i < sums->num_top; i++) {
        top_row(out, &sums->top[i], now);
    }
    (void)cm_buf_puts(out, "</tbody></table></div></details>\n");
}

enum cm_status cm_html_certificates(struct cm_buf *out,
                                    struct cm_report_run *run,
                                    struct cm_error *err)
{
    struct cm_cert_sums sums;
    enum cm_status status = cm_cert_sums_make(&sums, run, err);

    if (status == CM_OK && sums.leafs.certs > 0) {
        summary(out, &sums);
        (void)cm_buf_puts(out, "<div class=\"two\">\n");
        figures(out, &sums);
        validity(out, &sums);
        groups(out, "Issuers", "issuer", &sums.issuers, &sums);
        groups(out, "Keys", "kind and bits", &sums.keys, &sums);
        groups(out, "Signatures", "algorithm", &sums.signatures, &sums);
        shared_keys(out, &sums);
        (void)cm_buf_puts(out, "</div>\n");
        top(out, &sums, cm_report_run_facts(run)->judged_at);
    }
    cm_cert_sums_cleanup(&sums);
    return status;
}
