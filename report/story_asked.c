/* What hand-built hellos were answered, for which clients it fails, which
 * policies it breaks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "asked_json.h"
#include "certmuster/evidence.h"
#include "reader_asked.h"
#include "story.h"

#define MAX_GROUPS 24 /* reasons for which clients fail */
#define MAX_WORDS ((size_t)1 << 20)

static void put_code(struct cm_buf *out, int64_t code,
                     const char *(*name)(uint16_t code, char out[CM_CODE_SIZE]))
{
    char hex[CM_CODE_SIZE];

    if (code > 0 && code <= UINT16_MAX) {
        (void)cm_buf_printf(out, ", %s", name((uint16_t)code, hex));
    }
}

static void put_answer(struct cm_story *s,
                       const struct cm_report_answer *answer)
{
    struct cm_buf *out = cm_story_line(s, answer->ask);

    cm_story_foreign(out, answer->ended);
    if (answer->alert >= 0 && answer->alert <= UINT8_MAX) {
        (void)cm_buf_printf(out, " %s (%" PRId64 ")",
                            cm_alert_name((uint8_t)answer->alert),
                            answer->alert);
    }
    if (answer->version > 0 && answer->version <= UINT16_MAX) {
        (void)cm_buf_printf(out, ": %s",
                            cm_tls_version_name((uint16_t)answer->version));
        put_code(out, answer->cipher, cm_suite_text);
        put_code(out, answer->kex_group, cm_group_text);
        put_code(out, answer->signature, cm_scheme_text);
    }
    if (answer->dh_bits > 0) {
        (void)cm_buf_printf(out, ", DH prime of %" PRId64 " bits",
                            answer->dh_bits);
    }
    (void)cm_buf_puts(out,
                      answer->asks_for_cert ? ", asks for a certificate" : "");
    (void)cm_buf_printf(out, " (hello of %" PRId64 " bytes, %" PRId64 " ms)",
                        answer->hello_bytes, answer->ms);
    cm_story_end(s);
}

static enum cm_status put_answers(struct cm_story *s,
                                  struct cm_report_asked *asked,
                                  struct cm_error *err)
{
    const struct cm_report_answer *answer = NULL;
    bool any = false;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_ANSWERS, s->row->endpoint, err);

    while (status == CM_OK) {
        status = cm_report_asked_answer(asked, &answer, err);
        if (status != CM_OK || answer == NULL) {
            break;
        }
        if (!any) {
            cm_story_heading(s, "What hand-built hellos were answered");
        }
        any = true;
        put_answer(s, answer);
    }
    return status;
}

/* "48 of 52 clients work" and then those that do not. */
static void put_clients_head(struct cm_story *s)
{
    size_t works = 0;

    cm_story_heading(s, "Clients");
    for (size_t i = 0; i < s->measures->num_profiles; i++) {
        works += cm_report_letter(s->row->extras.clients, i) == 'w' ? 1 : 0;
    }
    (void)cm_buf_printf(cm_story_line(s, "works for"), "%zu of %zu", works,
                        s->measures->num_profiles);
    cm_story_end(s);
}

/* Clients that fail, or may fail, for one reason. */
struct reason_group {
    bool fails;
    struct cm_buf why;   /* the cause and what was compared */
    struct cm_buf names; /* of the clients */
    struct cm_buf says;  /* the words of the first one */
};
struct reason_groups {
    struct reason_group list[MAX_GROUPS];
    size_t num;
    size_t left_out; /* clients */
};

static void why_words(struct cm_buf *out, const struct cm_report_reason *reason)
{
    cm_story_foreign(out, reason->cause == NULL ? "" : reason->cause);
    if (reason->cause != NULL && reason->why[0] != '\0') {
        (void)cm_buf_puts(out, "; ");
    }
    cm_story_foreign(out, reason->why);
}

/* NULL: there are too many. */
static struct reason_group *group_of(struct reason_groups *groups, bool fails,
                                     const struct cm_buf *why)
{
    struct reason_group *group;

    for (size_t i = 0; i < groups->num; i++) {
        group = &groups->list[i];
        if (group->fails == fails && group->why.len == why->len &&
            (why->len == 0 ||
             memcmp(group->why.data, why->data, why->len) == 0)) {
            return group;
        }
    }
    if (groups->num == MAX_GROUPS) {
        return NULL;
    }
    group = &groups->list[groups->num++];
    group->fails = fails;
    cm_buf_init(&group->why, MAX_WORDS);
    cm_buf_init(&group->names, MAX_WORDS);
    cm_buf_init(&group->says, MAX_WORDS);
    (void)cm_buf_append(&group->why, why->data, why->len);
    return group;
}

static void add_reason(struct reason_groups *groups, struct cm_buf *why,
                       const struct cm_report_reason *reason)
{
    struct reason_group *group;

    cm_buf_clear(why);
    why_words(why, reason);
    group = group_of(groups, strcmp(reason->outcome, "fails") == 0, why);
    if (group == NULL) {
        groups->left_out++;
        return;
    }
    (void)cm_buf_puts(&group->names, group->names.len == 0 ? "" : ", ");
    cm_story_foreign(&group->names, reason->profile);
    if (group->says.len == 0 && reason->message != NULL) {
        cm_story_foreign(&group->says, reason->message);
    }
}

static void put_group(struct cm_story *s, struct reason_group *group)
{
    struct cm_buf *out =
        cm_story_line(s, group->fails ? "FAILS for" : "unknown for");

    (void)cm_buf_puts(out, cm_buf_cstr(&group->names));
    cm_story_end(s);
    out = cm_story_line(s, "  because");
    (void)cm_buf_puts(out, cm_buf_cstr(&group->why));
    if (group->says.len > 0) {
        (void)cm_buf_printf(out, "; the first says \"%s\"",
                            cm_buf_cstr(&group->says));
    }
    cm_story_end(s);
    s->text.failed = s->text.failed || group->names.failed ||
                     group->why.failed || group->says.failed;
}

static void put_groups(struct cm_story *s, struct reason_groups *groups)
{
    for (size_t i = 0; i < groups->num; i++) {
        put_group(s, &groups->list[i]);
    }
    if (groups->left_out > 0) {
        (void)cm_buf_printf(cm_story_line(s, ""), "and %zu more, for others",
                            groups->left_out);
        cm_story_end(s);
    }
}

static void groups_cleanup(struct reason_groups *groups)
{
    for (size_t i = 0; i < groups->num; i++) {
        cm_buf_cleanup(&groups->list[i].why);
        cm_buf_cleanup(&groups->list[i].names);
        cm_buf_cleanup(&groups->list[i].says);
    }
}

static enum cm_status put_clients(struct cm_story *s,
                                  struct cm_report_asked *asked,
                                  struct cm_error *err)
{
    const struct cm_report_reason *reason = NULL;
    struct reason_groups groups = {.num = 0};
    struct cm_buf why;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_REASONS, s->row->endpoint, err);

    cm_buf_init(&why, MAX_WORDS);
    put_clients_head(s);
    while (status == CM_OK) {
        status = cm_report_asked_reason(asked, &reason, err);
        if (status != CM_OK || reason == NULL) {
            break;
        }
        add_reason(&groups, &why, reason);
    }
    put_groups(s, &groups);
    s->text.failed = s->text.failed || why.failed;
    groups_cleanup(&groups);
    cm_buf_cleanup(&why);
    return status;
}

static void put_policies_head(struct cm_story *s)
{
    struct cm_buf *out;
    size_t num = 0;

    cm_story_heading(s, "Policies");
    out = cm_story_line(s, "passes");
    for (size_t i = 0; i < s->measures->num_policies; i++) {
        if (cm_report_letter(s->row->extras.policies, i) == 'p') {
            (void)cm_buf_puts(out, num++ == 0 ? "" : ", ");
            cm_story_foreign(out, s->measures->policies[i].name);
        }
    }
    (void)cm_buf_puts(out, num == 0 ? "none" : "");
    cm_story_end(s);
}

static enum cm_status put_policies(struct cm_story *s,
                                   struct cm_report_asked *asked,
                                   struct cm_error *err)
{
    const struct cm_report_breach *breach = NULL;
    enum cm_status status =
        cm_report_asked_begin(asked, CM_LIST_BREACHES, s->row->endpoint, err);

    put_policies_head(s);
    while (status == CM_OK) {
        struct cm_buf *out;

        status = cm_report_asked_breach(asked, &breach, err);
        if (status != CM_OK || breach == NULL) {
            break;
        }
        out = cm_story_line(s, strcmp(breach->outcome, "fail") != 0 ? "unknown"
                               : breach->warning ? "warned by"
                                                 : "FAILS");
        cm_story_foreign(out, breach->policy);
        (void)cm_buf_puts(out, " rule ");
        cm_story_foreign(out, breach->rule);
        if (breach->why[0] != '\0') {
            (void)cm_buf_puts(out, ": ");
            cm_story_foreign(out, breach->why);
        }
        cm_story_end(s);
    }
    return status;
}

enum cm_status cm_story_asked(struct cm_story *s, struct cm_error *err)
{
    struct cm_report_asked *asked = NULL;
    enum cm_status status = cm_report_asked_open(&asked, s->run, err);

    if (status == CM_OK && s->measures->answers) {
        status = put_answers(s, asked, err);
    }
    if (status == CM_OK && s->measures->num_profiles > 0 &&
        s->row->extras.clients != NULL) {
        status = put_clients(s, asked, err);
    }
    if (status == CM_OK && s->measures->num_policies > 0 &&
        s->row->extras.policies != NULL) {
        status = put_policies(s, asked, err);
    }
    cm_report_asked_close(asked);
    return status;
}
