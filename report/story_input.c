/* Where the endpoint stands in the input, and how its name was resolved.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "columns.h"
#include "screen.h"
#include "story.h"

#define MAX_ADDRESSES CM_MAX_ADDRESSES
#define MAX_OWNERS 8

static void put_line_number(struct cm_buf *out, int64_t line)
{
    char count[CM_COUNT_TEXT_SIZE];

    (void)cm_buf_printf(out, "line %s", cm_screen_count(line, count));
}

static void put_where(struct cm_story *s)
{
    struct cm_buf *out = cm_story_line(s, "input");

    put_line_number(out, s->row->line);
    (void)cm_buf_puts(out, " of ");
    cm_story_foreign(out, cm_report_run_facts(s->run)->input_name);
    if (s->row->owner[0] != '\0') {
        (void)cm_buf_puts(out, ", owner ");
        cm_story_foreign(out, s->row->owner);
    }
    cm_story_end(s);
    cm_story_fact(s, "not valid", s->row->reason);
}

static void put_columns(struct cm_story *s, const struct cm_columns_of *columns)
{
    struct cm_buf *out = cm_story_line(s, "columns");
    const char *comma = "";

    for (size_t i = 0; i < columns->num; i++) {
        const char *field = cm_columns_field(s->row, i);

        if (field == NULL || field[0] == '\0') {
            continue;
        }
        (void)cm_buf_puts(out, comma);
        cm_story_foreign(out, columns->names[i]);
        (void)cm_buf_puts(out, "=");
        cm_story_foreign(out, field);
        comma = ", ";
    }
    cm_story_end(s);
}

static void put_repeats(struct cm_story *s,
                        const struct cm_story_repeats *repeats)
{
    struct cm_buf *out;

    if (repeats->num <= 0) {
        return;
    }
    out = cm_story_line(s, "again in");
    (void)cm_buf_puts(out, repeats->num == 1 ? "line " : "lines ");
    cm_story_list(out, &repeats->lines, repeats->lines.num);
    if ((size_t)repeats->num > repeats->lines.num) {
        (void)cm_buf_puts(out, " and ");
        cm_story_count(out, repeats->num - (int64_t)repeats->lines.num,
                       "other line", "other lines");
    }
    if (repeats->owners.num > 0) {
        (void)cm_buf_puts(out, "; owners there: ");
        cm_story_list(out, &repeats->owners, MAX_OWNERS);
    }
    cm_story_end(s);
}

enum cm_status cm_story_input(struct cm_story *s, struct cm_error *err)
{
    struct cm_columns_of columns = {0};
    struct cm_story_repeats repeats = {0};
    const struct cm_report_row *row = s->row;
    enum cm_status status = cm_columns_make(&columns, s->run, false, err);

    if (status == CM_OK) {
        status =
            cm_story_repeats(s->run, row->endpoint, row->row, &repeats, err);
    }
    if (status == CM_OK) {
        put_where(s);
        put_columns(s, &columns);
        put_repeats(s, &repeats);
        if (row->sni[0] != '\0' && strcmp(row->sni, row->host) != 0) {
            cm_story_fact(s, "server name", row->sni);
        } else if (row->sni[0] == '\0' && row->host[0] != '\0') {
            cm_story_fact(s, "server name", "none was sent");
        }
    }
    cm_story_repeats_cleanup(&repeats);
    cm_columns_cleanup(&columns);
    return status;
}

static void put_addresses(struct cm_story *s, const struct cm_story_dns *dns)
{
    struct cm_buf *out = cm_story_line(s, "resolved");

    for (size_t i = 0; i < dns->addresses.num && i < MAX_ADDRESSES; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_story_foreign(out, dns->addresses.items[i]);
        if (i < dns->from_second.num &&
            strcmp(dns->from_second.items[i], "1") == 0) {
            (void)cm_buf_puts(out, " (second resolver only)");
        }
    }
    if (dns->addresses.num == 0) {
        cm_story_foreign(out, s->row->dns_result);
    }
    if (s->row->dns_ms != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "; %" PRId64 " ms", s->row->dns_ms);
    }
    (void)cm_buf_puts(out, " (resolver ");
    cm_story_foreign(out, cm_report_run_facts(s->run)->resolvers);
    (void)cm_buf_puts(out, ")");
    cm_story_end(s);
}

void cm_story_names(struct cm_story *s)
{
    const struct cm_story_dns *dns = cm_story_dns(s->reader);

    if (s->row->dns_result != NULL &&
        strcmp(s->row->dns_result, cm_dns_result_id(CM_DNS_NOT_ASKED)) != 0) {
        put_addresses(s, dns);
    }
    if (dns->cname != NULL && dns->cname[0] != '\0') {
        struct cm_buf *out = cm_story_line(s, "alias of");

        cm_story_foreign(out, dns->cname);
        if (dns->num_cnames > 1) {
            (void)cm_buf_printf(out, " (by %" PRId64 " aliases)",
                                dns->num_cnames);
        }
        cm_story_end(s);
    }
    cm_story_fact(s, "resolver says", dns->detail);
    if (dns->second_differs) {
        cm_story_fact(s, "two resolvers",
                      "the second one gave other addresses");
    }
    cm_story_fact(s, "throttled by", dns->throttled);
    cm_story_fact(s, "scanner fault", dns->fault);
}
