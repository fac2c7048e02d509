/* Everything seen about an endpoint, without opinion. Filled in by the scan,
 * kept in the store, judged as often as wanted.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_EVIDENCE_H
#define CERTMUSTER_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/answer.h"
#include "certmuster/buf.h"
#include "certmuster/cert.h"
#include "certmuster/client.h"
#include "certmuster/endpoint.h"
#include "certmuster/inventory.h"
#include "certmuster/network.h"

#define CM_MAX_ADDRESSES 16        /* of a name, both families together */
#define CM_MAX_CHAIN 100           /* presented certificates that are kept */
#define CM_MAX_CHAIN_BYTES 1048576 /* the largest Certificate message read */
#define CM_MAX_PROBES 16
#define CM_MAX_CA_NAMES_BYTES 16384
#define CM_FIRST_BYTES 64
#define CM_STARTTLS_REPLY_SIZE 160

enum cm_phase {
    CM_PHASE_QUEUED,
    CM_PHASE_RESOLVING,
    CM_PHASE_CONNECTING,
    CM_PHASE_PROXYING, /* HTTP CONNECT */
    CM_PHASE_STARTTLS,
    CM_PHASE_HANDSHAKING,
    CM_PHASE_LINGERING,  /* after a TLS 1.3 CertificateRequest */
    CM_PHASE_REQUESTING, /* one HTTP request, where a certificate was asked for
                          */
    CM_PHASE_ASKING,     /* hand-built hellos: diagnosis, inventory */
    CM_PHASE_RECORDED,
    CM_PHASE_COUNT
};
const char *cm_phase_id(enum cm_phase phase);

enum cm_dns_result {
    CM_DNS_NOT_ASKED, /* a literal, or a proxy resolves */
    CM_DNS_OK,
    CM_DNS_NXDOMAIN,
    CM_DNS_NO_ADDRESS,
    CM_DNS_SERVFAIL,
    CM_DNS_REFUSED,
    CM_DNS_TIMEOUT,
    CM_DNS_CNAME_BROKEN, /* an alias that ends in nothing, or in itself */
    CM_DNS_FAILED,       /* malformed answer, or our side; see `detail` */
    CM_DNS_RESULT_COUNT
};
const char *cm_dns_result_id(enum cm_dns_result result);

struct cm_dns_evidence {
    enum cm_dns_result result;
    struct cm_address addresses[CM_MAX_ADDRESSES]; /* port not set */
    unsigned num_addresses;
    bool from_second[CM_MAX_ADDRESSES]; /* only the second resolver gave it */
    bool second_differs; /* a second resolver was asked, and answered other */
    char cname[CM_HOST_SIZE]; /* the last alias target, "" if no alias */
    unsigned num_cnames;
    char detail[128]; /* what the resolver library said, for the proof */
    uint32_t ms;
};

/* How a probe ended. */
enum cm_end {
    CM_END_NONE,           /* it never started */
    CM_END_COMPLETE,       /* the handshake completed */
    CM_END_TIMEOUT,        /* the phase's or the whole time was over */
    CM_END_CLOSED,         /* FIN from the peer */
    CM_END_RESET,          /* RST from the peer */
    CM_END_SYSTEM,         /* another errno: see sys_errno */
    CM_END_ALERT_RECEIVED, /* a fatal alert from the peer */
    CM_END_REFUSED_BY_US,  /* our TLS library ended it: see alert_sent, error */
    CM_END_NOT_TLS,        /* the bytes were not a TLS record: first_bytes */
    CM_END_PROXY,          /* the proxy said no: see proxy_status */
    CM_END_STARTTLS,       /* no TLS came of the dialogue: see starttls */
    CM_END_COUNT
};
const char *cm_end_id(enum cm_end end);

/* What came of a CertificateRequest. */
enum cm_client_auth {
    CM_CLIENT_AUTH_NONE,         /* not requested */
    CM_CLIENT_AUTH_REQUESTED,    /* requested; the handshake ended before */
    CM_CLIENT_AUTH_OPTIONAL,     /* accepted without one */
    CM_CLIENT_AUTH_REQUIRED,     /* refused without one */
    CM_CLIENT_AUTH_ACCEPTED,     /* ours was sent and taken */
    CM_CLIENT_AUTH_REJECTED,     /* ours was sent and refused */
    CM_CLIENT_AUTH_UNDETERMINED, /* silence until the limit */
    CM_CLIENT_AUTH_COUNT
};
const char *cm_client_auth_id(enum cm_client_auth auth);

/* What came of the dialogue that asks a server to start TLS. */
enum cm_starttls_outcome {
    CM_STARTTLS_NONE,  /* TLS from the first byte, or still under way */
    CM_STARTTLS_READY, /* the server agreed */
    CM_STARTTLS_READY_AFTER_TEXT, /* ... and said more before its hello */
    CM_STARTTLS_NOT_OFFERED,      /* it does not have it */
    CM_STARTTLS_REFUSED,          /* it has it, or may have it, and said no */
    CM_STARTTLS_MASKED,           /* something between wrote over the offer */
    CM_STARTTLS_TLS_FIRST,        /* it speaks TLS from the first byte */
    CM_STARTTLS_OTHER_PROTOCOL,   /* that was no server of this protocol */
    CM_STARTTLS_SILENT,           /* no answer in time */
    CM_STARTTLS_CLOSED,           /* closed or reset before an answer */
    CM_STARTTLS_READY_INJECTED,   /* ready; and a command that was sent in clear
                                     behind the request was answered by TLS */
    CM_STARTTLS_OUTCOME_COUNT
};
const char *cm_starttls_outcome_id(enum cm_starttls_outcome outcome);

/* One connection to one address. */
struct cm_probe {
    struct cm_address address;
    enum cm_phase reached; /* the furthest phase entered */
    enum cm_end end;
    int sys_errno;
    unsigned tries; /* from 1 */
    uint32_t connect_ms;
    uint32_t tls_ms;
    uint32_t total_ms;
    uint16_t proxy_status; /* HTTP status of a failed CONNECT, 0: none */
    enum cm_starttls_outcome starttls;
    char starttls_reply[CM_STARTTLS_REPLY_SIZE]; /* printable, what decided */

    uint8_t first_bytes[CM_FIRST_BYTES]; /* what the server sent first */
    uint8_t num_first_bytes;
    struct cm_alert alert_received; /* the last one */
    struct cm_alert alert_sent;
    char error[128]; /* the TLS library's words, only for the proof */

    bool server_hello; /* one was received; version and cipher are set */
    uint16_t version;  /* 0x0304 = TLS 1.3 */
    uint16_t cipher;
    uint16_t group;     /* 0: unknown or plain RSA key exchange */
    uint16_t signature; /* SignatureScheme of the handshake, 0: none */
    char alpn[16];
    bool bad_key_proof; /* the handshake signature did not verify */
    bool extended_master_secret;
    unsigned num_tickets;
    struct cm_span ocsp_staple; /* owned */
    unsigned sct_bytes;         /* of the TLS extension */

    enum cm_client_auth client_auth;
    struct cm_span ca_names; /* owned: certificate_authorities content */
    bool client_cert_sent;   /* ours was asked for and given */
    uint16_t http_status;    /* of the request after the handshake; 0: none */
    uint16_t http_substatus; /* IIS: 403.7 gives 7; 0: none was named */
    char http_reply[96];     /* printable: status line, and what decided */
    bool cert_request_late;  /* asked for after the request: HelloRequest, or
                                post-handshake CertificateRequest */

    bool certificate_message; /* one was received */
    uint32_t chain_bytes;     /* its length */
    struct cm_cert **chain;   /* owned references, wire order */
    size_t num_chain;
    unsigned num_chain_sent; /* more than num_chain when capped */
};

struct cm_evidence {
    struct cm_dns_evidence dns;
    struct cm_throttle_evidence throttle;
    enum cm_scanner_fault fault;
    struct cm_client_evidence client;
    struct cm_probe *probes; /* owned array, in order of attempt */
    size_t num_probes;
    size_t max_probes;         /* set before the first one, it saves memory; 0:
                                  CM_MAX_PROBES */
    struct cm_answer *answers; /* owned; to hand-built hellos, in order */
    size_t num_answers;        /* at most CM_MAX_ANSWERS */
    struct cm_inventory *inventory; /* owned; NULL: not asked for */
    int64_t seen_unix;              /* when the endpoint was recorded */
};

struct cm_evidence *cm_evidence_new(void);
void cm_evidence_free(struct cm_evidence *ev); /* accepts NULL */
/* cm_evidence_add_probe lends the new probe, all zero. It stays where it is
 * until cm_evidence_free: the array has room for max_probes from the first one
 * on. NULL: no memory or max_probes reached. */
struct cm_probe *cm_evidence_add_probe(struct cm_evidence *ev);
void cm_probe_cleanup(struct cm_probe *probe); /* leaves it all zero */
/* The probe an endpoint is judged by: the one that came furthest; among equals
 * one that completed the handshake, then the first. NULL: there is none. */
const struct cm_probe *cm_evidence_main_probe(const struct cm_evidence *ev);

/* "TLSv1.3" ...; "0x0305" for a TLS version nobody knows; else "unknown". */
const char *cm_tls_version_name(uint16_t version);
const char *cm_tls_cipher_name(uint16_t cipher); /* IANA's, NULL: unknown */
const char *cm_tls_group_name(uint16_t group);   /* IANA's, NULL: unknown */
const char *cm_tls_scheme_name(uint16_t scheme); /* IANA's, NULL: unknown */
/* For walking all: 0 ..; 0: no more. */
uint16_t cm_tls_group_at(size_t index);
uint16_t cm_tls_scheme_at(size_t index);

#endif
