/* The DER reader on its own: whatever it gives lies in what it was given, and a
 * refusal leaves the reader where it was.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "certmuster/text.h"
#include "pki/der.h"

#define MAX_DEPTH 24
#define MAX_OID_TEXT 4096

static void check_inside(struct cm_span span, const struct cm_reader *in)
{
    cm_assert(span.len == 0 || (span.data >= in->data &&
                                span.data + span.len <= in->data + in->len));
}

static bool same(const struct cm_reader *a, const struct cm_reader *b)
{
    return a->data == b->data && a->len == b->len;
}

/* Each of the ways to read what is next, on a copy. */
static void try_values(const struct cm_reader *at)
{
    struct cm_reader r = *at;
    struct cm_span octets;
    char text[CM_TIME_TEXT_SIZE];
    int64_t time;
    bool flag;
    int number;

    cm_assert(cm_der_flag(&r, &flag) || same(&r, at));
    r = *at;
    if (cm_der_uint(&r, &number)) {
        cm_assert(number >= 0 && !same(&r, at));
    } else {
        cm_assert(same(&r, at));
    }
    r = *at;
    if (cm_der_octets(&r, &octets)) {
        check_inside(octets, at);
    } else {
        cm_assert(same(&r, at));
    }
    r = *at;
    if (cm_der_time(&r, &time)) {
        int64_t again;

        cm_assert(cm_time_parse(cm_time_rfc3339(time, text), &again));
        cm_assert(again == time);
    } else {
        cm_assert(same(&r, at));
    }
}

static void try_content(struct cm_span content)
{
    struct cm_span minimal = cm_der_minimal(content);
    struct cm_buf text;
    int number;

    cm_assert(minimal.len <= content.len);
    cm_assert(cm_span_equal(cm_der_minimal(minimal), minimal));
    cm_assert(cm_der_bits(minimal) == cm_der_bits(content));
    cm_assert(cm_der_bits(content) <= 8 * content.len);
    if (cm_der_uint_of(content, &number)) {
        int same_number;

        cm_assert(number >= 0 && cm_der_uint_of(minimal, &same_number));
        cm_assert(number == same_number);
    }
    cm_buf_init(&text, MAX_OID_TEXT);
    if (cm_der_oid_text(content, &text) && !text.failed) {
        cm_assert(strspn(cm_buf_cstr(&text), "0123456789.") == text.len);
        cm_assert(text.len > 0);
    }
    cm_buf_cleanup(&text);
}

static void walk(struct cm_reader in, int depth)
{
    while (in.len > 0) {
        struct cm_reader before = in;
        struct cm_reader inner;
        struct cm_der_element element;
        struct cm_der_element got;

        try_values(&in);
        if (!cm_der_any(&in, &element)) {
            cm_assert(same(&in, &before));
            return;
        }
        cm_assert(in.len < before.len);
        cm_assert(element.whole.data == before.data &&
                  element.whole.len == before.len - in.len);
        check_inside(element.content, &before);
        inner = before;
        cm_assert(!cm_der_get(&inner, element.tag ^ 1U, &got));
        cm_assert(cm_der_get(&inner, element.tag, &got) && same(&inner, &in));
        cm_assert(cm_der_only(element.whole, element.tag, &inner));
        cm_assert(inner.len == element.content.len);
        try_content(element.content);
        if (depth < MAX_DEPTH) {
            walk(inner, depth + 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_reader in;

    cm_reader_init(&in, data, size);
    walk(in, 0);
    return 0;
}
