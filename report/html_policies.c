/* Which policies hold: for each its rules that are broken, with an example.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "html_parts.h"

#define MAX_SHOWN 100 /* rules of one policy; report.json has all */
#define PICK_SIZE 32

static void number(struct cm_buf *out, int64_t rows)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, rows);
    (void)cm_buf_puts(out, "</td>");
}

static void count(struct cm_buf *out, int64_t rows, size_t policy, char letter)
{
    char pick[PICK_SIZE];

    (void)snprintf(pick, sizeof(pick), "policy:%zu%c", policy, letter);
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_pick(out, rows, pick);
    (void)cm_buf_puts(out, "</td>");
}

static void overview(struct cm_buf *out,
                     const struct cm_report_measures *measures,
                     const struct cm_report_fleet *fleet)
{
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>Endpoints "
        "that follow each policy; a number shows them</caption>"
        "<thead><tr><th scope=\"col\">policy</th><th scope=\"col\">what it "
        "is</th><th scope=\"col\" class=\"num\">pass</th><th "
        "scope=\"col\" class=\"num\">fail</th><th scope=\"col\" "
        "class=\"num\">unknown</th><td></td></tr>"
        "</thead><tbody>\n");
    for (size_t i = 0; i < measures->num_policies; i++) {
        const struct cm_report_tally *tally = &fleet->policies[i];

        (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
        cm_html_text(out, measures->policies[i].name);
        (void)cm_buf_puts(out, "</th><td>");
        cm_html_text(out, measures->policies[i].title);
        (void)cm_buf_puts(out, "</td>");
        count(out, tally->passed, i, 'p');
        count(out, tally->failed, i, 'f');
        count(out, tally->unknown, i, 'u');
        (void)cm_buf_puts(out, "<td class=\"part\">");
        cm_html_share_bar(out, tally->failed,
                          tally->passed + tally->failed + tally->unknown);
        (void)cm_buf_puts(out, "</td></tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

static void broken(struct cm_buf *out, const struct cm_report_kind *kind,
                   size_t policy)
{
    struct cm_buf pick;

    cm_buf_init(&pick, SIZE_MAX / 2);
    (void)cm_buf_printf(&pick, "rule:%zu/%s", policy, kind->id);
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_pick(out, kind->failed + kind->warned, cm_buf_cstr(&pick));
    (void)cm_buf_puts(out, kind->failed == 0 && kind->warned > 0
                               ? " <small>warning</small></td>"
                               : "</td>");
    out->failed = out->failed || pick.failed;
    cm_buf_cleanup(&pick);
}

static void rule(struct cm_buf *out, const struct cm_report_measure *policy,
                 const struct cm_report_kind *kind, size_t at)
{
    const struct cm_report_rule *known = cm_report_rule_of(policy, kind->id);

    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    cm_html_text(out, kind->id);
    (void)cm_buf_puts(out, "</th><td>");
    if (known != NULL) {
        cm_html_text(out, known->text);
        (void)cm_buf_puts(out, "<br><small>");
        cm_html_text(out, known->source);
        (void)cm_buf_puts(out, "</small>");
    }
    (void)cm_buf_puts(out, "</td>");
    broken(out, kind, at);
    number(out, kind->unknown);
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, kind->why);
    (void)cm_buf_puts(out, "<br><small>");
    cm_html_text(out, kind->host);
    if (kind->port != CM_UNKNOWN) {
        (void)cm_buf_printf(out, ":%" PRId64, kind->port);
    }
    (void)cm_buf_puts(out, "</small></td></tr>\n");
}

static void rules(struct cm_buf *out, const struct cm_report_measure *policy,
                  const struct cm_report_tally *tally, size_t at)
{
    (void)cm_buf_puts(out, "<table><thead><tr><th scope=\"col\">rule</th><th "
                           "scope=\"col\">what it asks</th><th scope=\"col\" "
                           "class=\"num\">broken</th><th scope=\"col\" "
                           "class=\"num\">unknown</th><th scope=\"col\">for "
                           "example</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < tally->num_kinds && i < MAX_SHOWN; i++) {
        rule(out, policy, &tally->kinds[i], at);
    }
    (void)cm_buf_puts(out, "</tbody></table>");
}

static void policy_body(struct cm_buf *out,
                        const struct cm_report_measure *policy,
                        const struct cm_report_tally *tally, size_t at)
{
    (void)cm_buf_puts(out, "<details class=\"fold\"><summary><span class=\"t\""
                           ">");
    cm_html_text(out, policy->name);
    (void)cm_buf_puts(out, "</span> <span class=\"mute\">");
    cm_html_count(out, (int64_t)tally->num_kinds, "rule does not hold",
                  "rules do not hold");
    (void)cm_buf_puts(
        out, " everywhere</span></summary><div class=\"scroll\" tabindex=\"0\">"
             "");
    rules(out, policy, tally, at);
    if (policy->source[0] != '\0') {
        (void)cm_buf_puts(out, "<p class=\"mute\">By ");
        cm_html_text(out, policy->source);
        (void)cm_buf_puts(out, ".</p>");
    }
    (void)cm_buf_puts(out, "</div></details>\n");
}

enum cm_status cm_html_policies(struct cm_buf *out, struct cm_report_run *run,
                                struct cm_error *err)
{
    const struct cm_report_measures *measures;
    const struct cm_report_fleet *fleet;
    enum cm_status status = cm_report_run_measures(run, &measures, err);

    if (status != CM_OK || measures->num_policies == 0) {
        return status;
    }
    status = cm_report_run_fleet(run, &fleet, err);
    if (status != CM_OK) {
        return status;
    }
    overview(out, measures, fleet);
    for (size_t i = 0; i < measures->num_policies; i++) {
        if (fleet->policies[i].num_kinds > 0) {
            policy_body(out, &measures->policies[i], &fleet->policies[i], i);
        }
    }
    return CM_OK;
}
