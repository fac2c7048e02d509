/* Reading DNS messages, mostly broken ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver_parts.h"

/* Messages are written in hexadecimal; blanks are for the reader. */
#define HEAD(rcode, answers) "0001 818" rcode " 0001 " answers " 0000 0000 "
#define QUESTION "0161 0474657374 00 0001 0001 " /* a.test, A, IN: 12..23 */
#define B_TEST "0162 0474657374 00 "
#define C_TEST "0163 0474657374 00 "
#define OWNER "c00c "              /* a.test */
#define A_IN "0001 0001 0000003c " /* type, class, TTL */
#define AAAA_IN "001c 0001 0000003c "
#define CNAME_IN "0005 0001 0000003c "
#define SELF_ALIAS OWNER CNAME_IN "0002 c00c "

static struct message_case {
    const char *name;
    const char *host; /* NULL: a.test */
    const char *hex;
    const char *addresses; /* "" : none */
    const char *cname;
    unsigned type; /* 0: A */
    enum cm_dns_result want;
    unsigned num_cnames;
} cases[] = {
    {.name = "one address",
     .hex = HEAD("0", "0001") QUESTION OWNER A_IN "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1"},
    {.name = "two addresses, one of them twice",
     .hex = HEAD("0", "0003") QUESTION OWNER A_IN
     "0004 c0000201" OWNER A_IN "0004 c0000202" OWNER A_IN "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1 192.0.2.2"},
    {.name = "an IPv6 address",
     .type = CM_DNS_AAAA,
     .hex = HEAD("0", "0001") QUESTION OWNER AAAA_IN
     "0010 20010db8 00000000 00000000 00000001",
     .want = CM_DNS_OK,
     .addresses = "2001:db8::1"},
    {.name = "an owner in capitals",
     .hex =
         HEAD("0", "0001") QUESTION "0141 0454455354 00" A_IN "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1"},
    {.name = "a question in capitals",
     .host = "A.TEST",
     .hex = HEAD("0", "0001") QUESTION OWNER A_IN "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1"},
    {.name = "another owner's address",
     .hex = HEAD("0", "0001") QUESTION B_TEST A_IN "0004 c0000201",
     .want = CM_DNS_NO_ADDRESS},
    {.name = "another class",
     .hex = HEAD("0", "0001") QUESTION OWNER "0001 0003 0000003c 0004 c0000201",
     .want = CM_DNS_NO_ADDRESS},
    {.name = "another type",
     .hex = HEAD("0", "0001") QUESTION OWNER "0010 0001 0000003c 0002 0178",
     .want = CM_DNS_NO_ADDRESS},
    {.name = "no answers",
     .hex = HEAD("0", "0000") QUESTION,
     .want = CM_DNS_NO_ADDRESS},
    {.name = "an alias and its address",
     .hex = HEAD("0", "0002") QUESTION OWNER CNAME_IN "0008 " B_TEST B_TEST A_IN
                                                      "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1",
     .cname = "b.test",
     .num_cnames = 1},
    {.name = "aliases in the wrong order",
     .hex = HEAD("0", "0003") QUESTION C_TEST A_IN
     "0004 c0000201" B_TEST CNAME_IN "0008 " C_TEST OWNER CNAME_IN
     "0008 " B_TEST,
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1",
     .cname = "c.test",
     .num_cnames = 2},
    {.name = "an alias to nothing",
     .hex = HEAD("0", "0001") QUESTION OWNER CNAME_IN "0008 " B_TEST,
     .want = CM_DNS_NO_ADDRESS,
     .cname = "b.test",
     .num_cnames = 1},
    {.name = "an alias whose target does not exist",
     .hex = HEAD("3", "0001") QUESTION OWNER CNAME_IN "0008 " B_TEST,
     .want = CM_DNS_NXDOMAIN,
     .cname = "b.test",
     .num_cnames = 1},
    {.name = "an alias to itself",
     .hex = HEAD("0", "0001") QUESTION SELF_ALIAS,
     .want = CM_DNS_CNAME_BROKEN,
     .cname = "a.test",
     .num_cnames = 8},
    {.name = "the root as an alias",
     .hex = HEAD("0", "0001") QUESTION OWNER CNAME_IN "0001 00",
     .want = CM_DNS_NO_ADDRESS,
     .cname = "",
     .num_cnames = 1},
    {.name = "an alias with bytes that no host name has",
     .hex =
         HEAD("0", "0001") QUESTION OWNER CNAME_IN "0009 07 2e5f2d2a000a61 00",
     .want = CM_DNS_NO_ADDRESS,
     .cname = "\\046_-*\\000\\010a",
     .num_cnames = 1},
    {.name = "NXDOMAIN",
     .hex = HEAD("3", "0000") QUESTION,
     .want = CM_DNS_NXDOMAIN},
    {.name = "NXDOMAIN with an address",
     .hex = HEAD("3", "0001") QUESTION OWNER A_IN "0004 c0000201",
     .want = CM_DNS_NXDOMAIN},
    {.name = "SERVFAIL",
     .hex = HEAD("2", "0000") QUESTION,
     .want = CM_DNS_SERVFAIL},
    {.name = "REFUSED",
     .hex = HEAD("5", "0000") QUESTION,
     .want = CM_DNS_REFUSED},
    {.name = "FORMERR",
     .hex = HEAD("1", "0000") QUESTION,
     .want = CM_DNS_FAILED},
    {.name = "NOTIMP",
     .hex = HEAD("4", "0000") QUESTION,
     .want = CM_DNS_FAILED},
    {.name = "response code 9",
     .hex = HEAD("9", "0000") QUESTION,
     .want = CM_DNS_FAILED},
    {.name = "nothing", .hex = "", .want = CM_DNS_FAILED},
    {.name = "a header only", .hex = HEAD("0", "0000"), .want = CM_DNS_FAILED},
    {.name = "half a header", .hex = "0001 8180 0001", .want = CM_DNS_FAILED},
    {.name = "not a response",
     .hex = "0001 0100 0001 0000 0000 0000" QUESTION,
     .want = CM_DNS_FAILED},
    {.name = "no question",
     .hex = "0001 8180 0000 0000 0000 0000",
     .want = CM_DNS_FAILED},
    {.name = "half a question",
     .hex = HEAD("0", "0000") "0161 0474657374 00 0001",
     .want = CM_DNS_FAILED},
    {.name = "more records announced than there are",
     .hex = HEAD("0", "0002") QUESTION OWNER A_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "an address of 3 octets",
     .hex = HEAD("0", "0001") QUESTION OWNER A_IN "0003 c00002",
     .want = CM_DNS_FAILED},
    {.name = "an address of 5 octets",
     .hex = HEAD("0", "0001") QUESTION OWNER A_IN "0005 c000020101",
     .want = CM_DNS_FAILED},
    {.name = "an IPv6 address of 4 octets",
     .type = CM_DNS_AAAA,
     .hex = HEAD("0", "0001") QUESTION OWNER AAAA_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "a record that is cut off",
     .hex = HEAD("0", "0001") QUESTION OWNER A_IN "0004 c000",
     .want = CM_DNS_FAILED},
    {.name = "a pointer to itself",
     .hex = HEAD("0", "0001") QUESTION "c018 " A_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "a pointer forwards",
     .hex = HEAD("0", "0001") QUESTION "c026 " A_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "a pointer past the end",
     .hex = HEAD("0", "0001") QUESTION "ffff " A_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "half a pointer",
     .hex = HEAD("0", "0001") QUESTION "c0",
     .want = CM_DNS_FAILED},
    {.name = "a label of an unknown kind",
     .hex = HEAD("0", "0001") QUESTION "4161 00" A_IN "0004 c0000201",
     .want = CM_DNS_FAILED},
    {.name = "a label past the end",
     .hex = HEAD("0", "0001") QUESTION "3f61",
     .want = CM_DNS_FAILED},
    {.name = "a name without end",
     .hex = HEAD("0", "0001") QUESTION "0161",
     .want = CM_DNS_FAILED},
    {.name = "a label and a pointer",
     .hex = HEAD("0", "0002") QUESTION OWNER CNAME_IN
     "0004 0162 c00e" B_TEST A_IN "0004 c0000201",
     .want = CM_DNS_OK,
     .addresses = "192.0.2.1",
     .cname = "b.test",
     .num_cnames = 1},
    {.name = "an alias that is malformed",
     .hex = HEAD("0", "0001") QUESTION OWNER CNAME_IN "0002 4161",
     .want = CM_DNS_FAILED},
    {.name = "a host with an empty label",
     .host = "a..test",
     .hex = HEAD("0", "0000") QUESTION,
     .want = CM_DNS_FAILED},
    {.name = "a host with a label of 64 octets",
     .host = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     .hex = HEAD("0", "0000") QUESTION,
     .want = CM_DNS_FAILED},
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void put_hex(struct cm_buf *out, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    unsigned high = 16;

    for (; *hex != '\0'; hex++) {
        const char *digit = strchr(digits, *hex);
        unsigned value;

        if (*hex == ' ') {
            continue;
        }
        assert_non_null(digit);
        value = (unsigned)(digit - digits);
        if (high == 16) {
            high = value;
        } else {
            cm_buf_putc(out, (char)(high << 4 | value));
            high = 16;
        }
    }
    assert_int_equal(high, 16);
}

/* Reads from memory of exactly the message's size, so that a sanitizer sees
 * a byte too many. */
static void read_message(struct cm_dns_answer *out,
                         const struct cm_buf *message, const char *host,
                         unsigned type)
{
    uint8_t *copy = malloc(message->len + 1);
    struct cm_span span = {.len = message->len};

    assert_non_null(copy);
    if (message->len > 0) {
        memcpy(copy + 1, message->data, message->len);
    }
    span.data = copy + 1;
    cm_dnsmsg_read(out, span, host, type);
    free(copy);
}

static void addresses_text(const struct cm_dns_answer *answer, char *out,
                           size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < answer->num_addresses; i++) {
        char text[CM_ADDRESS_TEXT_SIZE];
        const char *one = cm_address_text(&answer->addresses[i], text);

        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? " " : "",
                                one);
        assert_true(len < size);
    }
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void reads_the_answer(void **state)
{
    const struct message_case *c = *state;
    struct cm_dns_answer answer;
    struct cm_buf message;
    char got[256];
    char want[256];
    unsigned type = c->type == 0 ? CM_DNS_A : c->type;
    const char *host = c->host == NULL ? "a.test" : c->host;

    cm_buf_init(&message, 4096);
    put_hex(&message, c->hex);
    read_message(&answer, &message, host, type);
    assert_string_equal(cm_dns_result_id(answer.result),
                        cm_dns_result_id(c->want));
    addresses_text(&answer, got, sizeof(got));
    snprintf(want, sizeof(want), "%s", or_empty(c->addresses));
    /* An IPv6 address may be shown in brackets. */
    if (got[0] == '[') {
        memmove(got, got + 1, strlen(got));
        got[strlen(got) - 1] = '\0';
    }
    assert_string_equal(got, want);
    assert_string_equal(answer.cname, or_empty(c->cname));
    assert_int_equal(answer.num_cnames, c->num_cnames);
    assert_non_null(answer.why);

    /* No beginning of it, and no single changed byte, does harm. */
    for (size_t len = message.len; len-- > 0;) {
        uint8_t old = message.data[len];

        message.data[len] = (uint8_t)(old ^ 0xc0U);
        read_message(&answer, &message, host, type);
        message.data[len] = old;
    }
    while (message.len > 0) {
        message.len--;
        read_message(&answer, &message, host, type);
        assert_int_not_equal(answer.result, CM_DNS_NOT_ASKED);
    }
    cm_buf_cleanup(&message);
}

/* a.test is an alias of 1.test, that of 2.test ...; the last has an address. */
static void put_chain(struct cm_buf *out, unsigned hops)
{
    put_hex(out, "0001 8180 0001 00");
    cm_buf_putc(out, (char)(hops + 1));
    put_hex(out, "0000 0000" QUESTION);
    for (unsigned i = 0; i <= hops; i++) {
        if (i == 0) {
            put_hex(out, OWNER);
        } else {
            put_hex(out, "01");
            cm_buf_putc(out, (char)('0' + i));
            put_hex(out, "c00e"); /* test */
        }
        if (i == hops) {
            put_hex(out, A_IN "0004 c0000201");
        } else {
            put_hex(out, CNAME_IN "0004 01");
            cm_buf_putc(out, (char)('1' + i));
            put_hex(out, "c00e");
        }
    }
}

static void eight_aliases_are_followed_and_no_more(void **state)
{
    (void)state;
    for (unsigned hops = 7; hops <= 9; hops++) {
        struct cm_dns_answer answer;
        struct cm_buf message;

        cm_buf_init(&message, 4096);
        put_chain(&message, hops);
        read_message(&answer, &message, "a.test", CM_DNS_A);
        assert_int_equal(answer.result,
                         hops <= 8 ? CM_DNS_OK : CM_DNS_CNAME_BROKEN);
        assert_int_equal(answer.num_cnames, hops <= 8 ? hops : 8);
        assert_int_equal(answer.num_addresses, hops <= 8 ? 1 : 0);
        cm_buf_cleanup(&message);
    }
}

static void addresses_are_capped_and_counted(void **state)
{
    struct cm_dns_answer answer;
    struct cm_buf message;

    (void)state;
    cm_buf_init(&message, 65535);
    put_hex(&message, HEAD("0", "003c") QUESTION);
    for (unsigned i = 0; i < 60; i++) {
        put_hex(&message, OWNER A_IN "0004 c00002");
        cm_buf_putc(&message, (char)i);
    }
    read_message(&answer, &message, "a.test", CM_DNS_A);
    assert_int_equal(answer.result, CM_DNS_OK);
    assert_int_equal(answer.num_addresses, CM_MAX_ADDRESSES);
    assert_int_equal(answer.num_total, 60);
    cm_buf_cleanup(&message);
}

static void records_past_the_cap_are_left_unread(void **state)
{
    struct cm_dns_answer answer;
    struct cm_buf message;

    (void)state;
    cm_buf_init(&message, 65535);
    put_hex(&message, HEAD("0", "0401") QUESTION);
    for (unsigned i = 0; i < CM_DNS_MAX_RECORDS; i++) {
        put_hex(&message, OWNER "0010 0001 0000003c 0000");
    }
    put_hex(&message, OWNER A_IN "0004 c0000201");
    read_message(&answer, &message, "a.test", CM_DNS_A);
    assert_int_equal(answer.result, CM_DNS_NO_ADDRESS);
    cm_buf_cleanup(&message);
}

static void a_name_of_too_many_octets_is_malformed(void **state)
{
    struct cm_dns_answer answer;

    (void)state;
    for (unsigned labels = 63; labels <= 64; labels++) { /* of 4 octets each */
        struct cm_buf message;

        cm_buf_init(&message, 65535);
        put_hex(&message, HEAD("0", "0001") QUESTION);
        for (unsigned i = 0; i < labels; i++) {
            put_hex(&message, "03 616161");
        }
        put_hex(&message, "00" A_IN "0004 c0000201");
        read_message(&answer, &message, "a.test", CM_DNS_A);
        assert_int_equal(answer.result,
                         labels == 63 ? CM_DNS_NO_ADDRESS : CM_DNS_FAILED);
        cm_buf_cleanup(&message);
    }
}

static void a_long_alias_is_cut(void **state)
{
    struct cm_dns_answer answer;
    struct cm_buf message;

    (void)state;
    cm_buf_init(&message, 65535);
    put_hex(&message, HEAD("0", "0001") QUESTION OWNER CNAME_IN "00fd");
    for (unsigned i = 0; i < 63; i++) {
        put_hex(&message, "03 010203");
    }
    put_hex(&message, "00");
    read_message(&answer, &message, "a.test", CM_DNS_A);
    assert_int_equal(answer.result, CM_DNS_NO_ADDRESS);
    assert_int_equal(strlen(answer.cname), CM_HOST_SIZE - 1);
    assert_memory_equal(answer.cname, "\\001\\002\\003.", 13);
    cm_buf_cleanup(&message);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(eight_aliases_are_followed_and_no_more),
        cmocka_unit_test(addresses_are_capped_and_counted),
        cmocka_unit_test(records_past_the_cap_are_left_unread),
        cmocka_unit_test(a_name_of_too_many_octets_is_malformed),
        cmocka_unit_test(a_long_alias_is_cut),
    };
    struct CMUnitTest tests[CASES];

    for (size_t i = 0; i < CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = reads_the_answer,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("net/dnsmsg", tests, NULL, NULL) +
           cmocka_run_group_tests_name("net/dnsmsg bounds", others, NULL, NULL);
}
