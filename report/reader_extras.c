/* The end of a row's line: what few runs ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_sql.h"

#include "certmuster/evidence.h"

static void read_versions(struct cm_sql_line *line, struct cm_report_row *row)
{
    const struct cm_inventory *inventory = row->extras.inventory;

    for (int i = 0; inventory != NULL && i < CM_VERSION_COUNT; i++) {
        const char *name =
            cm_tls_version_name(cm_version_number((enum cm_version_index)i));

        if (inventory->versions[i].served == CM_YES && line->status == CM_OK) {
            line->status = cm_report_list_push(&row->tls_versions, name);
        }
    }
}

int64_t cm_report_client_read(struct cm_sql_line *line,
                              struct cm_report_row *row)
{
    row->extras.client_fault = cm_sql_text(line);
    row->extras.client_detail = cm_sql_text(line);
    return cm_sql_number(line);
}

void cm_report_inventory_read(struct cm_sql_line *line,
                              struct cm_report_row *row)
{
    const char *facts = cm_sql_text(line);

    cm_inventory_free(row->extras.inventory);
    row->extras.inventory = NULL;
    row->tls_versions.num = 0;
    if (facts != NULL && line->status == CM_OK) {
        line->status =
            cm_inventory_read(facts, &row->extras.inventory) == CM_ENOMEM
                ? CM_ENOMEM
                : CM_OK; /* one that cannot be read is none */
    }
    read_versions(line, row);
}

void cm_report_measured_read(struct cm_sql_line *line,
                             struct cm_report_row *row)
{
    struct cm_report_extras *extras = &row->extras;

    extras->clients = cm_sql_text(line);
    extras->policies = cm_sql_text(line);
    extras->grade = cm_sql_text(line);
    extras->grade_without_trust = cm_sql_text(line);
    extras->grade_at_best = cm_sql_number(line);
    extras->grade_score = cm_sql_number(line);
    cm_sql_list(line, &extras->grade_rules);
}

void cm_report_extras_cleanup(struct cm_report_extras *extras)
{
    cm_inventory_free(extras->inventory);
    extras->inventory = NULL;
    cm_report_list_cleanup(&extras->grade_rules);
}
