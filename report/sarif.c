/* results.sarif: SARIF 2.1.0, for dashboards of code scanning. The input is the
 * artifact, its lines are the places; each endpoint's finding is one result.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "format.h"
#include "json.h"
#include "sarif_parts.h"
#include "seen.h"

/* GitHub refuses a file with more. */
#define MAX_RESULTS 25000
#define MAX_KEPT ((size_t)512 * 1024 * 1024)

/* Results wait until all rows were seen, the worst ones apart: where there are
 * too many of them, those that matter least are left out. */
struct kept {
    struct cm_buf text; /* with a comma before each but the first */
    int64_t num;
    int64_t left_out;
};

struct writer {
    struct cm_report_writer base;
    struct cm_seen *seen;
    struct kept kept[CM_SEVERITY_COUNT];
};

const char *cm_sarif_level(enum cm_severity severity)
{
    switch (severity) {
    case CM_SEVERITY_NOW:
        return "error";
    case CM_SEVERITY_SOME_CLIENTS:
    case CM_SEVERITY_BY_DATE:
        return "warning";
    case CM_SEVERITY_HYGIENE:
    case CM_SEVERITY_COUNT:
        break;
    }
    return "note";
}

/* Room for one more that is this severe? */
static bool has_room(const struct writer *w, enum cm_severity severity)
{
    int64_t num = 0;

    for (int i = 0; i <= (int)severity; i++) {
        num += w->kept[i].num;
    }
    return num < MAX_RESULTS;
}

/* NULL: there is nothing to compare with. */
static const char *baseline_state(struct writer *w,
                                  const struct cm_report_row *row, size_t nth)
{
    const struct cm_change_of *change =
        cm_report_change_of(w->base.run, row->endpoint);
    const char *what = cm_report_finding_change(change, nth);

    if (what == NULL) {
        return NULL;
    }
    return strcmp(what, "new") == 0 ? "new" : "unchanged";
}

static void put_result(struct writer *w, const struct cm_report_row *row,
                       const struct cm_report_finding *finding, size_t nth,
                       enum cm_cause cause, enum cm_severity severity)
{
    struct kept *kept = &w->kept[severity];
    struct cm_sarif_result result = {
        .row = row, .finding = finding, .cause = cause, .severity = severity};
    char id[CM_FINDING_ID_SIZE];
    struct cm_json json;

    result.id = cm_report_finding_id(row, finding, id);
    /* That a row repeats an earlier one is not compared. */
    result.baseline_state =
        finding->ord == CM_UNKNOWN ? NULL : baseline_state(w, row, nth);
    cm_json_init(&json, &kept->text);
    if (kept->num > 0) {
        cm_buf_putc(&kept->text, ',');
    }
    cm_buf_putc(&kept->text, '\n');
    kept->text.failed = kept->text.failed || result.id == NULL;
    cm_sarif_result(&json, cm_report_run_facts(w->base.run), &result);
    kept->num++;
}

static enum cm_status write_row(struct cm_report_writer *writer,
                                const struct cm_report_row *row,
                                const struct cm_report_findings *findings,
                                struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    bool first;

    if (!cm_seen_first(w->seen, row, &first)) {
        return cm_error_nomem(err, "results.sarif");
    }
    for (size_t i = 0; i < findings->num; i++) {
        const struct cm_report_finding *finding = &findings->list[i];
        enum cm_severity severity;
        enum cm_cause cause;

        /* Of a row that repeats another, only that it does. */
        if ((!first && finding->ord != CM_UNKNOWN) ||
            !cm_cause_from_id(finding->cause, &cause) ||
            !cm_severity_from_id(finding->severity, &severity)) {
            continue;
        }
        if (!has_room(w, severity)) {
            w->kept[severity].left_out++;
            continue;
        }
        put_result(w, row, finding, i, cause, severity);
        if (w->kept[severity].text.failed) {
            return cm_error_nomem(err, "results.sarif");
        }
    }
    return CM_OK;
}

static enum cm_status begin(struct cm_report_writer *writer,
                            struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    const struct cm_report_changes *changes;

    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        cm_buf_init(&w->kept[i].text, MAX_KEPT);
    }
    w->seen = cm_seen_new();
    return w->seen == NULL ? cm_error_nomem(err, "results.sarif")
                           : cm_report_run_changes(writer->run, &changes, err);
}

/* Where the text ends when only its first results stay: each of them begins a
 * line, and has no other line end in it. */
static size_t end_of(const struct kept *kept, int64_t num)
{
    const uint8_t *text = kept->text.data;
    size_t at = 0;

    for (int64_t i = 0; i < num; i++) {
        const uint8_t *next =
            memchr(text + at + 1, '\n', kept->text.len - at - 1);

        at = next == NULL ? kept->text.len : (size_t)(next - text);
    }
    /* The comma before the next one goes, too. */
    return at == kept->text.len || at == 0 ? at : at - 1;
}

/* The worst first, as long as there is room: of what was kept before worse ones
 * came, some may have to go. */
static enum cm_status put_results(struct writer *w, int64_t *left_out,
                                  struct cm_error *err)
{
    struct cm_report_out *out = w->base.out;
    enum cm_status status = CM_OK;
    int64_t room = MAX_RESULTS;

    for (int i = 0; i < CM_SEVERITY_COUNT && status == CM_OK; i++) {
        struct kept *kept = &w->kept[i];
        int64_t num = kept->num < room ? kept->num : room;

        *left_out += kept->left_out + kept->num - num;
        if (num > 0) {
            if (room < MAX_RESULTS) {
                cm_buf_putc(&out->buf, ',');
            }
            cm_buf_append(&out->buf, kept->text.data, end_of(kept, num));
            room -= num;
            status = cm_report_out_settle(out, err);
        }
    }
    return status;
}

static enum cm_status end(struct cm_report_writer *writer, struct cm_error *err)
{
    struct writer *w = (struct writer *)writer;
    const struct cm_run_facts *facts = cm_report_run_facts(writer->run);
    struct cm_buf *out = &writer->out->buf;
    struct cm_json json;
    int64_t left_out = 0;
    enum cm_status status;

    cm_json_init(&json, out);
    cm_sarif_head(&json, facts);
    cm_buf_puts(out, ",\n\"results\":[");
    status = put_results(w, &left_out, err);
    cm_buf_puts(out, "\n]");
    cm_sarif_tail(&json, facts, left_out);
    cm_buf_putc(out, '\n');
    return status;
}

static void cleanup(struct cm_report_writer *writer)
{
    struct writer *w = (struct writer *)writer;

    for (int i = 0; i < CM_SEVERITY_COUNT; i++) {
        cm_buf_cleanup(&w->kept[i].text);
    }
    cm_seen_free(w->seen);
}

const struct cm_report_format cm_sarif_format = {
    .name = "sarif",
    .file = "results.sarif",
    .on_request = true,
    .size = sizeof(struct writer),
    .begin = begin,
    .row = write_row,
    .end = end,
    .cleanup = cleanup,
};
