/* CSV in all its dialects and with all its mistakes: what each record becomes,
 * its line and column, and that the rows around a mistake are intact. Each text
 * is read whole, in chunks of seven bytes and byte by byte.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "unit/input/collect.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TEXT(literal) literal, sizeof(literal) - 1
#define NAMED "columns host|port owner=-1 header=1\n"
#define BARE "columns host|port owner=-1 header=0\n"
#define BARE1 "columns host owner=-1 header=0\n"
#define A1 "1 line 1: [a][1] = a:1 tls a\n"
#define STRAY                                                                  \
    " ! a quote stands inside a field that does not start with one; put the "  \
    "whole field in quotes and double the quote inside it\n"
#define FOLLOWS(field)                                                         \
    " ! text follows the closing quote of field " field                        \
    "; put the delimiter there, or double the quote if it belongs to the "     \
    "text\n"
#define UNCLOSED(field)                                                        \
    " ! the quote that opens here is never closed; close field " field         \
    " with a quote\n"

struct csv_case {
    const char *name;
    const char *text;
    size_t len;
    const char *want;
};

static struct csv_case cases[] = {
    {"nothing", TEXT(""), ""},
    {"a byte order mark alone", TEXT("\xef\xbb\xbf"), ""},
    {"one byte", TEXT("a"), BARE1 "1 line 1: [a] = a:443 tls a\n"},
    {"one newline", TEXT("\n"), ""},
    {"a header alone", TEXT("host,port\n"), NAMED},
    {"a header alone, no newline", TEXT("host,port"), NAMED},
    {"LF", TEXT("a,1\nb,2\n"), BARE A1 "2 line 2: [b][2] = b:2 tls b\n"},
    {"CR LF", TEXT("a,1\r\nb,2\r\n"), BARE A1 "2 line 2: [b][2] = b:2 tls b\n"},
    {"lone CR", TEXT("a,1\rb,2\r"), BARE A1 "2 line 2: [b][2] = b:2 tls b\n"},
    {"mixed ends of lines", TEXT("a,1\n\rb,2\r\n\nc,3\r\r\nd,4"),
     BARE A1 "2 line 3: [b][2] = b:2 tls b\n"
             "3 line 5: [c][3] = c:3 tls c\n"
             "4 line 7: [d][4] = d:4 tls d\n"},
    {"the last line without newline", TEXT("a,1\nb,2"),
     BARE A1 "2 line 2: [b][2] = b:2 tls b\n"},
    {"the last field empty, no newline", TEXT("a,1\nb,"),
     BARE A1 "2 line 2: [b][] = b:443 tls b\n"},
    {"the last field quoted, no newline", TEXT("a,1\nb,\"2\""),
     BARE A1 "2 line 2: [b][2] = b:2 tls b\n"},
    {"a byte order mark",
     TEXT("\xef\xbb\xbf"
          "host,port\na,1\n"),
     NAMED "1 line 2: [a][1] = a:1 tls a\n"},
    {"a byte order mark and a quote", TEXT("\xef\xbb\xbf\"host\",port\na,1\n"),
     NAMED "1 line 2: [a][1] = a:1 tls a\n"},
    {"columns count behind the mark",
     TEXT("\xef\xbb\xbf"
          "a,x\"y\nb,1\n"),
     BARE "1 line 1.4: [a][x\"y]" STRAY "2 line 2: [b][1] = b:1 tls b\n"},
    {"blank lines", TEXT("\n\na,1\n  \n\t\n\nb,2\n\n"),
     BARE "1 line 3: [a][1] = a:1 tls a\n2 line 7: [b][2] = b:2 tls b\n"},
    {"comments",
     TEXT("# one, two; \"three\na,1\n#b,2\n"
          "\"#c\",3\n#\n#last"),
     BARE "1 line 2: [a][1] = a:1 tls a\n"
          "2 line 4.1: [#c][3] ! \"#c\" is not a host; write a name, "
          "name:port, a URL or an address\n"},
    {"a comment sign inside quotes",
     TEXT("host,port,note\na,1,\"x\n# y\"\n#b,2\n"),
     "columns host|port|note owner=-1 header=1\n"
     "1 line 2: [a][1][x\n# y] = a:1 tls a\n"},
    {"spaces", TEXT("  a  , \" 1 \" ,\tx\n"),
     "columns host|port|column_3 owner=-1 header=0\n"
     "1 line 1: [a][ 1 ][x] = a:1 tls a\n"},
    {"doubled quotes", TEXT("a,1,\"say \"\"hi\"\"\"\n"),
     "columns host|port|column_3 owner=-1 header=0\n"
     "1 line 1: [a][1][say \"hi\"] = a:1 tls a\n"},
    {"newlines in quotes",
     TEXT("host,note,port\na,\"x\ny\r\nz\rw\",1\nb,\"\n\",x\nc,,3\n"),
     "columns host|note|port owner=-1 header=1\n"
     "1 line 2: [a][x\ny\r\nz\rw][1] = a:1 tls a\n"
     "2 line 6: [b][\n][x] ! line 7, column 3: port \"x\" is not a number from "
     "1 to 65535\n"
     "3 line 8: [c][][3] = c:3 tls c\n"},
    {"empty fields", TEXT("host,x,y,port\na,,\"\",\n,,,\nb\n"),
     "columns host|x|y|port owner=-1 header=1\n"
     "1 line 2: [a][][][] = a:443 tls a\n"
     "2 line 3.1: [][][][] ! the host is empty; write a name, name:port, a URL "
     "or an address\n"
     "3 line 4: [b] = b:443 tls b\n"},
    {"more fields than the header", TEXT("host\na,b,c\n"),
     "columns host owner=-1 header=1\n1 line 2: [a][b][c] = a:443 tls a\n"},
    {"semicolons", TEXT("host;port\na;1\n\"b;c\";2\n"),
     NAMED "1 line 2: [a][1] = a:1 tls a\n"
           "2 line 3.1: [b;c][2] ! host \"b;c\" holds \";\"; a name has only "
           "letters, digits, \"-\", \"_\" and dots\n"},
    {"tabs", TEXT("host\tport\tnote\na\t1\t\nb\t\tx\n"),
     "columns host|port|note owner=-1 header=1\n"
     "1 line 2: [a][1][] = a:1 tls a\n2 line 3: [b][][x] = b:443 tls b\n"},
    {"delimiters in quotes do not count",
     TEXT("host;\"a,b,c\tand\t,d\"\nx;1\n"),
     "columns host|a,b,c\tand\t,d owner=-1 header=1\n"
     "1 line 2: [x][1] = x:443 tls x\n"},
    {"a header in several lines",
     TEXT("# c\n\n\"host\nname\";port;\"own\ner\"\nx;1;me\n"),
     "columns host\nname|port|own\ner owner=2 header=1\n1 line 6: [x][1][me] = "
     "x:1 tls x\n"},
    {"sep=", TEXT("sep=|\r\nhost|port\r\na|1\r\n"),
     NAMED "1 line 3: [a][1] = a:1 tls a\n"},
    {"sep= and another character", TEXT("sep=xy\na,1\n"),
     BARE1 "1 line 1.1: [sep=xy] ! host \"sep=xy\" holds \"=\"; a name has "
           "only letters, digits, \"-\", \"_\" and dots\n"
           "2 line 2: [a][1] = a:1 tls a\n"},
    {"Windows-1252", TEXT("host,owner\na,M\xfcller\nb,M\xc3\xbcller\n"),
     "columns host|owner owner=1 header=1\n"
     "1 line 2: [a][M\xc3\xbcller] = a:443 tls a\n"
     "2 line 3: [b][M\xc3\xbcller] = b:443 tls b\n"},
    {"Windows-1252 in a name",
     TEXT("host\nb\xfc"
          "cher.example\n"),
     "columns host owner=-1 header=1\n"
     "1 line 2: [b\xc3\xbc"
     "cher.example] = xn--bcher-kva.example:443 tls "
     "xn--bcher-kva.example\n"},
    {"a quote in a field", TEXT("a,1\nb,x\"y\",z\nc,3\n"),
     BARE A1 "2 line 2.4: [b][x\"y\",z]" STRAY
             "3 line 3: [c][3] = c:3 tls c\n"},
    {"text after a quote", TEXT("a,1\nb, \"2\"x,3\nc,3\n"),
     BARE A1
     "2 line 2.7: [b][\"2\"x,3]" FOLLOWS("2") "3 line 3: [c][3] = c:3 tls c\n"},
    {"a quote after a quote and a space", TEXT("a,1\nb,\"2\" \"x\"\nc,3\n"),
     BARE A1 "2 line 2.7: [b][\"2\" \"x\"]" FOLLOWS(
         "2") "3 line 3: [c][3] = c:3 tls c\n"},
    {"a mistake in the last line, no newline", TEXT("a,1\nb\"\"c"),
     BARE A1 "2 line 2.2: [b\"\"c]" STRAY},
    {"an unclosed quote in the last line", TEXT("a,1\nb,\"2"),
     BARE A1 "2 line 2.3: [b][\"2]" UNCLOSED("2")},
    {"an unclosed quote before the end", TEXT("a,1\n \"b,2\nc,3\r\nd,4\n"),
     BARE A1
     "2 line 2.2: [\"b,2]" UNCLOSED("1") "3 line 3: [c][3] = c:3 tls c\n"
                                         "4 line 4: [d][4] = d:4 tls d\n"},
    {"an unclosed quote before a quoted field",
     TEXT("a,1\n\"b,2\nc,3\n\"d\",4\ne,5\n"),
     BARE A1 "2 line 2.1: [\"b,2] ! the quote that opens here closes only in "
             "line 4, column 1, and text follows it there; close field 1 with "
             "a quote\n"
             "3 line 3: [c][3] = c:3 tls c\n"
             "4 line 4: [d][4] = d:4 tls d\n"
             "5 line 5: [e][5] = e:5 tls e\n"},
    {"a mistake behind a newline in quotes", TEXT("a,1\nb,\"x\ny\",z\"\nc,3\n"),
     BARE A1 "2 line 2: [b][x\ny][z\"] ! line 3, column 5: a quote stands "
             "inside a field that does not start with one; put the whole field "
             "in quotes and double the quote inside it\n"
             "3 line 3.2: [y\",z\"]" STRAY "4 line 4: [c][3] = c:3 tls c\n"},
    {"an unclosed quote in the header", TEXT("host,\"port\na,1\nb,2\n"),
     BARE "1 line 1.6: [host][\"port]" UNCLOSED(
         "2") "2 line 2: [a][1] = a:1 tls a\n3 line 3: [b][2] = b:2 tls b\n"},
    {"a title with quotes above the header",
     TEXT("The \"fleet\"\n\nowner;host\nme;a\n"),
     "columns owner|host owner=0 header=1\n"
     "1 line 1.5: [The \"fleet\"]" STRAY "2 line 4: [me][a] = a:443 tls a\n"},
    {"only a mistake", TEXT("\"a"), BARE1 "1 line 1.1: [\"a]" UNCLOSED("1")},
    {"a lone quote", TEXT("a,1\n\"\nb,2\n"),
     BARE A1 "2 line 2.1: [\"]" UNCLOSED("1") "3 line 3: [b][2] = b:2 tls b\n"},
    {"zero bytes", TEXT("a,1\nb\0c,2\n\0,3\nd,4\n"),
     BARE A1 "2 line 2.1: [b\xef\xbf\xbd"
             "c][2] ! field 1 holds a zero byte; "
             "save the file as plain text in UTF-8\n"
             "3 line 3.1: [\xef\xbf\xbd][3] ! field 1 holds a zero byte; save "
             "the file as plain text in UTF-8\n"
             "4 line 4: [d][4] = d:4 tls d\n"},
    {"a zero byte in a later field", TEXT("a,1\nb, 2,x\0\n"),
     BARE A1 "2 line 2.6: [b][2][x\xef\xbf\xbd] ! field 3 holds a zero byte; "
             "save the file as plain text in UTF-8\n"},
    {"binary bytes",
     TEXT("\x7f"
          "Elf\x02\x01\x01\0\0,\"\xfe\xff\n\xb4\"\x01"),
     "columns host owner=-1 header=0\n"
     "1 line 1.11: [\x7f"
     "Elf\x02\x01\x01\xef\xbf\xbd\xef\xbf\xbd]"
     "[\"\xc3\xbe\xc3\xbf] ! the quote that opens here closes only in line 2, "
     "column 2, and text follows it there; close field 2 with a quote\n"
     "2 line 2.2: [\xc2\xb4\"\x01]" STRAY},
    {"the mistake's field is pointed at",
     TEXT("host,port,sni\n a , 44e ,\nb,\"44e\",\nc:1,2,\nd,,\"a b\"\n"
          "\"a:x\",1\n"),
     "columns host|port|sni owner=-1 header=1\n"
     "1 line 2.6: [a][44e][] ! port \"44e\" is not a number from 1 to 65535\n"
     "2 line 3.3: [b][44e][] ! port \"44e\" is not a number from 1 to 65535\n"
     "3 line 4.5: [c:1][2][] ! the host says port 1, the port column says 2; "
     "write it once\n"
     "4 line 5.4: [d][][a b] ! sni \"a b\" holds a space; write one name in "
     "each row\n"
     "5 line 6.1: [a:x][1] ! port \"x\" is not a number from 1 to 65535\n"},
    {"columns count bytes",
     TEXT("host,note,port\na,\xc3\xbc\"\"\nb,\xc3\xbc,x\n"),
     "columns host|note|port owner=-1 header=1\n"
     "1 line 2.5: [a][\xc3\xbc\"\"]" STRAY
     "2 line 3.6: [b][\xc3\xbc][x] ! port \"x\" is not a number from 1 to "
     "65535\n"},
};

static void becomes_rows(void **state)
{
    static const size_t chunks[] = {0, 7, 1};
    const struct csv_case *c = *state;

    for (size_t i = 0; i < COUNT(chunks); i++) {
        struct collected got = {0};

        collect(&got, NULL, c->text, c->len, chunks[i]);
        assert_int_equal(got.status, CM_OK);
        assert_string_equal(cm_buf_cstr(&got.text), c->want);
        collect_cleanup(&got);
    }
}

int main(void)
{
    struct CMUnitTest tests[COUNT(cases)];

    for (size_t i = 0; i < COUNT(cases); i++) {
        tests[i] = (struct CMUnitTest){.name = cases[i].name,
                                       .test_func = becomes_rows,
                                       .initial_state = &cases[i]};
    }
    return cmocka_run_group_tests_name("input csv", tests, NULL, NULL);
}
