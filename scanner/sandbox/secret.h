/* Memory for a file that may hold a private key: it is in no core file, is not
 * swapped out where the system lets us choose, and is wiped before it goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SANDBOX_SECRET_H
#define CERTMUSTER_SANDBOX_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cm_secret {
    uint8_t *bytes; /* owned; NULL: there are none */
    size_t len;     /* of what is in it */
    size_t size;
};

/* False: no memory. */
bool cm_secret_new(struct cm_secret *secret, size_t size);
void cm_secret_free(struct cm_secret *secret); /* fine on the zero state */

/* Nobody shall see into this process while it has keys: no core file is
 * written, and no debugger of the same account may attach to it. */
struct cm_hiding {
    bool hidden;
    int dumpable; /* what to go back to */
    uint64_t max_core;
};
void cm_hide_process(struct cm_hiding *hiding); /* once is enough */
/* Goes back, except in a sandbox, which does not let anybody. */
void cm_show_process(const struct cm_hiding *hiding);

#endif
