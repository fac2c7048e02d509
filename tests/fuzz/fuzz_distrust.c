/* A list of what a root program decided against: the user's CSV file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"

#include <string.h>

#include "run/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_scratch_path("distrust.csv");
    struct cm_distrust *list = cm_distrust_new();
    struct cm_error err = {.status = CM_OK};
    enum cm_status status;

    cm_assert(list != NULL);
    fuzz_scratch_write(path, (struct cm_span){data, size});
    status = cm_distrust_read(list, path, &err);
    if (status != CM_OK) {
        cm_assert(status == CM_EINPUT && strstr(err.text, path) != NULL);
    }
    cm_distrust_free(list);
    return 0;
}
