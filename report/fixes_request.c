/* Fix bundles for new certificates: a configuration for `openssl req` with the
 * names and the kind of key.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/endpoint.h"
#include "fixes_parts.h"

#define MAX_NAME 253U
#define MAX_LABEL 63U

/* Letters, digits and hyphens inside (RFC 1123 section 2.1). */
static bool is_label(const char *text, size_t len)
{
    if (len == 0 || len > MAX_LABEL || text[0] == '-' || text[len - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!(text[i] >= 'a' && text[i] <= 'z') &&
            !(text[i] >= '0' && text[i] <= '9') && text[i] != '-') {
            return false;
        }
    }
    return true;
}

/* A host name in lower case that a CA may be asked for, or with "*" as its
 * first label. The last label is no number: that would be an address. */
static bool is_dns_name(const char *name)
{
    const char *at = name;
    size_t labels = 0;
    size_t len = 0;

    if (strlen(name) > MAX_NAME) {
        return false;
    }
    if (strncmp(name, "*.", 2) == 0) {
        at = name + 2;
        if (strchr(at, '.') == NULL) {
            return false;
        }
    }
    for (;;) {
        len = strcspn(at, ".");
        if (!is_label(at, len)) {
            return false;
        }
        labels++;
        if (at[len] == '\0') {
            break;
        }
        at += len + 1;
    }
    return labels > 0 && strspn(at, "0123456789") != len;
}

static void lower(char *text)
{
    for (; *text != '\0'; text++) {
        *text = (char)tolower((unsigned char)*text);
    }
}

static void put_name(struct cm_fix_group *group, const char *kind,
                     const char *value)
{
    group->num_names++;
    (void)cm_buf_printf(&group->names, "%s.%zu = %s\n", kind, group->num_names,
                        value);
}

/* Each name once; what no certificate can have is counted and left out. */
static enum cm_status add_name(struct cm_fix_group *group, const char *given,
                               struct cm_error *err)
{
    char text[CM_ADDRESS_TEXT_SIZE];
    struct cm_address address;
    char *name = strdup(given);
    enum cm_status status = CM_OK;

    if (name == NULL) {
        return cm_error_nomem(err, "the fixes");
    }
    lower(name);
    if (cm_map_get(group->seen, name, strlen(name)) != NULL) {
        goto out;
    }
    if (!cm_map_put(group->seen, name, strlen(name), group)) {
        status = cm_error_nomem(err, "the fixes");
        goto out;
    }
    if (group->num_names == CM_FIX_MAX_NAMES) {
        group->names_left_out++;
    } else if (is_dns_name(name)) {
        put_name(group, "DNS", name);
    } else if (cm_address_parse(name, &address)) {
        address.port = 0; /* then no brackets stand around it either */
        put_name(group, "IP", cm_address_text(&address, text));
    } else {
        group->names_refused++;
    }
out:
    free(name);
    return status;
}

/* A certificate that is renewed keeps its names. One that is wrong gets the
 * names by which its servers are called, too. */
static bool wants_hosts(enum cm_resolution resolution)
{
    return resolution == CM_RESOLUTION_ADD_NAMES ||
           resolution == CM_RESOLUTION_REPLACE_SELF_SIGNED ||
           resolution == CM_RESOLUTION_REISSUE_CERTIFICATE;
}

static enum cm_status add_cert_names(struct cm_fixes *fixes,
                                     struct cm_fix_group *group,
                                     struct cm_error *err)
{
    const struct cm_report_certificate *cert;
    enum cm_status status =
        cm_report_certificate(fixes->run, group->cert, &cert, err);

    group->cert_read = true;
    if (status != CM_OK || cert == NULL) {
        return status;
    }
    for (size_t i = 0; status == CM_OK && i < cert->names.num; i++) {
        status = add_name(group, cert->names.items[i], err);
    }
    if (cert->names_total > (int64_t)cert->names.num) {
        group->names_left_out += (size_t)cert->names_total - cert->names.num;
    }
    return status;
}

enum cm_status cm_fix_request_row(struct cm_fixes *fixes,
                                  struct cm_fix_group *group,
                                  const struct cm_report_fixable *row,
                                  struct cm_error *err)
{
    enum cm_status status = CM_OK;

    if (group->cert[0] == '\0') {
        return CM_OK;
    }
    if (!group->cert_read) {
        status = add_cert_names(fixes, group, err);
    }
    if (status == CM_OK && wants_hosts(group->resolution) &&
        row->host[0] != '\0') {
        status = add_name(group, row->host, err);
    }
    return status;
}

static bool wants_ec(const struct cm_report_certificate *cert)
{
    return cert->key_alg != NULL && cert->key_alg[0] == 'e'; /* ec, ed25519 */
}

/* The same kind of key as now where all clients take it, else the next best. */
static void put_key(struct cm_buf *out,
                    const struct cm_report_certificate *cert)
{
    if (wants_ec(cert)) {
        (void)cm_buf_printf(out, "ec -pkeyopt ec_paramgen_curve:P-%d",
                            cert->key_bits > 256 ? 384 : 256);
    } else {
        (void)cm_buf_printf(out, "rsa:%d",
                            cert->key_bits > 3072   ? 4096
                            : cert->key_bits > 2048 ? 3072
                                                    : 2048);
    }
}

static void put_head(struct cm_buf *out, const struct cm_fix_group *group,
                     const struct cm_report_certificate *cert)
{
    (void)cm_buf_printf(
        out,
        "# Action %s: %s.\n# It is about the certificate with "
        "the SHA-256\n#   %s\n#   ",
        group->key, cm_resolution_info(group->resolution)->title, group->cert);
    cm_fix_comment(out, cert->subject == NULL ? "" : cert->subject);
    (void)cm_buf_printf(out, "\n# Names: %zu.", group->num_names);
    if (group->names_refused > 0) {
        (void)cm_buf_printf(out,
                            " Left out, since no certificate can have them: "
                            "%zu.",
                            group->names_refused);
    }
    if (group->names_left_out > 0) {
        (void)cm_buf_printf(out, " Left out, since they are too many: %zu.",
                            group->names_left_out);
    }
    (void)cm_buf_puts(out, "\n# Take away what is no longer used, then:\n#\n# "
                           "openssl req -new -subj / -noenc -newkey ");
    put_key(out, cert);
    (void)cm_buf_printf(out,
                        " \\\n#   -config %s-csr.cnf -keyout %s.key -out "
                        "%s.csr\n#\n"
                        "# Before OpenSSL 3, -noenc is called -nodes. A CA "
                        "that wants a common name:\n# -subj /CN=NAME with one "
                        "of the names below. Keep the key file secret.\n",
                        group->key, group->key, group->key);
}

static void put_request(struct cm_buf *out, const struct cm_fix_group *group,
                        const struct cm_report_certificate *cert)
{
    put_head(out, group, cert);
    (void)cm_buf_printf(out,
                        "[req]\nprompt = no\nutf8 = yes\ndefault_md = sha256\n"
                        "distinguished_name = subject\n"
                        "req_extensions = extensions\n\n[subject]\n\n"
                        "[extensions]\n"
                        "keyUsage = critical, digitalSignature%s\n"
                        "extendedKeyUsage = serverAuth\n"
                        "subjectAltName = @names\n\n[names]\n",
                        wants_ec(cert) ? "" : ", keyEncipherment");
    (void)cm_buf_append(out, group->names.data, group->names.len);
    out->failed = out->failed || group->names.failed;
}

/* A CA's certificate is not ordered like a server's; a self-signed one may call
 * itself a CA. */
static bool is_servers(const struct cm_report_certificate *cert,
                       const struct cm_fix_group *group)
{
    return !cert->is_ca ||
           group->resolution == CM_RESOLUTION_REPLACE_SELF_SIGNED;
}

enum cm_status cm_fix_request_end(struct cm_fixes *fixes,
                                  struct cm_fix_group *group,
                                  struct cm_error *err)
{
    const struct cm_report_certificate *cert;
    char name[CM_FIX_NAME_SIZE];
    struct cm_buf config;
    enum cm_status status;

    if (group->cert[0] == '\0' || group->num_names == 0) {
        return CM_OK;
    }
    status = cm_report_certificate(fixes->run, group->cert, &cert, err);
    if (status != CM_OK || cert == NULL || !is_servers(cert, group)) {
        return status;
    }
    (void)snprintf(name, sizeof(name), "%s-csr.cnf", group->key);
    cm_buf_init(&config, CM_FIX_MAX_FILE);
    put_request(&config, group, cert);
    status = cm_fix_put(fixes, group->key, name, CM_FIX_REQUEST, &config, err);
    cm_buf_cleanup(&config);
    return status;
}
