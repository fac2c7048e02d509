/* Versions, suites, groups and grades of the fleet: what connections chose, and
 * where it was asked for all that is served.
 * SPDX-License-Identifier: Apache-2.0 */
#include "asked_json.h"
#include "certmuster/evidence.h"
#include "certmuster/grade.h"
#include "html_parts.h"

#define MAX_SUITES 40
#define MAX_GROUPS 20

static void head(struct cm_buf *out, const char *caption)
{
    (void)cm_buf_printf(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table><caption>%s"
        "</caption>",
        caption);
}

static void tail(struct cm_buf *out)
{
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

static void number(struct cm_buf *out, int64_t rows)
{
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, rows);
    (void)cm_buf_puts(out, "</td>");
}

static void share(struct cm_buf *out, int64_t rows, int64_t most)
{
    (void)cm_buf_puts(out, "<td class=\"part\">");
    cm_html_share_bar(out, rows, most);
    (void)cm_buf_puts(out, "</td>");
}

static void name(struct cm_buf *out, const char *text)
{
    (void)cm_buf_puts(out, "<tr><th scope=\"row\">");
    cm_html_text(out, text);
    (void)cm_buf_puts(out, "</th>");
}

static void versions(struct cm_buf *out,
                     const struct cm_report_protocols *protocols)
{
    bool served = protocols->inventories > 0;

    head(out, "Endpoints by protocol version");
    (void)cm_buf_puts(out, "<thead><tr><th scope=\"col\">version</th><th "
                           "scope=\"col\" class=\"num\">chosen</th>");
    (void)cm_buf_puts(out, served ? "<th scope=\"col\" class=\"num\">served"
                                    "</th><th scope=\"col\" class=\"num\">"
                                    "refused</th><th scope=\"col\" class=\""
                                    "num\">unknown</th>"
                                  : "");
    (void)cm_buf_puts(out, "<td></td></tr></thead><tbody>\n");
    for (int i = CM_VERSION_COUNT - 1; i >= 0; i--) {
        name(out,
             cm_tls_version_name(cm_version_number((enum cm_version_index)i)));
        number(out, protocols->chosen[i]);
        if (served) {
            number(out, protocols->served[i]);
            number(out, protocols->refused[i]);
            number(out, protocols->inventories - protocols->served[i] -
                            protocols->refused[i]);
            share(out, protocols->served[i], protocols->inventories);
        } else {
            share(out, protocols->chosen[i], protocols->connected);
        }
        (void)cm_buf_puts(out, "</tr>\n");
    }
    tail(out);
}

static void groups(struct cm_buf *out,
                   const struct cm_report_protocols *protocols)
{
    bool served = protocols->inventories > 0;
    const int64_t *rows = served ? protocols->groups : protocols->chosen_groups;
    struct cm_report_number numbers[MAX_GROUPS];
    size_t num = cm_report_top_numbers(rows, numbers, MAX_GROUPS);

    if (num == 0) {
        return;
    }
    head(out, served ? "Key exchange groups that are served, and chosen"
                     : "Key exchange groups that were chosen");
    (void)cm_buf_puts(
        out, "<thead><tr><th scope=\"col\">group</th><th "
             "scope=\"col\">resists quantum computers</th><th "
             "scope=\"col\" class=\"num\">served</th><th "
             "scope=\"col\" "
             "class=\"num\">chosen</th><td></td></tr></thead><tbody>\n");
    for (size_t i = 0; i < num; i++) {
        char hex[CM_CODE_SIZE];
        uint16_t group = numbers[i].number;

        name(out, cm_group_text(group, hex));
        (void)cm_buf_printf(out, "<td>%s</td>",
                            cm_is_post_quantum(group) ? "yes" : "no");
        number(out, protocols->groups[group]);
        number(out, protocols->chosen_groups[group]);
        share(out, numbers[i].rows, numbers[0].rows);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    tail(out);
}

static void post_quantum(struct cm_buf *out,
                         const struct cm_report_protocols *protocols)
{
    (void)cm_buf_puts(out, "<p>");
    if (protocols->inventories > 0) {
        cm_html_count(out, protocols->post_quantum, "endpoint takes",
                      "endpoints take");
        (void)cm_buf_puts(out, " a post-quantum key exchange, ");
        cm_html_number(out, protocols->no_post_quantum);
        (void)cm_buf_puts(out, " surely none, of ");
        cm_html_number(out, protocols->inventories);
        (void)cm_buf_puts(out, " that were asked.</p>\n");
    } else {
        cm_html_count(out, protocols->chosen_post_quantum, "connection",
                      "connections");
        (void)cm_buf_puts(out, " of ");
        cm_html_number(out, protocols->connected);
        (void)cm_buf_puts(out, " chose a post-quantum key exchange.</p>\n");
    }
}

static void classes(struct cm_buf *out,
                    const struct cm_report_protocols *protocols)
{
    head(out, "Endpoints by the kinds of suites they serve");
    (void)cm_buf_puts(
        out, "<thead><tr><th scope=\"col\">suites</th><th "
             "scope=\"col\" "
             "class=\"num\">endpoints</th><td></td></tr></thead><tbody>\n");
    for (int i = 0; i < CM_SUITES_COUNT; i++) {
        name(out, cm_suite_class_words((enum cm_suite_class)i));
        number(out, protocols->classes[i]);
        share(out, protocols->classes[i], protocols->inventories);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    tail(out);
}

static void suites(struct cm_buf *out,
                   const struct cm_report_protocols *protocols)
{
    struct cm_report_number numbers[MAX_SUITES];
    size_t num = cm_report_top_numbers(protocols->suites, numbers, MAX_SUITES);

    if (num == 0) {
        return;
    }
    (void)cm_buf_puts(out, "<details class=\"fold\"><summary><span class=\"t\""
                           ">Cipher suites</span> <span class=\"mute\">served "
                           "by most endpoints</span></summary><div class=\""
                           "scroll\"><table><thead><tr><th scope=\"col\">suite"
                           "</th><th scope=\"col\">strength</th><th scope=\""
                           "col\" class=\"num\">endpoints</th><th scope=\"col"
                           "\"></th></tr></thead><tbody>\n");
    for (size_t i = 0; i < num; i++) {
        const struct cm_suite *suite = cm_suite_find(numbers[i].number);
        char hex[CM_CODE_SIZE];

        name(out, cm_suite_text(numbers[i].number, hex));
        (void)cm_buf_printf(
            out, "<td>%s</td>",
            suite == NULL ? "" : cm_letter_text(cm_suite_letter(suite, 0)));
        number(out, numbers[i].rows);
        share(out, numbers[i].rows, protocols->inventories);
        (void)cm_buf_puts(out, "</tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div></details>\n");
}

static void grades(struct cm_buf *out,
                   const struct cm_report_protocols *protocols)
{
    int64_t most = 0;

    for (int i = CM_LETTER_A; i < CM_LETTER_COUNT; i++) {
        most = protocols->grades[i] > most ? protocols->grades[i] : most;
    }
    if (most == 0) {
        return;
    }
    head(out, "Grades by the " CM_GRADE_GUIDE);
    (void)cm_buf_puts(
        out, "<thead><tr><th scope=\"col\">grade</th><th "
             "scope=\"col\" "
             "class=\"num\">endpoints</th><td></td></tr></thead><tbody>\n");
    for (int i = CM_LETTER_A; i < CM_LETTER_COUNT; i++) {
        if (protocols->grades[i] > 0) {
            name(out, cm_letter_text((enum cm_letter)i));
            number(out, protocols->grades[i]);
            share(out, protocols->grades[i], most);
            (void)cm_buf_puts(out, "</tr>\n");
        }
    }
    tail(out);
}

enum cm_status cm_html_protocols(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err)
{
    const struct cm_report_fleet *fleet;
    const struct cm_report_protocols *protocols;
    enum cm_status status = cm_report_run_fleet(run, &fleet, err);

    if (status != CM_OK) {
        return status;
    }
    protocols = &fleet->protocols;
    if (protocols->connected == 0 && protocols->inventories == 0) {
        return CM_OK;
    }
    (void)cm_buf_puts(out, "<div class=\"two\">");
    versions(out, protocols);
    groups(out, protocols);
    if (protocols->inventories > 0) {
        classes(out, protocols);
        grades(out, protocols);
    }
    (void)cm_buf_puts(out, "</div>\n");
    post_quantum(out, protocols);
    if (protocols->inventories > 0) {
        suites(out, protocols);
    }
    return CM_OK;
}
