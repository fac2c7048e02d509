/* What to do: revocation, renewal, roots of clients.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

const struct cm_remedy CM_REMEDY_OF(REPLACE_REVOKED) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
const struct cm_remedy CM_REMEDY_OF(FIX_STAPLE) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
const struct cm_remedy CM_REMEDY_OF(AUTOMATE_RENEWAL) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
const struct cm_remedy CM_REMEDY_OF(PUBLISH_REVOCATION) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
const struct cm_remedy CM_REMEDY_OF(TRUST_INSPECTION) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
const struct cm_remedy CM_REMEDY_OF(UPDATE_STORE) = {
    .why = "To be written.",
    .steps = CM_STEPS("To be written."),
    .platforms = CM_PLATFORMS({"openssl", "openssl version"}),
    .verify = "certmuster scan FILE.csv",
    .never = "Do not switch verification off.",
};
