/* Certificate revocation lists: the entries, sorted by serial (RFC 5280
 * section 5.3).
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pki/crl_parts.h"
#include "pki/dn.h"
#include "pki/ext.h"
#include "pki/oids.h"

#define ID_CE "\x55\x1d"
#define REMOVE_FROM_CRL 8

static const struct cm_span reason_code = CM_OID(ID_CE "\x15");
static const struct cm_span invalidity_date = CM_OID(ID_CE "\x18");
static const struct cm_span certificate_issuer = CM_OID(ID_CE "\x1d");

struct entry {
    struct cm_span whole;
    struct cm_span serial; /* minimal */
    int64_t revoked_unix;
    struct cm_reader exts;
};

static bool split_entry(struct cm_reader *entries, struct entry *out)
{
    struct cm_der_element whole;
    struct cm_der_element serial;
    struct cm_reader r;

    if (!cm_der_get(entries, CM_DER_SEQUENCE, &whole)) {
        return false;
    }
    cm_reader_init(&r, whole.content.data, whole.content.len);
    if (!cm_der_get(&r, CM_DER_INTEGER, &serial) || serial.content.len == 0 ||
        !cm_der_time(&r, &out->revoked_unix)) {
        return false;
    }
    out->whole = whole.whole;
    out->serial = cm_der_minimal(serial.content);
    out->exts = (struct cm_reader){NULL, 0};
    return (r.len == 0 || cm_der_enter(&r, CM_DER_SEQUENCE, &out->exts)) &&
           r.len == 0;
}

/* Sorting and searching: shorter serials first, equal ones as they come. */
static int compare(struct cm_span a, struct cm_span b)
{
    if (a.len != b.len) {
        return a.len < b.len ? -1 : 1;
    }
    return memcmp(a.data, b.data, a.len);
}

static struct cm_span serial_of(const uint8_t *der,
                                const struct cm_crl_slot *slot)
{
    return (struct cm_span){der + slot->serial_at, slot->serial_len};
}

static int by_serial(const void *a, const void *b, void *der)
{
    const struct cm_crl_slot *x = a;
    const struct cm_crl_slot *y = b;
    int order = compare(serial_of(der, x), serial_of(der, y));

    return order != 0
               ? order
               : (x->entry_at > y->entry_at) - (x->entry_at < y->entry_at);
}

/* GeneralNames with the directoryName of another CA. */
static enum cm_status read_issuer(const struct cm_crl *crl,
                                  struct cm_span value, bool *foreign,
                                  struct cm_error *err)
{
    struct cm_reader names;
    struct cm_der_element name;
    struct cm_buf folded;

    *foreign = true; /* until it is found to be the list's own issuer */
    if (!cm_der_only(value, CM_DER_SEQUENCE, &names)) {
        return CM_OK;
    }
    while (cm_der_any(&names, &name)) {
        if (name.tag != CM_DER_CONSTRUCTED(4U) ||
            name.content.len > CM_CERT_MAX_DER) {
            continue;
        }
        cm_buf_init(&folded, 8 * name.content.len + 64);
        (void)cm_dn_normalise(name.content, &folded);
        if (folded.failed) {
            cm_buf_cleanup(&folded);
            return cm_error_nomem(err, "a revocation list");
        }
        if (cm_span_equal((struct cm_span){folded.data, folded.len},
                          crl->issuer_norm)) {
            *foreign = false;
        }
        cm_buf_cleanup(&folded);
    }
    return CM_OK;
}

/* What an entry's extensions say of the list as a whole: whom it and those
 * after it are about, and whether the list may be used at all. */
static enum cm_status look_at_extensions(struct cm_crl *crl,
                                         struct cm_reader exts, bool *foreign,
                                         struct cm_error *err)
{
    struct cm_one_ext ext;
    enum cm_status status = CM_OK;

    while (status == CM_OK && exts.len > 0) {
        if (!cm_ext_next(&exts, &ext)) {
            return cm_error_set(err, CM_EINPUT,
                                "it is no CRL: an entry's extensions are "
                                "malformed");
        }
        if (cm_span_equal(ext.oid, certificate_issuer)) {
            status = read_issuer(crl, ext.value, foreign, err);
        } else if (ext.critical && !cm_span_equal(ext.oid, reason_code) &&
                   !cm_span_equal(ext.oid, invalidity_date) &&
                   !cm_ext_keep_oid(&crl->unknown_critical, ext.oid)) {
            status = cm_error_nomem(err, "a revocation list");
        }
    }
    return status;
}

static size_t count(struct cm_reader entries)
{
    struct cm_der_element entry;
    size_t num = 0;

    while (cm_der_any(&entries, &entry)) {
        num++;
    }
    return num;
}

static enum cm_status fill(struct cm_crl *crl, struct cm_reader entries,
                           struct cm_error *err)
{
    bool foreign = false;
    struct entry entry;

    while (entries.len > 0) {
        enum cm_status status;

        if (!split_entry(&entries, &entry)) {
            return cm_error_set(err, CM_EINPUT,
                                "it is no CRL: entry %zu is malformed",
                                crl->num_revoked + 1);
        }
        status = look_at_extensions(crl, entry.exts, &foreign, err);
        if (status != CM_OK) {
            return status;
        }
        crl->num_revoked++;
        if (!foreign) {
            crl->slots[crl->num_slots++] = (struct cm_crl_slot){
                (uint32_t)(entry.whole.data - crl->der.data),
                (uint32_t)(entry.serial.data - crl->der.data),
                (uint32_t)entry.serial.len};
        }
    }
    return CM_OK;
}

static void sort(struct cm_crl *crl)
{
    void *der;

    memcpy(&der, &crl->der.data, sizeof(der)); /* for qsort_r only, unchanged */
    for (size_t i = 1; i < crl->num_slots; i++) {
        if (by_serial(&crl->slots[i - 1], &crl->slots[i], der) > 0) {
            qsort_r(crl->slots, crl->num_slots, sizeof(*crl->slots), by_serial,
                    der);
            return;
        }
    }
}

enum cm_status cm_crl_read_entries(struct cm_crl *crl, struct cm_reader entries,
                                   struct cm_error *err)
{
    size_t num = count(entries);
    enum cm_status status;

    if (entries.len == 0) {
        return CM_OK;
    }
    crl->slots = calloc(num + 1, sizeof(*crl->slots));
    if (crl->slots == NULL) {
        return cm_error_nomem(err, "a revocation list");
    }
    status = fill(crl, entries, err);
    if (status == CM_OK) {
        sort(crl);
    }
    return status;
}

/* The first slot whose serial is not smaller. */
static size_t lower_bound(const struct cm_crl *crl, struct cm_span serial)
{
    size_t low = 0;
    size_t high = crl->num_slots;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(serial_of(crl->der.data, &crl->slots[middle]), serial) <
            0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void read_reason(struct cm_span value, int *reason)
{
    struct cm_reader r;
    struct cm_der_element code;

    cm_reader_init(&r, value.data, value.len);
    if (cm_der_get(&r, CM_DER_ENUMERATED, &code) && code.content.len == 1) {
        *reason = code.content.data[0];
    }
}

static void read_entry(const struct cm_crl *crl, const struct cm_crl_slot *slot,
                       struct cm_crl_entry *out)
{
    struct cm_reader r;
    struct cm_one_ext ext;
    struct entry entry;

    *out = (struct cm_crl_entry){.reason = -1};
    cm_reader_init(&r, crl->der.data + slot->entry_at,
                   crl->der.len - slot->entry_at);
    if (!split_entry(&r, &entry)) {
        return; /* it was read before: never */
    }
    out->revoked_unix = entry.revoked_unix;
    while (cm_ext_next(&entry.exts, &ext)) {
        if (cm_span_equal(ext.oid, reason_code)) {
            read_reason(ext.value, &out->reason);
        } else if (cm_span_equal(ext.oid, invalidity_date)) {
            cm_reader_init(&r, ext.value.data, ext.value.len);
            (void)cm_der_time(&r, &out->invalid_unix);
        }
    }
}

bool cm_crl_find(const struct cm_crl *crl, struct cm_span serial,
                 struct cm_crl_entry *out)
{
    struct cm_span wanted = cm_der_minimal(serial);
    size_t at = lower_bound(crl, wanted);
    bool found = false;

    /* Of several entries, one that says revoked counts. */
    for (; at < crl->num_slots; at++) {
        const struct cm_crl_slot *slot = &crl->slots[at];

        if (compare(serial_of(crl->der.data, slot), wanted) != 0 ||
            (found && out->reason != REMOVE_FROM_CRL)) {
            break;
        }
        read_entry(crl, slot, out);
        found = true;
    }
    return found;
}
