/* The notation of dertext.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dertext.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"

#define MAX_DER 1000000U
#define P256_POINT                                                             \
    "00046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"     \
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

static void fail(const char *what, const char *at)
{
    (void)fprintf(stderr, "der_build: %s at \"%s\"\n", what, at);
    abort();
}

static unsigned hex_pair(const char **at)
{
    char pair[3] = {0};

    if (!isxdigit((unsigned char)(*at)[0]) ||
        !isxdigit((unsigned char)(*at)[1])) {
        fail("two hexadecimal digits wanted", *at);
    }
    memcpy(pair, *at, 2);
    *at += 2;
    return (unsigned)strtoul(pair, NULL, 16);
}

static void put_octets(struct cm_buf *out, const char **at)
{
    while (isxdigit((unsigned char)**at)) {
        (void)cm_buf_putc(out, (char)hex_pair(at));
    }
}

static void put_element(struct cm_buf *out, unsigned tag,
                        const struct cm_buf *content)
{
    size_t len = content->len;

    (void)cm_buf_putc(out, (char)tag);
    if (len >= 0x80) {
        unsigned octets = len > 0xffff ? 3 : len > 0xff ? 2 : 1;

        (void)cm_buf_putc(out, (char)(0x80U | octets));
        for (; octets > 1; octets--) {
            (void)cm_buf_putc(out, (char)(len >> 8 * (octets - 1)));
        }
    }
    (void)cm_buf_putc(out, (char)len);
    (void)cm_buf_append(out, content->data, content->len);
}

static void put_text(struct cm_buf *out, const char **at)
{
    const char *end = strchr(*at, '\'');

    if (end == NULL) {
        fail("' wanted", *at);
        return;
    }
    (void)cm_buf_append(out, *at, (size_t)(end - *at));
    *at = end + 1;
}

static void put_items(struct cm_buf *out, const char **at);

static void put_item(struct cm_buf *out, const char **at)
{
    unsigned tag = hex_pair(at);
    char kind = *(*at)++;
    struct cm_buf content;

    cm_buf_init(&content, MAX_DER);
    if (kind == ':') {
        put_octets(&content, at);
    } else if (kind == '\'') {
        put_text(&content, at);
    } else if (kind == '{') {
        put_items(&content, at);
        if (*(*at)++ != '}') {
            fail("} wanted", *at - 1);
        }
    } else {
        fail("one of : ' { wanted", *at - 1);
    }
    put_element(out, tag, &content);
    cm_buf_cleanup(&content);
}

static void put_items(struct cm_buf *out, const char **at)
{
    for (;;) {
        while (isspace((unsigned char)**at)) {
            (*at)++;
        }
        if (**at == '=') {
            (*at)++;
            put_octets(out, at);
        } else if (**at == '\0' || **at == '}') {
            return;
        } else {
            put_item(out, at);
        }
    }
}

void der_build(struct cm_buf *out, const char *text)
{
    put_items(out, &text);
    if (*text != '\0' || out->failed) {
        fail("the end wanted", text);
    }
}

static void add_field(struct cm_buf *out, const char *field,
                      const char *otherwise)
{
    der_build(out, field != NULL ? field : otherwise);
}

void odd_der(struct cm_buf *out, const struct odd_cert *spec)
{
    static const char alg[] = "30{06:2a8648ce3d040302}";
    struct cm_buf tbs;
    struct cm_buf all;
    struct cm_buf exts;

    cm_buf_init(out, MAX_DER);
    cm_buf_init(&tbs, MAX_DER);
    cm_buf_init(&all, MAX_DER);
    cm_buf_init(&exts, MAX_DER);
    add_field(&tbs, spec->version, "a0{02:02}");
    add_field(&tbs, spec->serial, "02:1234");
    add_field(&tbs, spec->inner_alg, alg);
    add_field(&tbs, spec->issuer, "30{31{30{06:550403 0c'Issuer'}}}");
    add_field(&tbs, spec->validity, "30{17'260101000000Z' 17'270101000000Z'}");
    add_field(&tbs, spec->subject, "30{31{30{06:550403 0c'Subject'}}}");
    add_field(&tbs, spec->spki,
              "30{30{06:2a8648ce3d0201 06:2a8648ce3d030107} 03:" P256_POINT
              "}");
    if (spec->exts != NULL) {
        struct cm_buf list;

        cm_buf_init(&list, MAX_DER);
        der_build(&exts, spec->exts);
        put_element(&list, 0x30, &exts);
        put_element(&tbs, 0xa3, &list);
        cm_buf_cleanup(&list);
    }
    add_field(&tbs, spec->tail, "");
    put_element(&all, 0x30, &tbs);
    add_field(&all, spec->outer_alg, alg);
    add_field(&all, spec->signature, "03:003006020101020101");
    add_field(&all, spec->after, "");
    put_element(out, 0x30, &all);
    cm_buf_cleanup(&tbs);
    cm_buf_cleanup(&all);
    cm_buf_cleanup(&exts);
}

struct cm_cert *odd_cert(const struct odd_cert *spec)
{
    struct cm_buf der;
    struct cm_cert *cert;

    odd_der(&der, spec);
    cert = cm_cert_parse(der.data, der.len);
    cm_buf_cleanup(&der);
    if (cert == NULL) {
        fail("memory wanted", "");
    }
    return cert;
}
