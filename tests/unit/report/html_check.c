/* A strict reader of our own HTML.
 * SPDX-License-Identifier: Apache-2.0 */
#include "html_check.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"

#define DEPTH 64
#define NAME 32
#define IDS 2000

/* Elements with what must directly hold them; NULL: what may hold text. */
static const struct {
    const char *name;
    const char *parents;
} elements[] = {
    {"html", ""},
    {"head", "html"},
    {"body", "html"},
    {"meta", "head"},
    {"style", "head"},
    {"script", "body"},
    {"header", "body"},
    {"main", "body"},
    {"footer", "body"},
    {"title", "head rect"},
    {"section", "main"},
    {"h1", "header"},
    {"nav", "body"},
    {"h2", "section"},
    {"h3", "div"},
    {"p", "header main footer section div"},
    {"div", "section div details"},
    {"ol", "div"},
    {"ul", "div nav"},
    {"li", "ol ul"},
    {"pre", "details div"},
    {"details", "section div"},
    {"summary", "details"},
    {"table", "div"},
    {"caption", "table"},
    {"thead", "table"},
    {"tbody", "table"},
    {"tr", "thead tbody"},
    {"th", "tr"},
    {"td", "tr"},
    {"label", "div"},
    {"select", "label"},
    {"option", "select"},
    {"input", "label"},
    {"svg", "div li span td"},
    {"rect", "svg"},
    {"line", "svg"},
    {"text", "svg"},
    {"a", "body p li td"},
    {"b", NULL},
    {"br", NULL},
    {"span", NULL},
    {"small", NULL},
    {"button", NULL},
};
#define ELEMENTS (sizeof(elements) / sizeof(*elements))

static const char text_holders[] =
    "p span li b small button td th h1 h2 h3 summary div label pre";

struct check {
    const char *at;
    const char *tag; /* where the one under way begins */
    char open[DEPTH][NAME];
    size_t depth;
    char *ids[IDS];
    size_t num_ids;
};

static void wrong(const struct check *check, const char *why)
{
    fail_msg("%s: %.60s", why, check->tag);
}

static bool is_word_of(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = strstr(words, word); at != NULL;
         at = strstr(at + 1, word)) {
        if ((at == words || at[-1] == ' ') &&
            (at[len] == '\0' || at[len] == ' ')) {
            return true;
        }
    }
    return false;
}

static size_t name_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-BSPAVRatio");
}

static void take_name(struct check *check, char out[NAME])
{
    size_t len = name_length(check->at);

    if (len == 0 || len >= NAME) {
        wrong(check, "no name");
    }
    memcpy(out, check->at, len);
    out[len] = '\0';
    check->at += len;
}

static bool is_entity(const char *text)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                           "&#39;"};

    for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
        if (strncmp(text, entities[i], strlen(entities[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void check_text(const struct check *check, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c == '&' && !is_entity(text + i)) {
            wrong(check, "a bare ampersand");
        }
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
            wrong(check, "a control character");
        }
        if (c == '<' || c == '>') {
            wrong(check, "a bare angle bracket");
        }
    }
}

static void keep_id(struct check *check, const char *value, size_t len)
{
    char *id = strndup(value, len);

    assert_non_null(id);
    for (size_t i = 0; i < check->num_ids; i++) {
        if (strcmp(check->ids[i], id) == 0) {
            wrong(check, "an id is there twice");
        }
    }
    assert_true(check->num_ids < IDS);
    check->ids[check->num_ids++] = id;
}

/* A link within the page, to a file that stands in the page, or to one of the
 * fix bundles beside it. */
static bool stays_here(const char *link)
{
    static const char *const starts[] = {"#", "data:application/x-pem-file,",
                                         "fixes/"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        if (strncmp(link, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* name or name="value" */
static void take_attribute(struct check *check, char *seen, size_t size)
{
    static const char *const refused =
        "src style srcset srcdoc action formaction data poster ping "
        "background xlink manifest integrity target";
    char name[NAME];
    const char *value;
    size_t len;

    take_name(check, name);
    if (is_word_of(refused, name) || strncmp(name, "on", 2) == 0) {
        wrong(check, "an attribute that loads or runs");
    }
    if (is_word_of(seen, name)) {
        wrong(check, "an attribute is there twice");
    }
    assert_true(strlen(seen) + strlen(name) + 2 < size);
    (void)strncat(seen, " ", size - strlen(seen) - 1);
    (void)strncat(seen, name, size - strlen(seen) - 1);
    if (*check->at != '=') {
        return;
    }
    if (check->at[1] != '"') {
        wrong(check, "a value without quotes");
    }
    value = check->at + 2;
    len = strcspn(value, "\"");
    check_text(check, value, len);
    if (strcmp(name, "href") == 0 && !stays_here(value)) {
        wrong(check, "a link to elsewhere");
    }
    if (strcmp(name, "id") == 0) {
        keep_id(check, value, len);
    }
    check->at = value + len + 1;
}

static void check_parent(const struct check *check, const char *name)
{
    const char *parent = check->depth == 0 ? "" : check->open[check->depth - 1];

    for (size_t i = 0; i < ELEMENTS; i++) {
        if (strcmp(elements[i].name, name) == 0) {
            const char *parents = elements[i].parents == NULL
                                      ? text_holders
                                      : elements[i].parents;

            if (*parents == '\0' ? check->depth != 0
                                 : !is_word_of(parents, parent)) {
                wrong(check, "not where it may be");
            }
            return;
        }
    }
    wrong(check, "an unknown element");
}

/* A script or style ends at its end tag only. */
static void skip_raw(struct check *check, const char *name)
{
    char end[NAME + 4];

    (void)snprintf(end, sizeof(end), "</%s", name);
    check->at = strstr(check->at, end);
    assert_non_null(check->at);
}

static void start_tag(struct check *check)
{
    char name[NAME];
    char seen[256] = "";

    take_name(check, name);
    check_parent(check, name);
    while (*check->at == ' ') {
        check->at++;
        take_attribute(check, seen, sizeof(seen));
    }
    if (strncmp(check->at, "/>", 2) == 0) { /* SVG only */
        if (strcmp(check->open[check->depth - 1], "svg") != 0) {
            wrong(check, "only SVG closes so");
        }
        check->at += 2;
        return;
    }
    if (*check->at != '>') {
        wrong(check, "the tag does not end");
    }
    check->at++;
    if (is_word_of("meta br input", name)) {
        return;
    }
    assert_true(check->depth < DEPTH);
    (void)snprintf(check->open[check->depth++], NAME, "%s", name);
    if (is_word_of("script style", name)) {
        skip_raw(check, name);
    }
}

static void end_tag(struct check *check)
{
    char name[NAME];

    take_name(check, name);
    if (*check->at != '>') {
        wrong(check, "the end tag does not end");
    }
    check->at++;
    if (check->depth == 0 || strcmp(check->open[check->depth - 1], name) != 0) {
        wrong(check, "closes what is not open");
    }
    check->depth--;
}

void html_check(const char *html)
{
    static const char doctype[] = "<!doctype html>\n";
    struct check check = {.at = html, .tag = html};

    assert_int_equal(strncmp(html, doctype, strlen(doctype)), 0);
    assert_true(cm_text_is_utf8(html, strlen(html)));
    check.at += strlen(doctype);
    while (*check.at != '\0') {
        size_t len = strcspn(check.at, "<");

        check.tag = check.at;
        check_text(&check, check.at, len);
        if (check.depth == 0 && strspn(check.at, "\n") < len) {
            wrong(&check, "text outside of everything");
        }
        check.at += len;
        if (*check.at == '\0') {
            break;
        }
        check.tag = check.at++;
        if (*check.at == '/') {
            check.at++;
            end_tag(&check);
        } else {
            start_tag(&check);
        }
    }
    if (check.depth != 0) {
        fail_msg("%s is never closed", check.open[check.depth - 1]);
    }
    for (size_t i = 0; i < check.num_ids; i++) {
        free(check.ids[i]);
    }
}

char *html_of(struct fixture *f)
{
    struct cm_error err;
    size_t len;
    char *html;

    f->options.formats = "html";
    if (cm_report_write(&f->options, &err) != CM_OK) {
        fail_msg("%s", err.text);
    }
    html = fixture_read(f, "report.html", &len);
    assert_non_null(html);
    assert_int_equal(strlen(html), len);
    return html;
}

char *html_between(const char *html, const char *before, const char *after)
{
    const char *from = strstr(html, before);
    const char *to;
    char *text;

    if (from == NULL) {
        fail_msg("there is no %s", before);
        return NULL;
    }
    from += strlen(before);
    to = strstr(from, after);
    assert_non_null(to);
    text = strndup(from, (size_t)(to - from));
    assert_non_null(text);
    return text;
}

void html_has(const char *html, const char *part)
{
    if (strstr(html, part) == NULL) {
        fail_msg("there is no \"%s\"", part);
    }
}

void html_lacks(const char *html, const char *part)
{
    const char *at = strstr(html, part);

    if (at != NULL) {
        fail_msg("there is \"%s\": %.60s", part, at);
    }
}
