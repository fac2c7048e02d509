/* Files for parsers that want a path: in memory where the system has it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_FUZZ_SCRATCH_H
#define CERTMUSTER_TESTS_FUZZ_SCRATCH_H

#include "certmuster/buf.h"

/* A folder of this process, which is removed at its end. */
const char *fuzz_scratch(void);
/* "FOLDER/name"; static, one of a few. */
const char *fuzz_scratch_path(const char *name);
/* A file of these bytes there, and nothing else. */
void fuzz_scratch_write(const char *path, struct cm_span bytes);
/* What is in a folder, and the folders in it; not the folder itself. */
void fuzz_scratch_clear(const char *path);

#endif
