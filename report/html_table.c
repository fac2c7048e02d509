/* The endpoint table: its empty frame, and what the script must know to fill
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
#include "changes.h"
#include "facts.h"
#include "html_parts.h"

static void tools(struct cm_buf *out)
{
    static const char *const filters[][2] = {
        {"verdict", "Verdict"},
        {"cause", "Cause"},
        {"owner", "Owner"},
        {"resolution", "What to do"},
    };

    (void)cm_buf_puts(out, "<div class=\"tools\" id=\"endpoint-tools\" hidden>"
                           "<label>Find<input id=\"q\" type=\"search\" "
                           "size=\"24\" placeholder=\"in any column\">"
                           "</label>");
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        (void)cm_buf_printf(out,
                            "<label>%s<select id=\"by-%s\"><option value=\"\">"
                            "any</option></select></label>",
                            filters[i][1], filters[i][0]);
    }
    (void)cm_buf_puts(
        out,
        "<label>More filters<select id=\"more\"><option value=\"\">add one"
        "</option></select></label><span class=\"buttons\"><button "
        "class=\"plain\" id=\"all\" type=\"button\" hidden>Not only these"
        "</button><button class=\"plain\" id=\"clear\" type=\"button\" hidden>"
        "Clear filters</button><button class=\"plain\" id=\"export\" "
        "type=\"button\">CSV of these</button></span></div>\n");
}

enum cm_status cm_html_table(struct cm_buf *out, struct cm_report_run *run,
                             struct cm_error *err)
{
    static const char *const heads[][2] = {
        {"line", "line"},       {"host", "host"},
        {"port", "port"},       {"owner", "owner"},
        {"verdict", "verdict"}, {"cause", "fix first"},
        {"also", "also"},       {"ends", "certificate ends"},
        {"tls", "TLS"},
    };

    (void)run;
    (void)err;
    (void)cm_buf_puts(out,
                      "<p class=\"mute\" id=\"found\" aria-live=\"polite\">The "
                      "table needs JavaScript; endpoints.csv has all rows.</p>"
                      "\n");
    tools(out);
    (void)cm_buf_puts(
        out,
        "<div class=\"card scroll\" tabindex=\"0\"><table id=\"endpoints\">"
        "<thead><tr>");
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        (void)cm_buf_printf(out,
                            "<th scope=\"col\" data-column=\"%s\"><button "
                            "type=\"button\">%s"
                            "</button></th>",
                            heads[i][0], heads[i][1]);
    }
    (void)cm_buf_puts(out,
                      "</tr></thead><tbody id=\"rows\"></tbody></table></div>\n"
                      "<p class=\"pages\"><button class=\"plain\" id=\"previous"
                      "\" type=\"button\" disabled>Previous</button> <span "
                      "id=\"page\"></span> <button class=\"plain\" "
                      "id=\"next\" type=\"button\" disabled>Next</button></p>"
                      "\n");
    return CM_OK;
}

static void json(struct cm_buf *out, const char *before, const char *text)
{
    (void)cm_buf_puts(out, before);
    cm_text_json(out, text, strlen(text));
}

static void names(struct cm_buf *out, const char *key,
                  const struct cm_report_measure *all, size_t num)
{
    (void)cm_buf_printf(out, "],\n\"%s\":[", key);
    for (size_t i = 0; i < num; i++) {
        json(out, i == 0 ? "" : ",", all[i].name);
    }
}

/* The names of the input's columns; null: it has none. */
static void fields(struct cm_buf *out, const struct cm_run_facts *facts,
                   size_t num)
{
    (void)cm_buf_puts(out, "{\"fields\":[");
    for (size_t i = 0; i < num; i++) {
        (void)cm_buf_puts(out, i == 0 ? "" : ",");
        if (i < facts->columns.num && facts->columns.items[i] != NULL) {
            json(out, "", facts->columns.items[i]);
        } else {
            (void)cm_buf_puts(out, "null");
        }
    }
}

static void catalogue(struct cm_buf *out)
{
    (void)cm_buf_puts(out, "],\n\"verdict\":{");
    for (int i = CM_VERDICT_TRUSTED; i < CM_VERDICT_COUNT; i++) {
        json(out, i == CM_VERDICT_TRUSTED ? "" : ",",
             cm_verdict_id((enum cm_verdict)i));
        json(out, ":", cm_verdict_words((enum cm_verdict)i));
    }
    (void)cm_buf_puts(out, "},\n\"cause\":{");
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        json(out, i == 0 ? "" : ",", cm_cause_info((enum cm_cause)i)->id);
        json(out, ":", cm_cause_info((enum cm_cause)i)->title);
    }
    (void)cm_buf_puts(out, "},\n\"resolution\":{");
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);

        json(out, i == 0 ? "" : ",", info->id);
        json(out, ":", info->title);
    }
    (void)cm_buf_puts(out, "},\n\"change\":{");
    for (int i = 0; i < CM_CHANGE_COUNT; i++) {
        json(out, i == 0 ? "" : ",", cm_change_id((enum cm_change)i));
        json(out, ":", cm_change_words((enum cm_change)i));
    }
    (void)cm_buf_puts(out, "},\n\"who\":{");
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);

        json(out, i == 0 ? "" : ",", info->id);
        json(out, ":", info->who);
    }
    (void)cm_buf_puts(out, "}}");
}

/* JSON in a block that browsers do not run; cm_text_json lets no '<' out. */
enum cm_status cm_html_table_words(struct cm_buf *out,
                                   struct cm_report_run *run, size_t num_fields,
                                   struct cm_error *err)
{
    const struct cm_report_measures *measures;
    const struct cm_report_views *views;
    enum cm_status status = cm_report_run_measures(run, &measures, err);

    if (status == CM_OK) {
        status = cm_report_run_views(run, &views, err);
    }
    if (status != CM_OK) {
        return status;
    }
    (void)cm_buf_puts(out, "<script type=\"application/json\" id=\"words\">");
    fields(out, cm_report_run_facts(run), num_fields);
    (void)cm_buf_puts(out, "],\n\"views\":[");
    for (size_t i = 0; i < views->num; i++) {
        json(out, i == 0 ? "" : ",", views->views[i].name);
    }
    names(out, "clients", measures->profiles, measures->num_profiles);
    names(out, "policies", measures->policies, measures->num_policies);
    catalogue(out);
    (void)cm_buf_puts(out, "</script>\n");
    return CM_OK;
}
