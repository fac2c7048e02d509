/* The HTML report: one self-contained file that works from a folder, under a
 * content security policy that lets nothing run but the two parts named by
 * their hashes. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "certmuster/text.h"
#include "format.h"
#include "html_calendar.h"
#include "html_parts.h"
#include "reader_uses.h"
#include "run_faults.h"

#define MAX_PART ((size_t)64 << 20)

/* "sha256-<base64>" from the hex that the build wrote. */
void cm_html_csp_hash(struct cm_buf *out, const char *hex)
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

void cm_html_page_head(struct cm_buf *out, const char *title, bool scripted)
{
    (void)cm_buf_puts(out,
                      "<!doctype html>\n<html lang=\"en\"><head>"
                      "<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-"
                      "Security-Policy\" content=\"default-src 'none'; ");
    if (scripted) {
        (void)cm_buf_puts(out, "script-src ");
        cm_html_csp_hash(out, cm_html_js_sha256);
        (void)cm_buf_puts(out, "; ");
    }
    (void)cm_buf_puts(out, "style-src ");
    cm_html_csp_hash(out, cm_html_css_sha256);
    (void)cm_buf_puts(out,
                      "; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width,"
                      "initial-scale=1\">\n<meta name=\"referrer\" "
                      "content=\"no-referrer\">\n"
                      "<title>");
    cm_html_text(out, title);
    (void)cm_buf_puts(out, "</title>\n<style>");
    (void)cm_buf_puts(out, cm_html_css);
    (void)cm_buf_puts(out, "</style></head>\n<body>\n<a class=\"skip\" "
                           "href=\"#main\">Skip to the report</a>\n");
}

static void time_text(struct cm_buf *out, int64_t unix_s)
{
    char text[CM_TIME_TEXT_SIZE];
    char day[CM_TIME_TEXT_SIZE];

    (void)cm_time_rfc3339(unix_s, text);
    (void)cm_buf_printf(out, "%s %.5s UTC", cm_time_day(unix_s, day),
                        text + 11);
}

/* What a reader must know before believing any number. */
static void caveats(struct cm_buf *out, const struct cm_run_facts *facts,
                    const struct cm_report_totals *totals)
{
    bool balanced =
        facts->rows_read == CM_UNKNOWN || facts->rows_read == totals->rows;

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
        cm_html_faults(out, facts);
        (void)cm_buf_puts(out, cm_run_faults_cost(facts)
                                   ? ". These rows say nothing of their "
                                     "endpoints.</p>\n"
                                   : ".</p>\n");
    }
    if (!balanced) {
        (void)cm_buf_puts(out, "<p class=\"caveat\"><b>The rows do not add "
                               "up.</b> Do not rely on this run.</p>\n");
    }
}

/* "Fleet trust report", and whose rows it has where they are a part. */
static void put_heading(struct cm_buf *out, const struct cm_run_facts *facts)
{
    (void)cm_buf_puts(out, "Fleet trust report");
    if (facts->part_column != NULL) {
        bool none = facts->part_value[0] == '\0';

        (void)cm_buf_puts(out, none ? ": rows without " : ": ");
        (void)cm_buf_puts(out, facts->part_column);
        (void)cm_buf_puts(out, none ? "" : " ");
        (void)cm_buf_puts(out, facts->part_value);
    }
}

static void title(struct cm_buf *out, const char *heading,
                  const struct cm_run_facts *facts,
                  const struct cm_report_totals *totals)
{
    int64_t num_read =
        facts->rows_read == CM_UNKNOWN ? totals->rows : facts->rows_read;

    (void)cm_buf_puts(out, "<header><h1>");
    cm_html_text(out, heading);
    (void)cm_buf_puts(out, "</h1><p class=\"facts\">");
    cm_html_text(out, facts->input_name);
    (void)cm_buf_puts(out, " · ");
    time_text(out, facts->started);
    (void)cm_buf_puts(out, " · ");
    cm_html_count(out, num_read, "row", "rows");
    (void)cm_buf_puts(out, num_read == totals->rows ? " = " : " but ");
    cm_html_count(out, totals->rows, "result", "results");
    (void)cm_buf_puts(out, " · trust: ");
    cm_html_text(out, facts->trust);
    (void)cm_buf_puts(out, "</p></header>\n");
}

/* In the order of the page. The page's own ones need what its walk over the
 * rows has gathered. */
static const struct section {
    const char *id;
    const char *title;
    const char *hint; /* said beside the title, or NULL */
    enum cm_status (*write)(struct cm_buf *out, struct cm_report_run *run,
                            struct cm_error *err);
    enum cm_status (*own)(struct cm_buf *out, struct cm_report_run *run,
                          const struct cm_html_digest *digest,
                          struct cm_error *err);
} sections[] = {
    {"headline", "Overview", NULL, NULL, cm_html_headline},
    {"plan", "Action plan", "by endpoints fixed", NULL, cm_html_actions},
    {"calendar", "What breaks next", NULL, cm_html_calendar, NULL},
    {"changes", "Changes", "since an earlier run", cm_html_changes, NULL},
    {"trend", "Trend", "over the last runs", cm_html_trend, NULL},
    {"causes", "Causes", NULL, cm_html_causes, NULL},
    {"clients", "Clients", "would it work for them?", cm_html_clients, NULL},
    {"policies", "Policies", NULL, cm_html_policies, NULL},
    {"views", "Trust views", "what differs between them", cm_html_views, NULL},
    {"certificates", "Certificates", "what the fleet shows",
     cm_html_certificates, NULL},
    {"protocols", "TLS and key exchange",
     "versions, suites, post-quantum readiness", cm_html_protocols, NULL},
    {"table", "Endpoints", NULL, cm_html_table, NULL},
    {"run", "Run facts", NULL, cm_html_run_facts, NULL},
};
#define NUM_SECTIONS (sizeof(sections) / sizeof(*sections))

static enum cm_status write_sections(struct cm_buf *parts,
                                     struct cm_report_run *run,
                                     const struct cm_html_digest *digest,
                                     struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (size_t i = 0; status == CM_OK && i < NUM_SECTIONS; i++) {
        const struct section *section = &sections[i];

        status = section->own != NULL
                     ? section->own(&parts[i], run, digest, err)
                     : section->write(&parts[i], run, err);
        if (status == CM_OK && parts[i].failed) {
            status = cm_error_nomem(err, "the HTML report");
        }
    }
    return status;
}

/* Only to what is there. */
static void navigation(struct cm_buf *out, const struct cm_buf *parts)
{
    (void)cm_buf_puts(out, "<nav aria-label=\"Sections\"><ul>");
    for (size_t i = 0; i < NUM_SECTIONS; i++) {
        if (parts[i].len > 0) {
            (void)cm_buf_printf(out, "<li><a href=\"#%s\">%s</a></li>",
                                sections[i].id, sections[i].title);
        }
    }
    (void)cm_buf_puts(out, "</ul></nav>\n");
}

static enum cm_status put_section(const struct section *section,
                                  struct cm_buf *part, struct cm_outfile *file,
                                  struct cm_error *err)
{
    struct cm_buf head;
    enum cm_status status;

    if (part->len == 0) {
        return CM_OK;
    }
    cm_buf_init(&head, MAX_PART);
    (void)cm_buf_printf(&head,
                        "<section id=\"%s\" aria-labelledby=\"%s-title\">"
                        "<h2 id=\"%s-title\" tabindex=\"-1\">%s",
                        section->id, section->id, section->id, section->title);
    if (section->hint != NULL) {
        (void)cm_buf_printf(&head, " <small>%s</small>", section->hint);
    }
    (void)cm_buf_puts(&head, "</h2>\n");
    (void)cm_buf_puts(part, "</section>\n");
    status = cm_outfile_put(file, &head, err);
    if (status == CM_OK) {
        status = cm_outfile_put(file, part, err);
    }
    cm_buf_cleanup(&head);
    return status;
}

static enum cm_status write_top(struct cm_report_run *run, struct cm_buf *parts,
                                struct cm_outfile *file, struct cm_error *err)
{
    const struct cm_run_facts *facts = cm_report_run_facts(run);
    const struct cm_report_totals *totals;
    struct cm_buf heading;
    struct cm_buf out;
    enum cm_status status = cm_report_run_totals(run, &totals, err);

    if (status != CM_OK) {
        return status;
    }
    cm_buf_init(&heading, MAX_PART);
    cm_buf_init(&out, MAX_PART);
    put_heading(&heading, facts);
    cm_html_page_head(&out,
                      facts->part_column == NULL
                          ? "certmuster: fleet trust report"
                          : cm_buf_cstr(&heading),
                      true);
    title(&out, cm_buf_cstr(&heading), facts, totals);
    navigation(&out, parts);
    (void)cm_buf_puts(&out, "<main id=\"main\" tabindex=\"-1\">\n");
    caveats(&out, facts, totals);
    out.failed = out.failed || heading.failed;
    status = cm_outfile_put(file, &out, err);
    cm_buf_cleanup(&heading);
    cm_buf_cleanup(&out);
    return status;
}

/* Everything above the data. */
static enum cm_status write_page(struct cm_report_run *run,
                                 const struct cm_html_digest *digest,
                                 struct cm_outfile *file, struct cm_error *err)
{
    struct cm_buf parts[NUM_SECTIONS];
    struct cm_buf foot;
    enum cm_status status;

    for (size_t i = 0; i < NUM_SECTIONS; i++) {
        cm_buf_init(&parts[i], MAX_PART);
    }
    cm_buf_init(&foot, MAX_PART);
    status = write_sections(parts, run, digest, err);
    if (status == CM_OK) {
        status = write_top(run, parts, file, err);
    }
    for (size_t i = 0; status == CM_OK && i < NUM_SECTIONS; i++) {
        status = put_section(&sections[i], &parts[i], file, err);
    }
    if (status == CM_OK) {
        (void)cm_buf_puts(&foot, "</main>\n<footer><p>Made by certmuster. "
                                 "Nothing in this file is loaded from "
                                 "elsewhere.</p></footer>\n");
        status = cm_outfile_put(file, &foot, err);
    }
    for (size_t i = 0; i < NUM_SECTIONS; i++) {
        cm_buf_cleanup(&parts[i]);
    }
    cm_buf_cleanup(&foot);
    return status;
}

struct writer {
    struct cm_report_writer base;
    struct cm_html_digest digest;
};

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    enum cm_status status = cm_report_uses_want(writer->run, err);

    return status == CM_OK
               ? cm_html_digest_begin(&((struct writer *)writer)->digest,
                                      writer->run, err)
               : status;
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
    enum cm_status status = cm_html_digest_end(digest, run, err);

    cm_buf_init(&script, MAX_PART);
    if (status == CM_OK) {
        status = write_page(run, digest, file, err);
    }
    if (status == CM_OK) {
        status = cm_html_columns_write(digest->columns, file, err);
    }
    if (status == CM_OK) {
        status = cm_html_table_words(
            &script, run, cm_html_columns_fields(digest->columns), err);
    }
    if (status == CM_OK) {
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
