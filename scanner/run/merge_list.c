/* Which shards there are, and whether they are parts of one whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "run/merge_parts.h"

#define MAX_ROWS UINT64_C(10000000000) /* of an input */
#define MAX_NAMED 300                  /* characters of a list of shards */

void cm_merge_list_cleanup(struct cm_merge_list *list)
{
    for (size_t i = 0; i < list->num; i++) {
        free(list->shards[i].path);
    }
    free(list->shards);
    free(list->is_there);
    memset(list, 0, sizeof(*list));
}

/* --- collecting --- */

static enum cm_status add(struct cm_merge_list *list, const char *path,
                          struct cm_error *err)
{
    if (list->num == list->cap) {
        size_t cap = list->cap == 0 ? 16 : list->cap * 2;
        struct cm_merge_shard *grown =
            reallocarray(list->shards, cap, sizeof(*grown));

        if (grown == NULL) {
            return cm_error_nomem(err, "the shards");
        }
        list->shards = grown;
        list->cap = cap;
    }
    if (list->num > CM_MAX_SHARDS) {
        return cm_error_set(err, CM_EINPUT, "more than %u shards",
                            CM_MAX_SHARDS);
    }
    list->shards[list->num].path = strdup(path);
    if (list->shards[list->num].path == NULL) {
        return cm_error_nomem(err, "the shards");
    }
    return cm_shard_read(path, &list->shards[list->num++].facts, err);
}

/* The digits behind `word` at the beginning of `text`; NULL: there are none. */
static const char *skip(const char *text, const char *word)
{
    size_t len = strlen(word);
    size_t digits;

    if (strncmp(text, word, len) != 0) {
        return NULL;
    }
    digits = strspn(text + len, "0123456789");
    return digits == 0 ? NULL : text + len + digits;
}

/* Only whole shards have such names; what is under way begins with a dot. */
static int is_shard(const struct dirent *entry)
{
    const char *at = skip(entry->d_name, "shard-");

    at = at == NULL ? NULL : skip(at, "-of-");
    return at != NULL && strcmp(at, ".db") == 0;
}

static enum cm_status add_folder(struct cm_merge_list *list, const char *folder,
                                 struct cm_error *err)
{
    struct dirent **entries = NULL;
    int num = scandir(folder, &entries, is_shard, alphasort);
    enum cm_status status = CM_OK;

    if (num < 0 && errno == ENOMEM) {
        return cm_error_nomem(err, folder);
    }
    if (num < 0) {
        return cm_error_set(err, CM_EINPUT, "%s: %s", folder,
                            strerrordesc_np(errno));
    }
    if (num == 0) {
        status = cm_error_set(err, CM_EINPUT,
                              "%s holds no shard (shard-0-of-4.db and so on)",
                              folder);
    }
    for (int i = 0; i < num; i++) {
        char *path = NULL;

        if (status == CM_OK &&
            asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
            path = NULL;
            status = cm_error_nomem(err, "the shards");
        }
        if (status == CM_OK && path != NULL) {
            status = add(list, path, err);
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum cm_status collect(struct cm_merge_list *list,
                              const struct cm_merge_inputs *inputs,
                              struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; i < inputs->num_paths && status == CM_OK; i++) {
        const char *path = inputs->paths[i];
        struct stat st;

        status = stat(path, &st) == 0 && S_ISDIR(st.st_mode)
                     ? add_folder(list, path, err)
                     : add(list, path, err);
    }
    return status;
}

/* --- comparing --- */

static int by_number(const void *a, const void *b)
{
    const struct cm_merge_shard *one = a;
    const struct cm_merge_shard *other = b;

    return (one->facts.shard > other->facts.shard) -
           (one->facts.shard < other->facts.shard);
}

/* NULL: they may be parts of one whole. */
static const char *differ(const struct cm_shard_facts *a,
                          const struct cm_shard_facts *b)
{
    if (a->shards != b->shards) {
        return "are not of the same number of parts";
    }
    if (strcmp(a->input_sha256, b->input_sha256) != 0 ||
        a->input_rows != b->input_rows) {
        return "were made of different inputs";
    }
    if (strcmp(a->config_sha256, b->config_sha256) != 0) {
        return "were made with different options, trust files or versions";
    }
    return a->shard == b->shard ? "are the same shard" : NULL;
}

static enum cm_status compare(const struct cm_merge_list *list,
                              const char *version, struct cm_error *err)
{
    const struct cm_merge_shard *first = &list->shards[0];

    for (size_t i = 0; i < list->num; i++) {
        const struct cm_merge_shard *shard = &list->shards[i];
        const struct cm_merge_shard *before = i == 0 ? shard : shard - 1;
        const char *why = i == 0 ? NULL : differ(&shard->facts, &first->facts);

        if (why == NULL && i > 0) {
            why = differ(&shard->facts, &before->facts);
        }
        if (why != NULL) {
            return cm_error_set(err, CM_EINPUT,
                                "%s and %s %s; merge the shards of one scan",
                                before->path, shard->path, why);
        }
        if (strcmp(shard->facts.version, version) != 0) {
            return cm_error_set(err, CM_EINPUT,
                                "%s was written by certmuster %s, this is %s; "
                                "scan and merge with the same one",
                                shard->path, shard->facts.version, version);
        }
    }
    if (first->facts.shards > CM_MAX_SHARDS ||
        first->facts.input_rows > MAX_ROWS) {
        return cm_error_set(err, CM_EINPUT,
                            "%s says it is one of %u shards of %llu rows, "
                            "which is too many",
                            first->path, first->facts.shards,
                            (unsigned long long)first->facts.input_rows);
    }
    return CM_OK;
}

/* --- what is missing --- */

/* "2-5,9", as sbatch --array and people read it. */
static void name_missing(const struct cm_merge_list *list, struct cm_buf *out)
{
    unsigned i = 0;

    while (i < list->count) {
        unsigned last = i;

        if (list->is_there[i]) {
            i++;
            continue;
        }
        while (last + 1 < list->count && !list->is_there[last + 1]) {
            last++;
        }
        if (out->len > MAX_NAMED) {
            (void)cm_buf_puts(out, " and more");
            return;
        }
        (void)cm_buf_printf(out, "%s%u", out->len == 0 ? "" : ",", i);
        if (last > i) {
            (void)cm_buf_printf(out, "-%u", last);
        }
        i = last + 1;
    }
}

static enum cm_status report_missing(const struct cm_merge_list *list,
                                     struct cm_error *err)
{
    const struct cm_merge_shard *any = &list->shards[0];
    struct cm_buf names;
    enum cm_status status;

    cm_buf_init(&names, 1024);
    name_missing(list, &names);
    status = cm_error_set(
        err, CM_EINPUT,
        "%u of %u shards %s: %s. Run each again as before, with --shard I/%u; "
        "shards that are done are kept. --allow-missing merges without",
        list->num_missing + list->num_partial, list->count,
        list->num_partial > 0 ? "are missing or were cut off" : "are missing",
        cm_buf_cstr(&names), any->facts.shards);
    cm_buf_cleanup(&names);
    return status;
}

static enum cm_status count_missing(struct cm_merge_list *list,
                                    struct cm_error *err)
{
    list->count = list->shards[0].facts.shards;
    list->is_there = calloc(list->count, sizeof(*list->is_there));
    if (list->is_there == NULL) {
        return cm_error_nomem(err, "the shards");
    }
    for (size_t i = 0; i < list->num; i++) {
        const struct cm_shard_facts *facts = &list->shards[i].facts;

        list->is_there[facts->shard] = facts->complete;
        list->num_partial += facts->complete ? 0 : 1;
    }
    list->num_missing = list->count - (unsigned)list->num;
    return CM_OK;
}

enum cm_status cm_merge_list_open(struct cm_merge_list *list,
                                  const struct cm_merge_inputs *inputs,
                                  struct cm_error *err)
{
    enum cm_status status = collect(list, inputs, err);

    if (status != CM_OK) {
        return status;
    }
    if (list->num == 0) {
        return cm_error_set(err, CM_EUSAGE, "there is nothing to merge");
    }
    qsort(list->shards, list->num, sizeof(*list->shards), by_number);
    status = compare(list, inputs->version, err);
    if (status == CM_OK) {
        status = count_missing(list, err);
    }
    if (status == CM_OK && list->num_missing + list->num_partial > 0 &&
        !inputs->allow_missing) {
        status = report_missing(list, err);
    }
    /* From here on: there is something of it. */
    for (size_t i = 0; status == CM_OK && i < list->num; i++) {
        list->is_there[list->shards[i].facts.shard] = true;
    }
    return status;
}
