/* Client certificates: what the server made of ours, or of none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "client_scene.h"

#include <stdio.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED

/* --- what the server says --- */

static struct server_case {
    const char *name;
    enum own own;
    uint16_t version;
    enum cm_end end;
    int alert; /* -1: none */
    enum cm_client_auth auth;
    bool sent;
    uint16_t status;
    uint16_t substatus;
    const char *reply;
    bool late;
    enum cm_verdict verdict;
    const char *causes;
    enum cm_confidence confidence;
    const char *proof; /* of the first */
} cases[] = {
#define DONE(name, own, auth, sent, causes, verdict, sure, proof)              \
    {                                                                          \
        name, own, 0x0304, CM_END_COMPLETE, -1, auth, sent, 0, 0, "", false,   \
            verdict, causes, sure, proof                                       \
    }
    DONE("not asked", OWN_NONE, CM_CLIENT_AUTH_NONE, false, "", T, CM_CERTAIN,
         ""),
    DONE("not asked, ours unused", OWN_SOUND, CM_CLIENT_AUTH_NONE, false, "", T,
         CM_CERTAIN, ""),
    DONE("content without", OWN_NONE, CM_CLIENT_AUTH_OPTIONAL, false,
         "tls_client_cert_optional", T, CM_CERTAIN, "went on without one"),
    DONE("silent without", OWN_NONE, CM_CLIENT_AUTH_UNDETERMINED, false,
         "tls_client_cert_optional", T, CM_PROBABLE, "takes none"),
    DONE("ours taken", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, "", T,
         CM_CERTAIN, ""),
    DONE("silent with ours", OWN_SOUND, CM_CLIENT_AUTH_UNDETERMINED, true,
         "tls_client_cert_optional", T, CM_PROBABLE, "takes ours"),
    DONE("required, 1.3", OWN_NONE, CM_CLIENT_AUTH_REQUIRED, false,
         "tls_client_cert_required", U, CM_CERTAIN, "hung up"),
#define ALERT(name, version, number, auth, sent, cause, proof)                 \
    {                                                                          \
        name, sent ? OWN_SOUND : OWN_NONE, version,                            \
            (version) == 0x0304 ? CM_END_COMPLETE : CM_END_ALERT_RECEIVED,     \
            number, auth, sent, 0, 0, "", false, U, cause, CM_CERTAIN, proof   \
    }
    ALERT("116 in 1.3", 0x0304, 116, CM_CLIENT_AUTH_REQUIRED, false,
          "tls_client_cert_required", "certificate_required (116)"),
    ALERT("40 in 1.2", 0x0303, 40, CM_CLIENT_AUTH_REQUESTED, false,
          "tls_client_cert_required", "our empty one with the alert"),
    ALERT("ours, 48 in 1.3", 0x0304, 48, CM_CLIENT_AUTH_REJECTED, true,
          "tls_client_cert_rejected", "does not know the CA"),
    ALERT("ours, 48 in 1.2", 0x0303, 48, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "does not know the CA"),
    ALERT("ours, 42", 0x0303, 42, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "signatures do not verify"),
    ALERT("ours, 43", 0x0303, 43, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "for a purpose"),
    ALERT("ours, 44", 0x0303, 44, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "takes it for revoked"),
    ALERT("ours, 45", 0x0303, 45, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "by the server's clock"),
    ALERT("ours, 46", 0x0303, 46, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "no alert of its own"),
    ALERT("ours, 49", 0x0303, 49, CM_CLIENT_AUTH_REQUESTED, true,
          "tls_client_cert_rejected", "its holder is not let in"),
    ALERT("ours, 51 is about its signature", 0x0303, 51,
          CM_CLIENT_AUTH_REQUESTED, true, "tls_client_cert_rejected",
          "does not verify there"),
    ALERT("ours, 116", 0x0304, 116, CM_CLIENT_AUTH_REJECTED, true,
          "tls_client_cert_rejected", "as if none had been sent"),
    ALERT("none, 51 is about something else", 0x0303, 51,
          CM_CLIENT_AUTH_REQUESTED, false, "tls_alert_other", "decrypt_error"),
    ALERT("ours, 80 is the server's own fault", 0x0303, 80,
          CM_CLIENT_AUTH_REQUESTED, true, "tls_internal_error", "fault"),
    {"ours, closed in 1.2", OWN_SOUND, 0x0303, CM_END_CLOSED, -1,
     CM_CLIENT_AUTH_REQUESTED, true, 0, 0, "", false, U,
     "tls_client_cert_rejected", CM_PROBABLE, "hung up after it"},
#define HTTP(name, own, auth, sent, status, sub, reply, verdict, causes, sure, \
             proof)                                                            \
    {                                                                          \
        name, own, 0x0303, CM_END_COMPLETE, -1, auth, sent, status, sub,       \
            reply, false, verdict, causes, sure, proof                         \
    }
    HTTP("nginx without", OWN_NONE, CM_CLIENT_AUTH_OPTIONAL, false, 400, 0,
         "HTTP/1.1 400 Bad Request; No required SSL certificate was sent", U,
         "tls_client_cert_required", CM_CERTAIN, "No required SSL certificate"),
    HTTP("nginx with another", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 400, 0,
         "HTTP/1.1 400 Bad Request; The SSL certificate error", U,
         "tls_client_cert_rejected", CM_CERTAIN, "The SSL certificate error"),
    HTTP("IIS 403.7", OWN_NONE, CM_CLIENT_AUTH_OPTIONAL, false, 403, 7,
         "HTTP/1.1 403 Forbidden", U, "tls_client_cert_required", CM_CERTAIN,
         "code 403.7: client certificate required"),
    HTTP("IIS 403.7 with ours", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 403,
         7, "HTTP/1.1 403 Forbidden", U, "tls_client_cert_rejected",
         CM_PROBABLE, "code 403.7"),
    HTTP("IIS 403.13", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 403, 13,
         "HTTP/1.1 403 Forbidden", U, "tls_client_cert_rejected", CM_CERTAIN,
         "revoked"),
    HTTP("IIS 403.16", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 403, 16,
         "HTTP/1.1 403 Forbidden", U, "tls_client_cert_rejected", CM_CERTAIN,
         "untrusted or invalid"),
    HTTP("IIS 403.17", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 403, 17,
         "HTTP/1.1 403 Forbidden", U, "tls_client_cert_rejected", CM_CERTAIN,
         "expired"),
    HTTP("IIS 403.14 is about something else", OWN_NONE,
         CM_CLIENT_AUTH_OPTIONAL, false, 403, 14, "HTTP/1.1 403 Forbidden", T,
         "tls_client_cert_optional", CM_CERTAIN, "went on"),
    HTTP("a plain 403", OWN_SOUND, CM_CLIENT_AUTH_ACCEPTED, true, 403, 0,
         "HTTP/1.1 403 Forbidden", T, "", CM_CERTAIN, ""),
    HTTP("a page that is fine", OWN_NONE, CM_CLIENT_AUTH_OPTIONAL, false, 200,
         0, "HTTP/1.1 200 OK", T, "tls_client_cert_optional", CM_CERTAIN, ""),
    HTTP("403.7 and never asked", OWN_NONE, CM_CLIENT_AUTH_NONE, false, 403, 7,
         "HTTP/1.1 403 Forbidden", U, "tls_client_cert_late", CM_PROBABLE,
         "without asking"),
    HTTP("Apache and TLS 1.3", OWN_SOUND, CM_CLIENT_AUTH_NONE, false, 403, 0,
         "HTTP/1.1 403 Forbidden; Cannot perform Post-Handshake "
         "Authentication",
         U, "tls_client_cert_late", CM_CERTAIN, "Post-Handshake"),
    HTTP("IIS of Windows Server 2025", OWN_SOUND, CM_CLIENT_AUTH_NONE, false,
         500, 0, "HTTP/1.1 500 Internal Server Error; 0x80070032", U,
         "tls_client_cert_late", CM_CERTAIN, "0x80070032"),
    HTTP("a reset with TLS 1.2", OWN_SOUND, CM_CLIENT_AUTH_NONE, false, 0, 0,
         CM_HTTP_REPLY_RESET, T, "", CM_CERTAIN, ""),
    {"a reset with TLS 1.3", OWN_SOUND, 0x0304, CM_END_COMPLETE, -1,
     CM_CLIENT_AUTH_NONE, false, 0, 0, CM_HTTP_REPLY_RESET, false, T,
     "tls_client_cert_late", CM_PROBABLE, "reset the connection"},
    {"a reset and no certificate", OWN_NONE, 0x0304, CM_END_COMPLETE, -1,
     CM_CLIENT_AUTH_NONE, false, 0, 0, CM_HTTP_REPLY_RESET, false, T, "",
     CM_CERTAIN, ""},
    {"HelloRequest", OWN_NONE, 0x0303, CM_END_COMPLETE, -1, CM_CLIENT_AUTH_NONE,
     false, 0, 0, "", true, U, "tls_client_cert_late", CM_CERTAIN,
     "HelloRequest"},
    {"CertificateRequest after the handshake", OWN_NONE, 0x0304,
     CM_END_COMPLETE, -1, CM_CLIENT_AUTH_NONE, false, 0, 0, "", true, U,
     "tls_client_cert_late", CM_CERTAIN, "CertificateRequest after"},
    {"optional, then late", OWN_NONE, 0x0303, CM_END_COMPLETE, -1,
     CM_CLIENT_AUTH_OPTIONAL, false, 0, 0, "", true, U, "tls_client_cert_late",
     CM_CERTAIN, "HelloRequest"},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void server_says(void **state)
{
    const struct server_case *c = *state;
    struct cm_probe *p;
    struct scene s;

    client_scene_open(&s, c->own);
    p = scene_serve(&s, "leaf int");
    p->version = c->version;
    p->end = c->end;
    p->client_auth = c->auth;
    p->client_cert_sent = c->sent;
    p->http_status = c->status;
    p->http_substatus = c->substatus;
    p->cert_request_late = c->late;
    (void)snprintf(p->http_reply, sizeof(p->http_reply), "%s", c->reply);
    if (c->alert >= 0) {
        p->alert_received = (struct cm_alert){true, 2, (uint8_t)c->alert};
    }
    scene_expect(&s, c->verdict, c->causes);
    if (s.got.num_findings > 0) {
        assert_int_equal(s.got.findings[0].confidence, c->confidence);
        assert_contains(s.got.findings[0].proof, c->proof);
    }
    scene_close(&s);
}

static void a_key_that_fits_no_scheme_is_said(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    client_scene_open(&s, OWN_SOUND);
    p = scene_serve(&s, "leaf int");
    p->version = 0x0303;
    p->end = CM_END_REFUSED_BY_US;
    p->client_auth = CM_CLIENT_AUTH_REQUESTED;
    p->client_cert_sent = true;
    (void)snprintf(p->error, sizeof(p->error),
                   "NO_COMMON_SIGNATURE_ALGORITHMS");
    scene_expect(&s, U, "tls_client_cert_rejected");
    assert_contains(s.got.findings[0].proof, "names other schemes");
    (void)snprintf(p->error, sizeof(p->error), "SOMETHING_ELSE");
    scene_expect(&s, U, "tls_handshake_unexplained");
    scene_close(&s);
}

/* --- the CAs that the server names --- */

static struct ca_case {
    const char *name;
    enum own own;
    int named; /* 1: the root, 2: the CA, 3: both, 0: another, -1: none */
    enum cm_client_auth auth;
    const char *causes;
    enum cm_verdict verdict;
} cas[] = {
    {"the root", OWN_SOUND, 1, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"the CA", OWN_SOUND, 2, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"both", OWN_SOUND, 3, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"none", OWN_SOUND, -1, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"another, and it was taken", OWN_SOUND, 0, CM_CLIENT_AUTH_ACCEPTED,
     "tls_client_ca_mismatch", T},
    {"another, and it was refused", OWN_SOUND, 0, CM_CLIENT_AUTH_REJECTED,
     "tls_client_cert_rejected tls_client_ca_mismatch", U},
    {"the root, and refused all the same", OWN_SOUND, 1,
     CM_CLIENT_AUTH_REJECTED, "tls_client_cert_rejected", U},
    {"the CA, sent alone", OWN_ALONE, 2, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"the root, sent alone, refused", OWN_ALONE, 1, CM_CLIENT_AUTH_REJECTED,
     "tls_client_cert_rejected tls_client_ca_mismatch "
     "client_cert_incomplete",
     U},
    {"none, sent alone, refused", OWN_ALONE, -1, CM_CLIENT_AUTH_REJECTED,
     "tls_client_cert_rejected client_cert_incomplete", U},
    {"none, sent alone, taken", OWN_ALONE, -1, CM_CLIENT_AUTH_ACCEPTED, "", T},
    {"not asked, sent to nobody", OWN_ALONE, -1, CM_CLIENT_AUTH_NONE, "", T},
};
#define CAS (sizeof(cas) / sizeof(cas[0]))

static void names_cas(void **state)
{
    const struct ca_case *c = *state;
    struct cm_cert *other =
        forge_cert(&(struct forge_spec){.subject = "Other CA", .ca = true});
    struct cm_probe *p;
    struct scene s;

    client_scene_open(&s, c->own);
    p = scene_serve(&s, "leaf int");
    p->client_auth = c->auth;
    p->client_cert_sent = c->auth != CM_CLIENT_AUTH_NONE;
    if (c->named >= 0) {
        client_scene_names(p,
                           c->named == 0   ? other
                           : c->named == 2 ? client_scene_ca()
                                           : client_scene_root(),
                           c->named == 3 ? client_scene_ca() : NULL);
    }
    if (c->auth == CM_CLIENT_AUTH_REJECTED) {
        p->alert_received = (struct cm_alert){true, 2, 48};
    }
    scene_expect(&s, c->verdict, c->causes);
    if (strstr(c->causes, "mismatch") != NULL) {
        const struct cm_finding *f =
            scene_finding(&s, CM_CAUSE_TLS_CLIENT_CA_MISMATCH);

        assert_contains(f->proof, c->named == 0 ? "CN=Other CA" : "CN=");
        assert_contains(f->proof, "CN=Client CA");
        assert_int_equal(f->blocks, c->verdict == U);
        assert_int_equal(f->confidence,
                         c->own == OWN_ALONE ? CM_PROBABLE : CM_CERTAIN);
    }
    scene_close(&s);
    cm_cert_unref(other);
}

/* A list that was cut off proves nothing. */
static void a_long_list_of_cas_proves_nothing(void **state)
{
    struct cm_cert *other =
        forge_cert(&(struct forge_spec){.subject = "Other CA", .ca = true});
    struct cm_buf list;
    struct cm_probe *p;
    struct scene s;

    (void)state;
    client_scene_open(&s, OWN_SOUND);
    p = scene_serve(&s, "leaf int");
    p->client_auth = CM_CLIENT_AUTH_ACCEPTED;
    p->client_cert_sent = true;
    cm_buf_init(&list, CM_MAX_CA_NAMES_BYTES);
    while (list.len + other->subject.len + 2 <= CM_MAX_CA_NAMES_BYTES) {
        client_scene_put_name(&list, other->subject);
    }
    p->ca_names = client_scene_take(&list);
    scene_expect(&s, T, "");
    cm_buf_cleanup(&list);
    scene_close(&s);
    cm_cert_unref(other);
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(a_key_that_fits_no_scheme_is_said),
        cmocka_unit_test(a_long_list_of_cas_proves_nothing),
    };
    enum { SINGLE = sizeof(single) / sizeof(single[0]) };
    struct CMUnitTest tests[SINGLE + CASES + CAS];
    size_t num = 0;

    while (num < SINGLE) {
        tests[num] = single[num];
        num++;
    }
    for (size_t i = 0; i < CASES; i++) {
        tests[num++] = (struct CMUnitTest){.name = cases[i].name,
                                           .test_func = server_says,
                                           .initial_state = &cases[i]};
    }
    for (size_t i = 0; i < CAS; i++) {
        tests[num++] = (struct CMUnitTest){.name = cas[i].name,
                                           .test_func = names_cas,
                                           .initial_state = &cas[i]};
    }
    return cmocka_run_group_tests_name("judge: client certificates", tests,
                                       client_scene_make, client_scene_leave);
}
