/* The connection and the handshake: one table of what a probe saw.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T CM_VERDICT_TRUSTED
#define U CM_VERDICT_UNTRUSTED
#define X CM_VERDICT_UNREACHABLE
#define N CM_VERDICT_NOT_TLS

/* One probe that failed, of an otherwise usual endpoint. */
static struct probe_case {
    const char *name;
    enum cm_phase reached;
    enum cm_end end;
    int sys_errno;
    int alert; /* received, fatal; -1: none */
    const char *bytes;
    size_t num_bytes;
    uint16_t version; /* of the ServerHello; 0: none */
    enum cm_client_auth client_auth;
    const char *causes;
    enum cm_verdict verdict;
    enum cm_resolution resolution;
    enum cm_confidence confidence;
    const char *proof;
} probes[] = {
#define CONNECT(name, end, error, causes, proof)                               \
    {                                                                          \
        name, CM_PHASE_CONNECTING, end, error, -1, NULL, 0, 0,                 \
            CM_CLIENT_AUTH_NONE, causes, X, CM_RESOLUTION_OPEN_PORT,           \
            CM_CERTAIN, proof                                                  \
    }
    CONNECT("refused", CM_END_SYSTEM, ECONNREFUSED, "connect_refused",
            "9.9.9.1:443: Connection refused after 7 ms"),
    CONNECT("reset while connecting", CM_END_RESET, ECONNRESET,
            "connect_refused", "reset"),
    CONNECT("closed while connecting", CM_END_CLOSED, 0, "connect_refused",
            "refused"),
    CONNECT("timeout", CM_END_TIMEOUT, ETIMEDOUT, "connect_timeout",
            "no answer within 7 ms"),
    CONNECT("timeout of the kernel", CM_END_SYSTEM, ETIMEDOUT,
            "connect_timeout", "timed out"),
    CONNECT("no route to host", CM_END_SYSTEM, EHOSTUNREACH,
            "connect_unreachable", "No route to host"),
    CONNECT("prohibited", CM_END_SYSTEM, EACCES, "connect_unreachable",
            "Permission denied"),
#define OURS(name, phase, error)                                               \
    {                                                                          \
        name, phase, CM_END_SYSTEM, error, -1, NULL, 0, 0,                     \
            CM_CLIENT_AUTH_NONE, "not_scanned", CM_VERDICT_NOT_CHECKED,        \
            CM_RESOLUTION_RESCAN, CM_CERTAIN, ""                               \
    }
    OURS("our own fault", CM_PHASE_CONNECTING, EMFILE),
    OURS("our own memory", CM_PHASE_HANDSHAKING, ENOMEM),
    {"never began", CM_PHASE_CONNECTING, CM_END_NONE, 0, -1, NULL, 0, 0,
     CM_CLIENT_AUTH_NONE, "not_scanned", CM_VERDICT_NOT_CHECKED,
     CM_RESOLUTION_RESCAN, CM_CERTAIN, "before the handshake"},
    {"proxy", CM_PHASE_PROXYING, CM_END_PROXY, 0, -1, NULL, 0, 0,
     CM_CLIENT_AUTH_NONE, "connect_proxy_failed", X, CM_RESOLUTION_FIX_PROXY,
     CM_CERTAIN, "CONNECT www.a.example:443 by 9.9.9.1:443"},
#define HELLO(name, end, error, alert, causes, verdict, res, sure, proof)      \
    {                                                                          \
        name, CM_PHASE_HANDSHAKING, end, error, alert, NULL, 0, 0,             \
            CM_CLIENT_AUTH_NONE, causes, verdict, res, sure, proof             \
    }
    HELLO("closed on hello", CM_END_CLOSED, 0, -1, "tls_closed_on_hello", X,
          CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "without an alert"),
    HELLO("close_notify on hello", CM_END_CLOSED, 0, 0, "tls_closed_on_hello",
          X, CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "close_notify"),
    HELLO("reset on hello", CM_END_RESET, ECONNRESET, -1, "tls_reset_on_hello",
          X, CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "reset"),
    HELLO("reset as an errno", CM_END_SYSTEM, ECONNRESET, -1,
          "tls_reset_on_hello", X, CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN,
          "reset"),
    HELLO("silence", CM_END_TIMEOUT, ETIMEDOUT, -1, "tls_handshake_timeout", X,
          CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "silence for 40 ms"),
    HELLO("silence as an errno", CM_END_SYSTEM, ETIMEDOUT, -1,
          "tls_handshake_timeout", X, CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN,
          "silence"),
    HELLO("route lost", CM_END_SYSTEM, EHOSTUNREACH, -1,
          "tls_handshake_unexplained", U, CM_RESOLUTION_UPDATE_TLS_STACK,
          CM_CERTAIN, "No route to host"),
    HELLO("refused by us", CM_END_REFUSED_BY_US, 0, -1,
          "tls_handshake_unexplained", U, CM_RESOLUTION_UPDATE_TLS_STACK,
          CM_CERTAIN, "our side ended the handshake"),
    HELLO("alert 112", CM_END_ALERT_RECEIVED, 0, 112, "tls_sni_unrecognized", U,
          CM_RESOLUTION_BIND_CERTIFICATE, CM_CERTAIN,
          "server name \"www.a.example\""),
    HELLO("alert 40", CM_END_ALERT_RECEIVED, 0, 40, "tls_no_common_cipher", U,
          CM_RESOLUTION_ALIGN_CIPHERS, CM_PROBABLE, "(40), which most often"),
    HELLO("alert 71", CM_END_ALERT_RECEIVED, 0, 71, "tls_no_common_cipher", U,
          CM_RESOLUTION_ALIGN_CIPHERS, CM_PROBABLE, "stronger"),
    HELLO("alert 70", CM_END_ALERT_RECEIVED, 0, 70, "tls_version_too_old", U,
          CM_RESOLUTION_ENABLE_MODERN_TLS, CM_CERTAIN, "older versions only"),
    HELLO("alert 80", CM_END_ALERT_RECEIVED, 0, 80, "tls_internal_error", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "internal_error (80)"),
    HELLO("alert 120", CM_END_ALERT_RECEIVED, 0, 120, "tls_alpn_failure", U,
          CM_RESOLUTION_ALIGN_CIPHERS, CM_CERTAIN, "(120)"),
    HELLO("alert 47", CM_END_ALERT_RECEIVED, 0, 47, "tls_alert_other", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "(47)"),
    HELLO("an alert nobody knows", CM_END_ALERT_RECEIVED, 0, 200,
          "tls_alert_other", U, CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN,
          "(200)"),
#define BYTES(name, bytes, cause, res, proof)                                  \
    {                                                                          \
        name, CM_PHASE_HANDSHAKING, CM_END_NOT_TLS, 0, -1, bytes,              \
            sizeof(bytes) - 1, 0, CM_CLIENT_AUTH_NONE, cause, N, res,          \
            CM_CERTAIN, proof                                                  \
    }
#define HTTP(name, bytes)                                                      \
    BYTES(name, bytes, "tls_plaintext_http", CM_RESOLUTION_SERVE_TLS, "HTTP")
#define OTHER(bytes, protocol)                                                 \
    BYTES(protocol, bytes, "tls_plaintext_other", CM_RESOLUTION_FIX_INVENTORY, \
          protocol)
    HTTP("HTTP", "HTTP/1.1 400 Bad Request\r\n"),
    HTTP("HTTP, a page", "<html><head>"),
    HTTP("HTTP, a page in capitals", "<!doctype HTML>"),
    OTHER("SSH-2.0-OpenSSH_9.2\r\n", "speaks SSH,"),
    OTHER("220 mx.a.example ESMTP Postfix\r\n", "speaks SMTP,"),
    OTHER("220-FTP ready\r\n", "speaks FTP,"),
    OTHER("220 hello\r\n", "speaks SMTP or FTP,"),
    OTHER("554 no\r\n", "speaks SMTP or FTP, "),
    OTHER("+OK ready\r\n", "speaks POP3,"),
    OTHER("* OK ready\r\n", "speaks IMAP,"),
    OTHER("* BYE\r\n", "speaks IMAP, "),
    OTHER("RFB 003.008\n", "speaks VNC,"),
    OTHER("\x4a\x00\x00\x00\x0a"
          "8.0.36",
          "speaks MySQL,"),
    OTHER("\x45\x00\x00\x00\xff\x6a\x04", "speaks MySQL, "),
    OTHER("E\x00\x00\x00\x8b"
          "SFATAL",
          "speaks PostgreSQL,"),
    OTHER("\x03\x00\x00\x13", "speaks RDP"),
    OTHER("-ERR unknown command\r\n", "speaks Redis"),
    OTHER("\xff\xfb\x01", "\"\\xff\\xfb\\x01\""),
    OTHER("?\"\\", "is no TLS record: \"?\\x22\\x5c\""),
    OTHER("22", "is no TLS record: \"22\""),
#define LATER(name, end, error, alert, auth, causes, verdict, res, sure,       \
              proof)                                                           \
    {                                                                          \
        name, CM_PHASE_HANDSHAKING, end, error, alert, "\x16\x03\x03\x00\x02", \
            5, 0x0303, auth, causes, verdict, res, sure, proof                 \
    }
    LATER("closed after ServerHello", CM_END_CLOSED, 0, -1, CM_CLIENT_AUTH_NONE,
          "tls_handshake_unexplained", U, CM_RESOLUTION_UPDATE_TLS_STACK,
          CM_CERTAIN, "after its ServerHello"),
    LATER("reset after ServerHello", CM_END_RESET, ECONNRESET, -1,
          CM_CLIENT_AUTH_NONE, "tls_handshake_unexplained", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "reset"),
    LATER("silence after ServerHello", CM_END_TIMEOUT, ETIMEDOUT, -1,
          CM_CLIENT_AUTH_NONE, "tls_handshake_timeout", X,
          CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "in the middle"),
    LATER("alert 40 after ServerHello", CM_END_ALERT_RECEIVED, 0, 40,
          CM_CLIENT_AUTH_NONE, "tls_alert_other", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "our handshake"),
    LATER("alert 80 after ServerHello", CM_END_ALERT_RECEIVED, 0, 80,
          CM_CLIENT_AUTH_NONE, "tls_internal_error", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "(80)"),
    LATER("mtls12, alert 40", CM_END_ALERT_RECEIVED, 0, 40,
          CM_CLIENT_AUTH_REQUESTED, "tls_client_cert_required", U,
          CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, CM_CERTAIN,
          "handshake_failure (40)"),
    LATER("mtls12, alert 50 as GnuTLS", CM_END_ALERT_RECEIVED, 0, 50,
          CM_CLIENT_AUTH_REQUESTED, "tls_client_cert_required", U,
          CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, CM_CERTAIN, "(50)"),
    LATER("mtls12, closed", CM_END_CLOSED, 0, 0, CM_CLIENT_AUTH_REQUESTED,
          "tls_client_cert_required", U,
          CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, CM_PROBABLE, "hung up"),
    LATER("mtls12, reset", CM_END_RESET, ECONNRESET, -1,
          CM_CLIENT_AUTH_REQUESTED, "tls_client_cert_required", U,
          CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, CM_PROBABLE, "hung up"),
    LATER("mtls12, internal error", CM_END_ALERT_RECEIVED, 0, 80,
          CM_CLIENT_AUTH_REQUESTED, "tls_internal_error", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "(80)"),
    LATER("mtls12, silence", CM_END_TIMEOUT, ETIMEDOUT, -1,
          CM_CLIENT_AUTH_REQUESTED, "tls_handshake_timeout", X,
          CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN, "40 ms"),
    LATER("completed without a certificate", CM_END_COMPLETE, 0, -1,
          CM_CLIENT_AUTH_NONE, "tls_handshake_unexplained", U,
          CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "no certificate"),
    {"old version, then an alert", CM_PHASE_HANDSHAKING, CM_END_ALERT_RECEIVED,
     0, 40, "\x16\x03\x01", 3, 0x0301, CM_CLIENT_AUTH_NONE,
     "tls_version_too_old", U, CM_RESOLUTION_ENABLE_MODERN_TLS, CM_CERTAIN,
     "then the handshake failed: alert_received"},
    {"part of an answer, then FIN", CM_PHASE_HANDSHAKING, CM_END_CLOSED, 0, -1,
     "\x16\x03", 2, 0, CM_CLIENT_AUTH_NONE, "tls_handshake_unexplained", U,
     CM_RESOLUTION_UPDATE_TLS_STACK, CM_CERTAIN, "\"\\x16\\x03\""},
    {"part of an answer, then silence", CM_PHASE_HANDSHAKING, CM_END_TIMEOUT,
     ETIMEDOUT, -1, "\x16\x03", 2, 0, CM_CLIENT_AUTH_NONE,
     "tls_handshake_timeout", X, CM_RESOLUTION_FIX_MIDDLEBOX, CM_CERTAIN,
     "a part of an answer"},
};
#define PROBES (sizeof(probes) / sizeof(*probes))

static void fill(struct cm_probe *probe, const struct probe_case *c)
{
    probe->sys_errno = c->sys_errno;
    if (c->alert >= 0) {
        probe->alert_received = (struct cm_alert){true, 2, (uint8_t)c->alert};
    }
    if (c->bytes != NULL) {
        memcpy(probe->first_bytes, c->bytes, c->num_bytes);
        probe->num_first_bytes = (uint8_t)c->num_bytes;
    }
    probe->server_hello = c->version != 0;
    probe->version = c->version;
    probe->client_auth = c->client_auth;
}

static bool acts_on_server(enum cm_resolution resolution)
{
    static const enum cm_resolution on_server[] = {
        CM_RESOLUTION_OPEN_PORT,
        CM_RESOLUTION_FIX_MIDDLEBOX,
        CM_RESOLUTION_SERVE_TLS,
        CM_RESOLUTION_ALIGN_CIPHERS,
        CM_RESOLUTION_BIND_CERTIFICATE,
        CM_RESOLUTION_ENABLE_MODERN_TLS,
        CM_RESOLUTION_UPDATE_TLS_STACK,
        CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE,
    };

    for (size_t i = 0; i < sizeof(on_server) / sizeof(*on_server); i++) {
        if (on_server[i] == resolution) {
            return true;
        }
    }
    return false;
}

static void means_this(void **state)
{
    const struct probe_case *c = *state;
    const struct cm_finding *f;
    struct scene s;

    scene_open(&s, NULL);
    fill(scene_probe(&s, 1, c->reached, c->end), c);
    scene_expect(&s, c->verdict, c->causes);
    f = &s.got.findings[0];
    assert_string_equal(cm_resolution_info(f->resolution)->id,
                        cm_resolution_info(c->resolution)->id);
    assert_int_equal(f->confidence, c->confidence);
    assert_contains(f->proof, c->proof);
    if (acts_on_server(f->resolution)) {
        assert_string_equal(f->subject_key, "9.9.9.1:443");
    }
    scene_close(&s);
}

static void client_certificate_in_tls13(void **state)
{
    static const uint8_t names[] = {0, 15,   0x30, 13, 0x31, 11, 0x30, 9,  6,
                                    3, 0x55, 4,    3,  0x0c, 2,  'C',  'A'};
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    p = scene_serve(&s, "leaf int");
    p->client_auth = CM_CLIENT_AUTH_REQUIRED;
    p->alert_received = (struct cm_alert){true, 2, 116};
    scene_expect(&s, U, "tls_client_cert_required");
    assert_contains(s.got.findings[0].proof, "(116)");
    for (size_t i = 0; i < 6; i++) {
        uint8_t *grown = malloc((i + 1) * sizeof(names));

        assert_non_null(grown);
        memcpy(grown, p->ca_names.data != NULL ? p->ca_names.data : names,
               i * sizeof(names));
        memcpy(grown + i * sizeof(names), names, sizeof(names));
        free((void *)(uintptr_t)p->ca_names.data);
        p->ca_names = (struct cm_span){grown, (i + 1) * sizeof(names)};
    }
    scene_expect(&s, U, "tls_client_cert_required");
    assert_contains(s.got.findings[0].proof, "it takes \"CN=CA\", \"CN=CA\"");
    assert_contains(s.got.findings[0].proof, "and 2 more issuers");
    p->client_auth = CM_CLIENT_AUTH_OPTIONAL;
    scene_expect(&s, T, "tls_client_cert_optional");
    assert_int_equal(s.got.findings[0].confidence, CM_CERTAIN);
    assert_string_equal(s.got.findings[0].subject_key,
                        "tls_client_cert_optional");
    p->client_auth = CM_CLIENT_AUTH_UNDETERMINED;
    scene_expect(&s, T, "tls_client_cert_optional");
    assert_int_equal(s.got.findings[0].confidence, CM_PROBABLE);
    scene_close(&s);
}

static void old_versions_are_untrusted_though_complete(void **state)
{
    static const uint16_t versions[] = {0x0300, 0x0301, 0x0302, 0x0303};
    struct scene s;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        scene_open(&s, NULL);
        scene_trust(&s, "root");
        scene_serve(&s, "leaf int")->version = versions[i];
        scene_expect(&s, i < 3 ? U : T, i < 3 ? "tls_version_too_old" : "");
        scene_close(&s);
    }
}

static void key_that_is_anothers(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    p = scene_serve(&s, "leaf int");
    p->end = CM_END_REFUSED_BY_US;
    p->bad_key_proof = true;
    scene_expect(&s, U, "tls_key_mismatch");
    assert_int_equal(s.got.findings[0].position, 0);
    assert_contains(s.got.findings[0].proof, "0x0403");
    scene_close(&s);

    scene_open(&s, NULL); /* the CA's certificate came first */
    scene_trust(&s, "root");
    p = scene_serve(&s, "int leaf");
    p->end = CM_END_REFUSED_BY_US;
    p->bad_key_proof = true;
    scene_expect(&s, U,
                 "tls_key_mismatch leaf_key_usage name_mismatch "
                 "chain_unrelated_cert");
    assert_contains(s.got.findings[0].proof, "wrong order");
    assert_int_equal(s.got.findings[2].resolution, CM_RESOLUTION_TIDY_CHAIN);
    scene_close(&s);
}

static void refusal_is_explained_by_the_leaf(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    p = scene_serve(&s, "leafrubbish int");
    p->end = CM_END_REFUSED_BY_US;
    scene_expect(&s, U, "tls_cert_unparsable");
    assert_contains(s.got.findings[0].proof, "sent as certificate 1 of 2");
    scene_close(&s);

    scene_open(&s, NULL);
    scene_trust(&s, "root");
    p = scene_serve(&s, "leafkeyenc int");
    p->end = CM_END_REFUSED_BY_US;
    scene_expect(&s, U, "leaf_key_usage");
    scene_close(&s);

    scene_open(&s, NULL); /* nothing of the leaf's explains it */
    scene_trust(&s, "root");
    p = scene_serve(&s, "leaf int");
    p->end = CM_END_REFUSED_BY_US;
    (void)snprintf(p->error, sizeof(p->error), "BAD_ECC_CERT");
    scene_expect(&s, U, "tls_handshake_unexplained");
    assert_contains(s.got.findings[0].proof, "BAD_ECC_CERT");
    scene_close(&s);
}

static void a_broken_handshake_does_not_hide_the_chain(void **state)
{
    struct cm_probe *p;
    struct scene s;

    (void)state;
    scene_open(&s, NULL);
    scene_trust(&s, "root");
    p = scene_serve(&s, "leafold int");
    p->version = 0x0303;
    p->end = CM_END_ALERT_RECEIVED;
    p->client_auth = CM_CLIENT_AUTH_REQUESTED;
    p->alert_received = (struct cm_alert){true, 2, 42};
    scene_expect(&s, U, "leaf_expired tls_client_cert_required");
    scene_close(&s);
}

static int leave(void **state)
{
    (void)state;
    zoo_close();
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[PROBES + 5] = {
        cmocka_unit_test(client_certificate_in_tls13),
        cmocka_unit_test(old_versions_are_untrusted_though_complete),
        cmocka_unit_test(key_that_is_anothers),
        cmocka_unit_test(refusal_is_explained_by_the_leaf),
        cmocka_unit_test(a_broken_handshake_does_not_hide_the_chain),
    };

    for (size_t i = 0; i < PROBES; i++) {
        tests[5 + i] = (struct CMUnitTest){.name = probes[i].name,
                                           .test_func = means_this,
                                           .initial_state = &probes[i]};
    }
    return cmocka_run_group_tests_name("judge: tls", tests, NULL, leave);
}
