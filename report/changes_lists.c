/* The first rows of each kind of change, kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "changes_out.h"

struct making {
    struct cm_change_lists *lists;
    size_t max_each;
};

/* NULL stays NULL. False: no memory. */
static bool copy(const char **text)
{
    if (*text != NULL) {
        *text = strdup(*text);
        return *text != NULL;
    }
    return true;
}

/* Verdicts and causes are static. */
static bool copy_texts(struct cm_changed_row *row)
{
    const char **texts[] = {&row->owner,
                            &row->host,
                            &row->protocol,
                            &row->sni,
                            &row->fingerprint_before,
                            &row->fingerprint};
    bool made = true;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!made) {
            *texts[i] = NULL; /* it is somebody else's */
        }
        made = made && copy(texts[i]);
    }
    return made;
}

static void free_texts(struct cm_changed_row *row)
{
    free((void *)(uintptr_t)row->owner);
    free((void *)(uintptr_t)row->host);
    free((void *)(uintptr_t)row->protocol);
    free((void *)(uintptr_t)row->sni);
    free((void *)(uintptr_t)row->fingerprint_before);
    free((void *)(uintptr_t)row->fingerprint);
}

static enum cm_status keep(void *arg, const struct cm_changed_row *row,
                           struct cm_error *err)
{
    struct making *making = arg;
    struct cm_change_list *list = &making->lists->of[row->change];

    if (list->num == making->max_each) {
        return CM_OK;
    }
    if (list->rows == NULL) {
        list->rows = calloc(making->max_each, sizeof(*list->rows));
    }
    if (list->rows == NULL) {
        return cm_error_nomem(err, "the changes");
    }
    list->rows[list->num] = *row;
    return copy_texts(&list->rows[list->num++])
               ? CM_OK
               : cm_error_nomem(err, "the changes");
}

enum cm_status cm_change_lists_make(struct cm_change_lists *lists,
                                    struct cm_report_run *run, size_t max_each,
                                    struct cm_error *err)
{
    struct making making = {lists, max_each};

    return cm_report_each_change(run, keep, &making, err);
}

void cm_change_lists_cleanup(struct cm_change_lists *lists)
{
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        struct cm_change_list *list = &lists->of[i];

        for (size_t j = 0; j < list->num; j++) {
            free_texts(&list->rows[j]);
        }
        free(list->rows);
    }
    memset(lists, 0, sizeof(*lists));
}
