/* What causes mean: asking for TLS in another protocol.
 * SPDX-License-Identifier: Apache-2.0 */
#include "remedies.h"

/* Browsers speak none of the protocols that start TLS by a command. */
#define NO_BROWSER                                                             \
    {CM_CHROME, "does not speak such protocols"},                              \
    {                                                                          \
        CM_FIREFOX, "does not speak such protocols"                            \
    }

const struct cm_cause_text CM_CAUSE_TEXT_OF(STARTTLS_NOT_OFFERED) = {
    .meaning = "The service speaks its own protocol, but does not list the "
               "command that starts TLS, or does not know it. Clients that "
               "demand TLS stop; others go on in clear text.",
    .rule = "RFC 3207 section 4, RFC 9051 section 6.2.1, RFC 2595 section 4, "
            "RFC 4217 section 4, RFC 4511 section 4.14, RFC 6120 section 5",
    .detected =
        "The list of capabilities lacks STARTTLS, STLS or starttls, or the "
        "command is answered as unknown; PostgreSQL says N, MySQL's greeting "
        "lacks CLIENT_SSL, MS-SQL says ENCRYPT_NOT_SUP, RDP refuses TLS.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "Server does not support secure connections."},
        {CM_DOTNET, "Server does not support secure connections."},
        {CM_SCHANNEL, "is never reached: the program above it gives up"},
        {CM_CURL, "(64) Requested SSL level failed; openssl s_client: didn't "
                  "find STARTTLS in server response, trying anyway..."},
        {CM_JAVA, "STARTTLS is required but host does not support STARTTLS"},
        {CM_GO, "smtp: server doesn't support STARTTLS"},
        {CM_PYTHON, "STARTTLS extension not supported by server."},
        {CM_NODE, "Error upgrading connection with STARTTLS (nodemailer, "
                  "ETLS)"},
        NO_BROWSER),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STARTTLS_REFUSED) = {
    .meaning = "The service knows the command that starts TLS, or turns "
               "clients away before, and says no: mostly it has no "
               "certificate, or cannot read it.",
    .rule = "RFC 3207 section 4, RFC 4511 section 4.14.2, RFC 4217 section 4",
    .detected = "The command was offered and is answered with 4xx, 5xx, NO, "
                "-ERR, 580, 691, <failure> or an LDAP result other than 0. An "
                "answer that begins with 4 may be temporary; the proof quotes "
                "it.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "454 4.7.0 TLS not available due to local "
                              "problem (SmtpException)"},
        {CM_DOTNET, "454 4.7.0 TLS not available due to local problem "
                    "(SmtpException)"},
        {CM_SCHANNEL, "is never reached: the program above it gives up"},
        {CM_CURL, "(64) STARTTLS denied, code 454"},
        {CM_JAVA, "454 4.7.0 TLS not available due to local problem"},
        {CM_GO, "454 4.7.0 TLS not available due to local problem"},
        {CM_PYTHON, "(454, b'4.7.0 TLS not available due to local problem')"},
        {CM_NODE, "Error upgrading connection with STARTTLS (nodemailer, "
                  "ETLS)"},
        NO_BROWSER),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STARTTLS_MASKED) = {
    .meaning = "A firewall between here and the server that inspects the "
               "protocol writes over the offer of STARTTLS, so that clients "
               "stay in clear text, which it can read.",
    .rule = "RFC 3207 section 6",
    .detected = "A capability consists of X only, as in 250-XXXXXXXA, or the "
                "greeting of stars, as in 220 ****.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "Server does not support secure connections."},
        {CM_DOTNET, "Server does not support secure connections."},
        {CM_SCHANNEL, "is never reached: the program above it gives up"},
        {CM_CURL, "(64) Requested SSL level failed"},
        {CM_JAVA, "STARTTLS is required but host does not support STARTTLS"},
        {CM_GO, "smtp: server doesn't support STARTTLS"},
        {CM_PYTHON, "STARTTLS extension not supported by server."},
        {CM_NODE, "Error upgrading connection with STARTTLS (nodemailer, "
                  "ETLS)"},
        NO_BROWSER),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STARTTLS_WRONG_MODE) = {
    .meaning = "The inventory says that TLS is started by a command, but the "
               "port speaks TLS from the first byte. A client with that "
               "setting waits for a greeting that never comes.",
    .rule = "RFC 8314 section 3",
    .detected = "No greeting came in time, and a ClientHello on the same "
                "connection got a ServerHello; or the first bytes were a TLS "
                "record.",
    .clients = CM_CLIENTS(
        {CM_DOTNET_FRAMEWORK, "The operation has timed out."},
        {CM_DOTNET, "The operation has timed out."},
        {CM_SCHANNEL, "is never reached: the program above it waits"},
        {CM_CURL, "(28) Operation timed out"}, {CM_JAVA, "Read timed out"},
        {CM_GO, "i/o timeout"}, {CM_PYTHON, "timed out"},
        {CM_NODE, "Greeting never received (nodemailer, ETIMEDOUT)"},
        NO_BROWSER),
};
const struct cm_cause_text CM_CAUSE_TEXT_OF(STARTTLS_PLAINTEXT_INJECTION) = {
    .meaning =
        "The server keeps what came in clear behind the request for TLS, "
        "and carries it out once TLS is there. Who is on the path can so "
        "put commands of his own into a client's session, whose "
        "certificate checks cannot notice it.",
    .rule = "RFC 3207 section 6, RFC 9051 section 6.2.1: what was received "
            "before TLS must be discarded (CVE-2011-0411)",
    .detected = "With --test-injection, on a connection of its own: a command "
                "that does nothing is sent in one piece with the request for "
                "TLS, and its answer comes inside TLS. The proof quotes it.",
    .clients = CM_EVERY_CLIENT("works"),
};
