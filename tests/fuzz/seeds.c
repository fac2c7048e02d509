/* Writes what the fuzz targets start from: fuzz_seeds FOLDER makes a folder of
 * files in it for each target. Made when they are needed, never kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"
#include "fuzz/seeds_flight.h"
#include "fuzz/seeds_more.h"
#include "fuzz/world.h"
#include "support/forge_crl.h"
#include "support/forge_ocsp.h"

#define PATH_SIZE 4096
#define MAX_SEED 65536

struct seeds {
    const char *folder;
    unsigned count;
};

static void must(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "fuzz_seeds: %s: %s\n", what, strerror(errno));
        abort();
    }
}

void seeds_save(struct seeds *out, const char *target, struct cm_span seed)
{
    char path[PATH_SIZE];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", out->folder, target);
    must(mkdir(path, 0755) == 0 || errno == EEXIST, path);
    (void)snprintf(path, sizeof(path), "%s/%s/%04u", out->folder, target,
                   out->count++);
    file = fopen(path, "wb");
    must(file != NULL, path);
    must(seed.len == 0 || fwrite(seed.data, seed.len, 1, file) == 1, path);
    must(fclose(file) == 0, path);
}

void seeds_save_text(struct seeds *out, const char *target, const char *text)
{
    seeds_save(out, target,
               (struct cm_span){(const uint8_t *)text, strlen(text)});
}

/* Saves what was built, and frees it. */
static void save_take(struct seeds *out, const char *target,
                      struct cm_span seed)
{
    seeds_save(out, target, seed);
    cm_span_free(&seed);
}

static void save_pem(struct seeds *out, const char *target, char *text)
{
    seeds_save_text(out, target, text);
    free(text);
}

void seeds_put_part(struct cm_buf *out, struct cm_span part)
{
    (void)cm_buf_putc(out, (char)(part.len >> 8));
    (void)cm_buf_putc(out, (char)(part.len & 0xffU));
    (void)cm_buf_append(out, part.data, part.len);
}

static const struct forge_spec odd_specs[] = {
    {.subject = "w", .names = "*.a.example,*.example,a b,ip:2001:db8::1"},
    {.subject = "x", .names = "email:a@b.example,uri:http://u,dn:Org/x"},
    {.subject_o = "Org", .subject_email = "a@b", .version = 1},
    {.subject = "nc", .ca = true, .permitted = "", .excluded = "a.example"},
    {.ca = true, .permitted = "ip:10.0.0.0/8,email:a.example,uri:a,dn:Org"},
    {.ca = true,
     .policies = "1.2.3,any",
     .policy_mappings = "1.2.3=1.2.4",
     .require_explicit = 1,
     .inhibit_any = 2,
     .inhibit_mapping = 1},
    {.unknown_critical = true, .duplicate_extension = true},
    {.ca_issuers = "http://a", .ocsp = "http://o", .crl = "http://c"},
    {.num_scts = 3, .scts = true, .public_policy = true, .aki_issuer = true},
    {.unique_ids = true, .serial_hex = "00"},
    {.spki = FORGE_SPKI_ED448},
    {.spki = FORGE_SPKI_SECP256K1},
    {.spki = FORGE_SPKI_DSA},
    {.spki = FORGE_SPKI_UNKNOWN, .trailing_bytes = 2},
    {.names = "raw:8703010203,raw:a0060603550403"},
};

static void save_certs(struct seeds *out, const struct fuzz_world *w)
{
    struct cm_cert *all[] = {w->leaf, w->ca, w->root, w->responder};

    for (size_t i = 0; i < 4; i++) {
        seeds_save(out, "cert", all[i]->der);
    }
    for (size_t i = 0; i < sizeof(odd_specs) / sizeof(*odd_specs); i++) {
        struct forge_spec spec = odd_specs[i];
        struct cm_cert *cert;

        spec.issuer_cert = w->ca;
        spec.issuer_key = w->ca_key;
        cert = forge_cert(&spec);
        seeds_save(out, "cert", cert->der);
        if (cert->sct_list.len > 0) {
            seeds_save(out, "sct", cert->sct_list);
        }
        cm_cert_unref(cert);
    }
    seeds_save(out, "sct", w->leaf->sct_list);
    seeds_save(out, "certs", w->leaf->der);
    save_pem(out, "certs", forge_pem(all, 4));
}

static void save_lists(struct seeds *out, const struct fuzz_world *w)
{
    const struct forge_revoked entries[] = {
        {.cert = w->leaf, .reason = 2, .invalid = FORGE_NOW},
        {.serial_hex = "7f", .other_issuer = w->root},
        {.serial_hex = "0080", .unknown_critical = true},
        {.serial_hex = "ff", .other_issuer = w->ca},
    };
    struct forge_crl_spec specs[] = {
        {.num_more = 3},
        {.revoked = entries, .num_revoked = 4, .idp = FORGE_IDP_INDIRECT},
        {.version = 1, .revoked = entries, .num_revoked = 1},
        {.idp = FORGE_IDP_USER, .idp_names = "uri:" FORGE_CRL_URL ",dn:x"},
        {.idp_hex = "3010a00ea10c300a06035504030c03787878"},
        {.base = 3, .no_aki = true, .unknown_critical = true},
    };

    for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
        specs[i].issuer = w->ca;
        specs[i].key = w->ca_key;
        save_take(out, "crl", forge_crl(&specs[i]));
    }
    save_pem(out, "certs", forge_crl_pem(&specs[0]));
    save_pem(out, "crl", forge_crl_pem(&specs[0]));
}

static struct cm_span staple(const struct fuzz_world *w)
{
    const struct forge_single single = {.cert = w->leaf, .issuer = w->ca};

    return forge_ocsp(&(struct forge_ocsp_spec){.singles = &single,
                                                .num_singles = 1,
                                                .key = w->ca_key,
                                                .responder = w->ca});
}

static void save_responses(struct seeds *out, const struct fuzz_world *w)
{
    const struct cm_cert *certs[] = {w->ca, w->responder};
    const struct forge_single singles[] = {
        {.cert = w->ca, .issuer = w->root},
        {.cert = w->leaf, .issuer = w->ca, .hash = "sha256"},
        {.cert = w->leaf, .issuer = w->ca, .hash = "odd"},
    };
    struct forge_ocsp_spec specs[] = {
        {.key = w->ca_key, .responder = w->ca, .nonce = true},
        {.key = w->ca_key, .responder = w->ca, .by_key = true},
        {.key = w->responder_key, .responder = w->responder, .by_key = true},
        {.key = w->responder_key, .responder = w->responder},
        {.key = w->ca_key, .responder = w->ca, .unknown_critical = true},
        {.key = w->ca_key, .responder = w->ca, .status = 3},
    };

    for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
        specs[i].singles = singles;
        specs[i].num_singles = 3;
        specs[i].certs = certs;
        specs[i].num_certs = 2;
        save_take(out, "ocsp", forge_ocsp(&specs[i]));
    }
    save_take(out, "ocsp", staple(w));
}

static void save_chain(struct seeds *out, const struct fuzz_world *w,
                       unsigned flags)
{
    struct cm_buf seed;

    cm_buf_init(&seed, MAX_SEED);
    (void)cm_buf_putc(&seed, (char)flags);
    if ((flags & FUZZ_WITH_LIST) != 0) {
        struct cm_span list = forge_crl(&(struct forge_crl_spec){
            .issuer = w->ca, .key = w->ca_key, .num_more = 1});

        seeds_put_part(&seed, list);
        cm_span_free(&list);
    }
    if ((flags & FUZZ_WITH_STAPLE) != 0) {
        struct cm_span response = staple(w);

        seeds_put_part(&seed, response);
        cm_span_free(&response);
    }
    seeds_put_part(&seed, w->leaf->der);
    if ((flags & FUZZ_KNOWN) == 0) {
        seeds_put_part(&seed, w->ca->der);
        seeds_put_part(&seed, w->root->der);
    }
    seeds_save(out, "judge", (struct cm_span){seed.data, seed.len});
    cm_buf_cleanup(&seed);
}

static void save_messages(struct seeds *out, const struct fuzz_world *w)
{
    static const uint8_t hello[] = {
        2,  3,  3,  0,  1,    2,    3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
        13, 14, 15, 16, 17,   18,   19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
        29, 30, 31, 0,  0x13, 0x01, 0,  0,  6,  0,  43, 0,  2,  3,  4};
    static const uint8_t request[] = {13, 1, 1, 0, 4, 4, 3, 8, 4, 0, 0};
    size_t der = w->leaf->der.len;
    struct cm_buf chain;
    struct cm_buf seed;

    cm_buf_init(&chain, MAX_SEED);
    cm_buf_init(&seed, MAX_SEED);
    (void)cm_buf_putc(&chain, 11);
    for (int level = 0; level < 2; level++) { /* the list, the certificate */
        size_t len = der + (level == 0 ? 3 : 0);

        (void)cm_buf_putc(&chain, 0);
        (void)cm_buf_putc(&chain, (char)(len >> 8));
        (void)cm_buf_putc(&chain, (char)(len & 0xffU));
    }
    (void)cm_buf_append(&chain, w->leaf->der.data, der);
    seeds_put_part(&seed, (struct cm_span){hello, sizeof(hello)});
    seeds_put_part(&seed, (struct cm_span){request, sizeof(request)});
    seeds_put_part(&seed, (struct cm_span){chain.data, chain.len});
    seeds_save(out, "capture", (struct cm_span){seed.data, seed.len});
    cm_buf_cleanup(&chain);
    cm_buf_cleanup(&seed);
}

static const struct {
    const char *target;
    const char *text;
} texts[] = {
    {"http", "\x05HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
    {"http", "\x40HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"},
    {"http", "\x01HTTP/1.0 302 Found\r\nLocation: ../d?e#f\r\n\r\n"},
    {"http", "\xffHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\nrest"},
    {"http", " http://[2001:db8::1]:8080/a/../b?c=%20d"},
    {"http", " http://user@www.A.example./x y"},
    {"input", "\x03host,port,owner\nwww.a.example,443,me\n\"q\"\"q\",x,\n"},
    {"input", "\x50sep=;\nurl;sni\nhttps://b.example:8443/p;-\n"},
    {"input", "\x07# fleet\r\n192.0.2.1\r\n[2001:db8::1]:25\r\n\r\n"},
    {"input", "\x20\xef\xbb\xbfhost\tprotocol\nm\xc3\xbcller.example\tsmtp\n"},
    {"profile", "[suites]\na = 1302 1301\n[groups]\ng = 001d\n[profile x]\n"
                "title = X\nsource = s\nconfidence = low\nversions = 1.2 1.3\n"
                "suites = @a -1301\n  c02f\ngroups = @g\nschemes = 0804\n"
                "[profile y]\nbased_on = x\ntitle = Y\nfamily = java\n"
                "issuers = fetched\nmin_rsa_bits = 2048\n"},
    {"policy",
     "[policy]\nid = p\ntitle = P\nversion = 1\nsource = s\n[A-1]\n"
     "kind = require\nwhen = leaf.public and not row.owner = \"a b\"\n"
     "predicate = (versions = {TLSv1.2, TLSv1.3} or suites subset\n"
     "  {weak, *_CBC_*, 0xC02B}) and leaf.lifetime <= 90\n"
     "text = T.\ncause = sct_missing\n[B]\nkind = warn\npredicate = "
     "groups contains P-256 or dh < 2048 or stapling\ntext = U.\n"
     "[C]\nkind = info\ntext = V.\n"},
    {"recognise", "curl: (60) SSL: no alternative certificate subject name "
                  "matches target host name 'a.example.com'"},
    {"recognise", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
                  "certificate has expired (_ssl.c:1006) verify error:num=10"},
    {"recognise",
     "remote error: tls: handshake failure https://a.example:8443"},
    {"recognise", "-2146762487 0x80090325 36887 alert code is 40\\n12175"},
    {"answer", "HTTP/1.1 400 Bad Request\r\nContent-Length: 60\r\n\r\n"
               "<center>No required SSL certificate was sent</center>"},
    {"answer", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n"
               "HTTP Error 403.16 - Forbidden"},
    {"answer", "HTTP/1.1 403 F\n\nCannot perform Post-Handshake "
               "Authentication"},
    {"text", "<a href=\"x\">'&\r\n=cmd|' /C'!A0\t\x1b[31m\xe2\x80\xae\xff"},
    {"text", "2026-11-21T07:48:56+01:00"},
    {"text", "[2001:db8::192.0.2.1]"},
};

static void save_packets(struct seeds *out)
{
    /* www.a.example, an alias of b.example, which is at 192.0.2.1. */
    static const char dns[] =
        "\x12\x34\x81\x80\0\1\0\2\0\0\0\0\3www\1a\7example\0\0\1\0\1"
        "\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1b\xc0\x12"
        "\xc0\x2b\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";

    seeds_save(out, "dns",
               (struct cm_span){(const uint8_t *)dns, sizeof(dns) - 1});
}

/* A client's certificate with its key, in one file. */
static void save_identities(struct seeds *out, const struct fuzz_world *w)
{
    static const enum forge_key_kind kinds[] = {FORGE_P256, FORGE_RSA_512,
                                                FORGE_ED25519};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct forge_key *key = forge_key(kinds[i], 7);
        struct cm_cert *certs[] = {
            forge_cert(&(struct forge_spec){.key = key, .eku = "client"}),
            w->ca};
        char *pem = forge_pem(certs, 2);
        char *file = NULL;

        /* The first octet is the day: k is within the certificate's time. */
        must(asprintf(&file, "k%s%s", forge_key_pem(key), pem) > 0, "identity");
        save_pem(out, "identity", file);
        free(pem);
        cm_cert_unref(certs[0]);
    }
}

static void save_flights(struct seeds *out)
{
    struct cm_buf seed;

    cm_buf_init(&seed, MAX_SEED);
    for (size_t i = 0; flight_seed(i, &seed); i++) {
        seeds_save(out, "flight", (struct cm_span){seed.data, seed.len});
        cm_buf_clear(&seed);
    }
    cm_buf_cleanup(&seed);
}

int main(int argc, char **argv)
{
    static const unsigned flags[] = {
        0,
        FUZZ_STRICT,
        FUZZ_KNOWN | FUZZ_ASK,
        FUZZ_WITH_LIST | FUZZ_DEMAND_LISTS,
        FUZZ_WITH_STAPLE | FUZZ_BY_ADDRESS,
        FUZZ_WITH_LIST | FUZZ_WITH_STAPLE | FUZZ_STRICT | FUZZ_LAST_IS_ANCHOR,
    };
    const struct fuzz_world *w = fuzz_world();
    struct seeds out = {.folder = argc == 2 ? argv[1] : NULL};

    if (out.folder == NULL) {
        (void)fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
        return 2;
    }
    save_certs(&out, w);
    save_lists(&out, w);
    save_responses(&out, w);
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        save_chain(&out, w, flags[i]);
    }
    save_messages(&out, w);
    save_flights(&out);
    save_identities(&out, w);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        seeds_save_text(&out, texts[i].target, texts[i].text);
    }
    save_packets(&out);
    seeds_save_more(&out, w);
    return 0;
}
