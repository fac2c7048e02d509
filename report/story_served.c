/* All that the endpoint serves, where that was asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "asked_json.h"
#include "certmuster/evidence.h"
#include "certmuster/inventory.h"
#include "story.h"

#define MAX_SUITES 40

static void put_suites(struct cm_buf *out, enum cm_version_index index,
                       const struct cm_version_inventory *version)
{
    for (size_t i = 0; i < version->num_suites && i < MAX_SUITES; i++) {
        const char *name = cm_inventory_suite_name(index, version->suites[i]);

        (void)cm_buf_puts(out, i == 0 ? ": " : ", ");
        if (name != NULL) {
            (void)cm_buf_puts(out, name);
        } else {
            (void)cm_buf_printf(out, "0x%04X", version->suites[i]);
        }
    }
    if (version->num_suites > MAX_SUITES) {
        (void)cm_buf_printf(out, " and %zu more",
                            version->num_suites - MAX_SUITES);
    }
}

static void put_version(struct cm_story *s, enum cm_version_index index,
                        const struct cm_version_inventory *version)
{
    struct cm_buf *out =
        cm_story_line(s, cm_tls_version_name(cm_version_number(index)));

    (void)cm_buf_puts(out, version->served == CM_YES  ? "served"
                           : version->served == CM_NO ? "refused"
                                                      : "not found out");
    if (version->served == CM_YES) {
        if (version->server_order != CM_NOT_KNOWN) {
            (void)cm_buf_puts(out, version->server_order == CM_YES
                                       ? ", the server chooses"
                                       : ", the client chooses");
        }
        put_suites(out, index, version);
        (void)cm_buf_puts(out, version->complete ? "" : " (perhaps more)");
    }
    cm_story_end(s);
}

static void put_codes(struct cm_story *s, const char *label,
                      const uint16_t *codes, size_t num, bool complete,
                      const char *(*name)(uint16_t code,
                                          char out[CM_CODE_SIZE]))
{
    struct cm_buf *out = cm_story_line(s, label);
    char hex[CM_CODE_SIZE];

    if (num == 0) {
        return;
    }
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_printf(out, "%s%s", i == 0 ? "" : ", ",
                            name(codes[i], hex));
    }
    (void)cm_buf_puts(out, complete ? "" : " (perhaps more)");
    cm_story_end(s);
}

static void put_known(struct cm_buf *out, const char *what, enum cm_known known)
{
    if (known != CM_NOT_KNOWN) {
        (void)cm_buf_printf(out, "%s%s: %s", out->len == 0 ? "" : ", ", what,
                            cm_known_id(known));
    }
}

static void put_rest(struct cm_story *s, const struct cm_inventory *inventory)
{
    struct cm_buf *out = cm_story_line(s, "besides");

    put_known(out, "secure renegotiation", inventory->secure_renegotiation);
    put_known(out, "extended master secret", inventory->extended_master_secret);
    put_known(out, "compression", inventory->compression);
    put_known(out, "fallback SCSV", inventory->fallback_scsv);
    put_known(out, "OCSP stapling", inventory->stapling);
    put_known(out, "needs SNI", inventory->sni_needed);
    if (inventory->min_dh_bits > 0) {
        (void)cm_buf_printf(out, "%sshortest DH prime: %u bits",
                            out->len == 0 ? "" : ", ", inventory->min_dh_bits);
    }
    if (out->len > 0) {
        cm_story_end(s);
    }
}

void cm_story_served(struct cm_story *s)
{
    const struct cm_report_extras *extras = &s->row->extras;
    const struct cm_inventory *inventory = extras->inventory;

    if (inventory != NULL) {
        cm_story_heading(s, "What it serves (inventory)");
        for (int i = CM_VERSION_COUNT - 1; i >= 0; i--) {
            put_version(s, (enum cm_version_index)i, &inventory->versions[i]);
        }
        put_codes(s, "groups", inventory->groups, inventory->num_groups,
                  inventory->groups_complete, cm_group_text);
        put_codes(s, "signatures", inventory->schemes, inventory->num_schemes,
                  inventory->schemes_complete, cm_scheme_text);
        put_rest(s, inventory);
    }
    if (extras->grade != NULL) {
        struct cm_buf *out = cm_story_line(s, "grade");

        cm_story_foreign(out, extras->grade);
        (void)cm_buf_puts(out, extras->grade_at_best == 1 ? " at best" : "");
        if (extras->grade_score != CM_UNKNOWN) {
            (void)cm_buf_printf(out, ", %" PRId64 " of 100 points",
                                extras->grade_score);
        }
        if (extras->grade_rules.num > 0) {
            (void)cm_buf_puts(out, "; held down by: ");
            cm_story_list(out, &extras->grade_rules, extras->grade_rules.num);
        }
        cm_story_end(s);
    }
}
