/* Numbers of the protocol that more than one file of this module needs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TLS_NUMBERS_H
#define CERTMUSTER_TLS_NUMBERS_H

#define CM_SSL2 0x0002
#define CM_SSL3 0x0300
#define CM_TLS1_0 0x0301
#define CM_TLS1_2 0x0303
#define CM_TLS1_3 0x0304

#define CM_GROUP_X25519 29
#define CM_GROUP_EXPLICIT_PRIME 0xff01 /* RFC 4492 section 5.1.1 */
#define CM_GROUP_EXPLICIT_CHAR2 0xff02

/* ExtensionType (IANA's registry), those that are read or written here. */
enum cm_extension_type {
    CM_EXT_SERVER_NAME = 0,
    CM_EXT_STATUS_REQUEST = 5,
    CM_EXT_SUPPORTED_GROUPS = 10,
    CM_EXT_EC_POINT_FORMATS = 11,
    CM_EXT_SIGNATURE_ALGORITHMS = 13,
    CM_EXT_ALPN = 16,
    CM_EXT_SCT = 18,
    CM_EXT_PADDING = 21,
    CM_EXT_EXTENDED_MASTER_SECRET = 23,
    CM_EXT_SUPPORTED_VERSIONS = 43,
    CM_EXT_PSK_KEY_EXCHANGE_MODES = 45,
    CM_EXT_CERTIFICATE_AUTHORITIES = 47,
    CM_EXT_SIGNATURE_ALGORITHMS_CERT = 50,
    CM_EXT_KEY_SHARE = 51,
    CM_EXT_RENEGOTIATION_INFO = 0xff01,
};

#endif
