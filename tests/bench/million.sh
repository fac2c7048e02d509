#!/bin/sh
# One million rows: a complete scan with all reports against a fleet on this
# machine, and whether every row came out once. Prints rate, processor time for
# each endpoint, memory of the scan and of writing the reports, sizes. Takes
# some 10 minutes, 6 GB of disk (TMPDIR) and 3 GB of memory, most of it the
# servers'.
# Options are those of run.sh. SPDX-License-Identifier: Apache-2.0
exec sh "$(dirname "$0")/run.sh" --rows 1000000 --only cf "$@"
