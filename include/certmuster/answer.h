/* What hand-built ClientHellos brought to light: one answer for each question.
 * A question differs from what common clients send in one respect; the answer
 * is evidence, without opinion.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_ANSWER_H
#define CERTMUSTER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CM_MAX_ANSWERS 32 /* kept of one endpoint */
#define CM_ANSWER_BYTES 32

struct cm_alert {
    bool seen;
    uint8_t level;       /* 1 warning, 2 fatal */
    uint8_t description; /* RFC 8446 section 6 */
};
/* "handshake_failure" ..., "unknown_alert" for a number without a name. */
const char *cm_alert_name(uint8_t description);

/* The questions of the diagnosing phase. */
enum cm_ask {
    CM_ASK_TLS1_3, /* TLS 1.3 alone: every suite and group, no key share */
    CM_ASK_TLS1_2, /* this version at most, every suite with a certificate */
    CM_ASK_TLS1_1,
    CM_ASK_TLS1_0,
    CM_ASK_SSL3,
    CM_ASK_SSL2,
    CM_ASK_NO_SNI,    /* as the first hello, without a server name */
    CM_ASK_OTHER_SNI, /* ... with a name that nobody has */
    CM_ASK_SMALL,     /* as the first hello, of TLS 1.2: under 256 bytes */
    CM_ASK_LARGE,     /* as SMALL, padded to over 1400 bytes: two segments */
    CM_ASK_SPLIT,     /* as SMALL, in two records (RFC 8446 section 5.1) */
    CM_ASK_GREASE,    /* as SMALL, with values that nobody knows (RFC 8701) */
    CM_ASK_NEWER,     /* as SMALL, with TLS 1.3 on offer too: the first hello */
    CM_ASK_ANONYMOUS, /* suites without a certificate: anonymous, PSK */
    CM_ASK_SUITES,    /* as SMALL or, where only TLS 1.3 is spoken, as the first
                         hello: but with every suite, */
    CM_ASK_GROUPS,    /* ... every group of IANA's registry, */
    CM_ASK_SIGNATURES, /* ... every signature scheme of IANA's registry */
    CM_ASK_ALPN,       /* as the first hello, with http/1.1 and h2 */
    CM_ASK_COUNT
};
const char *cm_ask_id(enum cm_ask ask);

/* How far a hand-built handshake came; it never goes further. */
enum cm_answer_end {
    CM_ANSWER_NONE,         /* it could not be asked: see sys_errno */
    CM_ANSWER_SERVER_HELLO, /* chosen; TLS 1.3: the rest is encrypted */
    CM_ANSWER_RETRY,        /* a HelloRetryRequest: chosen, names a group */
    CM_ANSWER_FLIGHT,       /* up to TLS 1.2: to the ServerHelloDone */
    CM_ANSWER_ALERT,
    CM_ANSWER_CLOSED,
    CM_ANSWER_RESET,
    CM_ANSWER_SILENT,    /* until the limit */
    CM_ANSWER_NOT_TLS,   /* see first_bytes */
    CM_ANSWER_MALFORMED, /* TLS records that hold no sound answer */
    CM_ANSWER_END_COUNT
};
const char *cm_answer_end_id(enum cm_answer_end end);

struct cm_cert;

struct cm_answer {
    enum cm_ask ask;
    enum cm_answer_end end;
    int sys_errno;
    uint32_t ms;
    uint16_t hello_bytes; /* of the hello that was sent */
    uint8_t alert_level;  /* 0: no alert was received */
    uint8_t alert;
    uint8_t first_bytes[CM_ANSWER_BYTES];
    uint8_t num_first_bytes;

    /* Of the ServerHello or HelloRetryRequest; 0 where there is none. */
    uint16_t version; /* 0x0002 is SSLv2 */
    uint16_t cipher;
    uint16_t group;      /* 1.3: chosen; else of the ServerKeyExchange */
    uint16_t signature;  /* SignatureScheme of the ServerKeyExchange, 1.2 */
    uint16_t dh_bits;    /* length of the prime */
    uint8_t compression; /* method; 0: none */
    bool secure_renegotiation; /* RFC 5746: said so */
    bool extended_master_secret;
    bool downgrade_sentinel; /* RFC 8446 section 4.1.3 */
    bool asks_for_cert;      /* a CertificateRequest was in the flight */
    bool unusual_group;      /* explicit curve parameters */

    struct cm_cert **chain; /* owned references, wire order; up to TLS 1.2 */
    size_t num_chain;
};

void cm_answer_cleanup(struct cm_answer *answer); /* leaves it all zero */
/* The server chose from what was offered. */
bool cm_answer_worked(const struct cm_answer *answer);
/* It was asked, and the server did not choose. */
bool cm_answer_failed(const struct cm_answer *answer);

/* The answers of an endpoint's evidence (evidence.h). */
struct cm_evidence;
struct cm_probe;
/* An answer to the first hello began: whatever made it break off, the hello was
 * understood. */
bool cm_probe_was_answered(const struct cm_probe *probe);
/* It hung up or kept silent: no answer to what was in the hello, as an alert
 * is. Such an end may be chance. */
bool cm_probe_may_be_chance(const struct cm_probe *probe);
/* It was: asked again, the server did otherwise. */
bool cm_evidence_by_chance(const struct cm_evidence *ev);
/* cm_evidence_add_answer lends the new answer, all zero; it may move with the
 * next one. NULL: no memory, or CM_MAX_ANSWERS reached. */
struct cm_answer *cm_evidence_add_answer(struct cm_evidence *ev);
/* The answer to a question; NULL: it was not asked. */
const struct cm_answer *cm_evidence_answer(const struct cm_evidence *ev,
                                           enum cm_ask ask);
/* The first answer in which the server chose; NULL: there is none. */
const struct cm_answer *cm_evidence_worked(const struct cm_evidence *ev,
                                           enum cm_ask ask);
unsigned cm_evidence_count_failed(const struct cm_evidence *ev,
                                  enum cm_ask ask);
/* The answer whose certificates an endpoint is judged by when its main probe
 * saw none: of the newest version, asked for by the right name. NULL: none. */
const struct cm_answer *cm_evidence_certificates(const struct cm_evidence *ev);

#endif
