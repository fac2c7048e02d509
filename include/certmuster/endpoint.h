/* What a row asks to check, normalised.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_ENDPOINT_H
#define CERTMUSTER_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/cause.h"

#define CM_HOST_SIZE 256 /* 253 octets of RFC 1035, a dot and the NUL */
#define CM_PROTOCOL_SIZE 16
#define CM_VIEW_NAME_SIZE 32
#define CM_HTTP_PATH_SIZE 256
#define CM_ADDRESS_TEXT_SIZE 64 /* "[v6]:port" */

struct cm_address {
    uint8_t family; /* 4, 6, or 0: none */
    uint8_t bytes[16];
    uint16_t port;
};

/* Plain data. */
struct cm_endpoint {
    char host[CM_HOST_SIZE]; /* A-label, lower case, no trailing dot; or the
                                canonical text of an IP literal, no brackets;
                                "": none, names are not judged */
    bool is_ip;
    struct cm_address literal; /* set when is_ip */
    uint16_t port; /* 0: no server, the certificates come from files */
    char protocol[CM_PROTOCOL_SIZE]; /* "tls" or a STARTTLS protocol's name */
    char sni[CM_HOST_SIZE];          /* "" : send none */
    char trust[CM_VIEW_NAME_SIZE];   /* the trust view to report; "": the
                                        default one */
    uint16_t client; /* the client certificate to send: its number in the
                        run, from 1; 0: none */
    char http_path[CM_HTTP_PATH_SIZE]; /* of the row's URL, percent-encoded,
                                          without the query; "": none */
    bool path_counts; /* rows with other paths are other endpoints */
    bool had_trailing_dot;
    bool scheme_not_tls; /* http://, ws://, port 80 without STARTTLS */
};

/* One record of the input. Rows are numbered from 1 in file order; the header
 * and comments are not rows. */
struct cm_row {
    uint64_t id;
    uint64_t line; /* of the record's first byte, from 1 */
    char **fields; /* owned, all columns in order, UTF-8 */
    size_t num_fields;
    bool valid;
    enum cm_cause cause; /* why not, when !valid */
    char reason[256];    /* one sentence for the user, when !valid */
    unsigned column;     /* byte of that line where the mistake is, from 1;
                            0: none, or the reason names another line */
    struct cm_endpoint endpoint; /* when valid */
    /* The files of the row's client certificate and its key, of `fields`.
     * Empty: the run's; "-" as the first: none. */
    struct cm_span client_cert;
    struct cm_span client_key;
    uint64_t endpoint_id; /* id of the first row with the same endpoint */
    uint64_t first_line;  /* that row's line */
};

struct cm_row *cm_row_new(void);
void cm_row_free(struct cm_row *row); /* accepts NULL */

/* "192.0.2.1:443" or "[2001:db8::1]:443"; the port is left out when 0. */
const char *cm_address_text(const struct cm_address *address,
                            char out[CM_ADDRESS_TEXT_SIZE]);
/* Reads an address literal, without port, with or without brackets. */
bool cm_address_parse(const char *text, struct cm_address *out);
/* What IANA's special-purpose registries (RFC 6890) say of an address. */
enum cm_address_scope {
    CM_SCOPE_PUBLIC,
    CM_SCOPE_PRIVATE, /* RFC 1918, RFC 4193, RFC 6598 */
    CM_SCOPE_SPECIAL, /* loopback, link-local, "this network", discard ... */
};
enum cm_address_scope cm_address_scope(const struct cm_address *address);
/* The canonical text under which two rows are the same endpoint. */
void cm_endpoint_key(const struct cm_endpoint *ep, struct cm_buf *out);

#endif
