/* The endpoint table: its empty frame, and what the script must know to fill
 * it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/text.h"
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

    (void)cm_buf_puts(out,
                      "<div class=\"tools\" id=\"endpoint-tools\" hidden>"
                      "<label>Find<input id=\"q\" type=\"search\" "
                      "size=\"26\" placeholder=\"host, owner, certificate, "
                      "cause\"></label>");
    for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
        (void)cm_buf_printf(out,
                            "<label>%s<select id=\"by-%s\"><option value=\"\">"
                            "any</option></select></label>",
                            filters[i][1], filters[i][0]);
    }
    (void)cm_buf_puts(out, "<button class=\"plain\" id=\"all\" hidden>Not only "
                           "these</button><button class=\"plain\" "
                           "id=\"export\">CSV of these</button></div>\n");
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
                            "<th scope=\"col\" data-column=\"%s\"><button>%s"
                            "</button></th>",
                            heads[i][0], heads[i][1]);
    }
    (void)cm_buf_puts(out,
                      "</tr></thead><tbody id=\"rows\"></tbody></table></div>\n"
                      "<p class=\"pages\"><button class=\"plain\" id=\"previous"
                      "\" disabled>Previous</button> <button class=\"plain\" "
                      "id=\"next\" disabled>Next</button></p>\n");
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

/* JSON in a block that browsers do not run; cm_text_json lets no '<' out. */
void cm_html_table_words(struct cm_buf *out, const struct cm_run_facts *facts,
                         const struct cm_report_measures *measures)
{
    (void)cm_buf_puts(out, "<script type=\"application/json\" id=\"words\">"
                           "{\"columns\":[");
    for (size_t i = 0; i < facts->columns.num; i++) {
        json(out, i == 0 ? "" : ",", facts->columns.items[i]);
    }
    names(out, "clients", measures->profiles, measures->num_profiles);
    names(out, "policies", measures->policies, measures->num_policies);
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
    (void)cm_buf_puts(out, "},\n\"who\":{");
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);

        json(out, i == 0 ? "" : ",", info->id);
        json(out, ":", info->who);
    }
    (void)cm_buf_puts(out, "}}</script>\n");
}
