/* The options of a scan that is taken up again: those that it was begun with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_CLI_RESUME_OPTIONS_H
#define CERTMUSTER_CLI_RESUME_OPTIONS_H

#include "cli/options.h"
#include "run/resume.h"

/* Zero is fine to clean up. */
struct cm_resume_options {
    const struct cm_command *command;
    struct cm_options was;
};
/* cm_resume_options adds to `options` what the run was given and is not given
 * now. Another value of an option that decides results is refused. `out` is to
 * be cleaned up, whatever is returned, and lives as long as `options`. */
enum cm_status cm_resume_options(struct cm_resume_options *out,
                                 struct cm_options *options,
                                 const struct cm_command *command,
                                 struct cm_resume *resume,
                                 struct cm_error *err);
void cm_resume_options_cleanup(struct cm_resume_options *resumed);
/* "certmuster scan --resume --run 3 --db audit.db fleet.csv", to be pasted into
 * a shell. `input` NULL: the run's own. */
void cm_resume_command(struct cm_buf *out, int64_t run_id, const char *db_path,
                       const char *input);

/* Says of each scan of the store that did not end how to go on with it; nothing
 * where the store cannot be written anyway. */
enum cm_status cm_resume_list(const char *db_path, struct cm_error *err);

#endif
