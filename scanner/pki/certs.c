/* Files of certificates: PEM, DER and PKCS#7, told apart by their content.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pki/der.h"
#include "pki/pem.h"
#include "pki/pki.h"
#include "pki/pkcs7.h"

#define MAX_BLOCK (16U << 20) /* characters of base64; PKCS#7 may hold many */

/* Where certificates go. Only `list` takes what cannot be parsed. */
struct target {
    struct cm_certset *set;
    struct cm_cert **list;
    size_t max;   /* of the list */
    size_t found; /* in the bytes */
};

static enum cm_status into_set(struct target *target, struct cm_cert *cert,
                               struct cm_error *err)
{
    if (!cert->parsed) {
        return cm_error_set(err, CM_EINPUT,
                            "certificate %zu cannot be read: %s (at byte "
                            "%zu of it)",
                            target->found + 1, cert->parse_error,
                            cert->parse_error_offset);
    }
    return cm_certset_add(target->set, cert)
               ? CM_OK
               : cm_error_nomem(err, "a certificate");
}

static enum cm_status add_der(struct target *target, struct cm_span der,
                              struct cm_error *err)
{
    struct cm_cert *cert = cm_cert_parse(der.data, der.len);
    enum cm_status status = CM_OK;

    if (cert == NULL) {
        return cm_error_nomem(err, "a certificate");
    }
    if (target->set != NULL) {
        status = into_set(target, cert, err);
    } else if (target->found < target->max) {
        target->list[target->found] = cm_cert_ref(cert);
    }
    if (status == CM_OK) {
        target->found++;
    }
    cm_cert_unref(cert);
    return status;
}

/* OpenSSL's TRUSTED CERTIFICATE has settings of its own after the DER. */
static struct cm_span first_element(struct cm_span der)
{
    struct cm_reader r;
    struct cm_der_element found;

    cm_reader_init(&r, der.data, der.len);
    return cm_der_any(&r, &found) ? found.whole : der;
}

/* A certificate, or PKCS#7 with some. */
static enum cm_status add_octets(struct target *target, struct cm_span der,
                                 struct cm_error *err)
{
    struct cm_pkcs7 *bag;
    enum cm_status status;

    if (!cm_pkcs7_is(der)) {
        return add_der(target, der, err);
    }
    status = cm_pkcs7_open(&bag, der, err);
    if (status != CM_OK) {
        return status;
    }
    for (size_t i = 0; status == CM_OK && i < cm_pkcs7_count(bag); i++) {
        status = add_der(target, cm_pkcs7_at(bag, i), err);
    }
    cm_pkcs7_close(bag);
    return status;
}

static bool has_certificates(const struct cm_pem_block *block)
{
    static const char *const labels[] = {"CERTIFICATE",
                                         "X509 CERTIFICATE",
                                         "TRUSTED CERTIFICATE",
                                         "CERTIFICATE CHAIN",
                                         "PKCS #7 SIGNED DATA",
                                         "PKCS7",
                                         "CMS"};

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (cm_pem_is(block, labels[i])) {
            return true;
        }
    }
    return false; /* a key, a CRL ... */
}

static enum cm_status add_block(struct target *target,
                                const struct cm_pem_block *block,
                                struct cm_error *err)
{
    struct cm_buf der;
    enum cm_status status;

    cm_buf_init(&der, MAX_BLOCK);
    if (block->base64.len > MAX_BLOCK) {
        return cm_error_set(err, CM_EINPUT,
                            "the block after certificate %zu "
                            "is too long",
                            target->found);
    }
    if (!cm_pem_decode(block, &der)) {
        status = der.failed
                     ? cm_error_nomem(err, "a certificate")
                     : cm_error_set(err, CM_EINPUT,
                                    "certificate %zu is damaged: what is "
                                    "between BEGIN and END is not base64",
                                    target->found + 1);
    } else {
        struct cm_span span = {der.data, der.len};

        if (cm_pem_is(block, "TRUSTED CERTIFICATE")) {
            span = first_element(span);
        }
        status = add_octets(target, span, err);
    }
    cm_buf_cleanup(&der);
    return status;
}

static enum cm_status any_found(const struct target *target,
                                struct cm_error *err)
{
    return target->found > 0
               ? CM_OK
               : cm_error_set(err, CM_EINPUT,
                              "there is no certificate in it (PEM, DER or "
                              "PKCS#7)");
}

static enum cm_status read_all(struct target *target, struct cm_span bytes,
                               struct cm_error *err)
{
    struct cm_reader r;
    struct cm_pem_block block;
    enum cm_pem found;
    enum cm_status status = CM_OK;

    if (cm_pem_is_der(bytes)) {
        status = add_octets(target, bytes, err);
        return status == CM_OK ? any_found(target, err) : status;
    }
    cm_reader_init(&r, bytes.data, bytes.len);
    while ((found = cm_pem_next(&r, &block)) == CM_PEM_BLOCK) {
        if (!has_certificates(&block)) {
            continue;
        }
        status = add_block(target, &block, err);
        if (status != CM_OK) {
            return status;
        }
    }
    if (found == CM_PEM_DAMAGE) {
        return cm_error_set(err, CM_EINPUT,
                            "the PEM block after certificate %zu has no "
                            "proper BEGIN and END lines",
                            target->found);
    }
    return any_found(target, err);
}

enum cm_status cm_certs_load(struct cm_certset *set, struct cm_span bytes,
                             size_t *added, struct cm_error *err)
{
    struct target target = {.set = set};
    enum cm_status status = read_all(&target, bytes, err);

    *added = target.found;
    return status;
}

enum cm_status cm_certs_list(struct cm_cert **out, size_t max, size_t *found,
                             struct cm_span bytes, struct cm_error *err)
{
    struct target target = {.list = out, .max = max};
    enum cm_status status = read_all(&target, bytes, err);

    *found = target.found;
    return status;
}
