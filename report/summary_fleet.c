/* What the fleet serves, which policies hold and for whom it does not work: a
 * few lines each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "summary_fleet.h"

#include <inttypes.h>
#include <string.h>

#include "certmuster/evidence.h"
#include "screen.h"

#define MAX_TEXT ((size_t)1024 * 1024)
#define MAX_RULES 3   /* of a policy */
#define MAX_CLIENTS 8 /* that fail most */
#define COUNT_WIDTH 13U
#define NAME_WIDTH 24U

/* One line: a count, a name, and what there is room for. */
static void put_line(struct cm_buf *out, int64_t number, const char *name,
                     struct cm_buf *rest, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    size_t used = COUNT_WIDTH + 2 + NAME_WIDTH + 1;

    cm_buf_printf(out, "%*s  ", (int)COUNT_WIDTH,
                  cm_screen_count(number, count));
    cm_screen_cell(out, name, NAME_WIDTH);
    cm_buf_putc(out, ' ');
    cm_screen_cell(out, cm_buf_cstr(rest), width > used ? width - used : 1);
    cm_screen_trim(out);
    cm_buf_putc(out, '\n');
    out->failed = out->failed || rest->failed;
    cm_buf_clear(rest);
}

static void put_example(struct cm_buf *cell, const struct cm_report_kind *kind,
                        const char *words)
{
    size_t len = strlen(words);

    /* A sentence loses its full stop: it goes on. */
    cm_buf_append(cell, words,
                  len > 0 && words[len - 1] == '.' ? len - 1 : len);
    if (kind->host[0] != '\0') {
        cm_buf_puts(cell, ", ");
        cm_buf_puts(cell, kind->host);
    }
    if (kind->host[0] != '\0' && kind->port != CM_UNKNOWN) {
        cm_buf_printf(cell, ":%" PRId64, kind->port);
    }
}

/* --- what is served --- */

static void put_served(struct cm_buf *out,
                       const struct cm_report_protocols *protocols,
                       size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf none;

    if (protocols->inventories == 0) {
        return;
    }
    cm_buf_init(&none, MAX_TEXT);
    cm_buf_printf(out, "\n protocols of %s endpoint%s\n",
                  cm_screen_count(protocols->inventories, count),
                  protocols->inventories == 1 ? "" : "s");
    for (int i = CM_VERSION_COUNT - 1; i >= 0; i--) {
        if (protocols->served[i] > 0) {
            put_line(out, protocols->served[i],
                     cm_tls_version_name(
                         cm_version_number((enum cm_version_index)i)),
                     &none, width);
        }
    }
    put_line(out, protocols->classes[CM_SUITES_WEAK], "weak suites", &none,
             width);
    put_line(out, protocols->post_quantum, "post-quantum groups", &none, width);
    cm_buf_cleanup(&none);
}

static void put_grades(struct cm_buf *out,
                       const struct cm_report_protocols *protocols)
{
    char count[CM_COUNT_TEXT_SIZE];
    const char *gap = " grades: ";

    for (int i = CM_LETTER_A; i < CM_LETTER_COUNT; i++) {
        if (protocols->grades[i] > 0) {
            cm_buf_printf(out, "%s%s %s", gap,
                          cm_screen_count(protocols->grades[i], count),
                          cm_letter_text((enum cm_letter)i));
            gap = ", ";
        }
    }
    if (gap[0] == ',') {
        cm_buf_puts(out, " (" CM_GRADE_GUIDE ")\n");
    }
}

/* --- policies --- */

static void put_policy(struct cm_buf *out,
                       const struct cm_report_measure *policy,
                       const struct cm_report_tally *tally, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    struct cm_buf cell;

    cm_buf_puts(out, "\n policy ");
    cm_screen_cell(out, policy->name, NAME_WIDTH);
    cm_screen_trim(out);
    cm_buf_printf(out, ": %s pass, ", cm_screen_count(tally->passed, count));
    cm_buf_printf(out, "%s fail, ", cm_screen_count(tally->failed, count));
    cm_buf_printf(out, "%s unknown\n", cm_screen_count(tally->unknown, count));
    cm_buf_init(&cell, MAX_TEXT);
    for (size_t i = 0; i < tally->num_kinds && i < MAX_RULES; i++) {
        const struct cm_report_kind *kind = &tally->kinds[i];
        const struct cm_report_rule *rule = cm_report_rule_of(policy, kind->id);

        if (kind->failed == 0) {
            break;
        }
        put_example(&cell, kind, rule != NULL ? rule->text : kind->why);
        put_line(out, kind->failed, kind->id, &cell, width);
    }
    cm_buf_cleanup(&cell);
}

/* --- clients --- */

/* The next one by failing rows; `num` when no other fails. */
static size_t worst_of(const struct cm_report_fleet *fleet, size_t num,
                       const bool *shown)
{
    size_t worst = num;

    for (size_t i = 0; i < num; i++) {
        if (!shown[i] && fleet->profiles[i].failed > 0 &&
            (worst == num ||
             fleet->profiles[i].failed > fleet->profiles[worst].failed)) {
            worst = i;
        }
    }
    return worst;
}

static void put_client(struct cm_buf *out,
                       const struct cm_report_measure *profile,
                       const struct cm_report_tally *tally, size_t width)
{
    const struct cm_report_kind *kind =
        tally->num_kinds > 0 ? &tally->kinds[0] : NULL;
    struct cm_buf cell;

    cm_buf_init(&cell, MAX_TEXT);
    if (kind != NULL) {
        put_example(&cell, kind, kind->id[0] != '\0' ? kind->id : kind->why);
    }
    put_line(out, tally->failed, profile->name, &cell, width);
    cm_buf_cleanup(&cell);
}

static void put_clients(struct cm_buf *out,
                        const struct cm_report_measures *measures,
                        const struct cm_report_fleet *fleet, size_t width)
{
    char count[CM_COUNT_TEXT_SIZE];
    bool shown[CM_MAX_PROFILES] = {false};
    size_t num = measures->num_profiles;
    int64_t failing = 0;

    for (size_t i = 0; i < num; i++) {
        failing += fleet->profiles[i].failed > 0 ? 1 : 0;
    }
    cm_buf_printf(out, "\n clients: %s of ", cm_screen_count(failing, count));
    cm_buf_printf(out, "%s fail somewhere\n",
                  cm_screen_count((int64_t)num, count));
    for (size_t i = 0; i < MAX_CLIENTS; i++) {
        size_t worst = worst_of(fleet, num, shown);

        if (worst == num) {
            return;
        }
        shown[worst] = true;
        put_client(out, &measures->profiles[worst], &fleet->profiles[worst],
                   width);
    }
    if (failing > MAX_CLIENTS) {
        cm_buf_printf(out, "   ... %s more clients\n",
                      cm_screen_count(failing - MAX_CLIENTS, count));
    }
}

void cm_summary_fleet(struct cm_buf *out,
                      const struct cm_report_measures *measures,
                      const struct cm_report_fleet *fleet, size_t width)
{
    put_served(out, &fleet->protocols, width);
    put_grades(out, &fleet->protocols);
    for (size_t i = 0; i < measures->num_policies; i++) {
        put_policy(out, &measures->policies[i], &fleet->policies[i], width);
    }
    if (measures->num_profiles > 0) {
        put_clients(out, measures, fleet, width);
    }
}
