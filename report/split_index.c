/* The index of a report that was split: for people, and twice for programs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "facts.h"
#include "html_parts.h"
#include "split_parts.h"

#define INDEX_VERSION 1

static struct cm_buf *buf_of(struct cm_splitter *splitter,
                             enum cm_split_file file)
{
    return &splitter->out[file].buf;
}

/* "" would be a link without a text. */
static const char *shown(const char *value)
{
    return value[0] == '\0' ? "(empty)" : value;
}

static bool has_html(const struct cm_splitter *splitter)
{
    return cm_report_format_wanted(&cm_html_format, splitter->options->formats);
}

static void begin_html(struct cm_splitter *splitter)
{
    struct cm_buf *out = buf_of(splitter, CM_SPLIT_HTML);
    const struct cm_run_facts *facts = cm_report_run_facts(splitter->run);

    cm_buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head>"
                     "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-"
                     "Security-Policy\" content=\"default-src 'none'; "
                     "style-src ");
    cm_html_csp_hash(out, cm_html_css_sha256);
    cm_buf_puts(out, "; base-uri 'none'; form-action 'none'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width,"
                     "initial-scale=1\">\n<meta name=\"referrer\" "
                     "content=\"no-referrer\">\n"
                     "<title>certmuster: reports by ");
    cm_html_text(out, splitter->column);
    cm_buf_puts(out, "</title>\n<style>");
    cm_buf_puts(out, cm_html_css);
    cm_buf_puts(out, "</style></head>\n<body>\n<header><h1>Reports by ");
    cm_html_text(out, splitter->column);
    cm_buf_puts(out, "</h1><p class=\"facts\">");
    cm_html_text(out, facts->input_name);
    cm_buf_printf(out, " · run %lld · ", (long long)facts->run);
    cm_html_count(out, (int64_t)cm_report_split_num(splitter->split), "value",
                  "values");
    cm_buf_puts(out, "</p></header>\n<main id=\"main\"><div class=\"card "
                     "wide\" tabindex=\"0\" role=\"region\" "
                     "aria-label=\"Reports\"><table>\n<caption>Each line is a "
                     "report of its own, of the rows with that value only"
                     "</caption>\n<thead><tr><th scope=\"col\">");
    cm_html_text(out, splitter->column);
    cm_buf_puts(out, "</th><th scope=\"col\">Rows</th>");
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_buf_puts(out, "<th scope=\"col\">");
        cm_html_text(out, cm_verdict_words((enum cm_verdict)i));
        cm_buf_puts(out, "</th>");
    }
    cm_buf_puts(out, "<th scope=\"col\">Actions</th></tr></thead>\n<tbody>\n");
}

static void put_cell(struct cm_buf *out, int64_t number)
{
    cm_buf_puts(out, "<td class=\"num\">");
    cm_html_number(out, number);
    cm_buf_puts(out, "</td>");
}

static void part_html(struct cm_splitter *splitter,
                      const struct cm_part_line *line)
{
    struct cm_buf *out = buf_of(splitter, CM_SPLIT_HTML);
    bool link = has_html(splitter);

    cm_buf_puts(out, "<tr><th scope=\"row\">");
    if (link) {
        cm_buf_printf(out, "<a href=\"%s/%s\">", line->folder,
                      cm_html_format.file);
    }
    cm_html_text(out, shown(line->value));
    cm_buf_puts(out, link ? "</a></th>" : "</th>");
    put_cell(out, line->totals->rows);
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        put_cell(out, line->totals->verdicts[i]);
    }
    put_cell(out, line->totals->actions_all);
    cm_buf_puts(out, "</tr>\n");
}

static void begin_json(struct cm_splitter *splitter)
{
    struct cm_json *json = &splitter->json;
    const struct cm_run_facts *facts = cm_report_run_facts(splitter->run);

    cm_json_init(json, buf_of(splitter, CM_SPLIT_JSON));
    cm_json_open(json, '{');
    cm_json_put_number(json, "index_version", INDEX_VERSION);
    cm_json_put_number(json, "run", facts->run);
    cm_json_put_text(json, "input_name", facts->input_name);
    cm_json_put_text(json, "column", splitter->column);
    cm_json_key(json, "parts");
    cm_json_open(json, '[');
}

static void part_json(struct cm_splitter *splitter,
                      const struct cm_part_line *line)
{
    struct cm_json *json = &splitter->json;

    cm_json_line(json);
    cm_json_open(json, '{');
    cm_json_put_text(json, "value", line->value);
    cm_json_put_text(json, "folder", line->folder);
    cm_json_put_number(json, "rows", line->totals->rows);
    cm_json_key(json, "verdicts");
    cm_json_open(json, '{');
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_json_put_number(json, cm_verdict_id((enum cm_verdict)i),
                           line->totals->verdicts[i]);
    }
    cm_json_close(json, '}');
    cm_json_put_number(json, "actions", line->totals->actions_all);
    cm_json_close(json, '}');
}

static void begin_csv(struct cm_splitter *splitter)
{
    struct cm_buf *out = buf_of(splitter, CM_SPLIT_CSV);

    cm_buf_puts(out, "value,folder,rows");
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_buf_printf(out, ",%s", cm_verdict_id((enum cm_verdict)i));
    }
    cm_buf_puts(out, ",actions\r\n");
}

static void part_csv(struct cm_splitter *splitter,
                     const struct cm_part_line *line)
{
    struct cm_buf *out = buf_of(splitter, CM_SPLIT_CSV);

    cm_csv_text(out, line->value);
    cm_buf_printf(out, ",%s,", line->folder);
    cm_csv_number(out, line->totals->rows);
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        cm_buf_putc(out, ',');
        cm_csv_number(out, line->totals->verdicts[i]);
    }
    cm_buf_putc(out, ',');
    cm_csv_number(out, line->totals->actions_all);
    cm_buf_puts(out, "\r\n");
}

void cm_split_index_begin(struct cm_splitter *splitter)
{
    begin_html(splitter);
    begin_json(splitter);
    begin_csv(splitter);
}

void cm_split_index_part(struct cm_splitter *splitter,
                         const struct cm_part_line *line)
{
    splitter->rows += line->totals->rows;
    part_html(splitter, line);
    part_json(splitter, line);
    part_csv(splitter, line);
}

void cm_split_index_end(struct cm_splitter *splitter)
{
    struct cm_buf *out = buf_of(splitter, CM_SPLIT_HTML);

    cm_buf_puts(out, "</tbody></table></div>\n<p>Together ");
    cm_html_count(out, splitter->rows, "row", "rows");
    cm_buf_puts(out, ". An action that concerns several values is in the "
                     "report of each of them, under the same key.</p></main>\n"
                     "</body></html>\n");
    cm_json_close(&splitter->json, ']');
    cm_json_put_number(&splitter->json, "rows", splitter->rows);
    cm_json_close(&splitter->json, '}');
    cm_buf_putc(buf_of(splitter, CM_SPLIT_JSON), '\n');
}
