/* A run from front to back, for comparing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "changes_side.h"

#include <string.h>

#include "certmuster/map.h"
#include "finding_id.h"

#define MAX_NAME ((size_t)16 << 20)
#define CAUSE_BITS 16
#define FLAG_PATH_COUNTS 4 /* endpoint.flags */

static const char rows_sql[] =
    "SELECT id, line, fields, owner, endpoint FROM row WHERE run = ?1"
    " ORDER BY id";

static const struct cm_stream_sql endpoints_sql =
    CM_STREAM_SQL("endpoint", "id", "",
                  "host, port, protocol, sni, client_cert, trust, flags,"
                  " http_path");
static const struct cm_stream_sql results_sql = CM_STREAM_SQL(
    "result", "endpoint", "", "verdict, primary_cause, main_probe");
static const struct cm_stream_sql probes_sql =
    CM_STREAM_SQL("probe", "endpoint", ", ord", "ord, leaf");
static const struct cm_stream_sql findings_sql = CM_STREAM_SQL(
    "finding", "endpoint", ", ord", "cause, subject_key, severity");

unsigned cm_side_cause(cm_side_finding finding)
{
    return (unsigned)(finding & CM_SIDE_UNKNOWN_CAUSE);
}

bool cm_side_fails(enum cm_verdict verdict)
{
    return verdict != CM_VERDICT_TRUSTED && verdict != CM_VERDICT_NOT_CHECKED;
}

enum cm_status cm_side_open(struct cm_side *side, struct cm_report_run *run,
                            unsigned parts, const struct cm_side_keys *keys,
                            struct cm_error *err)
{
    enum cm_status status;

    memset(side, 0, sizeof(*side));
    side->run = run;
    side->keys = keys;
    cm_buf_init(&side->name, MAX_NAME);
    status = cm_sql_for_run(run, &side->rows, rows_sql, err);
    if (status == CM_OK) {
        status = cm_stream_open(&side->endpoints, run, &endpoints_sql, err);
    }
    if (status == CM_OK) {
        status = cm_stream_open(&side->results, run, &results_sql, err);
    }
    if (status == CM_OK && (parts & CM_SIDE_CERTS) != 0) {
        status = cm_stream_open(&side->probes, run, &probes_sql, err);
    }
    if (status == CM_OK && (parts & CM_SIDE_FINDINGS) != 0) {
        status = cm_stream_open(&side->findings, run, &findings_sql, err);
    }
    return status;
}

void cm_side_close(struct cm_side *side)
{
    (void)sqlite3_finalize(side->rows);
    cm_stream_close(&side->endpoints);
    cm_stream_close(&side->results);
    cm_stream_close(&side->probes);
    cm_stream_close(&side->findings);
    cm_report_list_cleanup(&side->fields);
    cm_buf_cleanup(&side->name);
    memset(side, 0, sizeof(*side));
}

static enum cm_status no_memory(struct cm_error *err)
{
    return cm_error_nomem(err, "the comparison");
}

/* The name without what the findings' ids leave out: whether a path is asked
 * for, and which, or how a name was written, is another endpoint. */
static void make_match(struct cm_side *side, int64_t flags, const char *path)
{
    size_t len = side->name.len;

    if (side->keys == NULL) {
        return;
    }
    if (side->host[0] != '\0') {
        (void)cm_buf_number(&side->name, flags);
        if ((flags & FLAG_PATH_COUNTS) != 0) {
            (void)cm_buf_puts(&side->name, path);
        }
    }
    side->match.a =
        cm_hash64(side->keys->key[0], side->name.data, side->name.len);
    side->match.b =
        cm_hash64(side->keys->key[1], side->name.data, side->name.len);
    side->name.len = len;
}

static enum cm_status read_name(struct cm_side *side, struct cm_sql_line *line,
                                struct cm_error *err)
{
    struct cm_endpoint_name name = {.fields = &side->fields};
    int64_t flags;
    enum cm_status status = CM_OK;

    side->host = cm_sql_word(line);
    side->port = cm_sql_number(line);
    side->protocol = cm_sql_word(line);
    side->sni = cm_sql_word(line);
    name.host = side->host;
    name.port = side->port;
    name.protocol = side->protocol;
    name.sni = side->sni;
    name.client_cert = cm_sql_word(line);
    name.view = cm_sql_word(line);
    flags = cm_sql_number(line);
    if (side->host[0] == '\0') {
        status = cm_report_list_parse(&side->fields, side->fields_json);
    }
    if (status == CM_ENOMEM) {
        return no_memory(err);
    }
    if (status != CM_OK) {
        return cm_error_set(err, status,
                            "the store holds a row that cannot be "
                            "read");
    }
    cm_buf_clear(&side->name);
    cm_endpoint_name_put(&side->name, &name);
    make_match(side, flags, cm_sql_word(line));
    return side->name.failed ? no_memory(err) : CM_OK;
}

static int cause_of(const char *id)
{
    enum cm_cause cause;

    return id != NULL && cm_cause_from_id(id, &cause) ? (int)cause
                                                      : CM_NO_CAUSE;
}

/* A row that was never scanned has no line in `result`. */
static enum cm_status read_result(struct cm_side *side, int64_t *main_probe,
                                  struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status =
        cm_stream_find(&side->results, side->endpoint, &line, err);
    const char *verdict = status == CM_OK ? cm_sql_text(&line) : NULL;

    side->verdict = CM_VERDICT_NOT_CHECKED;
    if (verdict != NULL && !cm_verdict_from_id(verdict, &side->verdict)) {
        return cm_error_set(err, CM_ESTORE,
                            "the store holds a verdict \"%.40s\" that this "
                            "program does not know",
                            verdict);
    }
    if (status == CM_OK) {
        side->primary = (int16_t)cause_of(cm_sql_text(&line));
        *main_probe = cm_sql_number(&line);
    }
    return status;
}

static void add_leaf(struct cm_side *side, int64_t leaf, bool is_main)
{
    size_t at = 0;

    while (at < side->num_leaves && side->leaves[at] != leaf) {
        at++;
    }
    if (at == CM_SIDE_LEAVES) {
        if (!is_main) {
            return;
        }
        at--; /* the last one makes room */
    } else if (at == side->num_leaves) {
        side->num_leaves++;
    }
    if (is_main) {
        memmove(side->leaves + 1, side->leaves, at * sizeof(side->leaves[0]));
        at = 0;
    }
    side->leaves[at] = leaf;
}

static enum cm_status read_leaves(struct cm_side *side, int64_t main_probe,
                                  struct cm_error *err)
{
    struct cm_sql_line line;
    enum cm_status status =
        cm_stream_find(&side->probes, side->endpoint, &line, err);

    side->num_leaves = 0;
    while (status == CM_OK && line.stmt != NULL) {
        bool is_main = cm_sql_number(&line) == main_probe;
        int64_t leaf = cm_sql_number(&line);

        if (leaf != CM_UNKNOWN) {
            add_leaf(side, leaf, is_main);
        }
        status = cm_stream_next(&side->probes, side->endpoint, &line, err);
    }
    return status;
}

static uint8_t severity_of(const char *id)
{
    enum cm_severity severity;

    return (uint8_t)(cm_severity_from_id(id, &severity) ? severity
                                                        : CM_SEVERITY_COUNT);
}

static enum cm_status read_findings(struct cm_side *side, struct cm_error *err)
{
    struct cm_sql_line line;
    size_t len = side->name.len;
    enum cm_status status =
        cm_stream_find(&side->findings, side->endpoint, &line, err);

    side->num_found = 0;
    while (status == CM_OK && line.stmt != NULL) {
        const char *cause = cm_sql_word(&line);
        uint64_t known = (uint16_t)cause_of(cause);

        if (side->num_found < CM_SIDE_FOUND) {
            cm_finding_name_put(&side->name, cause, cm_sql_word(&line));
            side->found[side->num_found] =
                cm_hash64(NULL, side->name.data, side->name.len) << CAUSE_BITS |
                known;
            side->severities[side->num_found++] =
                severity_of(cm_sql_word(&line));
            side->name.len = len;
        }
        if (side->name.failed) {
            return no_memory(err);
        }
        status = cm_stream_next(&side->findings, side->endpoint, &line, err);
    }
    return status;
}

static enum cm_status read_endpoint(struct cm_side *side, bool *whole,
                                    struct cm_error *err)
{
    struct cm_sql_line line;
    int64_t main_probe = CM_UNKNOWN;
    enum cm_status status =
        cm_stream_find(&side->endpoints, side->endpoint, &line, err);

    *whole = status == CM_OK && line.stmt != NULL;
    if (!*whole) {
        return status;
    }
    status = read_name(side, &line, err);
    if (status == CM_OK) {
        status = read_result(side, &main_probe, err);
    }
    if (status == CM_OK) {
        status = read_leaves(side, main_probe, err);
    }
    return status == CM_OK ? read_findings(side, err) : status;
}

enum cm_status cm_side_next(struct cm_side *side, bool *got,
                            struct cm_error *err)
{
    enum cm_status status = CM_OK;
    bool whole = false;

    while (status == CM_OK && !whole) {
        struct cm_sql_line line = cm_sql_line(side->rows);
        int64_t id;

        status = cm_sql_step(side->rows, got, err);
        if (status != CM_OK || !*got) {
            return status;
        }
        id = cm_sql_number(&line);
        side->line = cm_sql_number(&line);
        side->fields_json = cm_sql_text(&line);
        side->owner = cm_sql_word(&line);
        side->endpoint = cm_sql_number(&line);
        side->first = id == side->endpoint;
        whole = true;
        if (side->first) {
            status = read_endpoint(side, &whole, err);
        }
    }
    return status;
}

enum cm_status cm_side_look(struct cm_side *side, bool *got,
                            struct cm_error *err)
{
    *got = true;
    return side->first ? CM_OK : read_endpoint(side, got, err);
}
