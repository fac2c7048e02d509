/* Locking in a process that reads an input: which files of client certificates
 * the rows of an input name: they are read when a row first names them, which
 * is when nothing else can be read any more. SPDX-License-Identifier:
 * Apache-2.0 */
#ifndef CERTMUSTER_RUN_PEEK_H
#define CERTMUSTER_RUN_PEEK_H

#include "input/input.h"

struct cm_sandbox;

/* cm_lock_in lets the sandbox read them, and enters it; NULL: there is none. An
 * input that is no file cannot be read twice: then it may read any file. `path`
 * NULL: there is no input. */
enum cm_status cm_lock_in(struct cm_sandbox *sandbox, const char *path,
                          const struct cm_input_options *options,
                          struct cm_error *err);

#endif
