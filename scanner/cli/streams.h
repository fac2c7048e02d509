/* Standard input, output and error, whatever the program was started with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_STREAMS_H
#define CERTMUSTER_CLI_STREAMS_H

#include <stdbool.h>

#include "certmuster/status.h"

/* cm_streams_open comes before anything else is opened. False: a stream that
 * was closed cannot be kept from becoming somebody else's. */
bool cm_streams_open(void);
/* cm_streams_flush makes sure that standard output has all that was written;
 * `what` begins the message. A pipe whose reader has left is no error: it has
 * read what it wanted ("| head -1"). */
enum cm_status cm_streams_flush(const char *what, struct cm_error *err);
/* The exit code of a command that would end with `code`. */
int cm_streams_close(int code);

#endif
