/* The options that say how the networks are to be treated.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_POLITE_OPTIONS_H
#define CERTMUSTER_CLI_POLITE_OPTIONS_H

#include "cli/options.h"
#include "run/polite.h"

/* Texts stay the options'. */
enum cm_status cm_polite_options(struct cm_polite_config *out,
                                 const struct cm_options *options,
                                 struct cm_error *err);

#endif
