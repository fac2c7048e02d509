/* What the simulated server writes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sim_parts.h"

#include <string.h>

static void put8(struct cm_buf *out, unsigned n)
{
    uint8_t byte = (uint8_t)n;

    assert_true(cm_buf_append(out, &byte, 1));
}

static void put16(struct cm_buf *out, unsigned n)
{
    put8(out, n >> 8);
    put8(out, n & 0xff);
}

static void put_fill(struct cm_buf *out, size_t num, uint8_t byte)
{
    for (size_t i = 0; i < num; i++) {
        put8(out, byte);
    }
}

static void put_extension(struct cm_buf *out, unsigned type,
                          const struct cm_buf *body)
{
    put16(out, type);
    put16(out, (unsigned)body->len);
    assert_true(cm_buf_append(out, body->data, body->len));
}

static void put_empty_extension(struct cm_buf *out, unsigned type)
{
    put16(out, type);
    put16(out, 0);
}

static void extensions(const struct sim *sim, const struct cm_hello *hello,
                       const struct sim_choice *choice, struct cm_buf *out)
{
    struct cm_buf body;

    cm_buf_init(&body, 1024);
    if (choice->version == CM_VERSION_TLS1_3) {
        put16(&body, 0x0304);
        put_extension(out, 43, &body);
        body.len = 0;
        put16(&body, choice->group);
        if (!choice->retry) {
            put16(&body, 32);
            put_fill(&body, 32, 9);
        }
        put_extension(out, 51, &body);
    } else {
        if (!sim->no_renegotiation_info && !hello->no_renegotiation_info) {
            put8(&body, 0);
            put_extension(out, 0xff01, &body);
        }
        if (!sim->no_ems && !hello->no_ems && !hello->no_extensions) {
            put_empty_extension(out, 23);
        }
        if (sim->staples && hello->status_request) {
            put_empty_extension(out, 5);
        }
        if (choice->alpn != NULL) {
            body.len = 0;
            put16(&body, (unsigned)strlen(choice->alpn) + 1);
            put8(&body, (unsigned)strlen(choice->alpn));
            assert_true(cm_buf_puts(&body, choice->alpn));
            put_extension(out, 16, &body);
        }
    }
    cm_buf_cleanup(&body);
}

static void put_message(struct cm_buf *out, const struct sim_choice *choice,
                        unsigned type, const struct cm_buf *body)
{
    unsigned version = cm_version_number(choice->version);

    put8(out, 22);
    put16(out, version > 0x0303 ? 0x0303 : version);
    put16(out, (unsigned)body->len + 4);
    put8(out, type);
    put8(out, 0);
    put16(out, (unsigned)body->len);
    assert_true(cm_buf_append(out, body->data, body->len));
}

static void server_hello(const struct sim *sim, const struct cm_hello *hello,
                         const struct sim_choice *choice, struct cm_buf *out)
{
    static const uint8_t retry_random[] = {
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
        0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
        0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};
    unsigned version = cm_version_number(choice->version);
    struct cm_buf body;
    struct cm_buf ext;

    cm_buf_init(&body, MAX_REPLY);
    cm_buf_init(&ext, MAX_REPLY);
    put16(&body, version > 0x0303 ? 0x0303 : version);
    if (choice->version == CM_VERSION_TLS1_3 && choice->retry) {
        assert_true(cm_buf_append(&body, retry_random, sizeof(retry_random)));
    } else {
        put_fill(&body, 32, 7);
    }
    if (choice->version == CM_VERSION_TLS1_3) {
        put8(&body, sizeof(hello->session_id));
        assert_true(
            cm_buf_append(&body, hello->session_id, sizeof(hello->session_id)));
    } else {
        put8(&body, 0);
    }
    put16(&body, choice->suite);
    put8(&body, sim->deflates && hello->deflate ? 1 : 0);
    extensions(sim, hello, choice, &ext);
    if (ext.len > 0) {
        put16(&body, (unsigned)ext.len);
        assert_true(cm_buf_append(&body, ext.data, ext.len));
    }
    put_message(out, choice, 2, &body);
    cm_buf_cleanup(&ext);
    cm_buf_cleanup(&body);
}

static void certificate(const struct sim *sim, const struct cm_hello *hello,
                        const struct sim_choice *choice, struct cm_buf *out)
{
    struct cm_buf body;

    cm_buf_init(&body, MAX_REPLY);
    put8(&body, 0);
    put16(&body, 3 + 20);
    put8(&body, 0);
    put16(&body, 20);
    put_fill(&body, 20, sim->default_cert && hello->sni == NULL ? 2 : 1);
    put_message(out, choice, 11, &body);
    if (sim->staples && hello->status_request) {
        body.len = 0;
        put8(&body, 1);
        put8(&body, 0);
        put16(&body, 4);
        put_fill(&body, 4, 0x30);
        put_message(out, choice, 22, &body);
    }
    cm_buf_cleanup(&body);
}

static void put_signature(const struct sim_choice *choice, struct cm_buf *body)
{
    if (choice->scheme != 0) {
        put16(body, choice->scheme);
    }
    put16(body, 16);
    put_fill(body, 16, 3);
}

static void key_exchange(const struct sim *sim, const struct sim_choice *choice,
                         bool anonymous, struct cm_buf *out)
{
    struct cm_buf body;

    if (!choice->dhe && choice->group == 0) {
        return;
    }
    cm_buf_init(&body, MAX_REPLY);
    if (choice->dhe) {
        unsigned bytes = sim->dh_bits / 8;

        put16(&body, bytes);
        put_fill(&body, bytes, 0xff);
        put16(&body, 1);
        put8(&body, 2);
        put16(&body, bytes);
        put_fill(&body, bytes, 0x55);
    } else {
        put8(&body, 3);
        put16(&body, choice->group);
        put8(&body, 32);
        put_fill(&body, 32, 4);
    }
    if (!anonymous) {
        put_signature(choice, &body);
    }
    put_message(out, choice, 12, &body);
    cm_buf_cleanup(&body);
}

void sim_flight(const struct sim *sim, const struct cm_hello *hello,
                const struct sim_choice *choice, struct cm_buf *out)
{
    const struct cm_suite *suite = cm_suite_find(choice->suite);
    struct cm_buf nothing;

    server_hello(sim, hello, choice, out);
    if (choice->version == CM_VERSION_TLS1_3) {
        return;
    }
    cm_buf_init(&nothing, 16);
    if (!suite->anonymous) {
        certificate(sim, hello, choice, out);
    }
    key_exchange(sim, choice, suite->anonymous, out);
    put_message(out, choice, 14, &nothing);
    cm_buf_cleanup(&nothing);
}

void sim_sslv2_hello(const struct sim *sim, struct cm_buf *out)
{
    const struct sim_list *kinds = &sim->suites[CM_VERSION_SSL2];
    size_t len = 11 + 20 + 3 * kinds->num + 16;

    put16(out, 0x8000U | (unsigned)len);
    put8(out, 4); /* SERVER-HELLO */
    put8(out, 0);
    put8(out, 1);
    put16(out, 0x0002);
    put16(out, 20);
    put16(out, (unsigned)(3 * kinds->num));
    put16(out, 16);
    put_fill(out, 20, 1);
    for (size_t i = 0; i < kinds->num; i++) {
        put16(out, kinds->n[i]);
        put8(out, 0x80);
    }
    put_fill(out, 16, 5);
}
