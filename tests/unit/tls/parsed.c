/* See parsed.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "parsed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

static void join_records(struct parsed *p, struct cm_reader r)
{
    while (r.len > 0) {
        struct cm_reader payload;
        uint8_t type;

        assert_true(cm_reader_u8(&r, &type));
        assert_int_equal(type, 22);
        assert_true(cm_reader_u16(&r, &p->record_version));
        assert_true(cm_reader_vec16(&r, &payload));
        assert_true(payload.len > 0 &&
                    p->len + payload.len <= sizeof(p->bytes));
        memcpy(p->bytes + p->len, payload.data, payload.len);
        p->len += payload.len;
        if (p->num_records++ == 0) {
            p->first_record = payload.len;
        }
    }
}

static void parse_extensions(struct parsed *p, struct cm_reader list)
{
    while (list.len > 0) {
        assert_true(p->num_ext < MAX_EXT);
        assert_true(cm_reader_u16(&list, &p->types[p->num_ext]));
        assert_true(cm_reader_vec16(&list, &p->ext[p->num_ext]));
        for (size_t i = 0; i < p->num_ext; i++) { /* RFC 8446 section 4.2 */
            assert_int_not_equal(p->types[i], p->types[p->num_ext]);
        }
        p->num_ext++;
    }
}

static void parse(struct parsed *p, const struct cm_buf *out)
{
    struct cm_reader r;
    struct cm_reader body;
    struct cm_reader list;
    struct cm_span random = {0};
    uint8_t type;

    *p = (struct parsed){0};
    cm_reader_init(&r, out->data, out->len);
    join_records(p, r);
    cm_reader_init(&r, p->bytes, p->len);
    assert_true(cm_reader_u8(&r, &type));
    assert_int_equal(type, 1);
    assert_true(cm_reader_vec24(&r, &body));
    assert_int_equal(r.len, 0);
    assert_true(cm_reader_u16(&body, &p->version));
    assert_true(cm_reader_bytes(&body, 32, &random));
    assert_int_equal(random.data[31], 0x5f);
    assert_true(cm_reader_vec8(&body, &p->session_id));
    assert_true(cm_reader_vec16(&body, &p->suites));
    assert_true(cm_reader_vec8(&body, &p->compressions));
    p->extensions = body.len > 0;
    if (p->extensions) {
        assert_true(cm_reader_vec16(&body, &list));
        assert_int_equal(body.len, 0);
        parse_extensions(p, list);
    }
}

void parsed_build(struct parsed *p, const struct cm_hello *hello)
{
    struct cm_buf out;

    cm_buf_init(&out, CM_HELLO_MAX_BYTES);
    assert_int_equal(cm_hello_build(hello, &out), CM_OK);
    parse(p, &out);
    cm_buf_cleanup(&out);
}

const struct cm_reader *parsed_extension(const struct parsed *p, uint16_t type)
{
    for (size_t i = 0; i < p->num_ext; i++) {
        if (p->types[i] == type) {
            return &p->ext[i];
        }
    }
    return NULL;
}

void parsed_reader_is(const struct cm_reader *r, const char *hex)
{
    size_t len;
    uint8_t *want = bytes_from_hex(hex, &len);

    assert_non_null(r);
    assert_int_equal(r->len, len);
    if (len > 0) {
        assert_memory_equal(r->data, want, len);
    }
    free(want);
}

void parsed_extension_is(const struct parsed *p, uint16_t type, const char *hex)
{
    parsed_reader_is(parsed_extension(p, type), hex);
}
