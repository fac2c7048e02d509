/* See shard.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/shard.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TASK 1000000000L /* engines number their tasks far lower */

/* FNV-1a, and the finisher of MurmurHash3, which spreads what names have in
 * common over all bits. No key: all machines must agree. Whoever chooses names
 * can fill one shard with them, and gains nothing but a slow scan of them. */
static uint64_t hash(const uint8_t *bytes, size_t len)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (size_t i = 0; i < len; i++) {
        h = (h ^ bytes[i]) * 0x100000001b3U;
    }
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdU;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53U;
    return h ^ (h >> 33);
}

/* The high half of h * count, by parts: an even share without a division. */
static unsigned scale(uint64_t h, unsigned count)
{
    uint64_t low = (h & UINT32_MAX) * count;
    uint64_t high = (h >> 32) * count;

    return (unsigned)((high + (low >> 32)) >> 32);
}

unsigned cm_shard_of(const struct cm_row *row, unsigned count)
{
    const char *host = row->endpoint.host;
    uint8_t number[8];

    if (row->valid) {
        return scale(hash((const uint8_t *)host, strlen(host)), count);
    }
    for (size_t i = 0; i < sizeof(number); i++) {
        number[i] = (uint8_t)((row->id >> (8 * i)) & 0xff);
    }
    return scale(hash(number, sizeof(number)), count);
}

bool cm_shard_keeps(const struct cm_shard *shard, const struct cm_row *row)
{
    return shard->count == 0 || cm_shard_of(row, shard->count) == shard->index;
}

static enum cm_status check(struct cm_shard *out, long index, long count,
                            struct cm_error *err)
{
    if (count < 1 || count > (long)CM_MAX_SHARDS) {
        return cm_error_set(err, CM_EUSAGE,
                            "there can be 1 to %u shards, not %ld",
                            CM_MAX_SHARDS, count);
    }
    if (index < 0 || index >= count) {
        return cm_error_set(err, CM_EUSAGE,
                            "of %ld shards the first is 0 and the last is %ld; "
                            "there is no shard %ld",
                            count, count - 1, index);
    }
    out->index = (unsigned)index;
    out->count = (unsigned)count;
    return CM_OK;
}

/* The digits at *text, which is moved behind them. */
static bool take_number(const char **text, long *out)
{
    char *end;

    if (**text < '0' || **text > '9') {
        return false;
    }
    errno = 0;
    *out = strtol(*text, &end, 10);
    *text = end;
    return errno == 0 && *out <= MAX_TASK;
}

enum cm_status cm_shard_parse(struct cm_shard *out, const char *text,
                              struct cm_error *err)
{
    const char *at = text;
    long index = 0;
    long count = 0;
    bool read = take_number(&at, &index) && *at++ == '/' &&
                take_number(&at, &count) && *at == '\0';

    return read ? check(out, index, count, err)
                : cm_error_set(err, CM_EUSAGE,
                               "--shard takes I/N (0/4 is the first of four) "
                               "or auto, not \"%s\"",
                               text);
}

static bool is_there(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static enum cm_status read_hint(long *out, const char *name, const char *text,
                                struct cm_error *err)
{
    const char *at = text;

    if (!is_there(text)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard auto: %s is not set; say --shard I/N",
                            name);
    }
    if (!take_number(&at, out) || *at != '\0') {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard auto: %s is \"%s\", not a number", name,
                            text);
    }
    return CM_OK;
}

/* "--array=5-11:2" has the tasks 5, 7, 9 and 11. */
static enum cm_status from_slurm(struct cm_shard *out,
                                 const struct cm_shard_hints *hints,
                                 unsigned wanted, struct cm_error *err)
{
    long id = 0;
    long min = 0;
    long step = 1;
    long count = 0;
    enum cm_status status =
        read_hint(&id, "SLURM_ARRAY_TASK_ID", hints->slurm_id, err);

    if (status == CM_OK) {
        status = read_hint(&min, "SLURM_ARRAY_TASK_MIN", hints->slurm_min, err);
    }
    if (status == CM_OK) {
        status = read_hint(&count, "SLURM_ARRAY_TASK_COUNT", hints->slurm_count,
                           err);
    }
    if (status == CM_OK && is_there(hints->slurm_step)) {
        status =
            read_hint(&step, "SLURM_ARRAY_TASK_STEP", hints->slurm_step, err);
    }
    if (status != CM_OK) {
        return status;
    }
    if (step < 1 || id < min || (id - min) % step != 0 ||
        (id - min) / step >= count) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard auto: task %ld is none of the %ld tasks "
                            "from %ld on in steps of %ld; an array with gaps "
                            "needs --shard I/N",
                            id, count, min, step);
    }
    if (wanted != 0 && (long)wanted != count) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard-count is %u, and the array job has %ld "
                            "tasks; leave it out",
                            wanted, count);
    }
    return check(out, (id - min) / step, count, err);
}

enum cm_status cm_shard_find(struct cm_shard *out,
                             const struct cm_shard_hints *hints, unsigned count,
                             struct cm_error *err)
{
    long index = 0;
    enum cm_status status;

    if (is_there(hints->slurm_id)) {
        return from_slurm(out, hints, count, err);
    }
    if (!is_there(hints->kubernetes_index)) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard auto: this is no task of an array job of "
                            "Slurm (SLURM_ARRAY_TASK_ID) and no pod of an "
                            "Indexed Job of Kubernetes "
                            "(JOB_COMPLETION_INDEX); say --shard I/N");
    }
    if (count == 0) {
        return cm_error_set(err, CM_EUSAGE,
                            "--shard auto: Kubernetes does not tell how many "
                            "shards there are; add --shard-count N, the Job's "
                            "\"completions\"");
    }
    status =
        read_hint(&index, "JOB_COMPLETION_INDEX", hints->kubernetes_index, err);
    return status == CM_OK ? check(out, index, (long)count, err) : status;
}
