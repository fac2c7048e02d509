/* The part of a row's JSON object that few runs ask for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_ASKED_JSON_H
#define CERTMUSTER_REPORT_ASKED_JSON_H

#include "json.h"
#include "reader_asked.h"
#include "reader_measures.h"

/* The keys client_certificate, http, grade_details, inventory, asked, clients
 * and policies; null is "not asked for". */
enum cm_status cm_asked_json(struct cm_json *json,
                             struct cm_report_asked *asked,
                             const struct cm_report_measures *measures,
                             const struct cm_report_row *row,
                             struct cm_error *err);

/* IANA's name of a suite, a group or a signature scheme, or "0x1399". */
#define CM_CODE_SIZE 8
const char *cm_suite_text(uint16_t suite, char out[CM_CODE_SIZE]);
const char *cm_group_text(uint16_t group, char out[CM_CODE_SIZE]);
const char *cm_scheme_text(uint16_t scheme, char out[CM_CODE_SIZE]);

#endif
