/* Fix bundles: one walk over the actions that have one, in the order of their
 * rank.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/file.h"
#include "fixes_parts.h"

#define MAX_RESOLUTIONS ((size_t)4096) /* bytes of the list of their ids */

typedef enum cm_status row_fn(struct cm_fixes *fixes,
                              struct cm_fix_group *group,
                              const struct cm_report_fixable *row,
                              struct cm_error *err);
typedef enum cm_status end_fn(struct cm_fixes *fixes,
                              struct cm_fix_group *group, struct cm_error *err);

/* What is made for which resolution. */
static const struct maker {
    enum cm_resolution resolution;
    row_fn *row;
    end_fn *end;
} makers[] = {
    {CM_RESOLUTION_INSTALL_CHAIN, cm_fix_chain_row, cm_fix_chain_end},
    {CM_RESOLUTION_TIDY_CHAIN, cm_fix_chain_row, cm_fix_chain_end},
    {CM_RESOLUTION_TRUST_ROOT, cm_fix_root_row, cm_fix_root_end},
    {CM_RESOLUTION_TRUST_INSPECTION, cm_fix_root_row, cm_fix_root_end},
    {CM_RESOLUTION_RENEW_CERTIFICATE, cm_fix_request_row, cm_fix_request_end},
    {CM_RESOLUTION_REPLACE_REVOKED, cm_fix_request_row, cm_fix_request_end},
    {CM_RESOLUTION_REPLACE_SELF_SIGNED, cm_fix_request_row, cm_fix_request_end},
    {CM_RESOLUTION_ADD_NAMES, cm_fix_request_row, cm_fix_request_end},
    {CM_RESOLUTION_REISSUE_CERTIFICATE, cm_fix_request_row, cm_fix_request_end},
    {CM_RESOLUTION_CHANGE_CA, cm_fix_request_row, cm_fix_request_end},
};
#define NUM_MAKERS (sizeof(makers) / sizeof(makers[0]))

static const struct maker *maker_of(enum cm_resolution resolution)
{
    for (size_t i = 0; i < NUM_MAKERS; i++) {
        if (makers[i].resolution == resolution) {
            return &makers[i];
        }
    }
    return NULL;
}

static void free_list(void *value)
{
    struct cm_fix_list *list = value;

    free(list->files);
    free(list);
}

void cm_fixes_free(struct cm_fixes *fixes)
{
    if (fixes == NULL) {
        return;
    }
    cm_map_free(fixes->actions, free_list);
    cm_map_free(fixes->files, free);
    cm_buf_cleanup(&fixes->manifest);
    cm_buf_cleanup(&fixes->written);
    free(fixes->folder);
    free(fixes);
}

const struct cm_fix_list *cm_fixes_of(const struct cm_fixes *fixes,
                                      const char *action_key)
{
    return fixes == NULL
               ? NULL
               : cm_map_get(fixes->actions, action_key, strlen(action_key));
}

const char *cm_fix_kind_id(enum cm_fix_kind kind)
{
    static const char *const ids[] = {
        [CM_FIX_INTERMEDIATES] = "intermediates",
        [CM_FIX_FULL_CHAIN] = "full_chain",
        [CM_FIX_ROOT] = "root",
        [CM_FIX_REQUEST] = "request",
    };

    return ids[kind];
}

static bool is_hex(const char *text, size_t len)
{
    return strspn(text, "0123456789abcdef") == len && text[len] == '\0';
}

static void forget_group(struct cm_fix_group *group)
{
    for (size_t i = 0; i < group->num_missing; i++) {
        free(group->missing[i]);
    }
    cm_map_free(group->seen, NULL);
    cm_buf_cleanup(&group->names);
    memset(group, 0, sizeof(*group));
}

/* The store may come from elsewhere: a key becomes the name of a file only when
 * it looks like one of ours. */
static enum cm_status begin_group(struct cm_fixes *fixes,
                                  struct cm_fix_group *group,
                                  const struct cm_report_fixable *row,
                                  struct cm_error *err)
{
    enum cm_resolution resolution;

    if (!is_hex(row->key, CM_FIX_KEY_LEN) ||
        !cm_resolution_from_id(row->resolution, &resolution)) {
        return CM_OK;
    }
    if (fixes->num_actions == CM_FIX_MAX_ACTIONS) {
        fixes->actions_left_out = true;
        return CM_OK;
    }
    fixes->num_actions++;
    (void)snprintf(group->key, sizeof(group->key), "%s", row->key);
    group->resolution = resolution;
    if (row->fingerprint_sha256 != NULL &&
        is_hex(row->fingerprint_sha256, 64)) {
        (void)snprintf(group->cert, sizeof(group->cert), "%s",
                       row->fingerprint_sha256);
    }
    cm_buf_init(&group->names, CM_FIX_MAX_FILE);
    group->seen = cm_map_new();
    return group->seen == NULL ? cm_error_nomem(err, "the fixes") : CM_OK;
}

static enum cm_status end_group(struct cm_fixes *fixes,
                                struct cm_fix_group *group,
                                struct cm_error *err)
{
    const struct maker *maker =
        group->key[0] == '\0' ? NULL : maker_of(group->resolution);
    enum cm_status status =
        maker == NULL ? CM_OK : maker->end(fixes, group, err);

    forget_group(group);
    return status;
}

static enum cm_status walk(struct cm_fixes *fixes,
                           struct cm_report_fixables *fixables,
                           struct cm_error *err)
{
    struct cm_fix_group group = {.key = ""};
    char key[CM_FIX_KEY_LEN + 2] = ""; /* longer ones are none of ours */
    const struct cm_report_fixable *row;
    enum cm_status status = cm_report_fixables_next(fixables, &row, err);

    while (status == CM_OK && row != NULL) {
        if (strncmp(key, row->key, sizeof(key) - 1) != 0) {
            (void)snprintf(key, sizeof(key), "%s", row->key);
            status = end_group(fixes, &group, err);
            if (status == CM_OK) {
                status = begin_group(fixes, &group, row, err);
            }
        }
        if (status == CM_OK && group.key[0] != '\0') {
            status = maker_of(group.resolution)->row(fixes, &group, row, err);
        }
        if (status == CM_OK) {
            status = cm_report_fixables_next(fixables, &row, err);
        }
    }
    if (status == CM_OK) {
        status = end_group(fixes, &group, err);
    }
    forget_group(&group);
    return status;
}

static enum cm_status make_all(struct cm_fixes *fixes, struct cm_error *err)
{
    struct cm_report_fixables *fixables = NULL;
    struct cm_buf ids;
    enum cm_status status;

    cm_buf_init(&ids, MAX_RESOLUTIONS);
    for (size_t i = 0; i < NUM_MAKERS; i++) {
        (void)cm_buf_printf(&ids, "%s\"%s\"", i == 0 ? "[" : ",",
                            cm_resolution_info(makers[i].resolution)->id);
    }
    (void)cm_buf_putc(&ids, ']');
    status = ids.failed ? cm_error_nomem(err, "the fixes")
                        : cm_report_fixables_open(&fixables, fixes->run,
                                                  cm_buf_cstr(&ids), err);
    if (status == CM_OK) {
        status = walk(fixes, fixables, err);
    }
    if (status == CM_OK) {
        status = cm_fix_finish(fixes, err);
    }
    cm_report_fixables_close(fixables);
    cm_buf_cleanup(&ids);
    return status;
}

const struct cm_fix_file *cm_fixes_written(const struct cm_fixes *fixes,
                                           size_t *num)
{
    *num = fixes == NULL ? 0 : fixes->written.len / sizeof(struct cm_fix_file);
    return *num == 0
               ? NULL
               : (const struct cm_fix_file *)(const void *)fixes->written.data;
}

enum cm_status cm_fixes_make(struct cm_fixes **out, struct cm_report_run *run,
                             const struct cm_report_options *options,
                             struct cm_error *err)
{
    struct cm_fixes *fixes = calloc(1, sizeof(*fixes));
    enum cm_status status;

    *out = NULL;
    if (fixes == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    fixes->run = run;
    fixes->mode = options->mode;
    fixes->actions = cm_map_new();
    fixes->files = cm_map_new();
    cm_buf_init(&fixes->manifest, CM_FIX_MAX_FILE);
    cm_buf_init(&fixes->written, CM_FIX_MAX_FILE);
    if (asprintf(&fixes->folder, "%s/" CM_FIXES_FOLDER, options->out_dir) < 0) {
        fixes->folder = NULL;
    }
    if (fixes->actions == NULL || fixes->files == NULL ||
        fixes->folder == NULL) {
        status = cm_error_nomem(err, "the fixes");
        goto out;
    }
    status = cm_dir_make(fixes->folder, err);
    if (status == CM_OK) {
        status = make_all(fixes, err);
    }
    if (status == CM_OK) {
        *out = fixes;
        fixes = NULL;
    }
out:
    cm_fixes_free(fixes);
    return status;
}
