/* See flight_cases.h. A certificate is three bytes; a random counts up.
 * SPDX-License-Identifier: Apache-2.0 */
#include "flight_cases.h"

#define RANDOM                                                                 \
    "00112233445566778899aabbccddeeff"                                         \
    "00112233445566778899aabbccddeeff"
#define RETRY_RANDOM                                                           \
    "cf21ad74e59a6111be1d8c021e65b891"                                         \
    "c2a211167abb8c5e079e09e2c8a8339c"
#define TO_TLS12_RANDOM                                                        \
    "00112233445566778899aabbccddeeff"                                         \
    "0011223344556677444f574e47524401"
#define HELLO(version, suite) "02000026" version RANDOM "00" suite "00"
#define CERTS "0b000009000006000003300100"
#define CERT_REQUEST                                                           \
    "0d00000801010002040300"                                                   \
    "00"
#define DONE "0e000000"
#define ECDHE_12 "0c00000c03001d02aabb080400020102"

struct flight_case flight_cases[NUM_FLIGHT_CASES] = {
    {.name = "TLS 1.2 with ECDHE, asking for a certificate",
     .messages = HELLO("0303", "c02f") CERTS ECDHE_12 CERT_REQUEST DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0xc02f,
              .group = 29,
              .signature = 0x0804,
              .asks_for_cert = true},
     .num_certs = 1},
    {.name = "TLS 1.1 with ECDHE: no scheme before the signature",
     .messages =
         HELLO("0302", "c013") CERTS "0c00000a03001702aabb00020102" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0302,
              .cipher = 0xc013,
              .group = 23},
     .num_certs = 1},
    {.name = "TLS 1.2 with DHE: 17 bits without the leading zeros",
     .messages = HELLO("0303", "009e") CERTS "0c000015"
                                             "000400017fff"
                                             "000105"
                                             "000400aabbcc"
                                             "040100020102" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0x009e,
              .signature = 0x0401,
              .dh_bits = 17},
     .num_certs = 1},
    {.name = "anonymous DH: neither certificate nor signature",
     .messages = HELLO("0303", "0034") "0c00000d"
                                       "000400ffffff"
                                       "000105"
                                       "0002aabb" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0x0034,
              .dh_bits = 24}},
    {.name = "DHE-PSK: a hint, then the parameters, no signature",
     .messages = HELLO("0303", "00aa") "0c00000f"
                                       "000468696e74"
                                       "00017f000105000109" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0x00aa,
              .dh_bits = 7}},
    {.name = "PSK: the hint alone",
     .messages = HELLO("0303", "00a8") "0c000002"
                                       "0000" DONE,
     .want = {.end = CM_ANSWER_FLIGHT, .version = 0x0303, .cipher = 0x00a8}},
    {.name = "SRP with an RSA certificate",
     .messages = HELLO("0301", "c01e") CERTS "0c000010"
                                             "00017f00010503aabbcc0001090001"
                                             "01" DONE,
     .want = {.end = CM_ANSWER_FLIGHT, .version = 0x0301, .cipher = 0xc01e},
     .num_certs = 1},
    {.name = "export RSA with a key of its own",
     .messages = HELLO("0300", "0003") CERTS "0c00000a"
                                             "0002ffff000103"
                                             "000101" DONE,
     .want = {.end = CM_ANSWER_FLIGHT, .version = 0x0300, .cipher = 0x0003},
     .num_certs = 1},
    {.name = "a curve by explicit parameters of a prime",
     .messages = HELLO("0303", "c02b") CERTS "0c000016"
                                             "01"
                                             "0117"
                                             "0101"
                                             "0101"
                                             "020301"
                                             "0113"
                                             "0101"
                                             "020402"
                                             "0403"
                                             "000101" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0xc02b,
              .group = 0xff01,
              .signature = 0x0403,
              .unusual_group = true},
     .num_certs = 1},
    {.name = "a curve by explicit parameters of a pentanomial",
     .messages = HELLO("0301", "c009") CERTS "0c00001a"
                                             "02"
                                             "0083"
                                             "02"
                                             "0102"
                                             "0103"
                                             "0108"
                                             "0101"
                                             "0101"
                                             "0101"
                                             "0113"
                                             "0101"
                                             "020402"
                                             "000101" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0301,
              .cipher = 0xc009,
              .group = 0xff02,
              .unusual_group = true},
     .num_certs = 1},
    {.name = "a suite that nobody knows: its exchange is not read",
     .messages = HELLO("0303", "eeee") CERTS "0c000002"
                                             "ffff" DONE,
     .want = {.end = CM_ANSWER_FLIGHT, .version = 0x0303, .cipher = 0xeeee},
     .num_certs = 1},
    {.name = "plain RSA with extensions, a staple, unknown messages",
     .messages = "00000000"
                 "02000044"
                 "0303" TO_TLS12_RANDOM "02aabb"
                 "002f"
                 "01"
                 "001a"
                 "ff01000100"
                 "00170000"
                 "0010000500030268"
                 "32"
                 "00050000"
                 "00230000" CERTS "16000006"
                 "01000002"
                 "aabb"
                 "17000000"
                 "63000001ff" DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0x002f,
              .compression = 1,
              .secure_renegotiation = true,
              .extended_master_secret = true,
              .downgrade_sentinel = true},
     .num_certs = 1,
     .stapled = true,
     .alpn = "h2"},
    {.name = "TLS 1.3",
     .messages = "02000036"
                 "0303" RANDOM "00"
                 "1301"
                 "00"
                 "000e"
                 "002b00020304"
                 "00330004001d0000",
     .want = {.end = CM_ANSWER_SERVER_HELLO,
              .version = 0x0304,
              .cipher = 0x1301,
              .group = 29}},
    {.name = "a HelloRetryRequest",
     .messages = "02000034"
                 "0303" RETRY_RANDOM "00"
                 "1302"
                 "00"
                 "000c"
                 "002b00020304"
                 "0033000211ec",
     .want = {.end = CM_ANSWER_RETRY,
              .version = 0x0304,
              .cipher = 0x1302,
              .group = 0x11ec}},
    {.name = "a HelloRetryRequest for a cookie alone",
     .messages = "02000035"
                 "0303" RETRY_RANDOM "00"
                 "1302"
                 "00"
                 "000d"
                 "002b00020304"
                 "002c0003000101",
     .want = {.end = CM_ANSWER_RETRY, .version = 0x0304, .cipher = 0x1302}},
    {.name = "an alert",
     .raw = "15030300020228",
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 40}},
    {.name = "an alert in two records",
     .raw = "15030100010215030100010a",
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 10}},
    {.name = "an alert after the ServerHello",
     .raw = "160303002a" HELLO("0303", "c02f") "1503030002"
                                               "0250",
     .want = {.end = CM_ANSWER_ALERT,
              .version = 0x0303,
              .cipher = 0xc02f,
              .alert_level = 2,
              .alert = 80}},
    {.name = "a warning before the answer does not end it",
     .raw = "15030300020170"
            "160303003b" HELLO("0303", "002f") CERTS DONE,
     .want = {.end = CM_ANSWER_FLIGHT,
              .version = 0x0303,
              .cipher = 0x002f,
              .alert_level = 1,
              .alert = 112},
     .num_certs = 1},
    {.name = "a warning that is fatal whatever it says of itself",
     .raw = "15030300020128",
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 1, .alert = 40}},
    {.name = "a close_notify is an end, not an alert",
     .raw = "15030300020100",
     .want = {.end = CM_ANSWER_CLOSED, .alert_level = 1}},
    {.name = "a warning, then a close_notify: the warning was the reason",
     .raw = "15030300020170"
            "15030300020100",
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 1, .alert = 112}},
    {.name = "empty records say nothing",
     .raw = "1603030000"
            "1503030000"
            "15030300020246",
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 70}},
    {.name = "HTTP",
     .raw = "485454502f312e31203430302042616420526571756573740d0a0d0a",
     .want = {.end = CM_ANSWER_NOT_TLS}},
    {.name = "a first byte as of a record, and then none",
     .raw = "162020",
     .want = {.end = CM_ANSWER_NOT_TLS}},
    {.name = "no record after a first one",
     .raw = "1603030000"
            "1601020001",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "a record that is too long",
     .raw = "1603034801",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "application data where no keys are",
     .raw = "1703030001",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "ChangeCipherSpec where no keys are",
     .raw = "140303000101",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "a message that nobody would wait for",
     .raw = "160303000402040001",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "a Certificate without a ServerHello",
     .messages = CERTS,
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "two ServerHellos",
     .messages = HELLO("0303", "002f") HELLO("0303", "0035"),
     .want = {.end = CM_ANSWER_MALFORMED, .version = 0x0303, .cipher = 0x002f}},
    {.name = "a ServerHello that is cut",
     .messages = "02000005"
                 "0303001122",
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "a ServerHello of DTLS",
     .messages = HELLO("00ff", "002f"),
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "a ServerKeyExchange that is cut",
     .messages = HELLO("0303", "c02f") CERTS "0c00000403001d02",
     .want = {.end = CM_ANSWER_MALFORMED,
              .version = 0x0303,
              .cipher = 0xc02f,
              .group = 29},
     .num_certs = 1},
    {.name = "SSLv2",
     .raw = "8016"
            "04"
            "00"
            "01"
            "0002"
            "0003"
            "0006"
            "0002"
            "300100"
            "010080"
            "0700c0"
            "aabb",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_FLIGHT, .version = 0x0002, .cipher = 0x0100},
     .num_certs = 1},
    {.name = "SSLv2 without a common cipher",
     .raw = "8003"
            "00"
            "0001",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 40}},
    {.name = "what Java says to SSLv2, which it does not have",
     .raw = "8003000001"
            "1503000002020a",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 40}},
    {.name = "SSLv2 without a certificate",
     .raw = "8003"
            "000002",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 41}},
    {.name = "SSLv2 that dislikes our certificate",
     .raw = "8003"
            "000004",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 42}},
    {.name = "SSLv2 that dislikes our kind of certificate",
     .raw = "8003"
            "000006",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 43}},
    {.name = "an error of SSLv2 without its number",
     .raw = "8002"
            "0000",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "SSLv2 with a certificate that is too short",
     .raw = "800b"
            "04"
            "00"
            "01"
            "0002"
            "0003"
            "0000"
            "0000",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "SSLv2 of another version",
     .raw = "800b"
            "04"
            "00"
            "01"
            "0003"
            "0000"
            "0000"
            "0000",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_MALFORMED}},
    {.name = "an alert of TLS to a hello of SSLv2",
     .raw = "15030100020246",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_ALERT, .alert_level = 2, .alert = 70}},
    {.name = "a text with a high first byte to a hello of SSLv2",
     .raw = "c3a47c",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_NOT_TLS}},
    {.name = "an empty record of SSLv2",
     .raw = "800004",
     .sslv2 = true,
     .want = {.end = CM_ANSWER_MALFORMED}},
};
