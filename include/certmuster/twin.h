/* What two different certificates may have in common that they must not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TWIN_H
#define CERTMUSTER_TWIN_H

enum cm_twin {
    CM_TWIN_SERIAL, /* issuer and serial number */
    CM_TWIN_KEY,    /* the key, and no name */
    CM_TWIN_COUNT
};

#endif
