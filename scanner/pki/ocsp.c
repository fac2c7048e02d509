/* OCSP responses: taken apart, matched with the certificate asked about, and
 * judged in time (RFC 6960).
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/ocsp.h"

#include <string.h>

#include "pki/ext.h"
#include "pki/ocsp_parts.h"
#include "pki/oids.h"

#define PKIX_OCSP "\x2b\x06\x01\x05\x05\x07\x30\x01" /* 1.3.6.1.5.5.7.48.1 */
#define STATUS_TAG_GOOD CM_DER_CONTEXT(0U)
#define STATUS_TAG_REVOKED CM_DER_CONSTRUCTED(1U)
#define STATUS_TAG_UNKNOWN CM_DER_CONTEXT(2U)

const char *cm_ocsp_state_id(enum cm_ocsp_state state)
{
    static const char *const ids[CM_OCSP_STATE_COUNT] = {
        [CM_OCSP_GOOD] = "good",
        [CM_OCSP_REVOKED] = "revoked",
        [CM_OCSP_UNKNOWN] = "unknown",
        [CM_OCSP_MALFORMED] = "malformed",
        [CM_OCSP_ERROR] = "error",
        [CM_OCSP_OTHER_CERT] = "other_certificate",
        [CM_OCSP_WRONG_SIGNER] = "wrong_signer",
        [CM_OCSP_BAD_SIGNATURE] = "bad_signature",
        [CM_OCSP_NOT_YET] = "not_yet_valid",
        [CM_OCSP_EXPIRED] = "expired",
    };

    return ids[state];
}

/* RFC 6960 section 4.2.1. */
static const char *response_status_text(int status)
{
    switch (status) {
    case 1:
        return "the responder calls the request malformed (malformedRequest)";
    case 2:
        return "the responder had an error (internalError)";
    case 3:
        return "the responder wants to be asked later (tryLater)";
    case 5:
        return "the responder demands signed requests (sigRequired)";
    case 6:
        return "the responder may not answer (unauthorized)";
    default:
        return "the responder gives a status that nobody knows";
    }
}

/* Who is asked about: what a CertID says of it. */
struct subject {
    const struct cm_cert *cert;
    const struct cm_cert *issuer;
    struct id_hashes {
        bool computed;
        size_t len; /* 0: a hash that is not known here */
        uint8_t name[CM_HASH_MAX_LEN];
        uint8_t subject[CM_HASH_MAX_LEN]; /* the issuer's own name */
        uint8_t key[CM_HASH_MAX_LEN];
    } by_hash[CM_HASH_SHA512 + 1]; /* a response may hold many CertIDs */
};

/* One SingleResponse. */
struct single {
    unsigned status; /* a STATUS_TAG */
    int64_t revoked_unix;
    int reason;
    int64_t this_update;
    int64_t next_update;
    bool critical; /* has an unknown critical extension */
};

static const struct id_hashes *hashes_of(struct subject *subject,
                                         enum cm_hash_alg alg)
{
    struct id_hashes *h = &subject->by_hash[alg];

    if (!h->computed) {
        h->computed = true;
        h->len = cm_hash(alg, subject->cert->issuer, h->name);
        (void)cm_hash(alg, subject->issuer->subject, h->subject);
        (void)cm_hash(alg, cm_ocsp_key_octets(subject->issuer), h->key);
    }
    return h;
}

/* CertID ::= SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serial }.
 * The hashed name is the issuer's as the certificate writes it; as the issuer
 * writes itself is the same to us. */
static bool is_about(struct subject *subject, struct cm_span id, bool *matches)
{
    struct cm_reader seq;
    struct cm_der_element name;
    struct cm_der_element key;
    struct cm_der_element serial;
    const struct id_hashes *h;
    enum cm_hash_alg alg;

    if (!cm_der_only(id, CM_DER_SEQUENCE, &seq)) {
        return false;
    }
    alg = cm_oids_hash(&seq);
    if (!cm_der_get(&seq, CM_DER_OCTET_STRING, &name) ||
        !cm_der_get(&seq, CM_DER_OCTET_STRING, &key) ||
        !cm_der_get(&seq, CM_DER_INTEGER, &serial)) {
        return false;
    }
    if (!cm_span_equal(cm_der_minimal(serial.content),
                       cm_der_minimal(subject->cert->serial))) {
        return true;
    }
    h = hashes_of(subject, alg);
    *matches = h->len > 0 && name.content.len == h->len &&
               key.content.len == h->len &&
               memcmp(key.content.data, h->key, h->len) == 0 &&
               (memcmp(name.content.data, h->name, h->len) == 0 ||
                memcmp(name.content.data, h->subject, h->len) == 0);
    return true;
}

/* RevokedInfo ::= SEQUENCE { revocationTime, revocationReason [0] OPTIONAL } */
static bool read_revoked(struct cm_span content, struct single *out)
{
    struct cm_reader r;
    struct cm_reader tagged;
    struct cm_der_element code;

    cm_reader_init(&r, content.data, content.len);
    if (!cm_der_next_is(&r, CM_DER_GENERALIZED_TIME) ||
        !cm_der_time(&r, &out->revoked_unix)) {
        return false;
    }
    if (cm_der_enter(&r, CM_DER_CONSTRUCTED(0U), &tagged)) {
        if (!cm_der_get(&tagged, CM_DER_ENUMERATED, &code) ||
            code.content.len != 1) {
            return false;
        }
        out->reason = code.content.data[0];
    }
    return r.len == 0;
}

/* [1] EXPLICIT Extensions. All that is defined (RFC 6960 section 4.4) may be
 * ignored, so that only a critical one that is not defined matters. */
static bool read_extensions(struct cm_reader *r, bool *critical)
{
    static const struct cm_span defined = CM_OID(PKIX_OCSP);
    struct cm_reader tagged;
    struct cm_reader list;
    struct cm_one_ext ext;

    if (r->len == 0) {
        return true;
    }
    if (!cm_der_enter(r, CM_DER_CONSTRUCTED(1U), &tagged) || r->len != 0 ||
        !cm_der_enter(&tagged, CM_DER_SEQUENCE, &list) || tagged.len != 0) {
        return false;
    }
    while (list.len > 0) {
        if (!cm_ext_next(&list, &ext)) {
            return false;
        }
        if (ext.critical &&
            (ext.oid.len != defined.len + 1 ||
             memcmp(ext.oid.data, defined.data, defined.len) != 0)) {
            *critical = true;
        }
    }
    return true;
}

static bool read_status(struct cm_reader *seq, struct single *out)
{
    struct cm_der_element status;

    if (!cm_der_any(seq, &status)) {
        return false;
    }
    out->status = status.tag;
    if (status.tag == STATUS_TAG_REVOKED) {
        return read_revoked(status.content, out);
    }
    return (status.tag == STATUS_TAG_GOOD ||
            status.tag == STATUS_TAG_UNKNOWN) &&
           status.content.len == 0;
}

static bool read_single(struct cm_reader *singles, struct subject *subject,
                        struct single *out, bool *matches)
{
    struct cm_reader seq;
    struct cm_reader tagged;
    struct cm_der_element id;

    *out = (struct single){.reason = -1};
    *matches = false;
    if (!cm_der_enter(singles, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_SEQUENCE, &id) ||
        !is_about(subject, id.whole, matches) || !read_status(&seq, out) ||
        !cm_der_time(&seq, &out->this_update)) {
        return false;
    }
    if (cm_der_enter(&seq, CM_DER_CONSTRUCTED(0U), &tagged) &&
        !(cm_der_time(&tagged, &out->next_update) && tagged.len == 0)) {
        return false;
    }
    return read_extensions(&seq, &out->critical);
}

/* Of several answers about the certificate the newest counts; of equally new
 * ones, that it is revoked. */
static bool outweighs(const struct single *a, const struct single *b)
{
    if (a->this_update != b->this_update) {
        return a->this_update > b->this_update;
    }
    return a->status == STATUS_TAG_REVOKED;
}

static bool find_single(const struct cm_ocsp_basic *basic,
                        struct subject *subject, struct single *out,
                        bool *found)
{
    struct cm_reader singles = basic->singles;

    *found = false;
    while (singles.len > 0) {
        struct single single;
        bool matches;

        if (!read_single(&singles, subject, &single, &matches)) {
            return false;
        }
        if (matches && (!*found || outweighs(&single, out))) {
            *out = single;
            *found = true;
        }
    }
    return true;
}

/* ResponderID ::= CHOICE { byName [1] Name, byKey [2] OCTET STRING } */
static bool read_responder(struct cm_reader *data, struct cm_ocsp_basic *out)
{
    struct cm_der_element id;
    struct cm_der_element value;
    struct cm_reader r;
    bool by_name;

    if (!cm_der_any(data, &id) || (id.tag != CM_DER_CONSTRUCTED(1U) &&
                                   id.tag != CM_DER_CONSTRUCTED(2U))) {
        return false;
    }
    by_name = id.tag == CM_DER_CONSTRUCTED(1U);
    cm_reader_init(&r, id.content.data, id.content.len);
    if (!cm_der_get(&r, by_name ? CM_DER_SEQUENCE : CM_DER_OCTET_STRING,
                    &value) ||
        r.len != 0 || (!by_name && value.content.len == 0)) {
        return false;
    }
    if (by_name) {
        out->responder_name = value.whole;
    } else {
        out->responder_key = value.content;
    }
    return true;
}

/* ResponseData ::= SEQUENCE { version [0] DEFAULT v1, responderID, producedAt,
 * responses, responseExtensions [1] OPTIONAL } */
static bool read_data(struct cm_reader data, struct cm_ocsp_basic *out,
                      struct cm_ocsp_answer *answer, bool *critical)
{
    struct cm_der_element version;

    if (cm_der_next_is(&data, CM_DER_CONSTRUCTED(0U)) &&
        !cm_der_any(&data, &version)) {
        return false;
    }
    return read_responder(&data, out) &&
           cm_der_time(&data, &answer->produced_at) &&
           cm_der_enter(&data, CM_DER_SEQUENCE, &out->singles) &&
           read_extensions(&data, critical);
}

/* BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm,
 * signature, certs [0] OPTIONAL } */
static bool read_basic(struct cm_span der, struct cm_ocsp_basic *out,
                       struct cm_ocsp_answer *answer, bool *critical)
{
    struct cm_reader seq;
    struct cm_reader data;
    struct cm_reader tagged;
    struct cm_der_element tbs;
    struct cm_der_element alg;

    if (!cm_der_only(der, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_SEQUENCE, &tbs) ||
        !cm_der_get(&seq, CM_DER_SEQUENCE, &alg) ||
        !cm_der_octets(&seq, &out->signature)) {
        return false;
    }
    out->tbs = tbs.whole;
    out->sig_alg = alg.whole;
    if (seq.len > 0 && (!cm_der_enter(&seq, CM_DER_CONSTRUCTED(0U), &tagged) ||
                        !cm_der_enter(&tagged, CM_DER_SEQUENCE, &out->certs) ||
                        tagged.len != 0 || seq.len != 0)) {
        return false;
    }
    cm_reader_init(&data, tbs.content.data, tbs.content.len);
    return read_data(data, out, answer, critical);
}

/* OCSPResponse ::= SEQUENCE { responseStatus, responseBytes [0] OPTIONAL }.
 * Gives the DER of the basic response; empty: there is none, and the answer
 * says why. */
static struct cm_span unwrap(struct cm_span der, struct cm_ocsp_answer *answer)
{
    static const struct cm_span basic_type = CM_OID(PKIX_OCSP "\x01");
    static const struct cm_span nothing = {NULL, 0};
    struct cm_reader seq;
    struct cm_reader tagged;
    struct cm_reader bytes;
    struct cm_der_element status;
    struct cm_der_element type;
    struct cm_der_element basic;

    if (der.len > CM_OCSP_MAX_BYTES) {
        answer->detail = "it is too long";
        return nothing;
    }
    if (!cm_der_only(der, CM_DER_SEQUENCE, &seq) ||
        !cm_der_get(&seq, CM_DER_ENUMERATED, &status) ||
        status.content.len != 1) {
        return nothing;
    }
    answer->response_status = status.content.data[0];
    if (answer->response_status != 0) {
        answer->state = CM_OCSP_ERROR;
        answer->detail = response_status_text(answer->response_status);
        return nothing;
    }
    if (!cm_der_enter(&seq, CM_DER_CONSTRUCTED(0U), &tagged) || seq.len != 0 ||
        !cm_der_enter(&tagged, CM_DER_SEQUENCE, &bytes) || tagged.len != 0 ||
        !cm_der_get(&bytes, CM_DER_OID, &type) ||
        !cm_der_get(&bytes, CM_DER_OCTET_STRING, &basic) || bytes.len != 0) {
        return nothing;
    }
    if (!cm_span_equal(type.content, basic_type)) {
        answer->detail = "it is of a type that nobody knows";
        return nothing;
    }
    return basic.content;
}

static void judge_time(struct cm_ocsp_answer *answer, int64_t at_unix)
{
    if (answer->this_update > at_unix + CM_OCSP_SKEW_S) {
        answer->state = CM_OCSP_NOT_YET;
        answer->detail = "its thisUpdate is in the future";
    } else if (answer->produced_at > at_unix + CM_OCSP_SKEW_S) {
        answer->state = CM_OCSP_NOT_YET;
        answer->detail = "it was produced in the future";
    } else if (answer->next_update != 0 &&
               at_unix > answer->next_update + CM_OCSP_SKEW_S) {
        answer->state = CM_OCSP_EXPIRED;
        answer->detail = "its nextUpdate is past";
    } else if (answer->next_update == 0 &&
               at_unix > answer->this_update + CM_OCSP_MAX_AGE_S) {
        answer->state = CM_OCSP_EXPIRED;
        answer->detail = "it has no nextUpdate and is older than a day";
    }
}

static void judge_single(struct cm_ocsp_answer *answer,
                         const struct single *single, int64_t at_unix)
{
    answer->this_update = single->this_update;
    answer->next_update = single->next_update;
    if (answer->state != CM_OCSP_GOOD) {
        return; /* nobody vouches for the rest */
    }
    answer->revoked_unix = single->revoked_unix;
    answer->reason = single->reason;
    if (single->status == STATUS_TAG_REVOKED) {
        answer->state = CM_OCSP_REVOKED;
    } else if (single->status == STATUS_TAG_UNKNOWN) {
        answer->state = CM_OCSP_UNKNOWN;
        answer->detail = "the responder does not know the certificate";
    }
    judge_time(answer, at_unix);
}

struct cm_ocsp_answer cm_ocsp_read(struct cm_sigmemo *memo, struct cm_span der,
                                   const struct cm_cert *cert,
                                   const struct cm_cert *issuer,
                                   int64_t at_unix)
{
    struct cm_ocsp_answer answer = {.state = CM_OCSP_MALFORMED,
                                    .response_status = -1,
                                    .reason = -1,
                                    .detail = "it is not an OCSP response"};
    struct cm_ocsp_basic basic = {.tbs = {NULL, 0}};
    struct subject subject = {.cert = cert, .issuer = issuer};
    struct cm_span bytes = unwrap(der, &answer);
    struct single single = {.reason = -1};
    bool critical = false;
    bool found;

    if (bytes.len == 0) {
        return answer;
    }
    if (!read_basic(bytes, &basic, &answer, &critical) ||
        !find_single(&basic, &subject, &single, &found)) {
        answer.detail = "it is malformed";
    } else if (!found) {
        answer.state = CM_OCSP_OTHER_CERT;
        answer.detail = "it is about other certificates";
    } else if (critical || single.critical) {
        answer.detail = "it has a critical extension that nobody knows";
    } else {
        cm_sha256(der.data, der.len, basic.sha256);
        cm_ocsp_check_signer(&answer, memo, &basic, issuer, at_unix);
        judge_single(&answer, &single, at_unix);
    }
    return answer;
}
