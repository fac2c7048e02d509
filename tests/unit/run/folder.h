/* A folder of files for one test.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_RUN_FOLDER_H
#define CERTMUSTER_TESTS_RUN_FOLDER_H

#include <stddef.h>

#include "certmuster/cert.h"

struct folder {
    char path[64];
    char made[16][160]; /* lately made paths, lent to the test */
    unsigned num_made;
};

int folder_setup(void **state);
int folder_teardown(void **state);
/* The path of a name in the folder; good for the next fifteen calls. */
const char *folder_path(struct folder *f, const char *name);
const char *folder_write(struct folder *f, const char *name, const void *bytes,
                         size_t len);
const char *folder_text(struct folder *f, const char *name, const char *text);
/* Certificates as PEM. */
const char *folder_pem(struct folder *f, const char *name,
                       struct cm_cert *const *certs, size_t num);
const char *folder_make(struct folder *f, const char *name); /* a folder */

#endif
