/* The action plan as plain HTML: it needs no script, and prints.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/report.h"
#include "html_actions.h"

#define OPEN_ACTIONS 1  /* shown unfolded */
#define FULL_ACTIONS 40 /* later ones refer to one with the same steps */
#define OWNERS 3        /* named */
#define MAX_KEY 40

static void severity(struct cm_buf *out, const char *id)
{
    char words[32];

    (void)cm_buf_puts(out, " <span class=\"pill ");
    cm_html_text(out, id);
    (void)cm_buf_puts(out, "\">");
    for (size_t i = 0; i < sizeof(words); i++) {
        words[i] = id[i];
        if (id[i] == '_') {
            words[i] = ' ';
        }
        if (id[i] == '\0') {
            break;
        }
    }
    words[sizeof(words) - 1] = '\0';
    cm_html_text(out, words);
    (void)cm_buf_puts(out, "</span>");
}

static void owners(struct cm_buf *out, const struct cm_report_action *action)
{
    for (size_t i = 0; i < action->owners.num && i < OWNERS; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ", ");
        cm_html_text(out, action->owners.items[i]);
    }
    if (action->num_owners > OWNERS) {
        (void)cm_buf_printf(out, " and %" PRId64 " more",
                            action->num_owners - OWNERS);
    }
}

static void summary(struct cm_buf *out, const struct cm_report_action *action,
                    const struct cm_resolution_info *info, int64_t most)
{
    bool fixes = action->fixes_rows > 0;

    (void)cm_buf_printf(out,
                        "<summary><span class=\"rank\">%" PRId64
                        "</span><span><span class=\"t\">",
                        action->rank);
    cm_html_text(out, info != NULL ? info->title : action->resolution);
    (void)cm_buf_puts(out, "</span>");
    severity(out, action->severity);
    (void)cm_buf_puts(out, "<br><span class=\"sub\">");
    cm_html_text(out, action->subject);
    (void)cm_buf_puts(out, "</span></span><span class=\"who\">");
    cm_html_text(out, info != NULL ? info->who : "?");
    (void)cm_buf_puts(out, "<br><small>");
    owners(out, action);
    (void)cm_buf_puts(out, "</small></span><span class=\"n\"><b>");
    cm_html_number(out, fixes ? action->fixes_rows : action->touches_rows);
    (void)cm_buf_puts(out, fixes ? "</b> fixed" : "</b> improved");
    cm_html_share_bar(out, action->fixes_rows, most);
    (void)cm_buf_puts(out, "</span></summary>");
}

/* Letters and digits only, as our own keys are. */
static bool is_plain(const char *key)
{
    size_t len = strlen(key);

    return len > 0 && len <= MAX_KEY &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

void cm_html_action_id(struct cm_buf *out, const char *key)
{
    if (is_plain(key)) {
        (void)cm_buf_printf(out, "action-%s", key);
    }
}

static void start_tag(struct cm_buf *out, const struct cm_report_action *action,
                      const struct cm_resolution_info *info)
{
    (void)cm_buf_puts(out, "<details class=\"act\"");
    if (is_plain(action->key)) {
        (void)cm_buf_printf(out, " id=\"action-%s\"", action->key);
    }
    (void)cm_buf_puts(out, " data-key=\"");
    cm_html_text(out, action->key);
    (void)cm_buf_puts(out, "\" data-who=\"");
    cm_html_text(out, info != NULL ? info->who : "?");
    (void)cm_buf_puts(out, "\" data-severity=\"");
    cm_html_text(out, action->severity);
    (void)cm_buf_puts(out, action->rank <= OPEN_ACTIONS ? "\" open>" : "\">");
}

/* The plan under way. */
struct plan {
    struct cm_report_run *run;
    const struct cm_html_digest *digest;
    int64_t most;
    int64_t written;
    struct cm_html_same full[CM_RESOLUTION_COUNT];
};

static enum cm_status one_action(struct cm_buf *out, struct plan *plan,
                                 const struct cm_report_action *action,
                                 struct cm_error *err)
{
    enum cm_resolution resolution;
    bool known = cm_resolution_from_id(action->resolution, &resolution);
    struct cm_html_same *full = known ? &plan->full[resolution] : NULL;
    bool refer =
        full != NULL && full->key != NULL && plan->written > FULL_ACTIONS;
    enum cm_status status;

    start_tag(out, action, known ? cm_resolution_info(resolution) : NULL);
    summary(out, action, known ? cm_resolution_info(resolution) : NULL,
            plan->most);
    status = cm_html_action_body(out, plan->run, action, plan->digest,
                                 refer ? full : NULL, err);
    (void)cm_buf_puts(out, "</details>\n");
    if (status == CM_OK && full != NULL && full->key == NULL &&
        is_plain(action->key)) {
        full->rank = action->rank;
        full->key = strdup(action->key);
        if (full->key == NULL) {
            return cm_error_nomem(err, "the action plan");
        }
    }
    return status;
}

static void tools(struct cm_buf *out)
{
    static const char *const filters[][3] = {
        {"owner", "Owner", "all"},
        {"who", "Who acts", "anyone"},
        {"severity", "Severity", "any"},
    };

    (void)cm_buf_puts(out, "<div class=\"tools\" id=\"plan-tools\" hidden>");
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        (void)cm_buf_printf(out,
                            "<label>%s<select id=\"plan-%s\"><option value=\""
                            "\">%s</option></select></label>",
                            filters[i][1], filters[i][0], filters[i][2]);
    }
    (void)cm_buf_puts(out, "<label>Find<input id=\"plan-text\" type=\"search\""
                           " size=\"24\" placeholder=\"certificate, cause, "
                           "host\"></label><span class=\"mute\" "
                           "id=\"plan-found\" aria-live=\"polite\"></span>"
                           "</div>\n");
}

enum cm_status cm_html_actions(struct cm_buf *out, struct cm_report_run *run,
                               const struct cm_html_digest *digest,
                               struct cm_error *err)
{
    struct cm_report_actions *actions = NULL;
    const struct cm_report_action *action = NULL;
    struct plan plan = {.run = run, .digest = digest};
    enum cm_status status =
        cm_report_actions_open(&actions, run, CM_ORDER_RANK, err);

    while (status == CM_OK) {
        status = cm_report_actions_next(actions, &action, err);
        if (status != CM_OK || action == NULL ||
            plan.written == CM_HTML_MAX_ACTIONS) {
            break;
        }
        if (plan.written == 0) {
            plan.most = action->fixes_rows;
            tools(out);
        }
        plan.written++;
        status = one_action(out, &plan, action, err);
    }
    if (status == CM_OK && plan.written > 0) {
        (void)cm_buf_puts(out, "<p><button class=\"plain\" type=\"button\" "
                               "id=\"plan-all\" hidden></button></p>\n");
    }
    if (status == CM_OK && plan.written == 0) {
        (void)cm_buf_puts(out, "<p class=\"card\">Nothing to do.</p>\n");
    } else if (status == CM_OK && action != NULL) {
        (void)cm_buf_puts(out, "<p class=\"mute\">These are the first ");
        cm_html_number(out, plan.written);
        (void)cm_buf_puts(out, " actions; actions.csv has all.</p>\n");
    }
    for (size_t i = 0; i < CM_RESOLUTION_COUNT; i++) {
        free(plan.full[i].key);
    }
    cm_report_actions_close(actions);
    return status;
}
