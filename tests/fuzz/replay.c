/* Runs the inputs of folders through a fuzz target, as any compiler builds it:
 * fuzz_replay TARGET FOLDER... What must hold is said by the targets.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/file.h"
#include "fuzz/fuzz.h"

#define MAX_BYTES (1U << 20)
#define PATH_SIZE 4096

typedef int target_fn(const uint8_t *data, size_t size);

#define FUZZ_TARGET(name) target_fn fuzz_##name;
#include "targets.inc"
#undef FUZZ_TARGET

static const struct {
    const char *name;
    target_fn *run;
} targets[] = {
#define FUZZ_TARGET(name) {#name, fuzz_##name},
#include "targets.inc"
#undef FUZZ_TARGET
};

static target_fn *find(const char *name)
{
    for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++) {
        if (strcmp(targets[i].name, name) == 0) {
            return targets[i].run;
        }
    }
    return NULL;
}

/* A copy of exactly the input's size, so that a step too far is seen. */
static void run_bytes(target_fn *run, struct cm_span bytes)
{
    uint8_t *copy = malloc(bytes.len);

    cm_assert(copy != NULL || bytes.len == 0);
    if (bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    (void)run(copy, bytes.len);
    free(copy);
}

static void run_file(target_fn *run, const char *path)
{
    struct cm_error err = {0};
    struct cm_buf bytes;

    cm_buf_init(&bytes, MAX_BYTES);
    if (cm_file_read(&bytes, path, &err) != CM_OK) {
        (void)fprintf(stderr, "fuzz_replay: %s\n", err.text);
        exit(2);
    }
    (void)fprintf(stderr, "%s\n", path); /* the last one is what failed */
    run_bytes(run, (struct cm_span){bytes.data, bytes.len});
    cm_buf_cleanup(&bytes);
}

static int shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int run_folder(target_fn *run, const char *folder)
{
    struct dirent **entries = NULL;
    int num = scandir(folder, &entries, shown, alphasort);
    char path[PATH_SIZE];

    if (num < 0) {
        (void)fprintf(stderr, "fuzz_replay: %s: %s\n", folder, strerror(errno));
        exit(2);
    }
    for (int i = 0; i < num; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        run_file(run, path);
        free(entries[i]);
    }
    free(entries);
    return num;
}

int main(int argc, char **argv)
{
    target_fn *run = argc > 2 ? find(argv[1]) : NULL;
    int num = 0;

    if (run == NULL) {
        (void)fprintf(stderr, "usage: fuzz_replay TARGET FOLDER...\n");
        return 2;
    }
    run_bytes(run, (struct cm_span){NULL, 0});
    for (int i = 2; i < argc; i++) {
        num += run_folder(run, argv[i]);
    }
    (void)printf("%s: %d inputs\n", argv[1], num);
    return num > 0 ? 0 : 1;
}
