/* Is a store's schema ours? Private to store/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STORE_SCHEMA_H
#define CERTMUSTER_STORE_SCHEMA_H

#include "store/db.h"

/* schema.c -- refuses a store in which another program has changed what is ours
 * (CM_EINPUT). `older`: before the schema is brought up to date. */
enum cm_status cm_store_check_schema(struct cm_db *db, bool older);
/* migrate.c -- it has the present schema's number. */
bool cm_store_is_present(struct cm_db *db);

#endif
