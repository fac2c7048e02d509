/* The families of rules, in the order in which an endpoint is judged. Each adds
 * to the case what it finds; one whose stage was never reached adds nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RULES_H
#define CERTMUSTER_RULES_H

#include "judge/finding.h"

/* judge.c -- all of it: for a case with its endpoint, evidence, trust, policy,
 * time and place for the judgement. */
enum cm_status cm_judge_case(struct cm_case *c);

/* net.c */
void cm_judge_input(struct cm_case *c);
void cm_judge_dns(struct cm_case *c);
void cm_judge_connect(struct cm_case *c);
/* Was it the scanner's own fault? Then there is nothing else to say. */
bool cm_judge_scanner(struct cm_case *c);
void cm_judge_throttling(struct cm_case *c);

/* starttls.c */
void cm_judge_starttls(struct cm_case *c);

/* tls.c */
void cm_judge_tls(struct cm_case *c);
/* tls_asked.c -- true: hand-built hellos brought out why the handshake failed,
 * nothing else needs to explain it. One that succeeded may show what hellos of
 * other clients meet. */
bool cm_judge_asked(struct cm_case *c);
/* How many of them failed like the handshake; 0 when one worked. */
unsigned cm_judge_asked_in_vain(const struct cm_case *c);
/* Did any probe see a server that speaks TLS? */
bool cm_judge_saw_tls(const struct cm_case *c);

/* client.c -- client certificates, for a case whose probe began a handshake.
 * True: that is why the handshake failed, nothing else needs to explain it. */
bool cm_judge_client(struct cm_case *c);
/* client_own.c -- what is wrong with our own certificate, reached or not. */
void cm_judge_client_own(struct cm_case *c);

/* inventory.c -- what a server could do better, by the inventory and by the
 * answers to hand-built hellos: nothing of it makes a verdict. */
void cm_judge_inventory(struct cm_case *c);

/* banner.c -- what a server that speaks no TLS said first. */
bool cm_banner_is_http(const struct cm_probe *probe);
const char *cm_banner_protocol(const struct cm_probe *probe); /* NULL: ? */
/* The first bytes, printable: others as \xNN. */
const char *cm_banner_text(const struct cm_probe *probe,
                           char out[CM_LABEL_SIZE]);

/* certificates.c -- all the families of rules about certificates from here to
 * revocation, for the chain of the case's probe. */
void cm_judge_certificates(struct cm_case *c);
/* A case like `c` about another chain, that of `probe`, which keeps what is
 * found in `out`: clean that up. Both are lent to it. */
struct cm_case cm_case_about(const struct cm_case *c,
                             const struct cm_probe *probe,
                             struct cm_judgement *out);

/* They need a leaf; all but cm_judge_leaf a parsed one. */
void cm_judge_leaf(struct cm_case *c); /* leaf.c */
/* Why a client may refuse this leaf for this handshake: a text, or NULL. */
const char *cm_judge_usage_missing(const struct cm_case *c);
void cm_judge_trust(struct cm_case *c); /* trust.c, sets the path */
/* The known certificates of the path that the server does not send. */
void cm_judge_missing(struct cm_case *c);
/* root.c -- a path that ends without an anchor of this view. */
void cm_judge_no_anchor(struct cm_case *c);
/* ... and one whose anchor will not do for the next certificate. */
void cm_judge_distrust_to_come(struct cm_case *c);
/* issuer.c -- why there is no issuer above `top`. */
void cm_judge_unknown_issuer(struct cm_case *c, struct cm_cert *top);
/* signals.c -- why `cert` is of a private CA, or of a public one, as a clause;
 * NULL: nothing says so. */
const char *cm_judge_private_signal(struct cm_case *c,
                                    const struct cm_cert *cert);
const char *cm_judge_public_signal(struct cm_case *c,
                                   const struct cm_cert *cert);
/* faults.c -- what is wrong with the certificates of the path. */
void cm_judge_path_faults(struct cm_case *c);
/* The same for one certificate that was sent in place of its good `twin`. */
void cm_judge_replaceable(struct cm_case *c, struct cm_cert *cert,
                          unsigned faults, struct cm_cert *twin);
void cm_judge_chain(struct cm_case *c);    /* chain.c */
void cm_judge_validity(struct cm_case *c); /* validity.c */
/* hosts.c -- a certificate judged for no host in particular (endpoint.host is
 * "") fits. */
void cm_judge_hosts(struct cm_case *c);
bool cm_judge_name_fits(const struct cm_case *c, const struct cm_cert *cert);
/* Is the host's own certificate sent, but not first? Its place, or -1. */
int cm_judge_own_cert(const struct cm_case *c);
/* profile.c -- the form of the path's certificates by RFC 5280, and ... */
void cm_judge_profile(struct cm_case *c);
/* public_profile.c -- ... by the CA/Browser Forum: of public ones, and with a
 * strict policy of all that do not say that they are private. */
void cm_judge_public_profile(struct cm_case *c);
/* Does the leaf say that it is meant for the public web? (a policy of the
 * CA/Browser Forum, certificate timestamps) */
bool cm_judge_is_public(const struct cm_case *c);
bool cm_judge_leaf_is_public(const struct cm_cert *leaf);
/* Does the leaf say that it is not? (where its issuer is, internal names) */
bool cm_judge_says_private(struct cm_case *c);
/* lifetime.c -- limits by date on lifetimes and roots, renewal, timestamps. */
void cm_judge_lifetime(struct cm_case *c);
/* Is it a public certificate for servers and clients, that lives until public
 * CAs issue no more of that kind? */
#define CM_CLIENT_AUTH_RULE "Chrome Root Program Policy 1.8 section 1.3.2"
bool cm_judge_client_auth_ends(const struct cm_cert *cert);
/* validity.c -- how long before its end a certificate counts as ending soon. */
int64_t cm_judge_soon(const struct cm_cert *cert,
                      const struct cm_policy *policy);
/* revocation.c -- staple, CRLs and OCSP responses at hand; wants of others. */
void cm_judge_revocation(struct cm_case *c);

/* The rest accepts a case without a leaf, or with one that cannot be read. */
/* views.c -- what only other views lack, in a view whose path is valid. */
void cm_judge_other_views(struct cm_case *c);
/* addresses.c -- other addresses of the name that serve other certificates. */
void cm_judge_addresses(struct cm_case *c);
/* interception.c -- what the fleet as a whole shows. */
void cm_judge_fleet(struct cm_case *c);
/* vendors.c -- the maker of a proxy in an issuer's name; NULL: none. */
const char *cm_judge_inspection_vendor(const char *text);
/* after.c -- fills judgement.remaining, after the findings were sorted. */
void cm_judge_after(struct cm_case *c);
/* wants.c -- asks for what could change the judgement; doubles are dropped. */
void cm_judge_want(struct cm_case *c, enum cm_want_kind kind,
                   struct cm_cert *cert, struct cm_cert *issuer);

/* dnsname.c -- a name that only an internal network can know. */
bool cm_judge_is_internal(const char *host);
/* What keeps a dNSName from being a host name in the preferred syntax (RFC 1034
 * section 3.5, RFC 1123 section 2.1), a wildcard as its first label allowed.
 * The later, the fewer clients put up with it. */
enum cm_dns_flaw {
    CM_DNS_SOUND,
    CM_DNS_UNDERSCORE, /* every client puts up with it */
    CM_DNS_HYPHEN,
    CM_DNS_WILDCARD,
    CM_DNS_TRAILING_DOT,
    CM_DNS_TOO_LONG,
    CM_DNS_EMPTY_LABEL,
    CM_DNS_ADDRESS,
    CM_DNS_URL,
    CM_DNS_CHARACTER,
    CM_DNS_EMPTY,
};
enum cm_dns_flaw cm_judge_dns_flaw(struct cm_span name);
const char *cm_judge_dns_flaw_text(enum cm_dns_flaw flaw);

#endif
