/* Every form in which a row may name an endpoint, and every one that is
 * refused, with the reason the user reads.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "input/input.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"
#define NAME_253                                                               \
    L63 "." L63 "." L63 "."                                                    \
        "aaaaaaaaaabbbbbbbbbbccccccccccddd"                                    \
        "dddddddeeeeeeeeeeffffffffffg"
#define NAME_254 NAME_253 "x"

struct accepted {
    const char *host, *port, *protocol, *sni; /* as the row says it */
    const char *want_host;
    unsigned want_port;
    const char *want_sni;
    const char *flags; /* i: address, d: final dot, p: no TLS promised */
};

static struct accepted accepted[] = {
    {"example.com", "", "", "", "example.com", 443, "example.com", ""},
    {"  example.com\t", "", "", "", "example.com", 443, "example.com", ""},
    {"\xc2\xa0"
     "example.com\xe2\x80\x8b",
     "", "", "", "example.com", 443, "example.com", ""},
    {"EXAMPLE.Com", "", "", "", "example.com", 443, "example.com", ""},
    {"example.com.", "", "", "", "example.com", 443, "example.com", "d"},
    {"localhost", "", "", "", "localhost", 443, "localhost", ""},
    {"_sip._tls.example.com", "", "", "", "_sip._tls.example.com", 443,
     "_sip._tls.example.com", ""},
    {"r3---sn-x.gvt1.com", "", "", "", "r3---sn-x.gvt1.com", 443,
     "r3---sn-x.gvt1.com", ""},
    {"ab--cd.example", "", "", "", "ab--cd.example", 443, "ab--cd.example", ""},
    {"foo-.example", "", "", "", "foo-.example", 443, "foo-.example", ""},
    {"3com.example", "", "", "", "3com.example", 443, "3com.example", ""},
    {"1.2.3.4.example", "", "", "", "1.2.3.4.example", 443, "1.2.3.4.example",
     ""},
    {"0xfood", "", "", "", "0xfood", 443, "0xfood", ""},
    {L63 ".example", "", "", "", L63 ".example", 443, L63 ".example", ""},
    {NAME_253, "", "", "", NAME_253, 443, NAME_253, ""},
    {NAME_253 ".", "", "", "", NAME_253, 443, NAME_253, "d"},
    {"example.com:8443", "", "", "", "example.com", 8443, "example.com", ""},
    {"example.com.:8443", "", "", "", "example.com", 8443, "example.com", "d"},
    {"example.com", "8443", "", "", "example.com", 8443, "example.com", ""},
    {"example.com", " 8443 ", "", "", "example.com", 8443, "example.com", ""},
    {"example.com", "1", "", "", "example.com", 1, "example.com", ""},
    {"example.com", "65535", "", "", "example.com", 65535, "example.com", ""},
    {"example.com", "00443", "", "", "example.com", 443, "example.com", ""},
    {"example.com:8443", "8443", "", "", "example.com", 8443, "example.com",
     ""},
    {"example.com/", "", "", "", "example.com", 443, "example.com", ""},
    {"example.com/path", "", "", "", "example.com", 443, "example.com", ""},
    {"example.com:444/path", "", "", "", "example.com", 444, "example.com", ""},
    {"example.com/2024", "", "", "", "example.com", 443, "example.com", ""},
    {"example.com?x=1", "", "", "", "example.com", 443, "example.com", ""},
    {"localhost/", "", "", "", "localhost", 443, "localhost", ""},
    {"https://example.com", "", "", "", "example.com", 443, "example.com", ""},
    {"HTTPS://Example.com/", "", "", "", "example.com", 443, "example.com", ""},
    {"https://example.com:", "", "", "", "example.com", 443, "example.com", ""},
    {"https://user:pw@example.com:8443/a/b?c=d#e", "", "", "", "example.com",
     8443, "example.com", ""},
    {"https://a@b@example.com/", "", "", "", "example.com", 443, "example.com",
     ""},
    {"https://example.com/?next=http://x@y:1/", "", "", "", "example.com", 443,
     "example.com", ""},
    {"https://example.com#a/b", "", "", "", "example.com", 443, "example.com",
     ""},
    {"https://intranet/24", "", "", "", "intranet", 443, "intranet", ""},
    {"https://192.0.2.1/24", "", "", "", "192.0.2.1", 443, "", "i"},
    {"https://example.com", "8443", "", "", "example.com", 8443, "example.com",
     ""},
    {"https://example.com", "", "tls", "", "example.com", 443, "example.com",
     ""},
    {"wss://example.com", "", "", "", "example.com", 443, "example.com", ""},
    {"ldaps://example.com", "", "", "", "example.com", 636, "example.com", ""},
    {"imaps://example.com", "", "", "", "example.com", 993, "example.com", ""},
    {"pop3s://example.com", "", "", "", "example.com", 995, "example.com", ""},
    {"smtps://example.com", "", "", "", "example.com", 465, "example.com", ""},
    {"ftps://example.com", "", "", "", "example.com", 990, "example.com", ""},
    {"mqtts://example.com", "", "", "", "example.com", 8883, "example.com", ""},
    {"amqps://example.com", "", "", "", "example.com", 5671, "example.com", ""},
    {"tls://example.com:853", "", "", "", "example.com", 853, "example.com",
     ""},
    {"ssl://example.com", "", "", "", "example.com", 443, "example.com", ""},
    {"http://example.com", "", "", "", "example.com", 80, "example.com", "p"},
    {"http://example.com:8080/", "", "", "", "example.com", 8080, "example.com",
     "p"},
    {"ws://example.com", "", "", "", "example.com", 80, "example.com", "p"},
    {"http://example.com", "443", "", "", "example.com", 443, "example.com",
     "p"},
    {"example.com:80", "", "", "", "example.com", 80, "example.com", "p"},
    {"example.com", "80", "tls", "", "example.com", 80, "example.com", "p"},
    {"example.com", "", "https", "", "example.com", 443, "example.com", ""},
    {"example.com", "", "LDAPS", "", "example.com", 636, "example.com", ""},
    {"example.com", "", "http", "", "example.com", 80, "example.com", "p"},
    {"192.0.2.1", "", "", "", "192.0.2.1", 443, "", "i"},
    {"192.0.2.1:8443", "", "", "", "192.0.2.1", 8443, "", "i"},
    {"0.0.0.0", "", "", "", "0.0.0.0", 443, "", "i"},
    {"255.255.255.255", "", "", "", "255.255.255.255", 443, "", "i"},
    {"[2001:db8::1]:8443", "", "", "", "2001:db8::1", 8443, "", "i"},
    {"[2001:DB8:0:0::1]", "", "", "", "2001:db8::1", 443, "", "i"},
    {"2001:0db8:0000::0001", "", "", "", "2001:db8::1", 443, "", "i"},
    {"2001:db8::1", "8443", "", "", "2001:db8::1", 8443, "", "i"},
    {"::1", "", "", "", "::1", 443, "", "i"},
    {"::ffff:192.0.2.1", "", "", "", "::ffff:192.0.2.1", 443, "", "i"},
    {"https://[2001:db8::1]:8443/x", "", "", "", "2001:db8::1", 8443, "", "i"},
    {"https://[2001:db8::1]/x", "", "", "", "2001:db8::1", 443, "", "i"},
    {"b\xc3\xbc"
     "cher.example",
     "", "", "", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", ""},
    {"B\xc3\x9c"
     "CHER.example.",
     "", "", "", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "d"},
    {"fa\xc3\x9f.de", "", "", "", "xn--fa-hia.de", 443, "xn--fa-hia.de", ""},
    {"https://b\xc3\xbc"
     "cher.example:444/",
     "", "", "", "xn--bcher-kva.example", 444, "xn--bcher-kva.example", ""},
    {"\xef\xbd\x85xample\xe3\x80\x82"
     "com",
     "", "", "", "example.com", 443, "example.com", ""},
    {"bu\xcc\x88"
     "cher.example",
     "", "", "", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", ""},
    {"xn--bcher-kva.example", "", "", "", "xn--bcher-kva.example", 443,
     "xn--bcher-kva.example", ""},
    {"example.com", "", "", "www.Example.org.", "example.com", 443,
     "www.example.org", ""},
    {"example.com", "", "", "-", "example.com", 443, "", ""},
    {"192.0.2.1", "", "", "www.example.org", "192.0.2.1", 443,
     "www.example.org", "i"},
    {"192.0.2.1", "", "",
     "b\xc3\xbc"
     "cher.example",
     "192.0.2.1", 443, "xn--bcher-kva.example", "i"},
};

static void is_accepted(void **state)
{
    const struct accepted *c = *state;
    const struct cm_target_text text = {c->host, c->port, c->protocol, c->sni};
    struct cm_endpoint got;
    enum cm_cause cause = CM_CAUSE_COUNT;
    char reason[256] = "";

    if (!cm_target_parse(&text, NULL, &got, &cause, reason)) {
        fail_msg("refused: %s", reason);
    }
    assert_string_equal(got.host, c->want_host);
    assert_int_equal(got.port, c->want_port);
    assert_string_equal(got.protocol, "tls");
    assert_string_equal(got.sni, c->want_sni);
    assert_int_equal(got.is_ip, strchr(c->flags, 'i') != NULL);
    assert_int_equal(got.had_trailing_dot, strchr(c->flags, 'd') != NULL);
    assert_int_equal(got.scheme_not_tls, strchr(c->flags, 'p') != NULL);
    if (got.is_ip) {
        assert_int_equal(got.literal.family, strchr(got.host, ':') ? 6 : 4);
        assert_int_equal(got.literal.port, c->want_port);
    }
}

struct refused {
    const char *host, *port, *protocol, *sni;
    const char *reason; /* its start */
};

static struct refused refused[] = {
    {"", "", "", "", "the host is empty; write a name"},
    {"   ", "443", "", "", "the host is empty"},
    {"https://", "", "", "", "the host is empty"},
    {"https:///path", "", "", "", "the host is empty"},
    {":443", "", "", "", "the host is empty"},
    {"[]:443", "", "", "", "the host is empty"},
    {".", "", "", "", "host \".\" has no letter or digit"},
    {"-", "", "", "", "host \"-\" has no letter or digit"},
    {"---", "", "", "", "host \"---\" has no letter or digit"},
    {"n/a", "", "", "", "\"n/a\" is not a host; write a name"},
    {"//example.com/", "", "", "", "\"//example.com/\" is not a host"},
    {"https:/example.com", "", "", "", "\"https:\" ends in a colon"},
    {"example.com:", "", "", "", "\"example.com:\" ends in a colon"},
    {"a b", "", "", "", "host \"a b\" holds a space; write one name"},
    {"a,b", "", "", "", "host \"a,b\" holds \",\"; a name has only letters"},
    {"a.example\nb.example", "", "", "",
     "host \"a.example\nb.example\" holds the control character 0x0a"},
    {"exa\x7fmple", "", "", "", "host \"exa\x7fmple\" holds the control"},
    {"*.example.com", "", "", "",
     "host \"*.example.com\" is a wildcard, which is no server; write"},
    {"https://*.example.com/", "", "", "", "host \"*.example.com\" is a wild"},
    {"a!b.example", "", "", "", "host \"a!b.example\" holds \"!\""},
    {"a%20b.example", "", "", "", "host \"a%20b.example\" holds \"%\""},
    {"a\\b.example", "", "", "", "host \"a\\b.example\" holds \"\\\""},
    {"me@example.com", "", "", "",
     "\"me@example.com\" looks like an e-mail address; write only"},
    {"a..b", "", "", "", "host \"a..b\" has a dot too many"},
    {".example.com", "", "", "", "host \".example.com\" has a dot too many"},
    {"example.com..", "", "", "", "host \"example.com..\" has a dot too many"},
    {L63 "h.example", "", "", "", "host \"" L63 "h.example\" has a part of 64"},
    {NAME_254, "", "", "",
     "host \"" L63 ".aaaaaaaaaabbbbbb...\" has 254 bytes; a name has at most"},
    {"1.2.3", "", "", "",
     "host \"1.2.3\" looks like an IPv4 address and is none; write four"},
    {"1.2.3.4.5", "", "", "", "host \"1.2.3.4.5\" looks like an IPv4"},
    {"256.1.1.1", "", "", "", "host \"256.1.1.1\" looks like an IPv4"},
    {"010.1.1.1", "", "", "", "host \"010.1.1.1\" looks like an IPv4"},
    {"0x7f.1", "", "", "", "host \"0x7f.1\" looks like an IPv4"},
    {"1.0x7F", "", "", "", "host \"1.0x7F\" looks like an IPv4"},
    {"0x7f000001", "", "", "", "host \"0x7f000001\" looks like an IPv4"},
    {"2130706433", "", "", "", "host \"2130706433\" looks like an IPv4"},
    {"192.0.2.1.", "", "", "", "host \"192.0.2.1.\" looks like an IPv4"},
    {"...", "", "", "", "host \"...\" has no letter or digit"},
    {"443", "", "", "", "host \"443\" looks like an IPv4"},
    {"10.0.0.0/24", "", "", "",
     "\"10.0.0.0/24\" looks like a network; write a row for each address"},
    {"2001:db8::/32", "", "", "", "\"2001:db8::/32\" looks like a network"},
    {"[2001:db8::1", "", "", "", "\"[2001:db8::1\" is not [address]:port"},
    {"[2001:db8::1]443", "", "", "", "\"[2001:db8::1]443\" is not [address]"},
    {"[2001:db8::1]:", "", "", "", "\"[2001:db8::1]:\" ends in a colon"},
    {"[192.0.2.1]:443", "", "", "", "\"192.0.2.1\" is not an IPv6 address"},
    {"[example.com]:443", "", "", "", "\"example.com\" is not an IPv6"},
    {"[[::1]]:443", "", "", "", "\"[[::1]]:443\" is not [address]:port"},
    {"[[::1]:443", "", "", "", "\"[::1\" is not an IPv6 address"},
    {"2001:db8::g", "", "", "", "\"2001:db8::g\" is not an IPv6 address"},
    {"a:b:c", "", "", "", "\"a:b:c\" is not an IPv6 address"},
    {"1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21:22:23:24:25:26", "",
     "", "", "\"1:2:3:4:5:6:7:8:9"},
    {"fe80::1%eth0", "", "", "",
     "\"fe80::1%eth0\" names a network interface of one machine"},
    {"[fe80::1%25eth0]:443", "", "", "", "\"fe80::1%25eth0\" names a network"},
    {"example.com:0", "", "", "", "port \"0\" is not a number from 1 to 65535"},
    {"example.com:65536", "", "", "", "port \"65536\" is not a number"},
    {"example.com:44e", "", "", "", "port \"44e\" is not a number"},
    {"mailto:me", "", "", "", "port \"me\" is not a number"},
    {"example.com", "44e", "", "",
     "port \"44e\" is not a number from 1 to 65535"},
    {"example.com", "-1", "", "", "port \"-1\" is not a number"},
    {"example.com", "+443", "", "", "port \"+443\" is not a number"},
    {"example.com", "443.0", "", "", "port \"443.0\" is not a number"},
    {"example.com", "4 43", "", "", "port \"4 43\" is not a number"},
    {"example.com", "99999999999999999999443", "", "",
     "port \"99999999999999999999443\" is not a number"},
    {"example.com:8443", "443", "", "",
     "the host says port 8443, the port column says 443; write it once"},
    {"gopher://example.com", "", "", "",
     "scheme \"gopher\" is not known; known are: tls smtp submission lmtp imap "
     "pop3 ftp ldap xmpp xmpp-server postgres mysql mssql rdp nntp managesieve "
     "irc"},
    {"example.com", "", "gopher", "",
     "protocol \"gopher\" is not known; known are: tls smtp"},
    {"example.com", "", "tls\xc3\xbc", "", "protocol \"tls\xc3\xbc\" is not"},
    {"https://example.com", "", "smtp", "",
     "the host says \"https\", the protocol column says \"smtp\"; write it "},
    {"example.com", "", "", "192.0.2.1",
     "sni \"192.0.2.1\" is an address or a number; only a name can be sent"},
    {"example.com", "", "", "2001:db8::1", "sni \"2001:db8::1\" holds \":\""},
    {"example.com", "", "", "a b", "sni \"a b\" holds a space"},
    {"example.com", "", "", "*.example.com", "sni \"*.example.com\" is a wild"},
    {"b\xc3\xbc"
     "cher.*",
     "", "", "",
     "host \"b\xc3\xbc"
     "cher.*\" is a wild"},
    {"b\xc3\xbc cher.example", "", "", "",
     "host \"b\xc3\xbc cher.example\" holds a space"},
};

static struct refused refused_idn[] = {
    {"ex\xff"
     "ample.com",
     "", "", "",
     "host \"ex\xff"
     "ample.com\" is no valid international name ("},
    {"b\xc3\xbc"
     "cher..example",
     "", "", "",
     "host \"b\xc3\xbc"
     "cher..example\" "},
    {"\xe2\x84\x80.example", "", "", "", "host \"\xe2\x84\x80.example\" "},
    {"\xef\xbc\x91\xef\xbc\x92.1", "", "", "", "host "},
    {"\xf0\x9f\x98\x80\xe2\x80\x8d.example", "", "", "", "host "},
    {"\xcc\x88"
     "a.example",
     "", "", "",
     "host \"\xcc\x88"
     "a.example\" is no"},
    {"example.com", "", "", "\xff", "sni \"\xff\" is no valid international"},
};

static void expect_refusal(const struct refused *c, enum cm_cause want)
{
    const struct cm_target_text text = {c->host, c->port, c->protocol, c->sni};
    struct cm_endpoint got;
    enum cm_cause cause = CM_CAUSE_COUNT;
    char reason[256] = "";

    if (cm_target_parse(&text, NULL, &got, &cause, reason)) {
        fail_msg("accepted as %s:%u", got.host, got.port);
    }
    assert_string_equal(cm_cause_info(cause)->id, cm_cause_info(want)->id);
    if (strncmp(reason, c->reason, strlen(c->reason)) != 0) {
        fail_msg("the reason is: %s", reason);
    }
}

static void is_refused(void **state)
{
    expect_refusal(*state, CM_CAUSE_INPUT_UNPARSABLE);
}

static void is_no_international_name(void **state)
{
    expect_refusal(*state, CM_CAUSE_INPUT_IDN_INVALID);
}

/* A row's texts as the name of its test, without what a terminal obeys. */
static const char *name_of(char out[80], const char *const texts[4])
{
    size_t len = 0;

    for (int i = 0; i < 4; i++) {
        for (const char *at = texts[i]; *at != '\0' && len < 79; at++) {
            out[len] = '?';
            if (*at > ' ' && *at < 0x7f) {
                out[len] = *at;
            }
            len++;
        }
        if (len < 79 && i < 3 && texts[i + 1][0] != '\0') {
            out[len++] = ' ';
        }
    }
    out[len] = '\0';
    return out;
}

#define TABLE(table, test)                                                     \
    for (size_t i = 0; i < COUNT(table); i++, num++) {                         \
        const char *const texts[] = {(table)[i].host, (table)[i].port,         \
                                     (table)[i].protocol, (table)[i].sni};     \
        tests[num] = (struct CMUnitTest){.name = name_of(names[num], texts),   \
                                         .test_func = (test),                  \
                                         .initial_state = &(table)[i]};        \
    }

int main(void)
{
    struct CMUnitTest
        tests[COUNT(accepted) + COUNT(refused) + COUNT(refused_idn)];
    char names[COUNT(tests)][80];
    size_t num = 0;

    TABLE(accepted, is_accepted)
    TABLE(refused, is_refused)
    TABLE(refused_idn, is_no_international_name)
    return cmocka_run_group_tests_name("input target", tests, NULL, NULL);
}
