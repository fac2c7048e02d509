/* Policies on the terminal: their rules with their sources, and the facts that
 * rules may speak of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain_policy.h"

#include <string.h>

#include "certmuster/file.h"
#include "certmuster/text.h"
#include "measure/builtin.h"
#include "measure/pack.h"

#define MAX_TEXT (4U << 20)
#define NAME_WIDTH 26

/* Words from the present column on, broken where they do not fit; foreign
 * letters count as one column each. */
static void put_wrapped(struct cm_buf *out, const char *text, size_t column,
                        size_t indent, size_t width)
{
    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column > indent && column + 1 + word > width) {
            (void)cm_buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            (void)cm_buf_putc(out, ' ');
            column++;
        }
        cm_text_terminal(out, text, word);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    (void)cm_buf_putc(out, '\n');
}

static void put_field(struct cm_buf *out, const char *label, const char *text,
                      size_t width)
{
    if (text[0] != '\0') {
        (void)cm_buf_printf(out, "    %-11s", label);
        put_wrapped(out, text, 15, 15, width);
    }
}

static void put_rule(struct cm_buf *out, const struct cm_pack_rule_info *rule,
                     size_t width)
{
    bool is_info = strcmp(rule->kind, "info") == 0;

    (void)cm_buf_printf(out, "\n  %s\n    ", rule->id);
    put_wrapped(out, rule->text, 4, 4, width);
    put_field(out, "when", rule->when, width);
    put_field(out, rule->kind, rule->predicate, width);
    if (is_info) {
        put_field(out, "info", "not something that a scan sees", width);
    } else {
        put_field(out, "then", cm_resolution_info(rule->resolution)->id, width);
    }
    put_field(out, "source", rule->source, width);
    put_field(out, "confidence", rule->confidence, width);
}

static void put_pack(struct cm_buf *out, const struct cm_pack *pack,
                     size_t width)
{
    struct cm_measure_facts facts;

    cm_pack_facts(pack, &facts);
    (void)cm_buf_printf(out, "%s\n\n  ", facts.name);
    put_wrapped(out, facts.title, 2, 2, width);
    (void)cm_buf_puts(out, "  ");
    put_wrapped(out, facts.source, 2, 2, width);
    (void)cm_buf_puts(
        out, "\nRules. What is required must hold; what is forbidden must not; "
             "what is\nwarned of should not, and the policy does not fail for "
             "it. A rule about\nsomething that was not measured is unknown.\n");
    for (size_t i = 0; i < cm_pack_num_rules(pack); i++) {
        struct cm_pack_rule_info rule;

        cm_pack_rule(pack, i, &rule);
        put_rule(out, &rule, width);
    }
    (void)cm_buf_printf(out,
                        "\nTo hold endpoints against it: certmuster scan "
                        "--inventory --policy %s FILE.csv\n",
                        facts.name);
}

static enum cm_status load(struct cm_pack **out, const char *text, size_t len,
                           const char *file, struct cm_error *err)
{
    struct cm_span bytes = {(const uint8_t *)text, len};

    return cm_pack_load(out, bytes, file, err);
}

static void put_facts(struct cm_buf *out, size_t width)
{
    const char *meaning;
    const char *name;

    (void)cm_buf_puts(
        out,
        "Facts that the rules of a policy may speak of. What was not measured "
        "is not\nknown, and neither is what follows from it.\n\n");
    for (size_t i = 0; (name = cm_pack_fact(i, &meaning)) != NULL; i++) {
        (void)cm_buf_printf(out, "  %-*s", NAME_WIDTH, name);
        put_wrapped(out, meaning, NAME_WIDTH + 2, NAME_WIDTH + 2, width);
    }
    (void)cm_buf_puts(
        out, "\nPredicates: FACT by itself (it is so, there is one); FACT "
             "subset {A, B},\nsuperset, intersects, contains A, in, =, != for "
             "sets; <, <=, >, >=, =, != for\nnumbers and dates; and, or, not, "
             "( ).\n");
}

/* Gives CM_OK with `out` empty when there is no such policy. */
static enum cm_status put_built_in(struct cm_buf *out, const char *word,
                                   size_t width, struct cm_error *err)
{
    bool all = strcmp(word, "policies") == 0;
    enum cm_status status = CM_OK;

    for (const struct cm_builtin *b = cm_builtin_policies();
         b->name != NULL && status == CM_OK; b++) {
        struct cm_pack *pack = NULL;

        status = load(&pack, b->text, strlen(b->text), b->name, err);
        if (status == CM_OK && all) {
            (void)cm_buf_printf(out, "  %-*s", NAME_WIDTH, cm_pack_name(pack));
            put_wrapped(out, cm_pack_title(pack), NAME_WIDTH + 2,
                        NAME_WIDTH + 2, width);
        } else if (status == CM_OK && strcmp(cm_pack_name(pack), word) == 0) {
            put_pack(out, pack, width);
        }
        cm_pack_free(pack);
    }
    if (all) {
        (void)cm_buf_puts(out,
                          "\n\"certmuster explain NAME\" shows the rules of "
                          "one, or of a file ./NAME.ini of your own;\n"
                          "\"certmuster explain facts\" what rules are made "
                          "of.\n");
    }
    return status;
}

static enum cm_status put_file(struct cm_buf *out, const char *path,
                               size_t width, struct cm_error *err)
{
    struct cm_pack *pack = NULL;
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, CM_PACK_MAX_BYTES);
    status = cm_file_read(&text, path, err);
    if (status == CM_OK) {
        status = load(&pack, (const char *)text.data, text.len, path, err);
    }
    if (status == CM_OK) {
        put_pack(out, pack, width);
    }
    cm_pack_free(pack);
    cm_buf_cleanup(&text);
    return status;
}

static bool is_file(const char *word)
{
    size_t len = strlen(word);

    return strchr(word, '/') != NULL ||
           (len > 4 && strcmp(word + len - 4, ".ini") == 0);
}

bool cm_explain_policy(const char *word, int width, FILE *out,
                       enum cm_status *status, struct cm_error *err)
{
    size_t columns = width < 60 ? 60 : (size_t)width;
    struct cm_buf text;
    bool said;

    if (word == NULL) {
        return false;
    }
    cm_buf_init(&text, MAX_TEXT);
    *status = CM_OK;
    if (is_file(word)) {
        *status = put_file(&text, word, columns, err);
    } else if (strcmp(word, "facts") == 0) {
        put_facts(&text, columns);
    } else {
        *status = put_built_in(&text, word, columns, err);
    }
    said = *status != CM_OK || text.failed || text.len > 0;
    if (*status == CM_OK && text.failed) {
        *status = cm_error_nomem(err, "the text");
    }
    if (*status == CM_OK && text.len > 0) {
        (void)fwrite(text.data, text.len, 1, out); /* see cm_streams_close */
    }
    cm_buf_cleanup(&text);
    return said;
}
