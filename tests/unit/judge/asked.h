/* Answers to hand-built hellos, for scenes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_JUDGE_ASKED_H
#define CERTMUSTER_TESTS_JUDGE_ASKED_H

#include "scene.h"

/* An answer; `chain` names certificates of the zoo. */
struct said {
    enum cm_ask ask;
    enum cm_answer_end end;
    uint8_t alert;
    uint16_t version;
    uint16_t cipher;
    uint16_t group;
    uint16_t signature;
    const char *chain;
};

#define WORKS(ask, version, cipher, group, signature, chain)                   \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_FLIGHT, 0, version, cipher, group, signature,  \
            chain                                                              \
    }
#define GOOD(ask) WORKS(ask, 0x0303, 0xc02b, 0x001d, 0x0403, "leaf int")
#define RETRY(ask, cipher, group)                                              \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_RETRY, 0, 0x0304, cipher, group, 0, NULL       \
    }
#define ALERT(ask, number)                                                     \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_ALERT, number, 0, 0, 0, 0, NULL                \
    }
#define ENDS(ask, end)                                                         \
    {                                                                          \
        CM_ASK_##ask, CM_ANSWER_##end, 0, 0, 0, 0, 0, NULL                     \
    }

/* The scene's server answers so. */
struct cm_answer *scene_hear(struct scene *s, const struct said *said);
/* The handshake failed so; `alert` 0: without one. */
struct cm_probe *scene_first_hello(struct scene *s, enum cm_end end, int alert);

#endif
