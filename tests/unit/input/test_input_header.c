/* Which column means what, with a header and without one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "unit/input/collect.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define C128                                                                   \
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"         \
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

struct header_case {
    const char *name;
    int header;
    const char *text;
    const char *want;
};

static struct header_case cases[] = {
    {"all meanings", -1, "Owner,HOST,Port,protocol,SNI,env\nme,a,1,tls,b,x\n",
     "columns Owner|HOST|Port|protocol|SNI|env owner=0 header=1\n"
     "1 line 2: [me][a][1][tls][b][x] = a:1 tls b\n"},
    {"hostname", -1, "x,hostname\n1,a\n",
     "columns x|hostname owner=-1 header=1\n1 line 2: [1][a] = a:443 tls a\n"},
    {"FQDN", -1, "x,FQDN\n1,a\n",
     "columns x|FQDN owner=-1 header=1\n1 line 2: [1][a] = a:443 tls a\n"},
    {"url", -1, "x,url\n1,https://a/\n",
     "columns x|url owner=-1 header=1\n"
     "1 line 2: [1][https://a/] = a:443 tls a\n"},
    {"endpoint", -1, "x,endpoint\n1,a:2\n",
     "columns x|endpoint owner=-1 header=1\n1 line 2: [1][a:2] = a:2 tls a\n"},
    {"address", -1, "x,address\n1,192.0.2.1\n",
     "columns x|address owner=-1 header=1\n"
     "1 line 2: [1][192.0.2.1] = 192.0.2.1:443 tls \n"},
    {"spaces, case and underscores in names", -1,
     "\" Host Name \",own-er_TEAM\na,me\n",
     "columns Host Name|own-er_TEAM owner=1 header=1\n"
     "1 line 2: [a][me] = a:443 tls a\n"},
    {"host before address", -1, "address,host\n192.0.2.1,a\n",
     "columns address|host owner=-1 header=1\n"
     "1 line 2: [192.0.2.1][a] = a:443 tls a\n"},
    {"starttls names the protocol", -1, "host,starttls\na,smtp\n",
     "columns host|starttls owner=-1 header=1\n"
     "1 line 2: [a][smtp] = a:25 smtp a\n"},
    {"a word that only begins like host", -1, "hosts,hos\na,1\n",
     "columns host|column_2 owner=-1 header=0\n"
     "1 line 1: [hosts][hos] = hosts:443 tls hosts\n"
     "2 line 2: [a][1] = a:443 tls a\n"},
    {"owner before team", -1, "host,team,owner\n",
     "columns host|team|owner "
     "owner=2 header=1\n"},
    {"owner_team before team", -1, "host,team,owner_team\n",
     "columns host|team|owner_team owner=2 header=1\n"},
    {"team before contact", -1, "host,contact,Team\n",
     "columns host|contact|Team owner=2 header=1\n"},
    {"contact before owned_by", -1, "host,owned_by,contact\n",
     "columns host|owned_by|contact owner=2 header=1\n"},
    {"owned by", -1, "host,Owned By\n",
     "columns host|Owned By owner=1 header=1\n"},
    {"names are unique and not empty", -1, "host,x,,x,,x,column_3\n",
     "columns host|x|column_3|x_2|column_5|x_3|column_3_2 owner=-1 header=1\n"},
    {"an empty name that is taken", -1, "host,column_3,\n",
     "columns host|column_3|column_3_2 owner=-1 header=1\n"},
    {"a long name is cut", -1, "host," C128 "d," C128 "e\n",
     "columns host|" C128 "|" C128 "_2 owner=-1 header=1\n"},
    {"no header, a port", -1, "a,1,x,y\n",
     "columns host|port|column_3|column_4 owner=-1 header=0\n"
     "1 line 1: [a][1][x][y] = a:1 tls a\n"},
    {"no header, no port", -1, "a,,x\nb,2,y\n",
     "columns host|port|column_3 owner=-1 header=0\n"
     "1 line 1: [a][][x] = a:443 tls a\n2 line 2: [b][2][y] = b:2 tls b\n"},
    {"no header, a label", -1, "a,prod\nb,2\n",
     "columns host|column_2 owner=-1 header=0\n"
     "1 line 1: [a][prod] = a:443 tls a\n2 line 2: [b][2] = b:443 tls b\n"},
    {"no header, a list of names", -1, "a\nb:2\nc,3\n",
     "columns host owner=-1 header=0\n"
     "1 line 1: [a] = a:443 tls a\n2 line 2: [b:2] = b:2 tls b\n"
     "3 line 3: [c][3] = c:3 tls c\n"},
    {"told that there is none", 0, "host,1\na,2\n",
     "columns host|port owner=-1 header=0\n"
     "1 line 1: [host][1] = host:1 tls host\n"
     "2 line 2: [a][2] = a:2 tls a\n"},
    {"told that there is one", 1, "#c\n\nhost\nhost\n",
     "columns host owner=-1 header=1\n"
     "1 line 4: [host] = host:443 tls host\n"},
};

static void finds_the_columns(void **state)
{
    const struct header_case *c = *state;
    const struct cm_input_options options = {.header = c->header};
    struct collected got = {0};

    collect(&got, &options, c->text, strlen(c->text), 0);
    assert_int_equal(got.status, CM_OK);
    assert_string_equal(cm_buf_cstr(&got.text), c->want);
    collect_cleanup(&got);
}

static void expect_error(int header, const char *text, const char *want)
{
    const struct cm_input_options options = {.header = header};
    struct collected got = {0};

    collect(&got, &options, text, strlen(text), 3);
    assert_int_equal(got.status, CM_EINPUT);
    assert_int_equal(got.error.status, CM_EINPUT);
    assert_string_equal(got.error.text, want);
    assert_int_equal(got.rows, 0);
    collect_cleanup(&got);
}

static void a_promised_header_must_name_the_host(void **state)
{
    (void)state;
    expect_error(1, "# x\nserver,port\na,1\n",
                 "line 2: no column of the header is named host, hostname, "
                 "fqdn, url, endpoint or address; rename the one that names "
                 "the servers");
}

static void a_promised_header_must_be_readable(void **state)
{
    (void)state;
    expect_error(1, "ho\"st,port\na,1\n",
                 "line 1: the header cannot be read: a quote stands inside a "
                 "field that does not start with one; put the whole field in "
                 "quotes and double the quote inside it");
}

static void many_broken_records_settle_the_columns(void **state)
{
    char text[512] = "";
    struct collected got = {0};
    const char *found;

    (void)state;
    for (int i = 0; i < 17; i++) {
        strncat(text, "x\"\n", sizeof(text) - strlen(text) - 1);
    }
    strncat(text, "host,port\n", sizeof(text) - strlen(text) - 1);
    collect(&got, NULL, text, strlen(text), 0);
    assert_int_equal(got.status, CM_OK);
    assert_int_equal(got.rows, 18);
    assert_int_equal(got.last_id, 18);
    found = cm_buf_cstr(&got.text);
    assert_ptr_equal(strstr(found, "columns host owner=-1 header=0\n"), found);
    assert_non_null(strstr(found, "17 line 17.2: [x\"] ! a quote"));
    assert_non_null(strstr(found, "18 line 18.6: [host][port] ! port"));
    collect_cleanup(&got);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_promised_header_must_name_the_host),
        cmocka_unit_test(a_promised_header_must_be_readable),
        cmocka_unit_test(many_broken_records_settle_the_columns),
    };
    struct CMUnitTest tests[COUNT(cases) + COUNT(others)];

    for (size_t i = 0; i < COUNT(cases); i++) {
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = finds_the_columns,
                                       .initial_state = &cases[i]};
    }
    memcpy(tests + COUNT(cases), others, sizeof(others));
    return cmocka_run_group_tests_name("input header", tests, NULL, NULL);
}
