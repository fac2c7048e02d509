/* A damaged shard is merged: refused with a word on the file, or taken whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"
#include "fuzz/stores.h"

#include <string.h>

#include "certmuster/shard.h"
#include "certmuster/stored.h"

static enum cm_status settled(enum cm_status status, struct cm_error *err)
{
    cm_assert(status != CM_ENOMEM && status != CM_EUSAGE);
    cm_assert(status == CM_OK || err->text[0] != '\0');
    memset(err, 0, sizeof(*err));
    return status;
}

static enum cm_status each_text(void *arg, const char *name, const char *value,
                                struct cm_error *err)
{
    (void)arg;
    (void)err;
    cm_assert(name != NULL && value != NULL);
    return CM_OK;
}

static enum cm_status each_endpoint(void *arg, uint64_t endpoint)
{
    (void)arg;
    (void)endpoint;
    return CM_OK;
}

static void end(struct cm_store *store, int64_t id,
                const struct cm_shard_facts *facts)
{
    struct cm_run_end run = {.state = "complete",
                             .input_sha256 = facts->input_sha256,
                             .rows_read = facts->rows,
                             .finished_unix = 1800000000,
                             .input_rows = facts->rows};
    struct cm_error err = {0};
    uint64_t rows = 0;
    uint64_t last = 0;

    if (settled(cm_store_merge_end(store, id, &rows, &last, &err), &err) !=
        CM_OK) {
        return;
    }
    cm_assert(rows == facts->rows && last >= rows); /* nothing got lost */
    (void)settled(cm_store_each_helped(store, id, each_endpoint, NULL, &err),
                  &err);
    (void)settled(cm_store_finish_run(store, id, &run, &err), &err);
}

/* Judged by what the base was, see stores_scan.c. */
static void merge(const char *path, const struct cm_shard_facts *facts)
{
    static const struct cm_measure_facts measures[] = {
        {.kind = "profile", .name = "java8", .sha256 = "aa"},
        {.kind = "policy", .name = "modern", .sha256 = "bb"},
    };
    const struct cm_run_info info = {
        .options = "{}",
        .version = "1",
        .trust = "t",
        .views = "[{\"name\":\"system\",\"path\":\"/etc/ca.pem\","
                 "\"sha256\":\"00aa\",\"anchors\":150,\"distrusted\":2}]",
        .measures = measures,
        .num_measures = 2,
        .shards = 1,
    };
    const char *to = fuzz_scratch_path("merged.db");
    struct cm_store *store = NULL;
    struct cm_error err = {0};
    int64_t id = 0;

    fuzz_scratch_write(to, fuzz_base_bytes(FUZZ_BASE_EMPTY));
    cm_assert(cm_store_open(&store, to, &err) == CM_OK);
    if (settled(cm_store_merge_run(store, path, &info, &id, &err), &err) ==
            CM_OK &&
        settled(cm_store_merge_shard(store, id, path, facts, &err), &err) ==
            CM_OK) {
        end(store, id, facts);
    }
    cm_store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_shard_facts facts;
    struct cm_error err = {0};
    struct cm_reader in;
    const char *path;
    uint8_t what;

    (void)fuzz_base_bytes(FUZZ_BASE_EMPTY); /* before there is a file */
    cm_reader_init(&in, data, size);
    path = fuzz_store_make(&in, &what);
    if (settled(cm_shard_read(path, &facts, &err), &err) == CM_OK) {
        (void)settled(cm_shard_each_option(path, each_text, NULL, &err), &err);
        merge(path, &facts);
    }
    return 0;
}
