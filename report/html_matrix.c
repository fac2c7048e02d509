/* For which clients which cause counts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_matrix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html_cells.h"
#include "html_parts.h"

#define MAX_CAUSES 24 /* rows of the matrix */
#define MAX_COLUMNS 16
#define PICK_SIZE 32

struct cell {
    int64_t failed;
    int64_t unknown;
};

struct matrix {
    const struct cm_report_measures *measures;
    const struct cm_report_fleet *fleet;
    const char *causes[MAX_CAUSES]; /* most failures first */
    int64_t most[MAX_CAUSES];       /* of any client */
    size_t num_causes;
    bool more_causes;
    struct cell *cells;              /* owned: of each client all causes */
    size_t columns[CM_MAX_PROFILES]; /* a client that stands for its like */
    size_t alike[CM_MAX_PROFILES];   /* how many there are of it */
    size_t num_columns;
};

static const struct cm_report_kind *kind_of(const struct cm_report_tally *tally,
                                            const char *cause)
{
    for (size_t i = 0; i < tally->num_kinds; i++) {
        if (strcmp(tally->kinds[i].id, cause) == 0) {
            return &tally->kinds[i];
        }
    }
    return NULL;
}

/* Keeps the causes with the most failures of any one client, in order. */
static void note_cause(struct matrix *m, const struct cm_report_kind *kind)
{
    int64_t most = kind->failed;
    size_t at = 0;

    if (kind->failed == 0 || kind->id[0] == '\0') {
        return;
    }
    while (at < m->num_causes && strcmp(m->causes[at], kind->id) != 0) {
        at++;
    }
    if (at < m->num_causes) {
        most = m->most[at] > most ? m->most[at] : most;
    } else if (m->num_causes < MAX_CAUSES) {
        m->num_causes++;
    } else {
        m->more_causes = true;
        if (m->most[--at] >= most) {
            return;
        }
    }
    for (; at > 0 && m->most[at - 1] < most; at--) {
        m->causes[at] = m->causes[at - 1];
        m->most[at] = m->most[at - 1];
    }
    m->causes[at] = kind->id;
    m->most[at] = most;
}

static void note_causes(struct matrix *m)
{
    for (size_t i = 0; i < m->measures->num_profiles; i++) {
        const struct cm_report_tally *tally = &m->fleet->profiles[i];

        for (size_t j = 0; j < tally->num_kinds; j++) {
            note_cause(m, &tally->kinds[j]);
        }
    }
}

static void fill(struct matrix *m)
{
    for (size_t i = 0; i < m->measures->num_profiles; i++) {
        for (size_t j = 0; j < m->num_causes; j++) {
            const struct cm_report_kind *kind =
                kind_of(&m->fleet->profiles[i], m->causes[j]);

            if (kind != NULL) {
                m->cells[i * m->num_causes + j] =
                    (struct cell){kind->failed, kind->unknown};
            }
        }
    }
}

static bool are_alike(const struct matrix *m, size_t a, size_t b)
{
    const struct cm_report_tally *one = &m->fleet->profiles[a];
    const struct cm_report_tally *other = &m->fleet->profiles[b];

    return one->passed == other->passed && one->failed == other->failed &&
           one->unknown == other->unknown &&
           memcmp(&m->cells[a * m->num_causes], &m->cells[b * m->num_causes],
                  m->num_causes * sizeof(*m->cells)) == 0;
}

static void group(struct matrix *m)
{
    for (size_t i = 0; i < m->measures->num_profiles; i++) {
        size_t at = 0;

        while (at < m->num_columns && !are_alike(m, m->columns[at], i)) {
            at++;
        }
        if (at == m->num_columns) {
            m->columns[m->num_columns++] = i;
        }
        m->alike[at]++;
    }
}

/* --- as HTML --- */

static size_t shown(const struct matrix *m)
{
    return m->num_columns < MAX_COLUMNS ? m->num_columns : MAX_COLUMNS;
}

static void head(struct cm_buf *out, const struct matrix *m)
{
    (void)cm_buf_puts(out, "<div class=\"card scroll\" tabindex=\"0\"><table "
                           "class=\"matrix\"><caption>What if: endpoints on "
                           "which a client fails, by the cause; clients that "
                           "are alike are one column, and a \"?\" counts what "
                           "was not found out</caption><thead><tr><th "
                           "scope=\"col\">cause</th>");
    for (size_t i = 0; i < shown(m); i++) {
        (void)cm_buf_puts(out, "<th scope=\"col\" class=\"num\">");
        cm_html_text(out, m->measures->profiles[m->columns[i]].name);
        if (m->alike[i] > 1) {
            (void)cm_buf_printf(out, "<br><small>and %zu alike</small>",
                                m->alike[i] - 1);
        }
        (void)cm_buf_puts(out, "</th>");
    }
    (void)cm_buf_puts(out, "</tr></thead><tbody>\n");
}

static void outcome_row(struct cm_buf *out, const struct matrix *m,
                        const char *words, char letter)
{
    cm_html_row(out, words);
    for (size_t i = 0; i < shown(m); i++) {
        const struct cm_report_tally *tally =
            &m->fleet->profiles[m->columns[i]];
        char pick[PICK_SIZE];

        (void)snprintf(pick, sizeof(pick), "client:%zu%c", m->columns[i],
                       letter);
        cm_html_cell_pick(out,
                          letter == 'w'   ? tally->passed
                          : letter == 'f' ? tally->failed
                                          : tally->unknown,
                          pick);
    }
    cm_html_row_end(out);
}

static void cause_row(struct cm_buf *out, const struct matrix *m, size_t cause)
{
    cm_html_row(out, m->causes[cause]);
    for (size_t i = 0; i < shown(m); i++) {
        const struct cell *cell =
            &m->cells[m->columns[i] * m->num_causes + cause];

        (void)cm_buf_puts(out, "<td class=\"num\">");
        if (cell->failed > 0) {
            cm_html_number(out, cell->failed);
        } else if (cell->unknown == 0) {
            (void)cm_buf_puts(out, "<span class=\"mute\">0</span>");
        }
        if (cell->unknown > 0) {
            (void)cm_buf_puts(out, cell->failed > 0 ? " + " : "");
            cm_html_number(out, cell->unknown);
            (void)cm_buf_puts(out, "?");
        }
        (void)cm_buf_puts(out, "</td>");
    }
    cm_html_row_end(out);
}

/* What tells clients apart comes before what all of them have. */
static bool differs(const struct matrix *m, size_t cause)
{
    const struct cell *first = &m->cells[m->columns[0] * m->num_causes + cause];

    for (size_t i = 1; i < m->num_columns; i++) {
        if (memcmp(&m->cells[m->columns[i] * m->num_causes + cause], first,
                   sizeof(*first)) != 0) {
            return true;
        }
    }
    return false;
}

static void cause_rows(struct cm_buf *out, const struct matrix *m,
                       bool differing)
{
    for (size_t i = 0; i < m->num_causes; i++) {
        if (differs(m, i) == differing) {
            cause_row(out, m, i);
        }
    }
}

/* Which ones the columns stand for, and what is left out. */
static void notes(struct cm_buf *out, const struct matrix *m)
{
    for (size_t i = 0; i < shown(m); i++) {
        const char *comma = "";

        if (m->alike[i] < 2) {
            continue;
        }
        (void)cm_buf_puts(out, "<p class=\"mute\">As <b>");
        cm_html_text(out, m->measures->profiles[m->columns[i]].name);
        (void)cm_buf_puts(out, "</b>: ");
        for (size_t j = 0; j < m->measures->num_profiles; j++) {
            if (j != m->columns[i] && are_alike(m, m->columns[i], j)) {
                (void)cm_buf_puts(out, comma);
                cm_html_text(out, m->measures->profiles[j].name);
                comma = ", ";
            }
        }
        (void)cm_buf_puts(out, ".</p>\n");
    }
    if (m->num_columns > MAX_COLUMNS || m->more_causes) {
        (void)cm_buf_printf(out,
                            "<p class=\"mute\">Shown are the first %zu kinds "
                            "of clients and the %zu causes with the most "
                            "endpoints; each client has all of its own "
                            "below.</p>\n",
                            shown(m), m->num_causes);
    }
}

bool cm_html_matrix(struct cm_buf *out,
                    const struct cm_report_measures *measures,
                    const struct cm_report_fleet *fleet)
{
    struct matrix m = {.measures = measures, .fleet = fleet};

    note_causes(&m);
    if (measures->num_profiles < 2 || m.num_causes == 0) {
        return true;
    }
    m.cells = calloc(measures->num_profiles * m.num_causes, sizeof(*m.cells));
    if (m.cells == NULL) {
        return false;
    }
    fill(&m);
    group(&m);
    head(out, &m);
    outcome_row(out, &m, "works", 'w');
    outcome_row(out, &m, "fails", 'f');
    outcome_row(out, &m, "unknown", 'u');
    cause_rows(out, &m, true);
    cause_rows(out, &m, false);
    cm_html_table_end(out);
    notes(out, &m);
    free(m.cells);
    return true;
}
