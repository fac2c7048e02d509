/* What policies call versions, cipher suites, groups and signature schemes: by
 * IANA's names, by patterns of them, by number, and suites by class.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "certmuster/evidence.h"
#include "certmuster/inventory.h"
#include "certmuster/text.h"
#include "measure/rule.h"

static const struct cm_fact_info facts[CM_FACT_COUNT] = {
#define CM_FACT(sym, name, kind, needs, meaning)                               \
    [CM_FACT_##sym] = {name, CM_KIND_##kind, CM_NEEDS_##needs, meaning},
#include "measure/facts.def"
#undef CM_FACT
};

const struct cm_fact_info *cm_fact_info(enum cm_fact fact)
{
    cm_assert((unsigned)fact < CM_FACT_COUNT);
    return &facts[fact];
}

const char *cm_pack_fact(size_t index, const char **meaning)
{
    if (index >= CM_FACT_COUNT) {
        return NULL;
    }
    *meaning = facts[index].meaning;
    return facts[index].name;
}

bool cm_kind_is_set(enum cm_fact_kind kind)
{
    return kind <= CM_KIND_WORDS;
}

static bool is_weak(const struct cm_suite *suite)
{
    return suite->weak;
}

static bool is_aead(const struct cm_suite *suite)
{
    return suite->aead;
}

static bool is_forward_secret(const struct cm_suite *suite)
{
    return suite->forward_secrecy;
}

static bool is_anonymous(const struct cm_suite *suite)
{
    return suite->anonymous;
}

static bool is_export(const struct cm_suite *suite)
{
    return suite->is_export;
}

static bool is_short(const struct cm_suite *suite)
{
    return suite->bits < 112;
}

static const struct suite_class {
    const char *name;
    bool (*holds)(const struct cm_suite *suite);
} classes[] = {
    {"weak", is_weak},
    {"aead", is_aead},
    {"forward_secrecy", is_forward_secret},
    {"anonymous", is_anonymous},
    {"export", is_export},
    {"below_112_bits", is_short},
};

/* Besides what IANA calls them. */
static const struct alias {
    enum cm_fact_kind kind;
    uint16_t number;
    const char *name;
} aliases[] = {
    {CM_KIND_VERSIONS, 0x0301, "TLSv1.0"}, {CM_KIND_GROUPS, 23, "P-256"},
    {CM_KIND_GROUPS, 24, "P-384"},         {CM_KIND_GROUPS, 25, "P-521"},
    {CM_KIND_GROUPS, 29, "X25519"},        {CM_KIND_GROUPS, 30, "X448"},
};

const char *cm_member_name(enum cm_fact_kind kind, uint16_t number)
{
    switch (kind) {
    case CM_KIND_VERSIONS:
        return cm_version_index(number) < 0 ? NULL
                                            : cm_tls_version_name(number);
    case CM_KIND_SUITES:
        return cm_tls_cipher_name(number);
    case CM_KIND_GROUPS:
        return cm_tls_group_name(number);
    case CM_KIND_SCHEMES:
        return cm_tls_scheme_name(number);
    case CM_KIND_WORDS:
    case CM_KIND_NUMBER:
    case CM_KIND_DATE:
    case CM_KIND_FLAG:
        break;
    }
    return NULL;
}

static bool find_alias(struct cm_item *item, enum cm_fact_kind kind)
{
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        if (aliases[i].kind == kind &&
            strcasecmp(aliases[i].name, item->text) == 0) {
            item->number = aliases[i].number;
            return true;
        }
    }
    return false;
}

static bool find_class(struct cm_item *item)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        if (strcmp(classes[i].name, item->text) == 0) {
            item->kind = CM_ITEM_CLASS;
            item->number = (uint16_t)i;
            return true;
        }
    }
    return false;
}

/* "0xC02B". */
static bool read_number(struct cm_item *item)
{
    uint8_t octets[2];

    if (strlen(item->text) != 6 || strncasecmp(item->text, "0x", 2) != 0 ||
        !cm_hex_read(item->text + 2, octets, sizeof(octets))) {
        return false;
    }
    item->number = (uint16_t)(octets[0] << 8 | octets[1]);
    return true;
}

/* The numbers that have names, one by one; 0: no more. */
static uint16_t named_at(enum cm_fact_kind kind, size_t index)
{
    if (kind == CM_KIND_VERSIONS) {
        return index < CM_VERSION_COUNT
                   ? cm_version_number((enum cm_version_index)index)
                   : 0;
    }
    return kind == CM_KIND_GROUPS ? cm_tls_group_at(index)
                                  : cm_tls_scheme_at(index);
}

static bool find_suite(struct cm_item *item)
{
    for (size_t i = 0; i < cm_suite_count(); i++) {
        const struct cm_suite *suite = cm_suite_at(i);

        if (strcasecmp(suite->name, item->text) == 0) {
            item->number = suite->number;
            return true;
        }
    }
    return false;
}

static bool find_name(struct cm_item *item, enum cm_fact_kind kind)
{
    uint16_t number;

    if (kind == CM_KIND_SUITES) {
        return find_suite(item) || find_class(item);
    }
    for (size_t i = 0; (number = named_at(kind, i)) != 0; i++) {
        if (strcasecmp(cm_member_name(kind, number), item->text) == 0) {
            item->number = number;
            return true;
        }
    }
    return false;
}

static enum cm_status find_cause(const struct cm_item *item,
                                 struct cm_error *err)
{
    const char *ids[CM_CAUSE_COUNT];
    const char *near;

    for (size_t i = 0; i < CM_CAUSE_COUNT; i++) {
        ids[i] = cm_cause_info((enum cm_cause)i)->id;
        if (strcasecmp(ids[i], item->text) == 0) {
            return CM_OK;
        }
    }
    near = cm_did_you_mean(item->text, ids, CM_CAUSE_COUNT);
    return cm_error_set(err, CM_EINPUT,
                        "\"%s\" is no cause%s%s%s; \"certmuster explain\" "
                        "lists them",
                        item->text, near != NULL ? ", did you mean \"" : "",
                        near != NULL ? near : "", near != NULL ? "\"?" : "");
}

enum cm_status cm_item_read(struct cm_item *item, enum cm_fact fact,
                            struct cm_error *err)
{
    static const char *const what[] = {
        [CM_KIND_VERSIONS] = "version (SSLv2, SSLv3, TLSv1.0 ... TLSv1.3)",
        [CM_KIND_SUITES] = "cipher suite: take IANA's name, a pattern such as "
                           "*_CBC_*, a number (0xC02B) or a class (weak, aead, "
                           "forward_secrecy, anonymous, export, "
                           "below_112_bits)",
        [CM_KIND_GROUPS] = "group: take IANA's name, a pattern such as ffdhe*, "
                           "or a number (0x11EC)",
        [CM_KIND_SCHEMES] = "signature scheme: take IANA's name, a pattern "
                            "such as *_sha1, or a number (0x0804)",
    };
    enum cm_fact_kind kind = facts[fact].kind;

    item->kind = CM_ITEM_PATTERN;
    if (kind == CM_KIND_WORDS) {
        bool exact = strchr(item->text, '*') == NULL;

        return fact == CM_FACT_CAUSES && exact ? find_cause(item, err) : CM_OK;
    }
    if (strchr(item->text, '*') != NULL) {
        return CM_OK;
    }
    item->kind = CM_ITEM_NUMBER;
    if (read_number(item) || find_alias(item, kind) || find_name(item, kind)) {
        return CM_OK;
    }
    return cm_error_set(err, CM_EINPUT, "\"%s\" is no %s", item->text,
                        what[kind]);
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

/* Goes back to the last star only, so that its work is bounded by the product
 * of the lengths. */
static bool is_like(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = NULL;

    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (lower(*pattern) == lower(*text)) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

bool cm_item_matches_text(const struct cm_item *item, const char *text)
{
    return is_like(item->text, text);
}

bool cm_item_matches_number(const struct cm_item *item, enum cm_fact_kind kind,
                            uint16_t number)
{
    const struct cm_suite *suite;
    const char *name;

    switch (item->kind) {
    case CM_ITEM_NUMBER:
        return item->number == number;
    case CM_ITEM_PATTERN:
        name = cm_member_name(kind, number);
        return name != NULL && is_like(item->text, name);
    case CM_ITEM_CLASS:
        suite = cm_suite_find(number);
        return suite != NULL && classes[item->number].holds(suite);
    }
    return false;
}
