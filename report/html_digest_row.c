/* A row's values in the table's columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "calendar.h"
#include "certmuster/text.h"
#include "html_parts.h"

#define MIN_MARKED 4 /* letters; shorter texts are in words by chance */

static const char marks[] = {CM_HTML_ADDRESS, CM_HTML_ABSENT, CM_HTML_HOST,
                             CM_HTML_SEPARATOR, '\0'};

void cm_html_add_text(struct cm_html_digest *digest, size_t column,
                      const char *text)
{
    cm_html_columns_add(digest->columns, column, text == NULL ? "" : text,
                        text == NULL ? 0 : strlen(text));
}

void cm_html_add_number(struct cm_html_digest *digest,
                        enum cm_html_column column, int64_t number)
{
    struct cm_buf *text = &digest->parts; /* empty between values */

    if (number != CM_UNKNOWN) {
        (void)cm_buf_number(text, number);
    }
    cm_html_columns_add(digest->columns, column, (const char *)text->data,
                        text->len);
    text->len = 0;
}

/* An invalid row has no host; what stands in its first column will do. */
const char *cm_html_host_of(const struct cm_report_row *row)
{
    if (row->host != NULL && *row->host != '\0') {
        return row->host;
    }
    return row->fields.num > 0 && row->fields.items[0] != NULL
               ? row->fields.items[0]
               : "";
}

/* A value with several parts, and its column. */
bool cm_html_add_parts(struct cm_html_digest *digest, size_t column,
                       struct cm_buf *parts)
{
    bool whole = !parts->failed;

    cm_html_columns_add(digest->columns, column, (const char *)parts->data,
                        whole ? parts->len : 0);
    cm_buf_clear(parts);
    return whole;
}

void cm_html_put_part(struct cm_buf *parts, const char *text, char separator,
                      bool first)
{
    if (!first) {
        (void)cm_buf_putc(parts, separator);
    }
    for (;;) {
        size_t len = strcspn(text, marks);

        (void)cm_buf_append(parts, text, len);
        if (text[len] == '\0') {
            break;
        }
        (void)cm_buf_puts(parts, "\xef\xbf\xbd"); /* U+FFFD */
        text += len + 1;
    }
}

/* Puts the mark for each place that holds the text, from `from` on. Rows that
 * say the same of their hosts then have equal proofs. */
void cm_html_put_mark(struct cm_buf *parts, size_t from, const char *text,
                      char mark)
{
    size_t len = strlen(text);
    size_t to = from;

    if (len < MIN_MARKED || parts->failed) {
        return;
    }
    while (from < parts->len) {
        if (parts->len - from >= len &&
            memcmp(parts->data + from, text, len) == 0) {
            parts->data[to++] = (uint8_t)mark;
            from += len;
        } else {
            parts->data[to++] = parts->data[from++];
        }
    }
    parts->len = to;
}

static bool add_list(struct cm_html_digest *digest, enum cm_html_column column,
                     const struct cm_report_list *list, size_t from,
                     char separator)
{
    for (size_t i = from; i < list->num; i++) {
        cm_html_put_part(&digest->parts,
                         list->items[i] == NULL ? "" : list->items[i],
                         separator, i == from);
    }
    return cm_html_add_parts(digest, column, &digest->parts);
}

/* Most rows break when their own certificate ends. */
static void add_breaks(struct cm_html_digest *digest,
                       const struct cm_report_row *row)
{
    struct cm_calendar_row breaks;
    char text[CM_CALENDAR_PICK_SIZE];

    if (!cm_report_run_row_breaks(digest->run, &breaks)) {
        cm_html_add_text(digest, CM_COL_BREAKS, "");
    } else if (breaks.cause == CM_CAUSE_LEAF_EXPIRED &&
               row->not_after == breaks.at) {
        cm_html_add_text(digest, CM_COL_BREAKS, "=");
    } else {
        cm_html_add_text(digest, CM_COL_BREAKS,
                         cm_calendar_pick(&breaks, text));
    }
}

/* With one view its verdict is the row's. */
static bool add_views(struct cm_html_digest *digest,
                      const struct cm_report_row *row)
{
    for (size_t i = 0; row->views.num > 2 && i < row->views.num; i++) {
        const char *text = row->views.items[i];

        cm_html_put_part(&digest->parts, text == NULL ? "" : text,
                         CM_HTML_SEPARATOR, i == 0);
    }
    return cm_html_add_parts(digest, CM_COL_VIEWS, &digest->parts);
}

static bool add_revocation(struct cm_html_digest *digest,
                           const struct cm_report_row *row)
{
    char until[CM_TIME_TEXT_SIZE] = "";

    if (strcmp(row->revocation, "not_checked") != 0) {
        if (row->revocation_next_update != CM_UNKNOWN) {
            (void)cm_time_rfc3339(row->revocation_next_update, until);
        }
        cm_html_put_part(&digest->parts, row->revocation, CM_HTML_SEPARATOR,
                         true);
        cm_html_put_part(
            &digest->parts,
            row->revocation_source == NULL ? "" : row->revocation_source,
            CM_HTML_SEPARATOR, false);
        cm_html_put_part(&digest->parts, until, CM_HTML_SEPARATOR, false);
    }
    return cm_html_add_parts(digest, CM_COL_REVOCATION, &digest->parts);
}

/* "RSA 2048" */
static bool add_key(struct cm_html_digest *digest,
                    const struct cm_report_row *row)
{
    if (row->key_alg != NULL) {
        cm_html_put_part(&digest->parts, row->key_alg, ' ', true);
        if (row->key_bits != CM_UNKNOWN) {
            (void)cm_buf_printf(&digest->parts, " %" PRId64, row->key_bits);
        }
    }
    return cm_html_add_parts(digest, CM_COL_KEY, &digest->parts);
}

static void put_fields(struct cm_buf *parts,
                       const struct cm_report_list *fields, size_t from,
                       size_t to)
{
    for (size_t i = from; i < to; i++) {
        cm_html_put_part(parts,
                         fields->items[i] == NULL ? "" : fields->items[i],
                         CM_HTML_SEPARATOR, i == from);
    }
}

/* The input's own columns. */
static bool add_fields(struct cm_html_digest *digest,
                       const struct cm_report_row *row)
{
    size_t width = cm_html_columns_fields(digest->columns);
    const char *host = cm_html_host_of(row);
    bool markable = *host != '\0' && host[strcspn(host, marks)] == '\0';
    bool whole = true;

    for (size_t i = 0; i < width; i++) {
        size_t end = i + 1 == width ? row->fields.num : i + 1;

        if (i >= row->fields.num) {
            (void)cm_buf_putc(&digest->parts, CM_HTML_ABSENT);
        } else if (end == i + 1 && row->fields.items[i] != NULL && markable &&
                   strcmp(row->fields.items[i], host) == 0) {
            (void)cm_buf_putc(&digest->parts, CM_HTML_HOST);
        } else {
            put_fields(&digest->parts, &row->fields, i, end);
        }
        whole = cm_html_add_parts(digest, CM_COL_COUNT + i, &digest->parts) &&
                whole;
    }
    return whole;
}

bool cm_html_add_row(struct cm_html_digest *digest,
                     const struct cm_report_row *row)
{
    char ends[CM_TIME_TEXT_SIZE] = "";

    if (row->not_after != CM_UNKNOWN) {
        (void)cm_time_rfc3339(row->not_after, ends);
        ends[strcspn(ends, "T")] = '\0';
    }
    cm_html_add_number(digest, CM_COL_LINE, row->line - digest->last_line);
    digest->last_line = row->line;
    cm_html_add_text(digest, CM_COL_HOST, cm_html_host_of(row));
    cm_html_add_number(digest, CM_COL_PORT, row->port);
    cm_html_add_text(digest, CM_COL_OWNER, row->owner);
    cm_html_add_text(digest, CM_COL_VERDICT, row->verdict);
    cm_html_add_text(digest, CM_COL_CAUSE, row->primary_cause);
    cm_html_add_text(digest, CM_COL_ENDS, ends);
    add_breaks(digest, row);
    cm_html_add_text(digest, CM_COL_TLS, row->tls_version);
    cm_html_add_text(digest, CM_COL_SUBJECT, row->subject_cn);
    cm_html_add_text(digest, CM_COL_ISSUER, row->issuer_cn);
    cm_html_add_text(digest, CM_COL_SIGNATURE, row->sig_alg);
    cm_html_add_text(digest, CM_COL_ADDRESS, row->ip);
    cm_html_add_text(digest, CM_COL_PROTOCOL, row->protocol);
    cm_html_add_text(digest, CM_COL_CIPHER, row->cipher);
    cm_html_add_text(digest, CM_COL_GROUP, row->kex_group);
    return add_key(digest, row) && add_fields(digest, row) &&
           add_views(digest, row) && add_revocation(digest, row) &&
           add_list(digest, CM_COL_REMAINING, &row->remaining, 0, ' ') &&
           add_list(digest, CM_COL_ALSO, &row->causes,
                    row->primary_cause != NULL ? 1 : 0, ' ');
}
