/* One digest of all that decides a scan's results, but its input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_DIGEST_H
#define CERTMUSTER_RUN_DIGEST_H

#include "pki/pki.h"
#include "run/measure.h"
#include "run/run.h"

#define CM_CONFIG_DIGEST_SIZE (2 * CM_SHA256_LEN + 1)

/* cm_run_config_digest gives the same hex digits when the same rows would get
 * the same results: from the versions of certmuster and of its TLS library, the
 * options that decide (config->deciding_json), and what the files hold that
 * they name: anchors, distrust lists, intermediates, revocation lists, client
 * certificates (never keys), profiles and policies. Left out are the input, a
 * part's number, the time of judging unless an option gives it, and how fast to
 * go. `files` and `measures` are loaded from the same configuration, and
 * nothing was added to them since. */
enum cm_status cm_run_config_digest(const struct cm_run_config *config,
                                    const struct cm_trust_files *files,
                                    const struct cm_measures *measures,
                                    char hex[CM_CONFIG_DIGEST_SIZE],
                                    struct cm_error *err);

#endif
