/* The HTML report: one self-contained file that works from a folder, under a
 * content security policy that lets nothing run but the two parts named by
 * their hashes. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "format.h"
#include "html_parts.h"
#include "run_faults.h"

#define MAX_PART ((size_t)64 << 20)

/* "sha256-<base64>" from the hex that the build wrote. */
static void csp_hash(struct cm_buf *out, const char *hex)
{
    uint8_t digest[32];

    for (size_t i = 0; i < sizeof(digest); i++) {
        unsigned value = 0;

        for (size_t j = 0; j < 2; j++) {
            char c = hex[2 * i + j];

            value = value * 16 + (unsigned)(c >= 'a' ? c - 'a' + 10 : c - '0');
        }
        digest[i] = (uint8_t)value;
    }
    (void)cm_buf_puts(out, "'sha256-");
    (void)cm_buf_base64(out, digest, sizeof(digest));
    (void)cm_buf_puts(out, "'");
}

static void head(struct cm_buf *out)
{
    (void)cm_buf_puts(out,
                      "<!doctype html>\n<html lang=\"en\"><head>"
                      "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-"
                      "Security-Policy\" content=\"default-src 'none'; "
                      "script-src ");
    csp_hash(out, cm_html_js_sha256);
    (void)cm_buf_puts(out, "; style-src ");
    csp_hash(out, cm_html_css_sha256);
    (void)cm_buf_puts(out,
                      "; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width,"
                      "initial-scale=1\">\n<meta name=\"referrer\" "
                      "content=\"no-referrer\">\n"
                      "<title>certmuster: fleet trust report</title>\n<style>");
    (void)cm_buf_puts(out, cm_html_css);
    (void)cm_buf_puts(out, "</style></head>\n<body>\n");
}

static void time_text(struct cm_buf *out, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_time_rfc3339(unix_s, text);
    (void)cm_buf_printf(out, "%s %.5s UTC", cm_time_day(unix_s, day),
                        text + 11);
}

static void faults_text(struct cm_buf *out, const struct cm_run_facts *facts)
{
    struct cm_buf words;

    cm_buf_init(&words, MAX_PART);
    cm_run_faults_words(&words, facts);
    cm_html_text(out, cm_buf_cstr(&words));
    out->failed = out->failed || words.failed;
    cm_buf_cleanup(&words);
}

/* What a reader must know before believing any number. */
static void caveats(struct cm_buf *out, const struct cm_run_facts *facts,
                    bool balanced)
{
    if (strcmp(facts->state, "complete") != 0) {
        bool running = strcmp(facts->state, "running") == 0;

        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>This run ");
        cm_html_text(out, running ? "has not ended" : "is ");
        cm_html_text(out, running ? "" : facts->state);
        (void)cm_buf_puts(out, ".</b> It is not the whole picture: rows may be "
                               "missing or not checked.</p>\n");
    }
    if (cm_run_num_faults(facts) > 0) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>The scanner's own "
                               "faults:</b> ");
        faults_text(out, facts);
        (void)cm_buf_puts(out, ". These rows say nothing of their endpoints."
                               "</p>\n");
    }
    if (!balanced) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>The rows do not add "
                               "up.</b> Do not rely on this run.</p>\n");
    }
}

static void title(struct cm_buf *out, const struct cm_run_facts *facts,
                  const struct cm_report_totals *totals)
{
    int64_t num_read =
        facts->rows_read == CM_UNKNOWN ? totals->rows : facts->rows_read;

    (void)cm_buf_puts(out, "<header><h1>Fleet trust report</h1>"
                           "<p class=\"facts\">");
    cm_html_text(out, facts->input_name);
    (void)cm_buf_puts(out, " · ");
    time_text(out, facts->started);
    (void)cm_buf_puts(out, " · ");
    cm_html_count(out, num_read, "row", "rows");
    (void)cm_buf_puts(out, num_read == totals->rows ? " = " : " but ");
    cm_html_count(out, totals->rows, "result", "results");
    (void)cm_buf_puts(out, " · trust: ");
    cm_html_text(out, facts->trust);
    (void)cm_buf_puts(out, "</p></header>\n<main>\n");
    caveats(out, facts, num_read == totals->rows);
}

static void causes(struct cm_buf *out, const struct cm_report_totals *totals)
{
    bool done[CM_CAUSE_COUNT] = {false};

    (void)cm_buf_puts(
        out, "<h2>Causes</h2><div class=\"card scroll\"><table><caption"
             ">Every cause that was found; a row may have several."
             "</caption><thead><tr><th scope=\"col\">cause</th><th "
             "scope=\"col\">what it means</th><th scope=\"col\">"
             "severity</th><th scope=\"col\" class=\"num\">fix first"
             "</th><th scope=\"col\" class=\"num\">rows</th></tr>"
             "</thead><tbody>\n");
    for (;;) {
        size_t best = CM_CAUSE_COUNT;
        const struct cm_cause_info *info;

        for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
            if (!done[i] && totals->causes[i] > 0 &&
                (best == CM_CAUSE_COUNT ||
                 totals->causes[i] > totals->causes[best])) {
                best = i;
            }
        }
        if (best == CM_CAUSE_COUNT) {
            break;
        }
        done[best] = true;
        info = cm_cause_info((enum cm_cause)best);
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">%s</th><td>%s</td><td "
                            "class=\"%s\">%s</td><td class=\"num\">",
                            info->id, info->title,
                            cm_severity_id(info->severity),
                            cm_severity_id(info->severity));
        cm_html_number(out, totals->primaries[best]);
        (void)cm_buf_puts(out, "</td><td class=\"num\">");
        cm_html_number(out, totals->causes[best]);
        (void)cm_buf_puts(out, "</td></tr>\n");
    }
    (void)cm_buf_puts(out, "</tbody></table></div>\n");
}

static void fact(struct cm_buf *out, const char *name, const char *value)
{
    (void)cm_buf_printf(out, "<tr><th scope=\"row\">%s</th><td>", name);
    cm_html_text(out, value);
    (void)cm_buf_puts(out, "</td></tr>");
}

static void number_fact(struct cm_buf *out, const char *name, int64_t number)
{
    (void)cm_buf_printf(
        out, "<tr><th scope=\"row\">%s</th><td>%" PRId64 "</td></tr>", name,
        number);
}

/* How it went, where there is something to say. */
static void how_facts(struct cm_buf *out, const struct cm_run_facts *facts)
{
    struct cm_buf notes;

    cm_buf_init(&notes, MAX_PART);
    cm_run_notes_words(&notes, facts, false);
    if (notes.len > 0) {
        fact(out, "made", cm_buf_cstr(&notes));
    }
    out->failed = out->failed || notes.failed;
    cm_buf_cleanup(&notes);
    if (facts->seed != CM_UNKNOWN) {
        number_fact(out, "order (seed)", facts->seed);
    }
    if (cm_run_num_faults(facts) > 0) {
        (void)cm_buf_puts(out, "<tr><th scope=\"row\">scanner's faults</th>"
                               "<td>");
        faults_text(out, facts);
        (void)cm_buf_puts(out, "</td></tr>");
    }
}

static void facts_table(struct cm_buf *out, const struct cm_run_facts *facts)
{
    char text[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(
        out,
        "<h2>Run</h2><div class=\"card scroll\"><table><tbody><tr>"
        "<th scope=\"row\">run</th><td>%" PRId64 " (",
        facts->run);
    cm_html_text(out, facts->state);
    (void)cm_buf_puts(out, ")</td></tr>");
    if (facts->source_run != CM_UNKNOWN) {
        (void)cm_buf_printf(out,
                            "<tr><th scope=\"row\">judged again</th><td>run "
                            "%" PRId64 "</td></tr>",
                            facts->source_run);
    }
    fact(out, "input", facts->input_name);
    fact(out, "input SHA-256", facts->input_sha256);
    fact(out, "started", cm_time_rfc3339(facts->started, text));
    if (facts->finished != CM_UNKNOWN) {
        fact(out, "finished", cm_time_rfc3339(facts->finished, text));
    }
    fact(out, "judged for", cm_time_rfc3339(facts->judged_at, text));
    fact(out, "trust anchors", facts->trust);
    fact(out, "resolvers", facts->resolvers);
    fact(out, "options", facts->options);
    how_facts(out, facts);
    fact(out, "certmuster", facts->version);
    fact(out, "TLS library", facts->tls_library);
    (void)cm_buf_puts(out,
                      "</tbody></table></div>\n</main>\n<footer><p>Made by "
                      "certmuster. Nothing in this file is loaded from "
                      "elsewhere.</p></footer>\n");
}

static enum cm_status write_top(struct cm_report_run *run,
                                const struct cm_html_digest *digest,
                                struct cm_outfile *file, struct cm_error *err)
{
    const struct cm_report_totals *totals;
    const struct cm_report_views *views = NULL;
    const struct cm_report_measures *measures = NULL;
    const struct cm_report_fleet *fleet = NULL;
    struct cm_buf out;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status == CM_OK) {
        status = cm_report_run_views(run, &views, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        status = cm_report_run_fleet(run, &fleet, err);
    }
    if (status != CM_OK) {
        return status;
    }
    cm_buf_init(&out, MAX_PART);
    head(&out);
    title(&out, cm_report_run_facts(run), totals);
    cm_html_summary(&out, totals, digest);
    (void)cm_buf_puts(&out, "<h2>Action plan <small>by endpoints fixed"
                            "</small></h2>\n");
    status = cm_outfile_put(file, &out, err);
    if (status == CM_OK) {
        status = cm_html_actions_write(run, digest, file, err);
    }
    if (status == CM_OK) {
        cm_html_clients(&out, measures, fleet);
        cm_html_policies(&out, measures, fleet);
        cm_html_views(&out, views);
        causes(&out, totals);
        cm_html_protocols(&out, &fleet->protocols);
        cm_html_table(&out);
        facts_table(&out, cm_report_run_facts(run));
        status = cm_outfile_put(file, &out, err);
    }
    cm_buf_cleanup(&out);
    return status;
}

struct writer {
    struct cm_report_writer base;
    struct cm_html_digest digest;
};

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    return cm_html_digest_begin(&((struct writer *)writer)->digest, writer->run,
                                err);
}

static enum cm_status write_row(struct cm_report_writer *writer,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    return cm_html_digest_row(&((struct writer *)writer)->digest, row, findings,
                              err);
}

static enum cm_status end(struct cm_report_writer *writer, struct cm_error *err)
{
    struct cm_html_digest *digest = &((struct writer *)writer)->digest;
    struct cm_report_run *run = writer->run;
    struct cm_outfile *file = writer->out->file;
    struct cm_buf script;
    const struct cm_report_measures *measures = NULL;
    enum cm_status status = cm_html_digest_end(digest, run, err);

    cm_buf_init(&script, MAX_PART);
    if (status == CM_OK) {
        status = cm_report_run_measures(run, &measures, err);
    }
    if (status == CM_OK) {
        status = write_top(run, digest, file, err);
    }
    if (status == CM_OK) {
        status = cm_html_columns_write(digest->columns, file, err);
    }
    if (status == CM_OK) {
        cm_html_table_words(&script, cm_report_run_facts(run), measures);
        (void)cm_buf_puts(&script, "<script>");
        (void)cm_buf_puts(&script, cm_html_js);
        (void)cm_buf_puts(&script, "</script>\n</body></html>\n");
        status = cm_outfile_put(file, &script, err);
    }
    cm_buf_cleanup(&script);
    return status;
}

static void cleanup(struct cm_report_writer *writer)
{
    cm_html_digest_cleanup(&((struct writer *)writer)->digest);
}

const struct cm_report_format cm_html_format = {
    .name = "html",
    .file = "report.html",
    .size = sizeof(struct writer),
    .begin = begin,
    .row = write_row,
    .end = end,
    .cleanup = cleanup,
};
