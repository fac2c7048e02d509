/* Words for proofs about handshakes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/tls_words.h"

#include <errno.h>
#include <stdio.h>

#define ALERT_CLOSE_NOTIFY 0
#define SSL2 0x0002U

static void alert_words(uint8_t alert, char out[CM_LABEL_SIZE])
{
    (void)snprintf(out, CM_LABEL_SIZE, "the alert %s (%u)",
                   cm_alert_name(alert), alert);
}

const char *cm_tls_end_words(const struct cm_probe *probe,
                             char out[CM_LABEL_SIZE])
{
    bool alert = probe->alert_received.seen &&
                 probe->alert_received.description != ALERT_CLOSE_NOTIFY;

    if (alert) {
        alert_words(probe->alert_received.description, out);
    } else {
        (void)snprintf(out, CM_LABEL_SIZE, "%s",
                       probe->end == CM_END_TIMEOUT ||
                               probe->sys_errno == ETIMEDOUT
                           ? "silence"
                       : probe->end == CM_END_CLOSED  ? "the end of the "
                                                        "connection"
                       : probe->end == CM_END_NOT_TLS ? "bytes that are no TLS"
                       : probe->end == CM_END_REFUSED_BY_US
                           ? "what our TLS library refused"
                           : "a reset");
    }
    return out;
}

const char *cm_tls_answer_words(const struct cm_answer *answer,
                                char out[CM_LABEL_SIZE])
{
    static const char *const words[CM_ANSWER_END_COUNT] = {
        [CM_ANSWER_NONE] = "no connection",
        [CM_ANSWER_CLOSED] = "the end of the connection",
        [CM_ANSWER_RESET] = "a reset",
        [CM_ANSWER_SILENT] = "silence",
        [CM_ANSWER_NOT_TLS] = "bytes that are no TLS",
        [CM_ANSWER_MALFORMED] = "a malformed answer",
    };

    if (answer->end == CM_ANSWER_ALERT) {
        alert_words(answer->alert, out);
    } else if (words[answer->end] != NULL) {
        (void)snprintf(out, CM_LABEL_SIZE, "%s", words[answer->end]);
    } else {
        (void)cm_tls_choice_words(answer, out);
    }
    return out;
}

const char *cm_tls_choice_words(const struct cm_answer *answer,
                                char out[CM_LABEL_SIZE])
{
    if (answer->version == SSL2) {
        (void)snprintf(out, CM_LABEL_SIZE, "SSLv2");
    } else {
        char suite[CM_LABEL_SIZE];

        (void)snprintf(out, CM_LABEL_SIZE, "%s and %.200s",
                       cm_tls_version_name(answer->version),
                       cm_tls_suite_words(answer->cipher, suite));
    }
    return out;
}

static const char *named(const char *name, const char *kind, uint16_t number,
                         char out[CM_LABEL_SIZE])
{
    if (name != NULL) {
        (void)snprintf(out, CM_LABEL_SIZE, "%s", name);
    } else {
        (void)snprintf(out, CM_LABEL_SIZE, "%s 0x%04x", kind, number);
    }
    return out;
}

const char *cm_tls_suite_words(uint16_t suite, char out[CM_LABEL_SIZE])
{
    return named(cm_tls_cipher_name(suite), "cipher suite", suite, out);
}

const char *cm_tls_group_words(uint16_t group, char out[CM_LABEL_SIZE])
{
    return named(cm_tls_group_name(group), "group", group, out);
}

const char *cm_tls_scheme_words(uint16_t scheme, char out[CM_LABEL_SIZE])
{
    return named(cm_tls_scheme_name(scheme), "signature scheme", scheme, out);
}

const char *cm_tls_ask_words(enum cm_ask ask)
{
    switch (ask) {
    case CM_ASK_TLS1_3:
        return "TLS 1.3 alone";
    case CM_ASK_TLS1_1:
        return "TLS 1.1 at most";
    case CM_ASK_TLS1_0:
        return "TLS 1.0 at most";
    case CM_ASK_SSL3:
        return "SSLv3";
    case CM_ASK_SSL2:
        return "SSLv2";
    case CM_ASK_TLS1_2:
    case CM_ASK_SMALL:
    case CM_ASK_NO_SNI:
    case CM_ASK_OTHER_SNI:
    case CM_ASK_LARGE:
    case CM_ASK_SPLIT:
    case CM_ASK_GREASE:
    case CM_ASK_NEWER:
    case CM_ASK_ANONYMOUS:
    case CM_ASK_SUITES:
    case CM_ASK_GROUPS:
    case CM_ASK_SIGNATURES:
    case CM_ASK_ALPN:
    case CM_ASK_COUNT:
        break;
    }
    return "TLS 1.2 at most";
}
