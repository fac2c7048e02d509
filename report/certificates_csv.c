/* certificates.csv: every certificate that the fleet shows, or that completes a
 * chain of it, once; with where it is used. The inventory before a migration.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
#include "facts.h"
#include "format.h"
#include "reader_uses.h"

#define DAY_S INT64_C(86400)

static const char header[] =
    "fingerprint_sha256,role,subject_dn,subject_cn,issuer_dn,issuer_cn,serial,"
    "subject_an,subject_an_total,not_before,not_after,days_left,validity_days,"
    "key_alg,key_bits,sig_alg,spki_sha256,is_ca,self_issued,cabf_policy,"
    "endpoints,issuer_of_endpoints,completes_endpoints,num_owners,owners,"
    "parse_error\r\n";

static void put_time(struct cm_buf *out, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];

    cm_csv_put_text(out, unix_s == CM_UNKNOWN ? NULL
                                              : cm_time_rfc3339(unix_s, text));
}

static int64_t days_between(int64_t from, int64_t to)
{
    int64_t seconds;

    if (from == CM_UNKNOWN || to == CM_UNKNOWN ||
        __builtin_sub_overflow(to, from, &seconds)) {
        return CM_UNKNOWN;
    }
    return seconds / DAY_S - (seconds % DAY_S < 0 ? 1 : 0);
}

/* What it is used as. */
static const char *role_of(const struct cm_report_use *use)
{
    if (use->endpoints > 0) {
        return "endpoint";
    }
    return use->cert.self_issued ? "root" : "intermediate";
}

static void put_use(struct cm_buf *out, const struct cm_report_use *use,
                    int64_t now)
{
    const struct cm_report_certificate *cert = &use->cert;

    cm_csv_text(out, cert->fingerprint_sha256);
    cm_csv_put_text(out, role_of(use));
    cm_csv_put_text(out, cert->subject);
    cm_csv_put_text(out, cert->subject_cn);
    cm_csv_put_text(out, cert->issuer);
    cm_csv_put_text(out, cert->issuer_cn);
    cm_csv_put_text(out, cert->serial);
    cm_buf_putc(out, ',');
    cm_csv_list(out, &cert->names, " ");
    cm_csv_put_number(out, cert->names_total);
    put_time(out, cert->not_before);
    put_time(out, cert->not_after);
    cm_csv_put_number(out, days_between(now, cert->not_after));
    cm_csv_put_number(out, days_between(cert->not_before, cert->not_after));
    cm_csv_put_text(out, cert->key_alg);
    cm_csv_put_number(out, cert->key_bits);
    cm_csv_put_text(out, cert->sig_alg);
    cm_csv_put_text(out, cert->spki_sha256);
    cm_csv_put_text(out, cert->is_ca ? "true" : "false");
    cm_csv_put_text(out, cert->self_issued ? "true" : "false");
    cm_csv_put_text(out, use->public_policy ? "true" : "false");
    cm_csv_put_number(out, use->endpoints);
    cm_csv_put_number(out, use->issuer_of);
    cm_csv_put_number(out, use->completes);
    cm_csv_put_number(out, (int64_t)use->owners.num);
    cm_buf_putc(out, ',');
    cm_csv_list(out, &use->owners, "; ");
    cm_csv_put_text(out, cert->parse_error);
    cm_buf_puts(out, "\r\n");
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    return cm_report_uses_want(writer->run, err);
}

static enum cm_status write_all(struct cm_report_writer *writer,
                                struct cm_error *err)
{
    struct cm_report_uses_list *list = NULL;
    const struct cm_report_use *use = NULL;
    struct cm_report_out *out = writer->out;
    int64_t now = cm_report_run_facts(writer->run)->judged_at;
    enum cm_status status = cm_report_uses_open(&list, writer->run, err);

    cm_buf_puts(&out->buf, header);
    while (status == CM_OK) {
        status = cm_report_uses_next(list, &use, err);
        if (status != CM_OK || use == NULL) {
            break;
        }
        put_use(&out->buf, use, now);
        status = cm_report_out_settle(out, err);
    }
    cm_report_uses_close(list);
    return status;
}

const struct cm_report_format cm_certificates_csv_format = {
    .name = "certificates",
    .file = "certificates.csv",
    .size = sizeof(struct cm_report_writer),
    .begin = begin,
    .end = write_all,
};
