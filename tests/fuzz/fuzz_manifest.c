/* A report's manifest.json from anywhere: reading it touches no file outside of
 * the report's folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/report.h"

/* SHA-256 of "secret", which lies beside the folder. */
#define SECRET_SHA256                                                          \
    "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"

static void prepare(const char *folder)
{
    if (mkdir(folder, 0700) == 0) {
        const char *below = fuzz_scratch_path("report/part");

        cm_assert(mkdir(below, 0700) == 0);
        fuzz_scratch_write(fuzz_scratch_path("outside"),
                           (struct cm_span){(const uint8_t *)"secret", 6});
        fuzz_scratch_write(fuzz_scratch_path("report/report.html"),
                           (struct cm_span){(const uint8_t *)"page", 4});
        fuzz_scratch_write(fuzz_scratch_path("report/part/manifest.json"),
                           (struct cm_span){(const uint8_t *)"{}", 2});
        cm_assert(symlink("../outside", fuzz_scratch_path("report/link")) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *folder = fuzz_scratch_path("report");
    struct cm_error err = {.status = CM_OK};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool intact = false;
    enum cm_status status;

    cm_assert(out != NULL);
    prepare(folder);
    fuzz_scratch_write(fuzz_scratch_path("report/manifest.json"),
                       (struct cm_span){data, size});
    status = cm_report_verify(folder, out, &intact, &err);
    cm_assert(status == CM_OK ||
              (status == CM_EINPUT && err.text[0] != '\0' && !intact));
    cm_assert(fclose(out) == 0);
    /* Words of the manifest are quoted: it may have guessed. */
    cm_assert(strstr(text, SECRET_SHA256) == NULL ||
              memmem(data, size, SECRET_SHA256, strlen(SECRET_SHA256)) != NULL);
    for (size_t i = 0; i < len; i++) { /* nothing moves the cursor */
        cm_assert((unsigned char)text[i] >= 0x20 || text[i] == '\n');
    }
    free(text);
    return 0;
}
