/* Versions, suites, groups and grades of the fleet: what connections chose, and
 * where it was asked for all that is served.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "asked_json.h"
#include "certmuster/evidence.h"
#include "certmuster/grade.h"
#include "html_cells.h"
#include "html_parts.h"
#include "html_quantum.h"

#define MAX_SUITES 40
#define MAX_GROUPS 20
#define PICK_SIZE 32

static void versions(struct cm_buf *out,
                     const struct cm_report_protocols *protocols)
{
    bool served = protocols->inventories > 0;

    cm_html_table_begin(out, "Endpoints by protocol version",
                        served ? "version|#chosen|#served|#refused|#unknown|"
                               : "version|#chosen|");
    for (int i = CM_VERSION_COUNT - 1; i >= 0; i--) {
        const char *name =
            cm_tls_version_name(cm_version_number((enum cm_version_index)i));
        char pick[PICK_SIZE];

        (void)snprintf(pick, sizeof(pick), "tls:%s", name);
        cm_html_row(out, name);
        cm_html_cell_pick(out, protocols->chosen[i], pick);
        if (served) {
            cm_html_cell_number(out, protocols->served[i]);
            cm_html_cell_number(out, protocols->refused[i]);
            cm_html_cell_number(out, protocols->inventories -
                                         protocols->served[i] -
                                         protocols->refused[i]);
            cm_html_cell_share(out, protocols->served[i],
                               protocols->inventories);
        } else {
            cm_html_cell_share(out, protocols->chosen[i], protocols->connected);
        }
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
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
    cm_html_table_begin(out,
                        served ? "Key exchange groups that are served, and "
                                 "chosen"
                               : "Key exchange groups that were chosen",
                        "group|resists quantum computers|#served|#chosen|");
    for (size_t i = 0; i < num; i++) {
        char hex[CM_CODE_SIZE];
        uint16_t group = numbers[i].number;

        cm_html_row(out, cm_group_text(group, hex));
        cm_html_cell(out, cm_is_post_quantum(group) ? "yes" : "no");
        cm_html_cell_number(out, protocols->groups[group]);
        cm_html_cell_number(out, protocols->chosen_groups[group]);
        cm_html_cell_share(out, numbers[i].rows,
                           served ? protocols->inventories
                                  : protocols->connected);
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
}

/* Forward secrecy: what was recorded today stays secret when the server's key
 * is stolen later. */
static void classes(struct cm_buf *out,
                    const struct cm_report_protocols *protocols)
{
    bool served = protocols->inventories > 0;

    cm_html_table_begin(out,
                        served ? "Endpoints by the kinds of suites they serve: "
                                 "forward secrecy keeps what is recorded today "
                                 "secret when a key is stolen later"
                               : "Endpoints by the kind of the suite chosen: "
                                 "forward secrecy keeps what is recorded today "
                                 "secret when a key is stolen later",
                        served ? "suites|#endpoints|#chosen|"
                               : "suites|#chosen|");
    for (int i = 0; i < CM_SUITES_COUNT; i++) {
        cm_html_row(out, cm_suite_class_words((enum cm_suite_class)i));
        if (served) {
            cm_html_cell_number(out, protocols->classes[i]);
        }
        cm_html_cell_number(out, protocols->chosen_classes[i]);
        cm_html_cell_share(
            out, served ? protocols->classes[i] : protocols->chosen_classes[i],
            served ? protocols->inventories : protocols->connected);
        cm_html_row_end(out);
    }
    cm_html_table_end(out);
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

        cm_html_row(out, cm_suite_text(numbers[i].number, hex));
        (void)cm_buf_printf(
            out, "<td>%s</td>",
            suite == NULL ? "" : cm_letter_text(cm_suite_letter(suite, 0)));
        cm_html_cell_number(out, numbers[i].rows);
        cm_html_cell_share(out, numbers[i].rows, protocols->inventories);
        cm_html_row_end(out);
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
    cm_html_table_begin(out, "Grades by the " CM_GRADE_GUIDE,
                        "grade|#endpoints|");
    for (int i = CM_LETTER_A; i < CM_LETTER_COUNT; i++) {
        if (protocols->grades[i] > 0) {
            cm_html_row(out, cm_letter_text((enum cm_letter)i));
            cm_html_cell_number(out, protocols->grades[i]);
            cm_html_cell_share(out, protocols->grades[i], most);
            cm_html_row_end(out);
        }
    }
    cm_html_table_end(out);
}

enum cm_status cm_html_protocols(struct cm_buf *out, struct cm_report_run *run,
                                 struct cm_error *err)
{
    const struct cm_report_fleet *fleet = NULL;
    const struct cm_report_totals *totals = NULL;
    const struct cm_report_protocols *protocols;
    enum cm_status status = cm_report_run_fleet(run, &fleet, err);

    if (status == CM_OK) {
        status = cm_report_run_totals(run, &totals, err);
    }
    if (status != CM_OK) {
        return status;
    }
    protocols = &fleet->protocols;
    if (protocols->connected == 0 && protocols->inventories == 0) {
        return CM_OK;
    }
    cm_html_quantum(out, protocols, totals);
    (void)cm_buf_puts(out, "<div class=\"two\">");
    versions(out, protocols);
    groups(out, protocols);
    classes(out, protocols);
    if (protocols->inventories > 0) {
        grades(out, protocols);
    }
    (void)cm_buf_puts(out, "</div>\n");
    if (protocols->inventories > 0) {
        suites(out, protocols);
    }
    return CM_OK;
}
