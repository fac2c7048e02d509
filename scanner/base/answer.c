/* Answers to hand-built hellos: their memory and their words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/answer.h"

#include <stdlib.h>

#include "certmuster/evidence.h"
#include "certmuster/status.h"

#define RECORD_HANDSHAKE 22 /* RFC 8446 section 5.1 */

void cm_answer_cleanup(struct cm_answer *answer)
{
    for (size_t i = 0; i < answer->num_chain; i++) {
        cm_cert_unref(answer->chain[i]);
    }
    free(answer->chain);
    *answer = (struct cm_answer){0};
}

struct cm_answer *cm_evidence_add_answer(struct cm_evidence *ev)
{
    struct cm_answer *more;

    if (ev->num_answers >= CM_MAX_ANSWERS) {
        return NULL;
    }
    /* Few endpoints are asked, and then a few times: one by one. */
    more = realloc(ev->answers, (ev->num_answers + 1) * sizeof(*more));
    if (more == NULL) {
        return NULL;
    }
    ev->answers = more;
    more[ev->num_answers] = (struct cm_answer){0};
    return &more[ev->num_answers++];
}

const struct cm_answer *cm_evidence_answer(const struct cm_evidence *ev,
                                           enum cm_ask ask)
{
    for (size_t i = 0; i < ev->num_answers; i++) {
        if (ev->answers[i].ask == ask) {
            return &ev->answers[i];
        }
    }
    return NULL;
}

bool cm_answer_worked(const struct cm_answer *answer)
{
    return answer->end == CM_ANSWER_SERVER_HELLO ||
           answer->end == CM_ANSWER_RETRY || answer->end == CM_ANSWER_FLIGHT;
}

bool cm_answer_failed(const struct cm_answer *answer)
{
    return answer->end != CM_ANSWER_NONE && !cm_answer_worked(answer);
}

bool cm_probe_was_answered(const struct cm_probe *probe)
{
    bool broke_off = probe->end == CM_END_CLOSED ||
                     probe->end == CM_END_RESET || probe->end == CM_END_TIMEOUT;

    return probe->server_hello || (broke_off && probe->num_first_bytes > 0 &&
                                   probe->first_bytes[0] == RECORD_HANDSHAKE);
}

const struct cm_answer *cm_evidence_worked(const struct cm_evidence *ev,
                                           enum cm_ask ask)
{
    for (size_t i = 0; i < ev->num_answers; i++) {
        if (ev->answers[i].ask == ask && cm_answer_worked(&ev->answers[i])) {
            return &ev->answers[i];
        }
    }
    return NULL;
}

unsigned cm_evidence_count_failed(const struct cm_evidence *ev, enum cm_ask ask)
{
    unsigned num = 0;

    for (size_t i = 0; i < ev->num_answers; i++) {
        num += ev->answers[i].ask == ask && cm_answer_failed(&ev->answers[i]);
    }
    return num;
}

bool cm_probe_may_be_chance(const struct cm_probe *probe)
{
    return !cm_probe_was_answered(probe) &&
           (probe->end == CM_END_CLOSED || probe->end == CM_END_RESET ||
            probe->end == CM_END_TIMEOUT || probe->end == CM_END_SYSTEM);
}

bool cm_evidence_by_chance(const struct cm_evidence *ev)
{
    const struct cm_probe *probe = cm_evidence_main_probe(ev);

    if (probe == NULL || !cm_probe_may_be_chance(probe)) {
        return false;
    }
    for (size_t i = 0; i < ev->num_answers; i++) {
        enum cm_ask ask = ev->answers[i].ask;

        if (cm_answer_worked(&ev->answers[i]) &&
            (ask == CM_ASK_NEWER || cm_evidence_count_failed(ev, ask) > 0)) {
            return true;
        }
    }
    return false;
}

/* SSLv2 is the oldest, and so is its number. */
const struct cm_answer *cm_evidence_certificates(const struct cm_evidence *ev)
{
    const struct cm_answer *best = NULL;

    for (size_t i = 0; i < ev->num_answers; i++) {
        const struct cm_answer *answer = &ev->answers[i];

        if (answer->num_chain > 0 && answer->ask != CM_ASK_NO_SNI &&
            answer->ask != CM_ASK_OTHER_SNI &&
            (best == NULL || answer->version > best->version)) {
            best = answer;
        }
    }
    return best;
}

const char *cm_ask_id(enum cm_ask ask)
{
    static const char *const ids[CM_ASK_COUNT] = {
        [CM_ASK_TLS1_3] = "tls1_3",
        [CM_ASK_TLS1_2] = "tls1_2",
        [CM_ASK_TLS1_1] = "tls1_1",
        [CM_ASK_TLS1_0] = "tls1_0",
        [CM_ASK_SSL3] = "ssl3",
        [CM_ASK_SSL2] = "ssl2",
        [CM_ASK_NO_SNI] = "no_sni",
        [CM_ASK_OTHER_SNI] = "other_sni",
        [CM_ASK_SMALL] = "small",
        [CM_ASK_LARGE] = "large",
        [CM_ASK_SPLIT] = "split",
        [CM_ASK_GREASE] = "grease",
        [CM_ASK_NEWER] = "newer",
        [CM_ASK_ANONYMOUS] = "anonymous",
        [CM_ASK_SUITES] = "suites",
        [CM_ASK_GROUPS] = "groups",
        [CM_ASK_SIGNATURES] = "signatures",
        [CM_ASK_ALPN] = "alpn",
    };

    cm_assert((unsigned)ask < CM_ASK_COUNT);
    return ids[ask];
}

const char *cm_answer_end_id(enum cm_answer_end end)
{
    static const char *const ids[CM_ANSWER_END_COUNT] = {
        [CM_ANSWER_NONE] = "none",
        [CM_ANSWER_SERVER_HELLO] = "server_hello",
        [CM_ANSWER_RETRY] = "hello_retry_request",
        [CM_ANSWER_FLIGHT] = "flight",
        [CM_ANSWER_ALERT] = "alert",
        [CM_ANSWER_CLOSED] = "closed",
        [CM_ANSWER_RESET] = "reset",
        [CM_ANSWER_SILENT] = "silent",
        [CM_ANSWER_NOT_TLS] = "not_tls",
        [CM_ANSWER_MALFORMED] = "malformed",
    };

    cm_assert((unsigned)end < CM_ANSWER_END_COUNT);
    return ids[end];
}
