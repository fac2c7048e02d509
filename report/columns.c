/* The names of the columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool taken(const struct cm_columns_of *columns, const char *name)
{
    for (size_t i = 0; i < columns->num; i++) {
        if (strcmp(columns->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static char *name_column(const struct cm_columns_of *before, const char *given,
                         bool unique)
{
    char *name = NULL;

    if (given != NULL) {
        name = strdup(given);
    } else if (asprintf(&name, "column_%zu", before->num + 1) < 0) {
        return NULL;
    }
    for (size_t n = 2; unique && name != NULL && taken(before, name); n++) {
        free(name);
        name = NULL;
        if (asprintf(&name, "%s_%zu", given == NULL ? "column" : given, n) <
            0) {
            return NULL;
        }
    }
    return name;
}

enum cm_status cm_columns_make(struct cm_columns_of *out,
                               struct cm_report_run *run, bool unique,
                               struct cm_error *err)
{
    const struct cm_report_list *given = &cm_report_run_facts(run)->columns;
    size_t width = 0;
    enum cm_status status = cm_report_run_width(run, &width, err);

    out->names = NULL;
    out->num = 0;
    if (status != CM_OK) {
        return status;
    }
    out->names = calloc(width + 1, sizeof(*out->names));
    if (out->names == NULL) {
        return cm_error_nomem(err, "the report");
    }
    while (out->num < width) {
        char *name = name_column(
            out, out->num < given->num ? given->items[out->num] : NULL, unique);

        if (name == NULL) {
            return cm_error_nomem(err, "the report");
        }
        out->names[out->num] = name;
        out->num++;
    }
    return CM_OK;
}

void cm_columns_cleanup(struct cm_columns_of *columns)
{
    for (size_t i = 0; i < columns->num; i++) {
        free(columns->names[i]);
    }
    free(columns->names);
    memset(columns, 0, sizeof(*columns));
}

const char *cm_columns_field(const struct cm_report_row *row, size_t i)
{
    return i < row->fields.num ? row->fields.items[i] : NULL;
}

/* As people and databases compare names of columns: without case. */
static bool has_name(const struct cm_columns_of *columns, const char *name)
{
    for (size_t i = 0; i < columns->num; i++) {
        if (strcasecmp(columns->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

char *cm_columns_ours(const struct cm_columns_of *columns, const char *name)
{
    char *ours = strdup(name);

    while (ours != NULL && has_name(columns, ours)) {
        char *longer = NULL;

        if (asprintf(&longer, "certmuster_%s", ours) < 0) {
            longer = NULL;
        }
        free(ours);
        ours = longer;
    }
    return ours;
}
