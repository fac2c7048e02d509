/* ServerKeyExchange: RFC 5246 section 7.4.3, RFC 8422 section 5.4, RFC 4279,
 * RFC 5489, RFC 5054 section 2.8.3, and for the explicit curves RFC 4492.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/key_exchange.h"

#include <string.h>

#include "tls/numbers.h"

#define CURVE_EXPLICIT_PRIME 1
#define CURVE_EXPLICIT_CHAR2 2
#define CURVE_NAMED 3
#define BASIS_TRINOMIAL 1
#define BASIS_PENTANOMIAL 2

static bool skip_vec8(struct cm_reader *r, unsigned times)
{
    struct cm_reader ignored;

    while (times > 0 && cm_reader_vec8(r, &ignored)) {
        times--;
    }
    return times == 0;
}

static bool skip_vec16(struct cm_reader *r, unsigned times)
{
    struct cm_reader ignored;

    while (times > 0 && cm_reader_vec16(r, &ignored)) {
        times--;
    }
    return times == 0;
}

/* The field's polynomial, where the other kind has its prime. */
static bool skip_char2_field(struct cm_reader *r)
{
    uint16_t degree;
    uint8_t basis;

    if (!cm_reader_u16(r, &degree) || !cm_reader_u8(r, &basis)) {
        return false;
    }
    return basis == BASIS_TRINOMIAL     ? skip_vec8(r, 1)
           : basis == BASIS_PENTANOMIAL ? skip_vec8(r, 3)
                                        : false;
}

bool cm_key_exchange_ecdh(struct cm_reader *r, struct cm_key_exchange *out)
{
    const unsigned curve = 5; /* a, b, base point, order, cofactor */
    bool sound;
    uint8_t type;

    if (!cm_reader_u8(r, &type)) {
        return false;
    }
    switch (type) {
    case CURVE_NAMED:
        return cm_reader_u16(r, &out->group) && skip_vec8(r, 1);
    case CURVE_EXPLICIT_PRIME:
        sound = skip_vec8(r, 1 + curve + 1);
        out->group = sound ? CM_GROUP_EXPLICIT_PRIME : 0;
        return sound;
    case CURVE_EXPLICIT_CHAR2:
        sound = skip_char2_field(r) && skip_vec8(r, curve + 1);
        out->group = sound ? CM_GROUP_EXPLICIT_CHAR2 : 0;
        return sound;
    default:
        return false;
    }
}

/* The length of a big-endian number without its leading zeros. */
static uint16_t num_bits(struct cm_reader number)
{
    size_t zeros = 0;
    unsigned bits = 0;

    while (zeros < number.len && number.data[zeros] == 0) {
        zeros++;
    }
    if (zeros == number.len) {
        return 0;
    }
    for (unsigned top = number.data[zeros]; top > 0; top >>= 1) {
        bits++;
    }
    bits += 8 * (unsigned)(number.len - zeros - 1);
    return bits > UINT16_MAX ? UINT16_MAX : (uint16_t)bits;
}

static bool read_dh(struct cm_reader *r, struct cm_key_exchange *out)
{
    struct cm_reader prime;

    if (!cm_reader_vec16(r, &prime)) {
        return false;
    }
    out->dh_bits = num_bits(prime);
    return skip_vec16(r, 2); /* generator, public value */
}

static bool read_srp(struct cm_reader *r, struct cm_key_exchange *out)
{
    (void)out; /* its group is no choice of the handshake's */
    return skip_vec16(r, 2) && skip_vec8(r, 1) && skip_vec16(r, 1);
}

static bool read_export_rsa(struct cm_reader *r, struct cm_key_exchange *out)
{
    (void)out;
    return skip_vec16(r, 2); /* modulus, exponent */
}

static bool read_nothing(struct cm_reader *r, struct cm_key_exchange *out)
{
    (void)r;
    (void)out;
    return true;
}

static const struct kx_rule {
    const char *kx;
    bool hint; /* a PSK identity hint comes first */
    bool (*read)(struct cm_reader *r, struct cm_key_exchange *out);
} rules[] = {
    {"ECDHE", false, cm_key_exchange_ecdh},
    {"ECDHE_PSK", true, cm_key_exchange_ecdh},
    {"DHE", false, read_dh},
    {"DHE_PSK", true, read_dh},
    {"PSK", true, read_nothing},
    {"RSA_PSK", true, read_nothing},
    {"SRP", false, read_srp},
    {"RSA", false, read_export_rsa},
};

static const struct kx_rule *find_rule(const struct cm_suite *suite)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (strcmp(rules[i].kx, suite->kx) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

static bool is_signed(const struct cm_suite *suite)
{
    return !suite->anonymous && strcmp(suite->auth, "PSK") != 0 &&
           strcmp(suite->auth, "SRP") != 0 && strcmp(suite->kx, "RSA_PSK") != 0;
}

bool cm_key_exchange_read(struct cm_reader body, uint16_t version,
                          const struct cm_suite *suite,
                          struct cm_key_exchange *out)
{
    const struct kx_rule *rule = suite == NULL ? NULL : find_rule(suite);

    if (rule == NULL || (rule->read == read_export_rsa && !suite->is_export)) {
        return true;
    }
    if ((rule->hint && !skip_vec16(&body, 1)) || !rule->read(&body, out)) {
        return false;
    }
    if (!is_signed(suite)) {
        return true;
    }
    return (version < CM_TLS1_2 || cm_reader_u16(&body, &out->signature)) &&
           skip_vec16(&body, 1);
}
