/* Host names against certificates: what matches, what does not, and why. Shared
 * by the module's own test and the one that asks BoringSSL.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_NAME_CASES_H
#define CERTMUSTER_TESTS_NAME_CASES_H

#include "pki/pki.h"

struct name_case {
    const char *names; /* of the SAN, as the forge takes them */
    const char *cn;
    const char *host;
    enum cm_name_match want;
    const char *nearest; /* "": none */
    bool ours;           /* here we differ from X509_check_host, and mean to */
};

#define YES CM_NAME_MATCHES
#define NO CM_NAME_DIFFERS
#define SHORT CM_NAME_WILDCARD_SHORT
#define IN_CN CM_NAME_ONLY_IN_CN
#define NO_IP CM_NAME_IP_MISSING

static const struct name_case name_cases[] = {
    /* Exact names. */
    {"a.example.com", "x", "a.example.com", YES, "a.example.com", false},
    {"A.Example.COM", "x", "a.example.com", YES, "A.Example.COM", false},
    {"x.y,a.example.com", "x", "a.example.com", YES, "a.example.com", false},
    {"localhost", "x", "localhost", YES, "localhost", false},
    {"xn--mnchen-3ya.de", "x", "xn--mnchen-3ya.de", YES, "xn--mnchen-3ya.de",
     false},
    {"_sip.example.com", "x", "_sip.example.com", YES, "_sip.example.com",
     false},
    {"b.example.com", "x", "a.example.com", NO, "b.example.com", false},
    {"example.com", "x", "a.example.com", NO, "example.com", false},
    {"a.example.com", "x", "example.com", NO, "a.example.com", false},
    {"a.example.com.evil.net", "x", "a.example.com", NO, "", false},
    {"evila.example.com", "x", "a.example.com", NO, "evila.example.com", false},
    {"a.example.co", "x", "a.example.com", NO, "", false},
    {"a.example.com.", "x", "a.example.com", NO, "", false},
    {".a.example.com", "x", "a.example.com", NO, ".a.example.com", false},
    {".example.com", "x", "a.example.com", NO, ".example.com", false},
    /* A wildcard is one whole label, the first. */
    {"*.example.com", "x", "a.example.com", YES, "*.example.com", false},
    {"*.EXAMPLE.com", "x", "a.example.com", YES, "*.EXAMPLE.com", false},
    {"*.example.com", "x", "xn--mnchen-3ya.example.com", YES, "*.example.com",
     false},
    {"*.a.example.com", "x", "b.a.example.com", YES, "*.a.example.com", false},
    {"*.xn--mnchen-3ya.de", "x", "a.xn--mnchen-3ya.de", YES,
     "*.xn--mnchen-3ya.de", false},
    {"*.a_b.example", "x", "c.a_b.example", YES, "*.a_b.example", true},
    {"*.example.com", "x", "a_b.example.com", YES, "*.example.com", true},
    {"*.example.com", "x", "a.example.org", NO, "", false},
    {"*.example.com", "x", "a.notexample.com", NO, "", false},
    /* A wildcard that would have to do more. */
    {"*.example.com", "x", "a.b.example.com", SHORT, "*.example.com", false},
    {"*.example.com", "x", "a.b.c.example.com", SHORT, "*.example.com", false},
    {"*.example.com", "x", "example.com", SHORT, "*.example.com", false},
    {"*.com", "x", "example.com", SHORT, "*.com", false},
    {"*.com", "x", "a.example.com", SHORT, "*.com", false},
    {"*.local", "x", "printer.local", SHORT, "*.local", false},
    {"*", "x", "localhost", SHORT, "*", false},
    {"*", "x", "a.example.com", SHORT, "*", false},
    {"f*.example.com", "x", "foo.example.com", SHORT, "f*.example.com", false},
    {"*o.example.com", "x", "foo.example.com", SHORT, "*o.example.com", false},
    {"f*o.example.com", "x", "foo.example.com", SHORT, "f*o.example.com",
     false},
    {"F*.example.com", "x", "foo.example.com", SHORT, "F*.example.com", false},
    {"f*b*r.example.com", "x", "foobar.example.com", SHORT, "f*b*r.example.com",
     false},
    {"xn--*.example.com", "x", "xn--mnchen-3ya.example.com", SHORT,
     "xn--*.example.com", false},
    {"a.*.example.com", "x", "a.b.example.com", SHORT, "a.*.example.com",
     false},
    {"*.*.example.com", "x", "a.b.example.com", SHORT, "*.*.example.com",
     false},
    {"**.example.com", "x", "a.example.com", SHORT, "**.example.com", false},
    {"f*.example.com", "x", "bar.example.com", NO, "f*.example.com", false},
    {"f*x.example.com", "x", "foo.example.com", NO, "f*x.example.com", false},
    {"*.*.example.com", "x", "a.example.com", NO, "*.*.example.com", false},
    {"*.", "x", "a.example.com", NO, "", false},
    {"*..com", "x", "a.example.com", NO, "", false},
    {"*.example.com.", "x", "a.example.com", NO, "", false},
    {"a.example.*", "x", "a.example.com", SHORT, "a.example.*", false},
    /* A sound name wins over a short wildcard, wherever it stands. */
    {"*.com,*.example.com", "x", "a.example.com", YES, "*.example.com", false},
    {"*.com,example.com", "x", "example.com", YES, "example.com", false},
    /* The nearest of several. */
    {"b.example.com,*.c.example.com", "x", "a.c.example.com", YES,
     "*.c.example.com", false},
    {"x.org,b.example.com,c.d.example.com", "x", "a.d.example.com", NO,
     "c.d.example.com", false},
    {"b.example.com,www.example.com", "x", "example.com", NO, "www.example.com",
     false},
    {"b.example.com,example.com", "x", "www.example.com", NO, "example.com",
     false},
    {"b.example.com,*.a.example.com", "x", "c.b.a.example.com", SHORT,
     "*.a.example.com", false},
    {"b.example.com,*.example.com", "x", "a.b.example.com", SHORT,
     "*.example.com", false},
    {"b.example.com,*.d.example.com", "x", "a.c.example.com", NO,
     "*.d.example.com", false},
    {"intranet", "x", "intranet.example.com", NO, "intranet", false},
    {"intranet.example.com", "x", "intranet", NO, "intranet.example.com",
     false},
    {"other.net,b.example.com", "x", "a.example.org", NO, "", false},
    /* Names that are none. */
    {"a b,a.example.com", "x", "a.example.com", YES, "a.example.com", false},
    {"b b.example.com", "x", "a.example.com", NO, "", false},
    {"http://a.example.com/", "x", "a.example.com", NO, "", false},
    {"", "x", "a.example.com", NO, "", false},
    {"email:a.example.com", "x", "a.example.com", NO, "", false},
    {"uri:https://a.example.com/", "x", "a.example.com", NO, "", false},
    /* The common name counts for nothing, but is worth a word. */
    {NULL, "a.example.com", "a.example.com", IN_CN, "a.example.com", false},
    {NULL, "A.example.com", "a.example.com", IN_CN, "A.example.com", false},
    {NULL, "*.example.com", "a.example.com", IN_CN, "*.example.com", false},
    {"email:a@b", "a.example.com", "a.example.com", IN_CN, "a.example.com",
     false},
    {"ip:192.0.2.1", "a.example.com", "a.example.com", IN_CN, "a.example.com",
     false},
    {NULL, "b.example.com", "a.example.com", NO, "b.example.com", false},
    {NULL, "*.com", "example.com", NO, "*.com", false},
    {NULL, "Some Person", "a.example.com", NO, "", false},
    {NULL, "", "a.example.com", NO, "", false},
    {"b.example.com", "a.example.com", "a.example.com", NO, "b.example.com",
     false},
    /* Addresses. */
    {"ip:192.0.2.1", "x", "192.0.2.1", YES, "", false},
    {"ip:2001:db8::1", "x", "2001:db8::1", YES, "", false},
    {"a.b,ip:192.0.2.9,ip:192.0.2.1", "x", "192.0.2.1", YES, "", false},
    {"ip:192.0.2.2", "x", "192.0.2.1", NO_IP, "", false},
    {"ip:::ffff:192.0.2.1", "x", "192.0.2.1", NO_IP, "", false},
    {"ip:192.0.2.1", "x", "2001:db8::1", NO_IP, "", false},
    {"192.0.2.1", "x", "192.0.2.1", NO_IP, "192.0.2.1", false},
    {"*.0.2.1", "x", "192.0.2.1", NO_IP, "", false},
    {"a.example.com", "x", "192.0.2.1", NO_IP, "", false},
    {NULL, "192.0.2.1", "192.0.2.1", IN_CN, "192.0.2.1", false},
    {NULL, "2001:DB8:0::1", "2001:db8::1", IN_CN, "2001:DB8:0::1", false},
    {NULL, "192.0.2.2", "192.0.2.1", NO_IP, "", false},
    {NULL, "x", "192.0.2.1", NO_IP, "", false},
    {"a.b", "192.0.2.1", "192.0.2.1", NO_IP, "", false},
    {"ip:192.0.2.9", "192.0.2.1", "192.0.2.1", NO_IP, "", false},
};
#define NUM_NAME_CASES (sizeof(name_cases) / sizeof(name_cases[0]))

#endif
