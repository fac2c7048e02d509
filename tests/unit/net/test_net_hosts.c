/* Server lists, the hosts file, and merging answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/resolver_parts.h"

static struct server_case {
    const char *text;
    const char *want;  /* as cm_servers_text writes it; NULL: refused */
    const char *words; /* in the message */
} server_cases[] = {
    {"192.0.2.53", "192.0.2.53:53", NULL},
    {"192.0.2.53:5353", "192.0.2.53:5353", NULL},
    {"2001:db8::53", "[2001:db8::53]:53", NULL},
    {"[2001:db8::53]", "[2001:db8::53]:53", NULL},
    {"[2001:db8::53]:5353", "[2001:db8::53]:5353", NULL},
    {"192.0.2.53 , [2001:db8::53]:1,::1",
     "192.0.2.53:53, [2001:db8::53]:1, [::1]:53", NULL},
    {"", NULL, "empty entry"},
    {"192.0.2.53,", NULL, "empty entry"},
    {",192.0.2.53", NULL, "empty entry"},
    {" ", NULL, "empty entry"},
    {"dns.example", NULL, "\"dns.example\" is not an IP address"},
    {"192.0.2.999", NULL, "\"192.0.2.999\" is not an IP address"},
    {"192.0.2.53:", NULL, "port must be a number from 1 to 65535"},
    {"192.0.2.53:0", NULL, "port must be"},
    {"192.0.2.53:65536", NULL, "port must be"},
    {"192.0.2.53:99999999999999999999", NULL, "port must be"},
    {"192.0.2.53:53x", NULL, "port must be"},
    {"[2001:db8::53]5353", NULL, "is not an IP address"},
    {"[2001:db8::53", NULL, "is not an IP address"},
    {"1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1",
     NULL, "more than 8"},
    {"a-text-that-is-so-long-that-it-cannot-be-an-address-and-is-not-"
     "repeated-in-full-because-it-would-fill-the-message",
     NULL, "is not an IP address"},
};
#define SERVER_CASES (sizeof(server_cases) / sizeof(server_cases[0]))

static void reads_the_server_list(void **state)
{
    const struct server_case *c = *state;
    struct cm_server_list list;
    struct cm_error err = {.status = CM_OK};
    enum cm_status status = cm_servers_parse(&list, c->text, &err);
    struct cm_buf text;

    assert_int_equal(cm_resolver_check_servers(c->text, NULL), status);
    if (c->want == NULL) {
        assert_int_equal(status, CM_EUSAGE);
        assert_int_equal(err.status, CM_EUSAGE);
        assert_non_null(strstr(err.text, c->words));
        return;
    }
    assert_int_equal(status, CM_OK);
    cm_buf_init(&text, 1024);
    cm_servers_text(&list, &text);
    assert_string_equal(cm_buf_cstr(&text), c->want);
    cm_buf_cleanup(&text);
}

static const char hosts_text[] =
    "# comment\n"
    "127.0.0.1\tlocalhost  # and more\r\n"
    "::1 localhost ip6-localhost\n"
    "\n"
    "   192.0.2.7 One.Example one.example. ONE\n"
    "192.0.2.8 one.example\n"
    "not-an-address two.example\n"
    "fe80::1%lo0 three.example\n"
    "192.0.2.9\n"
    "1111111111111111111111111111111111111111111111111111111111111111111 x\n"
    "192.0.2.10 . last.example";

static void write_file(char path[32], const void *data, size_t len)
{
    int fd;

    snprintf(path, 32,
             "/tmp/cm-hosts-XX"
             "XX"
             "XX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, len), (ssize_t)len);
    close(fd);
}

static struct cm_hosts *hosts_of(const char *text, size_t len)
{
    struct cm_hosts *hosts = NULL;
    char path[32];

    write_file(path, text, len);
    assert_int_equal(cm_hosts_read(&hosts, path, NULL), CM_OK);
    assert_int_equal(unlink(path), 0);
    assert_non_null(hosts);
    return hosts;
}

static struct hosts_case {
    const char *name;
    int family;
    const char *want; /* NULL: not found */
} hosts_cases[] = {
    {"localhost", 0, "127.0.0.1 [::1]"},
    {"localhost", 4, "127.0.0.1"},
    {"localhost", 6, "[::1]"},
    {"ip6-localhost", 0, "[::1]"},
    {"ip6-localhost", 4, NULL},
    {"one.example", 0, "192.0.2.7 192.0.2.7 192.0.2.8"},
    {"one", 0, "192.0.2.7"},
    {"two.example", 0, NULL},
    {"three.example", 0, NULL},
    {"last.example", 0, "192.0.2.10"},
    {"x", 0, NULL},
    {"and", 0, NULL},
    {"", 0, NULL},
};
#define HOSTS_CASES (sizeof(hosts_cases) / sizeof(hosts_cases[0]))

static void evidence_addresses(const struct cm_dns_evidence *ev, char *out,
                               size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < ev->num_addresses; i++) {
        char text[CM_ADDRESS_TEXT_SIZE];
        struct cm_address address = ev->addresses[i];
        bool is_v6 = address.family == 6;
        const char *one = cm_address_text(&address, text);

        len += (size_t)snprintf(
            out + len, size - len, "%s%s%s%s%s", i > 0 ? " " : "",
            is_v6 && one[0] != '[' ? "[" : "", one,
            is_v6 && one[0] != '[' ? "]" : "", ev->from_second[i] ? "*" : "");
        assert_true(len < size);
    }
}

static void finds_the_name(void **state)
{
    const struct hosts_case *c = *state;
    struct cm_hosts *hosts = hosts_of(hosts_text, strlen(hosts_text));
    struct cm_dns_evidence ev;
    bool found = cm_hosts_find(hosts, c->name, c->family, &ev);
    char got[1024];

    assert_int_equal(found, c->want != NULL);
    evidence_addresses(&ev, got, sizeof(got));
    assert_string_equal(got, c->want == NULL ? "" : c->want);
    if (found) {
        assert_int_equal(ev.result, CM_DNS_OK);
        assert_string_equal(ev.detail, "from the hosts file");
    }
    cm_hosts_free(hosts);
}

static void a_missing_hosts_file_is_an_empty_one(void **state)
{
    struct cm_hosts *hosts = NULL;
    struct cm_dns_evidence ev;

    (void)state;
    assert_int_equal(cm_hosts_read(&hosts, "/nonexistent/hosts", NULL), CM_OK);
    assert_false(cm_hosts_find(hosts, "localhost", 0, &ev));
    cm_hosts_free(hosts);
    assert_false(cm_hosts_find(NULL, "localhost", 0, &ev));
    cm_hosts_free(NULL);
}

static void an_unreadable_hosts_file_is_an_error(void **state)
{
    struct cm_hosts *hosts = NULL;
    struct cm_error err = {.status = CM_OK};

    (void)state;
    assert_int_not_equal(cm_hosts_read(&hosts, "/tmp", &err), CM_OK);
    assert_null(hosts);
    assert_non_null(strstr(err.text, "/tmp"));
}

static void odd_hosts_files_do_no_harm(void **state)
{
    static const char nul_byte[] = "192.0.2.1 a\0b\n192.0.2.2 c\n";
    struct cm_hosts *hosts = hosts_of("", 0);
    struct cm_dns_evidence ev;
    struct cm_buf text;
    char long_name[CM_HOST_SIZE + 20];

    (void)state;
    assert_false(cm_hosts_find(hosts, "a", 0, &ev));
    cm_hosts_free(hosts);
    hosts = hosts_of(nul_byte, sizeof(nul_byte) - 1);
    assert_true(cm_hosts_find(hosts, "a", 0, &ev));
    cm_hosts_free(hosts);

    /* More addresses than are kept, and a name nobody can ask for. */
    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    cm_buf_init(&text, 1 << 20);
    for (int i = 0; i < 40; i++) {
        cm_buf_printf(&text, "192.0.2.%d many %s\n", i, long_name);
    }
    hosts = hosts_of(cm_buf_cstr(&text), text.len);
    assert_true(cm_hosts_find(hosts, "many", 0, &ev));
    assert_int_equal(ev.num_addresses, CM_MAX_ADDRESSES);
    assert_false(cm_hosts_find(hosts, long_name, 0, &ev));
    cm_hosts_free(hosts);
    cm_buf_cleanup(&text);
}

/* Merging. An answer is written "result[:cnames] addresses". */
#define A1                                                                     \
    {                                                                          \
        4, {192, 0, 2, 1}, 0                                                   \
    }
#define A2                                                                     \
    {                                                                          \
        4, {192, 0, 2, 2}, 0                                                   \
    }
#define AAAA1                                                                  \
    {                                                                          \
        6, {0x20, 1, 0xd, 0xb8, [15] = 1}, 0                                   \
    }

static const struct cm_dns_answer
    ok_a1 = {CM_DNS_OK, "", {A1}, 1, 1, 0, ""},
    ok_a2 = {CM_DNS_OK, "", {A2}, 1, 1, 0, ""},
    ok_a1_a2 = {CM_DNS_OK, "", {A1, A2}, 2, 2, 0, ""},
    ok_a2_a1 = {CM_DNS_OK, "", {A2, A1}, 2, 2, 0, ""},
    ok_capped = {CM_DNS_OK, "", {A1, A2}, 2, 60, 0, ""},
    ok_aaaa1 = {CM_DNS_OK, "", {AAAA1}, 1, 1, 0, ""},
    alias_a1 = {CM_DNS_OK, "", {A1}, 1, 1, 2, "t.test"},
    none = {CM_DNS_NO_ADDRESS, "no such record", {{0}}, 0, 0, 0, ""},
    none_alias = {CM_DNS_NO_ADDRESS, "no such record", {{0}}, 0, 0, 1,
                  "t.test"},
    nx = {CM_DNS_NXDOMAIN, "NXDOMAIN", {{0}}, 0, 0, 0, ""},
    nx_alias = {CM_DNS_NXDOMAIN, "NXDOMAIN", {{0}}, 0, 0, 1, "t.test"},
    loop = {CM_DNS_CNAME_BROKEN, "aliases in a loop", {{0}}, 0, 0, 8, "t.test"},
    servfail = {CM_DNS_SERVFAIL, "SERVFAIL", {{0}}, 0, 0, 0, ""},
    refused = {CM_DNS_REFUSED, "REFUSED", {{0}}, 0, 0, 0, ""},
    silent = {CM_DNS_TIMEOUT, "no answer", {{0}}, 0, 0, 0, ""},
    dead = {CM_DNS_TIMEOUT, CM_DNS_UNREACHABLE, {{0}}, 0, 0, 0, ""},
    malformed = {CM_DNS_FAILED, "malformed answer", {{0}}, 0, 0, 0, ""};

static struct merge_case {
    const char *name;
    const struct cm_dns_answer *a, *aaaa;   /* of the first resolver */
    const struct cm_dns_answer *a2, *aaaa2; /* of the second */
    enum cm_dns_result want;
    bool differs;
    const char *addresses;
    const char *detail;
} merge_cases[] = {
    {"both families", &ok_a1, &ok_aaaa1, NULL, NULL, CM_DNS_OK, false,
     "192.0.2.1 [2001:db8::1]", ""},
    {"IPv4 only", &ok_a1, &none, NULL, NULL, CM_DNS_OK, false, "192.0.2.1", ""},
    {"IPv6 only", &none, &ok_aaaa1, NULL, NULL, CM_DNS_OK, false,
     "[2001:db8::1]", ""},
    {"one family was asked", &ok_a1, NULL, NULL, NULL, CM_DNS_OK, false,
     "192.0.2.1", ""},
    {"a failure beside an address is told", &ok_a1, &servfail, NULL, NULL,
     CM_DNS_OK, false, "192.0.2.1", "AAAA: SERVFAIL (asked s1)"},
    {"no such name", &nx, &nx, NULL, NULL, CM_DNS_NXDOMAIN, false, "",
     "NXDOMAIN (asked s1)"},
    {"no such name, and silence", &nx, &silent, NULL, NULL, CM_DNS_NXDOMAIN,
     false, "", "A: NXDOMAIN, AAAA: no answer (asked s1)"},
    {"silence, and no such name", &silent, &nx, NULL, NULL, CM_DNS_NXDOMAIN,
     false, "", "A: no answer, AAAA: NXDOMAIN (asked s1)"},
    {"no such name, and SERVFAIL", &nx, &servfail, NULL, NULL, CM_DNS_SERVFAIL,
     false, "", "A: NXDOMAIN, AAAA: SERVFAIL (asked s1)"},
    {"no address", &none, &none, NULL, NULL, CM_DNS_NO_ADDRESS, false, "",
     "no such record (asked s1)"},
    {"no address and no such name", &none, &nx, NULL, NULL, CM_DNS_NO_ADDRESS,
     false, "", "A: no such record, AAAA: NXDOMAIN (asked s1)"},
    {"no IPv4 address, and silence", &none, &silent, NULL, NULL, CM_DNS_TIMEOUT,
     false, "", "A: no such record, AAAA: no answer (asked s1)"},
    {"SERVFAIL and REFUSED", &refused, &servfail, NULL, NULL, CM_DNS_SERVFAIL,
     false, "", "A: REFUSED, AAAA: SERVFAIL (asked s1)"},
    {"REFUSED and silence", &silent, &refused, NULL, NULL, CM_DNS_REFUSED,
     false, "", "A: no answer, AAAA: REFUSED (asked s1)"},
    {"silence", &silent, &silent, NULL, NULL, CM_DNS_TIMEOUT, false, "",
     "no answer (asked s1)"},
    {"silence, and no way to any server", &silent, &dead, NULL, NULL,
     CM_DNS_TIMEOUT, false, "", "no DNS server could be reached (asked s1)"},
    {"malformed", &malformed, &none, NULL, NULL, CM_DNS_FAILED, false, "",
     "A: malformed answer, AAAA: no such record (asked s1)"},
    {"an alias to an address", &alias_a1, &none_alias, NULL, NULL, CM_DNS_OK,
     false, "192.0.2.1", ""},
    {"an alias to no address", &none_alias, &none_alias, NULL, NULL,
     CM_DNS_CNAME_BROKEN, false, "", "no such record (asked s1)"},
    {"an alias to no IPv4 address", &none_alias, NULL, NULL, NULL,
     CM_DNS_NO_ADDRESS, false, "", "A: no such record (asked s1)"},
    {"an alias to no name", &nx_alias, NULL, NULL, NULL, CM_DNS_CNAME_BROKEN,
     false, "", "A: NXDOMAIN (asked s1)"},
    {"an alias to no name, and silence", &nx_alias, &silent, NULL, NULL,
     CM_DNS_CNAME_BROKEN, false, "", "A: NXDOMAIN, AAAA: no answer (asked s1)"},
    {"an alias to no address, and SERVFAIL", &none_alias, &servfail, NULL, NULL,
     CM_DNS_SERVFAIL, false, "",
     "A: no such record, AAAA: SERVFAIL (asked s1)"},
    {"aliases in a loop", &loop, &silent, NULL, NULL, CM_DNS_CNAME_BROKEN,
     false, "", "A: aliases in a loop, AAAA: no answer (asked s1)"},

    {"two resolvers agree", &ok_a1_a2, &none, &ok_a2_a1, &none, CM_DNS_OK,
     false, "192.0.2.1 192.0.2.2", ""},
    {"the second has another address", &ok_a1, &none, &ok_a2, &none, CM_DNS_OK,
     true, "192.0.2.1 192.0.2.2*", ""},
    {"the second has one more", &ok_a1, &none, &ok_a1_a2, &none, CM_DNS_OK,
     true, "192.0.2.1 192.0.2.2*", ""},
    {"the second has one less", &ok_a1_a2, &none, &ok_a1, &none, CM_DNS_OK,
     true, "192.0.2.1 192.0.2.2", ""},
    {"the second has IPv6 too", &ok_a1, &none, &ok_a1, &ok_aaaa1, CM_DNS_OK,
     true, "192.0.2.1 [2001:db8::1]*", ""},
    {"the second knows no such name", &ok_a1, &none, &nx, &nx, CM_DNS_OK, true,
     "192.0.2.1", "second resolver: NXDOMAIN (asked s2)"},
    {"only the second knows the name", &nx, &nx, &ok_a1, &none, CM_DNS_OK, true,
     "192.0.2.1*", "NXDOMAIN (asked s1)"},
    {"only the second knows the alias", &none, &none, &alias_a1, &none_alias,
     CM_DNS_OK, true, "192.0.2.1*", "no such record (asked s1)"},
    {"the second is silent", &ok_a1, &none, &silent, &silent, CM_DNS_OK, false,
     "192.0.2.1", "second resolver: no answer (asked s2)"},
    {"only the second answers", &silent, &silent, &ok_a1, &none, CM_DNS_OK,
     false, "192.0.2.1*", "no answer (asked s1)"},
    {"both fail", &servfail, &servfail, &refused, &refused, CM_DNS_SERVFAIL,
     false, "", "SERVFAIL (asked s1); second resolver: REFUSED (asked s2)"},
    {"what was capped is not compared", &ok_capped, &none, &ok_a1, &none,
     CM_DNS_OK, false, "192.0.2.1 192.0.2.2", ""},
};
#define MERGE_CASES (sizeof(merge_cases) / sizeof(merge_cases[0]))

static void merges_the_answers(void **state)
{
    const struct merge_case *c = *state;
    struct cm_dns_answers first = {.a = c->a, .aaaa = c->aaaa, .servers = "s1"};
    struct cm_dns_answers second = {
        .a = c->a2, .aaaa = c->aaaa2, .servers = "s2"};
    struct cm_dns_evidence ev;
    struct cm_dns_evidence kept;
    struct cm_packed *packed;
    char got[512];

    memset(&ev, 0, sizeof(ev));
    ev.ms = 17;
    cm_dns_merge(&ev, &first, c->a2 == NULL ? NULL : &second);
    assert_string_equal(cm_dns_result_id(ev.result), cm_dns_result_id(c->want));
    evidence_addresses(&ev, got, sizeof(got));
    assert_string_equal(got, c->addresses);
    assert_int_equal(ev.second_differs, c->differs);
    assert_string_equal(ev.detail, c->detail);
    assert_int_equal(ev.num_cnames > 0, ev.cname[0] != '\0');

    /* And comes out as it went in. */
    packed = cm_dns_pack(&ev);
    assert_non_null(packed);
    cm_dns_unpack(&kept, packed);
    free(packed);
    assert_memory_equal(&kept, &ev, sizeof(ev));
}

static struct cm_dns_answer many(uint8_t family, unsigned num)
{
    struct cm_dns_answer answer = {
        .result = CM_DNS_OK, .why = "", .num_addresses = num, .num_total = num};

    for (unsigned i = 0; i < num; i++) {
        answer.addresses[i].family = family;
        answer.addresses[i].bytes[0] = (uint8_t)(i + 1);
    }
    return answer;
}

static void of_two_families_eight_each_are_kept(void **state)
{
    struct cm_dns_answer a = many(4, 16);
    struct cm_dns_answer aaaa = many(6, 10);
    struct cm_dns_answers view = {.a = &a, .aaaa = &aaaa, .servers = ""};
    struct cm_dns_evidence ev = {.num_addresses = 0};
    unsigned num6 = 0;

    (void)state;
    cm_dns_merge(&ev, &view, NULL);
    assert_int_equal(ev.num_addresses, 16);
    for (unsigned i = 0; i < 16; i++) {
        num6 += ev.addresses[i].family == 6 ? 1 : 0;
    }
    assert_int_equal(num6, 8);
    view.aaaa = &none;
    cm_dns_merge(&ev, &view, NULL);
    assert_int_equal(ev.num_addresses, 16);
}

static void the_second_resolvers_addresses_do_not_overflow(void **state)
{
    struct cm_dns_answer a = many(4, 16);
    struct cm_dns_answer other = many(4, 16);
    struct cm_dns_answers first = {.a = &a, .servers = ""};
    struct cm_dns_answers second = {.servers = ""};
    struct cm_dns_evidence ev = {.num_addresses = 0};

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        other.addresses[i].bytes[1] = 1;
    }
    second.a = &other;
    cm_dns_merge(&ev, &first, &second);
    assert_int_equal(ev.num_addresses, 16);
    assert_true(ev.second_differs);
    assert_false(ev.from_second[15]);
}

static void what_was_not_kept_is_a_failure(void **state)
{
    struct cm_dns_evidence ev;

    (void)state;
    cm_dns_unpack(&ev, NULL);
    assert_int_equal(ev.result, CM_DNS_FAILED);
    assert_string_equal(ev.detail, "no memory");
}

static int run_servers(void)
{
    struct CMUnitTest tests[SERVER_CASES];

    for (size_t i = 0; i < SERVER_CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = server_cases[i].text,
                                       .test_func = reads_the_server_list,
                                       .initial_state = &server_cases[i]};
    }
    return cmocka_run_group_tests_name("net/servers", tests, NULL, NULL);
}

static int run_hosts(void)
{
    struct CMUnitTest tests[HOSTS_CASES];

    for (size_t i = 0; i < HOSTS_CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = hosts_cases[i].name,
                                       .test_func = finds_the_name,
                                       .initial_state = &hosts_cases[i]};
    }
    return cmocka_run_group_tests_name("net/hosts", tests, NULL, NULL);
}

static int run_merges(void)
{
    struct CMUnitTest tests[MERGE_CASES];

    for (size_t i = 0; i < MERGE_CASES; i++) {
        tests[i] = (struct CMUnitTest){.name = merge_cases[i].name,
                                       .test_func = merges_the_answers,
                                       .initial_state = &merge_cases[i]};
    }
    return cmocka_run_group_tests_name("net/merge", tests, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_missing_hosts_file_is_an_empty_one),
        cmocka_unit_test(an_unreadable_hosts_file_is_an_error),
        cmocka_unit_test(odd_hosts_files_do_no_harm),
        cmocka_unit_test(of_two_families_eight_each_are_kept),
        cmocka_unit_test(the_second_resolvers_addresses_do_not_overflow),
        cmocka_unit_test(what_was_not_kept_is_a_failure),
    };

    return run_servers() + run_hosts() + run_merges() +
           cmocka_run_group_tests_name("net/others", others, NULL, NULL);
}
