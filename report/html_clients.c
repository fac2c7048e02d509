/* For which clients it works: a table of all, and for each that fails why, in
 * its own words. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "html_matrix.h"
#include "html_parts.h"

#define MAX_SHOWN 30 /* causes of one client; report.json has all */
#define PICK_SIZE 32

static void count(struct cm_buf *out, int64_t rows, size_t profile, char letter)
{
    char pick[PICK_SIZE];

    (void)snprintf(pick, sizeof(pick), "client:%zu%c", profile, letter);
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_pick(out, rows, pick);
    (void)cm_buf_puts(out, "</td>");
}

static void cell(struct cm_buf *out, const char *text)
{
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, text);
    (void)cm_buf_puts(out, "</td>");
}

static void matrix(struct cm_buf *out,
                   const struct cm_report_measures *measures,
                   const struct cm_report_fleet *fleet)
{
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>Endpoints "
        "by what each client would make of them; a number shows "
        "them</caption><thead><tr><th scope=\"col\">client</th>"
        "<th scope=\"col\">what it is</th><th scope=\"col\" class=\"num\">"
        "works</th><th scope=\"col\" class=\"num\">fails</th>"
        "<th scope=\"col\" class=\"num\">unknown</th><td></td><th "
        "scope=\"col\">what it says most"
        "</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < measures->num_profiles; i++) {
        const struct cm_report_tally *tally = &fleet->profiles[i];
        bool fails = tally->num_kinds > 0 && tally->failed > 0;

        (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
        cm_html_text(out, measures->profiles[i].name);
        (void)cm_buf_puts(out, "</th>");
        cell(out, measures->profiles[i].title);
        count(out, tally->passed, i, 'w');
        count(out, tally->failed, i, 'f');
        count(out, tally->unknown, i, 'u');
        (void)cm_buf_puts(out, "<td class=\"part\">");
        cm_html_share_bar(out, tally->failed,
                          tally->passed + tally->failed + tally->unknown);
        (void)cm_buf_puts(out, "</td>");
        cell(out, fails ? tally->kinds[0].message : NULL);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

static void example(struct cm_buf *out, const struct cm_report_kind *kind)
{
    (void)cm_buf_puts(out, "<td>");
    cm_html_text(out, kind->host);
    if (kind->port != CM_UNKNOWN) {
        (void)cm_buf_printf(out, ":%" PRId64, kind->port);
    }
    (void)cm_buf_puts(out, "</td>");
}

static void kinds(struct cm_buf *out, const struct cm_report_tally *tally)
{
    (void)cm_buf_puts(out, "<table><thead><tr><th scope=\"col\">cause</th>"
                           "<th scope=\"col\" class=\"num\">fails</th><th "
                           "scope=\"col\" class=\"num\">unknown</th><th "
                           "scope=\"col\">what it says</th><th scope=\"col\">"
                           "why</th><th scope=\"col\">for example</th></tr>"
                           "</thead><tbody>\n");
    for (size_t i = 0; i < tally->num_kinds && i < MAX_SHOWN; i++) {
        const struct cm_report_kind *kind = &tally->kinds[i];

        (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
        cm_html_text(out, kind->id);
        (void)cm_buf_puts(out, "</th><td class=\"num\">");
        cm_html_number(out, kind->failed);
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        cm_html_number(out, kind->unknown);
        (void)cm_buf_puts(out, "</td>");
        cell(out, kind->message);
        cell(out, kind->why);
        example(out, kind);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table>");
}

static void client(struct cm_buf *out, const struct cm_report_measure *profile,
                   const struct cm_report_tally *tally)
{
    (void)cm_buf_puts(out, "<details class=\"fold\"><summary><span class=\"t\""
                           ">");
    cm_html_text(out, profile->name);
    (void)cm_buf_puts(out, "</span> <span class=\"mute\">");
    cm_html_count(out, tally->failed, "endpoint fails", "endpoints fail");
    (void)cm_buf_puts(out, ", ");
    cm_html_number(out, tally->unknown);
    (void)cm_buf_puts(
        out, " unknown</span></summary><div class=\"scroll\" tabindex=\"0\">");
    kinds(out, tally);
    (void)cm_buf_puts(out, "<p class=\"mute\">");
    cm_html_text(out, profile->title);
    if (profile->source[0] != '\0') {
        (void)cm_buf_puts(out, ", by ");
        cm_html_text(out, profile->source);
    }
    if (profile->confidence[0] != '\0') {
        (void)cm_buf_puts(out, "; confidence: ");
        cm_html_text(out, profile->confidence);
    }
    (void)cm_buf_puts(out, ".</p></div></details>\n");
}

enum cm_status cm_html_clients(struct cm_buf *out, struct cm_report_run *run,
                               struct cm_error *err)
{
    const struct cm_report_measures *measures;
    const struct cm_report_fleet *fleet;
    enum cm_status status = cm_report_run_measures(run, &measures, err);

    if (status != CM_OK || measures->num_profiles == 0) {
        return status;
    }
    status = cm_report_run_fleet(run, &fleet, err);
    if (status != CM_OK) {
        return status;
    }
    matrix(out, measures, fleet);
    if (!cm_html_matrix(out, measures, fleet)) {
        return cm_error_nomem(err, "the HTML report");
    }
    for (size_t i = 0; i < measures->num_profiles; i++) {
        if (fleet->profiles[i].failed + fleet->profiles[i].unknown > 0) {
            client(out, &measures->profiles[i], &fleet->profiles[i]);
        }
    }
    return CM_OK;
}
