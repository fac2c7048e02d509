/* The hellos of the diagnosis. Each is the first hello of the scan with one
 * respect changed, so that two answers that differ tell what the server minds;
 * those of one version alone offer all there is, to see what it takes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/diagnose.h"

#include "certmuster/offer.h"

#define SSL2 0x0002U
#define SSL3 0x0300U
#define TLS1_0 0x0301U
#define TLS1_1 0x0302U
#define TLS1_2 0x0303U
#define TLS1_3 0x0304U

/* Handshake message lengths: over the 1,400 bytes or so that one segment
 * carries. */
#define LARGE_BYTES 1700
/* Some boxes take a message of 256 to 511 bytes for SSLv2 (RFC 7685 section
 * 1): the TLS library pads past that, and so must we. */
#define USUAL_BYTES 512
#define SPLIT_BYTES 40

/* Reserved by RFC 6761 section 6.4: no server has it. */
static const char nobodys_name[] = "no-such-name.invalid";

static const char *const web_protocols[] = {"h2", "http/1.1", NULL};

static void suites(struct cm_hello *hello, struct cm_offer_list list)
{
    hello->suites = list.numbers;
    hello->num_suites = list.num;
}

static void all_suites(struct cm_hello *hello, uint16_t version)
{
    struct cm_numbers all = cm_hello_suites(version);

    hello->suites = all.numbers;
    hello->num_suites = all.num;
}

static void all_groups(struct cm_hello *hello)
{
    struct cm_numbers all = cm_hello_all_groups();

    hello->groups = all.numbers;
    hello->num_groups = all.num;
}

static void all_schemes(struct cm_hello *hello)
{
    struct cm_numbers all = cm_hello_all_schemes();

    hello->schemes = all.numbers;
    hello->num_schemes = all.num;
}

/* As the TLS library's. */
static void first_hello(struct cm_hello *hello)
{
    struct cm_offer_list groups = cm_offer_groups();
    struct cm_offer_list schemes = cm_offer_schemes();

    hello->version = TLS1_3;
    hello->min_version = TLS1_0;
    hello->share = CM_SHARE_X25519;
    hello->pad_to = USUAL_BYTES;
    suites(hello, cm_offer_suites());
    hello->groups = groups.numbers;
    hello->num_groups = groups.num;
    hello->schemes = schemes.numbers;
    hello->num_schemes = schemes.num;
}

/* What all questions about one respect begin with. */
static void plain_hello(struct cm_hello *hello, bool only_tls13)
{
    first_hello(hello);
    if (only_tls13) {
        hello->min_version = 0;
        suites(hello, cm_offer_suites_tls13());
    } else {
        hello->version = TLS1_2;
        hello->min_version = 0;
        hello->share = CM_SHARE_NONE;
        hello->pad_to = 0;
        suites(hello, cm_offer_suites_tls12());
    }
}

/* All that this version has. */
static void of_version(struct cm_hello *hello, uint16_t version)
{
    hello->version = version;
    if (version == SSL2) {
        return;
    }
    all_suites(hello, version);
    if (version == SSL3) {
        hello->no_extensions = true;
        return;
    }
    all_groups(hello);
    if (version >= TLS1_2) {
        all_schemes(hello);
    }
}

static void anonymous(struct cm_hello *hello)
{
    struct cm_numbers list = cm_hello_anonymous_suites();

    of_version(hello, TLS1_2);
    hello->suites = list.numbers;
    hello->num_suites = list.num;
}

/* Questions that change one respect of the plain hello. */
static void vary(enum cm_ask ask, bool only_tls13, struct cm_hello *hello)
{
    plain_hello(hello, only_tls13);
    if (ask == CM_ASK_LARGE) {
        hello->pad_to = LARGE_BYTES;
    } else if (ask == CM_ASK_SPLIT) {
        hello->split_at = SPLIT_BYTES;
    } else if (ask == CM_ASK_GREASE) {
        hello->grease = true;
        hello->status_request = true;
    } else if (ask == CM_ASK_SUITES) {
        all_suites(hello, hello->version);
    } else if (ask == CM_ASK_GROUPS) {
        all_groups(hello);
        hello->share = CM_SHARE_NONE; /* the server names its choice */
    } else if (ask == CM_ASK_SIGNATURES) {
        all_schemes(hello);
    }
}

void cm_diagnosis_hello(enum cm_ask ask, bool only_tls13, const char *sni,
                        struct cm_hello *hello)
{
    static const uint16_t versions[] = {
        [CM_ASK_TLS1_3] = TLS1_3, [CM_ASK_TLS1_2] = TLS1_2,
        [CM_ASK_TLS1_1] = TLS1_1, [CM_ASK_TLS1_0] = TLS1_0,
        [CM_ASK_SSL3] = SSL3,     [CM_ASK_SSL2] = SSL2,
    };

    if (ask <= CM_ASK_SSL2) {
        of_version(hello, versions[ask]);
    } else if (ask == CM_ASK_ANONYMOUS) {
        anonymous(hello);
    } else if (ask == CM_ASK_NO_SNI || ask == CM_ASK_OTHER_SNI ||
               ask == CM_ASK_ALPN || ask == CM_ASK_NEWER) {
        first_hello(hello);
    } else {
        vary(ask, only_tls13, hello);
    }
    hello->sni = ask == CM_ASK_NO_SNI      ? NULL
                 : ask == CM_ASK_OTHER_SNI ? nobodys_name
                                           : sni;
    if (ask == CM_ASK_ALPN) {
        hello->alpn = web_protocols;
    }
}
