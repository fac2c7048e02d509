/* Post-quantum readiness: who takes such a key exchange, who only has to switch
 * it on, who needs TLS 1.3 first, and whose network breaks large hellos.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_quantum.h"

#include <stdio.h>

#include "certmuster/evidence.h"
#include "html_cells.h"
#include "html_parts.h"

#define PICK_SIZE 64

/* Rows by what they need; of what was chosen, or where it was asked for of what
 * is served. */
struct readiness {
    int64_t all;
    int64_t ready;
    int64_t switch_on; /* TLS 1.3 is there */
    int64_t upgrade;   /* it is not */
    int64_t unknown;
};

static struct readiness readiness_of(const struct cm_report_protocols *p)
{
    struct readiness r = {.all = p->inventories, .ready = p->post_quantum};

    if (p->inventories > 0) {
        r.upgrade = p->no_tls1_3;
        r.switch_on = p->no_post_quantum - p->no_tls1_3;
        r.unknown = r.all - r.ready - r.switch_on - r.upgrade;
        return r;
    }
    r.all = p->connected;
    r.ready = p->chosen_post_quantum;
    r.upgrade = p->connected - p->chosen[CM_VERSION_TLS1_3];
    r.switch_on = r.all - r.ready - r.upgrade;
    return r;
}

static void line(struct cm_buf *out, const char *state, const char *todo,
                 int64_t rows, const struct readiness *r)
{
    cm_html_row(out, state);
    cm_html_cell(out, todo);
    cm_html_cell_number(out, rows);
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_percent(out, rows, r->all);
    (void)cm_buf_puts(out, "</td>");
    cm_html_cell_share(out, rows, r->all);
    cm_html_row_end(out);
}

static void cause_line(struct cm_buf *out, enum cm_cause cause,
                       const char *state, const struct cm_report_totals *totals)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    char pick[PICK_SIZE];

    (void)snprintf(pick, sizeof(pick), "cause:%s", info->id);
    cm_html_row(out, state);
    cm_html_cell(out, cm_resolution_info(info->resolution)->title);
    cm_html_cell_pick(out, totals->causes[cause], pick);
    (void)cm_buf_puts(out, "<td class=\"num\">");
    cm_html_percent(out, totals->causes[cause], totals->rows);
    (void)cm_buf_puts(out, "</td>");
    cm_html_cell_share(out, totals->causes[cause], totals->rows);
    cm_html_row_end(out);
}

/* "1 endpoint takes a post-quantum key exchange, 2 surely none, of 4 that were
 * asked." */
static void summary(struct cm_buf *out,
                    const struct cm_report_protocols *protocols)
{
    (void)cm_buf_puts(out, "<p class=\"say\">");
    if (protocols->inventories > 0) {
        cm_html_count(out, protocols->post_quantum, "endpoint takes",
                      "endpoints take");
        (void)cm_buf_puts(out, " a post-quantum key exchange, ");
        cm_html_number(out, protocols->no_post_quantum);
        (void)cm_buf_puts(out, " surely none, of ");
        cm_html_number(out, protocols->inventories);
        (void)cm_buf_puts(out, " that were asked.</p>\n");
    } else {
        cm_html_count(out, protocols->chosen_post_quantum, "connection",
                      "connections");
        (void)cm_buf_puts(out, " of ");
        cm_html_number(out, protocols->connected);
        (void)cm_buf_puts(out, " chose a post-quantum key exchange.</p>\n");
    }
}

void cm_html_quantum(struct cm_buf *out,
                     const struct cm_report_protocols *protocols,
                     const struct cm_report_totals *totals)
{
    struct readiness r = readiness_of(protocols);

    summary(out, protocols);
    (void)cm_buf_puts(out, "<p class=\"mute\">Traffic that is recorded today "
                           "can be read once quantum computers break the key "
                           "exchange. X25519MLKEM768 resists that, and needs "
                           "TLS 1.3.</p>\n");
    cm_html_table_begin(out, "Post-quantum readiness",
                        "endpoints|what is left to do|#rows|#share|");
    line(out, "take a post-quantum group", "nothing", r.ready, &r);
    line(out, "speak TLS 1.3 without one",
         "switch X25519MLKEM768 on, or upgrade the TLS library", r.switch_on,
         &r);
    line(out, "do not speak TLS 1.3", "bring TLS 1.3 first", r.upgrade, &r);
    if (r.unknown > 0) {
        line(out, "were not found out", "ask again, by --inventory", r.unknown,
             &r);
    }
    cause_line(out, CM_CAUSE_TLS_HELLO_INTOLERANT,
               "break on hellos that are large, or new to them", totals);
    cm_html_table_end(out);
}
