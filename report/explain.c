/* The catalogue on the terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "certmuster/report.h"
#include "certmuster/text.h"
#include "screen.h"

#define MAX_TEXT ((size_t)4 * 1024 * 1024)
#define ID_WIDTH 28U

static void put_heading(struct cm_buf *out, const char *text)
{
    cm_buf_printf(out, "\n%s\n", text);
}

static void put_line(struct cm_buf *out, const char *id, const char *title)
{
    cm_buf_printf(out, "  %-*s  %s\n", (int)ID_WIDTH, id, title);
}

static void list_causes(struct cm_buf *out)
{
    for (int stage = 0; stage < CM_STAGE_COUNT; stage++) {
        bool first = true;

        for (int i = 0; i < CM_CAUSE_COUNT; i++) {
            const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

            if ((int)info->stage != stage) {
                continue;
            }
            if (first) {
                cm_buf_printf(out, "\nCauses: %s\n",
                              cm_stage_id((enum cm_stage)stage));
                first = false;
            }
            put_line(out, info->id, info->title);
        }
    }
}

static void list_all(struct cm_buf *out)
{
    cm_buf_puts(out,
                "`certmuster explain ID` says more about each of these.\n");
    list_causes(out);
    put_heading(out, "Resolutions");
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const struct cm_resolution_info *info =
            cm_resolution_info((enum cm_resolution)i);

        put_line(out, info->id, info->title);
    }
}

static void put_steps(struct cm_buf *out, const struct cm_remedy *remedy,
                      size_t width)
{
    for (size_t i = 0; remedy->steps[i] != NULL; i++) {
        cm_buf_printf(out, "  %zu. ", i + 1);
        cm_screen_wrap(out, remedy->steps[i], 5, width);
    }
}

static bool just_works(const struct cm_client_text *client)
{
    return strcmp(client->text, "works") == 0;
}

/* Those that say something, each with its words; then, in one paragraph, those
 * that notice nothing. */
static void put_clients(struct cm_buf *out,
                        const struct cm_client_text *clients, size_t width)
{
    bool fails = false;
    bool works = false;

    for (const struct cm_client_text *c = clients; c->client != NULL; c++) {
        if (just_works(c)) {
            works = true;
            continue;
        }
        if (!fails) {
            put_heading(out, "What clients say");
            fails = true;
        }
        cm_buf_printf(out, "  %s\n", c->client);
        cm_screen_wrap(out, c->text, 6, width);
    }
    if (!works) {
        return;
    }
    put_heading(out, fails ? "These work all the same" : "All of these work");
    for (const struct cm_client_text *c = clients; c->client != NULL; c++) {
        if (just_works(c)) {
            cm_buf_printf(out, "  %s\n", c->client);
        }
    }
}

static void put_paragraph(struct cm_buf *out, const char *heading,
                          const char *text, size_t width)
{
    put_heading(out, heading);
    cm_screen_wrap(out, text, 2, width);
}

static void explain_cause(struct cm_buf *out, enum cm_cause cause, size_t width)
{
    const struct cm_cause_info *info = cm_cause_info(cause);
    const struct cm_cause_text *text = cm_cause_text(cause);
    const struct cm_resolution_info *fix = cm_resolution_info(info->resolution);

    cm_buf_printf(out, "%s: %s\n", info->id, info->title);
    cm_buf_printf(out, "  stage %s, usually %s, the endpoint is %s\n\n",
                  cm_stage_id(info->stage), cm_severity_id(info->severity),
                  info->verdict == CM_VERDICT_NONE
                      ? "trusted nevertheless"
                      : cm_verdict_id(info->verdict));
    cm_screen_wrap(out, text->meaning, 2, width);
    put_paragraph(out, "Rule", text->rule, width);
    put_paragraph(out, "How it is detected", text->detected, width);
    put_clients(out, text->clients, width);
    cm_buf_printf(out, "\nWho acts: %s\n", fix->who);
    cm_buf_printf(out, "What to do: %s\n", fix->title);
    put_steps(out, cm_remedy(info->resolution), width);
    cm_buf_printf(out, "  `certmuster explain %s` has the commands.\n",
                  fix->id);
}

static void list_causes_of(struct cm_buf *out, enum cm_resolution resolution)
{
    bool first = true;

    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);

        if (info->resolution == resolution) {
            if (first) {
                put_heading(out, "Usual causes");
                first = false;
            }
            put_line(out, info->id, info->title);
        }
    }
}

static void explain_resolution(struct cm_buf *out,
                               enum cm_resolution resolution, size_t width)
{
    const struct cm_resolution_info *info = cm_resolution_info(resolution);
    const struct cm_remedy *remedy = cm_remedy(resolution);

    cm_buf_printf(out, "%s: %s\n  who acts: %s\n\n", info->id, info->title,
                  info->who);
    cm_screen_wrap(out, remedy->why, 2, width);
    put_heading(out, "Steps");
    put_steps(out, remedy, width);
    for (const struct cm_platform *p = remedy->platforms; p->name != NULL;
         p++) {
        put_heading(out, p->name);
        cm_screen_lines(out, p->commands, 4);
    }
    put_heading(out, "Check");
    cm_screen_lines(out, remedy->verify, 4);
    if (remedy->never[0] != '\0') {
        put_heading(out, "Never");
        cm_screen_wrap(out, remedy->never, 2, width);
    }
    list_causes_of(out, resolution);
}

#define NUM_IDS (CM_CAUSE_COUNT + CM_RESOLUTION_COUNT)

/* The id that was meant: a slip of the fingers, or half of it remembered. NULL:
 * neither. */
static const char *similar(const char *word)
{
    const char *ids[NUM_IDS];
    const char *meant;
    size_t num = 0;

    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        ids[num++] = cm_cause_info((enum cm_cause)i)->id;
    }
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        ids[num++] = cm_resolution_info((enum cm_resolution)i)->id;
    }
    meant = cm_did_you_mean(word, ids, num);
    for (size_t i = 0; i < num && meant == NULL; i++) {
        if (strstr(ids[i], word) != NULL) {
            meant = ids[i];
        }
    }
    return meant;
}

static enum cm_status unknown(const char *id, struct cm_error *err)
{
    const char *close = id[0] == '\0' ? NULL : similar(id);

    if (close != NULL) {
        return cm_error_set(err, CM_EUSAGE,
                            "there is no cause or resolution \"%s\". Did you "
                            "mean %s?",
                            id, close);
    }
    return cm_error_set(err, CM_EUSAGE,
                        "there is no cause or resolution \"%s\". `certmuster "
                        "explain` lists them",
                        id);
}

enum cm_status cm_explain(const char *id, int width, FILE *out,
                          struct cm_error *err)
{
    struct cm_buf text;
    enum cm_cause cause;
    enum cm_resolution resolution;
    enum cm_status status;

    cm_buf_init(&text, MAX_TEXT);
    if (id == NULL) {
        list_all(&text);
    } else if (cm_cause_from_id(id, &cause)) {
        explain_cause(&text, cause, cm_screen_width(width));
    } else if (cm_resolution_from_id(id, &resolution)) {
        explain_resolution(&text, resolution, cm_screen_width(width));
    } else {
        cm_buf_cleanup(&text);
        return unknown(id, err);
    }
    status = cm_screen_show(&text, out, err);
    cm_buf_cleanup(&text);
    return status;
}
