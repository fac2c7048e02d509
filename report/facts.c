/* The facts of a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include <string.h>

#include "certmuster/text.h"

#define MAX_FIELD ((size_t)4 * 1024 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FACT(name, kind, member)                                               \
    {                                                                          \
        name, "\"" name "\":", CM_FACT_##kind,                                 \
            offsetof(struct cm_report_row, member)                             \
    }

const struct cm_fact *cm_facts_asked(size_t *num)
{
    static const struct cm_fact facts[] = {
        FACT("line", NUMBER, line),
        FACT("host", TEXT, host),
        FACT("port", NUMBER, port),
        FACT("protocol", TEXT, protocol),
        FACT("sni", TEXT, sni),
        FACT("ip", TEXT, ip),
        FACT("verdict", TEXT, verdict),
        FACT("primary_cause", TEXT, primary_cause),
        FACT("causes", LIST, causes),
        FACT("severity", TEXT, severity),
        FACT("remaining", LIST, remaining),
        FACT("revocation", TEXT, revocation),
    };

    *num = COUNT(facts);
    return facts;
}

const struct cm_fact *cm_facts_connection(size_t *num)
{
    static const struct cm_fact facts[] = {
        FACT("tls_version", TEXT, tls_version),
        FACT("cipher", TEXT, cipher),
        FACT("kex_group", TEXT, kex_group),
        FACT("alpn", TEXT, alpn),
        FACT("client_auth", TEXT, client_auth),
        FACT("tls_versions", LIST, tls_versions),
        FACT("grade", TEXT, extras.grade),
    };

    *num = COUNT(facts);
    return facts;
}

const struct cm_fact *cm_facts_certificate(size_t *num)
{
    static const struct cm_fact facts[] = {
        FACT("subject_cn", TEXT, subject_cn),
        FACT("issuer_cn", TEXT, issuer_cn),
        FACT("subject_an", LIST, names),
        FACT("not_before", TIME, not_before),
        FACT("not_after", TIME, not_after),
        FACT("days_left", NUMBER, days_left),
        FACT("serial", TEXT, serial),
        FACT("key_alg", TEXT, key_alg),
        FACT("key_bits", NUMBER, key_bits),
        FACT("sig_alg", TEXT, sig_alg),
        FACT("fingerprint_sha256", TEXT, fingerprint_sha256),
    };

    *num = COUNT(facts);
    return facts;
}

const struct cm_fact *cm_facts_times(size_t *num)
{
    static const struct cm_fact facts[] = {
        FACT("duplicate_of_line", NUMBER, duplicate_of_line),
        FACT("dns_ms", NUMBER, dns_ms),
        FACT("connect_ms", NUMBER, connect_ms),
        FACT("tls_ms", NUMBER, tls_ms),
        FACT("total_ms", NUMBER, total_ms),
    };

    *num = COUNT(facts);
    return facts;
}

void cm_csv_text(struct cm_buf *out, const char *text)
{
    if (text != NULL) {
        cm_text_csv(out, text, strlen(text));
    }
}

void cm_csv_number(struct cm_buf *out, int64_t number)
{
    if (number != CM_UNKNOWN) {
        cm_buf_number(out, number);
    }
}

void cm_csv_list(struct cm_buf *out, const struct cm_report_list *list,
                 const char *separator)
{
    struct cm_buf joined;

    if (list->num < 2) { /* most lists */
        cm_csv_text(out, list->num == 0 ? NULL : list->items[0]);
        return;
    }
    cm_buf_init(&joined, MAX_FIELD);
    for (size_t i = 0; i < list->num; i++) {
        cm_buf_puts(&joined, i == 0 ? "" : separator);
        cm_buf_puts(&joined, list->items[i]);
    }
    if (joined.failed) {
        out->failed = true;
    } else if (joined.len > 0) {
        cm_text_csv(out, (const char *)joined.data, joined.len);
    }
    cm_buf_cleanup(&joined);
}

/* What the row holds for the fact: `ip` is an array, other texts pointers. */
static const char *text_of(const struct cm_fact *fact,
                           const struct cm_report_row *row)
{
    const char *text;

    if (fact->offset == offsetof(struct cm_report_row, ip)) {
        return row->ip[0] == '\0' ? NULL : row->ip;
    }
    memcpy(&text, (const char *)row + fact->offset, sizeof(text));
    return text;
}

static int64_t number_of(const struct cm_fact *fact,
                         const struct cm_report_row *row)
{
    int64_t number;

    memcpy(&number, (const char *)row + fact->offset, sizeof(number));
    return number;
}

static struct cm_report_list list_of(const struct cm_fact *fact,
                                     const struct cm_report_row *row)
{
    struct cm_report_list list;

    memcpy(&list, (const char *)row + fact->offset, sizeof(list));
    return list;
}

static void put_time(struct cm_buf *out, int64_t unix_s)
{
    if (unix_s != CM_UNKNOWN) {
        char text[CM_TIME_TEXT_SIZE];

        cm_csv_text(out, cm_time_rfc3339(unix_s, text));
    }
}

void cm_fact_csv(struct cm_buf *out, const struct cm_fact *fact,
                 const struct cm_report_row *row)
{
    struct cm_report_list list;

    switch (fact->kind) {
    case CM_FACT_TEXT:
        cm_csv_text(out, text_of(fact, row));
        break;
    case CM_FACT_NUMBER:
        cm_csv_number(out, number_of(fact, row));
        break;
    case CM_FACT_TIME:
        put_time(out, number_of(fact, row));
        break;
    case CM_FACT_LIST:
        list = list_of(fact, row);
        cm_csv_list(out, &list, " ");
        break;
    }
}

void cm_fact_json(struct cm_json *json, const struct cm_fact *fact,
                  const struct cm_report_row *row)
{
    struct cm_report_list list;

    cm_json_made_key(json, fact->key, strlen(fact->key));
    switch (fact->kind) {
    case CM_FACT_TEXT:
        cm_json_text(json, text_of(fact, row));
        break;
    case CM_FACT_NUMBER:
        cm_json_number(json, number_of(fact, row));
        break;
    case CM_FACT_TIME:
        cm_json_time(json, number_of(fact, row));
        break;
    case CM_FACT_LIST:
        list = list_of(fact, row);
        cm_json_list(json, &list);
        break;
    }
}

const char *cm_verdict_words(enum cm_verdict verdict)
{
    static const char *const words[CM_VERDICT_COUNT] = {
        [CM_VERDICT_NONE] = "none",
        [CM_VERDICT_TRUSTED] = "trusted",
        [CM_VERDICT_UNTRUSTED] = "not trusted",
        [CM_VERDICT_UNREACHABLE] = "unreachable",
        [CM_VERDICT_NOT_TLS] = "not TLS",
        [CM_VERDICT_INVALID_ROW] = "invalid row",
        [CM_VERDICT_NOT_CHECKED] = "not checked",
    };

    return words[verdict];
}

const char *cm_severity_words(enum cm_severity severity)
{
    static const char *const words[CM_SEVERITY_COUNT] = {
        [CM_SEVERITY_NOW] = "breaks now",
        [CM_SEVERITY_SOME_CLIENTS] = "breaks some clients",
        [CM_SEVERITY_BY_DATE] = "breaks by a date",
        [CM_SEVERITY_HYGIENE] = "not as it should be",
    };

    return words[severity];
}

void cm_csv_put_text(struct cm_buf *out, const char *text)
{
    cm_buf_putc(out, ',');
    cm_csv_text(out, text);
}

void cm_csv_put_number(struct cm_buf *out, int64_t number)
{
    cm_buf_putc(out, ',');
    cm_csv_number(out, number);
}
