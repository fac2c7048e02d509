/* What the CA/Browser Forum's Baseline Requirements ask of the names in a
 * server's certificate. What is no host name at all is hosts.c's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "judge/form.h"
#include "judge/rules.h"

#define SINCE_2026_03 INT64_C(1773532800) /* 15 March */

static bool is_internal(struct cm_span name)
{
    char text[CM_HOST_SIZE];

    if (name.len == 0 || name.len >= sizeof(text) ||
        (name.len == 1 && name.data[0] == '*')) {
        return false;
    }
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    return cm_judge_is_internal(text);
}

bool cm_public_internal_name(const struct cm_cert *cert)
{
    for (size_t i = 0; i < cert->num_names; i++) {
        if (cert->names[i].kind == CM_NAME_DNS &&
            is_internal(cert->names[i].value)) {
            return true;
        }
    }
    return false;
}

static bool san_missing(const struct cm_form *form)
{
    return !form->cert->has_san;
}

static bool san_critical(const struct cm_form *form)
{
    return !CM_IS_EMPTY_NAME(form->cert->subject) &&
           CM_IS_CRITICAL(form->cert, CM_EXT_SAN);
}

static bool san_of_other_kinds(const struct cm_form *form)
{
    for (size_t i = 0; i < form->cert->num_names; i++) {
        if (form->cert->names[i].kind != CM_NAME_DNS &&
            form->cert->names[i].kind != CM_NAME_IP) {
            return true;
        }
    }
    return false;
}

static bool is_same_text(struct cm_span name, const char *text)
{
    return name.len == strlen(text) && memcmp(name.data, text, name.len) == 0;
}

static bool is_same_address(struct cm_span name, const char *text)
{
    struct cm_address address = {.family = name.len == 4 ? 4 : 6};
    char canonical[CM_ADDRESS_TEXT_SIZE];

    if (name.len != 4 && name.len != 16) {
        return false;
    }
    memcpy(address.bytes, name.data, name.len);
    return strcmp(cm_address_text(&address, canonical), text) == 0;
}

/* Character for character. */
static bool cn_not_repeated(const struct cm_form *form)
{
    const struct cm_cert *cert = form->cert;

    if (cert->subject_cn[0] == '\0') {
        return false;
    }
    for (size_t i = 0; i < cert->num_names; i++) {
        const struct cm_cert_name *name = &cert->names[i];

        if ((name->kind == CM_NAME_DNS &&
             is_same_text(name->value, cert->subject_cn)) ||
            (name->kind == CM_NAME_IP &&
             is_same_address(name->value, cert->subject_cn))) {
            return false;
        }
    }
    return true;
}

static void say_cn(const struct cm_form *form, struct cm_buf *out)
{
    (void)cm_buf_printf(out, "\"%.*s\"",
                        cm_finding_clip(form->cert->subject_cn, 100),
                        form->cert->subject_cn);
}

static bool ends_with(struct cm_span name, const char *end)
{
    size_t len = strlen(end);

    return name.len > len &&
           strncasecmp((const char *)name.data + name.len - len, end, len) == 0;
}

static bool has_dns_name(const struct cm_cert *cert,
                         bool (*is_such)(struct cm_span name))
{
    for (size_t i = 0; i < cert->num_names; i++) {
        if (cert->names[i].kind == CM_NAME_DNS &&
            is_such(cert->names[i].value)) {
            return true;
        }
    }
    return false;
}

static bool is_wildcard_of_tld(struct cm_span name)
{
    return name.len > 2 && memcmp(name.data, "*.", 2) == 0 &&
           memchr(name.data + 2, '.', name.len - 2) == NULL;
}

static bool is_reverse(struct cm_span name)
{
    return ends_with(name, ".in-addr.arpa") || ends_with(name, ".ip6.arpa");
}

static bool san_wildcard_of_tld(const struct cm_form *form)
{
    return has_dns_name(form->cert, is_wildcard_of_tld);
}

static bool san_reverse(const struct cm_form *form)
{
    return has_dns_name(form->cert, is_reverse);
}

static bool san_internal(const struct cm_form *form)
{
    return cm_public_internal_name(form->cert);
}

static bool san_reserved_address(const struct cm_form *form)
{
    for (size_t i = 0; i < form->cert->num_names; i++) {
        struct cm_span value = form->cert->names[i].value;
        struct cm_address address = {.family = value.len == 4 ? 4 : 6};

        if (form->cert->names[i].kind != CM_NAME_IP ||
            (value.len != 4 && value.len != 16)) {
            continue;
        }
        memcpy(address.bytes, value.data, value.len);
        if (cm_address_scope(&address) != CM_SCOPE_PUBLIC) {
            return true;
        }
    }
    return false;
}

#define BR "CA/Browser Forum Baseline Requirements "
#define HYGIENE CM_SEVERITY_HYGIENE
#define LEAF CM_FORM_LEAF

static const struct cm_public_rule rules[] = {
    {{san_missing, LEAF, HYGIENE, BR "7.1.2.7.12",
      "it has no subject alternative names", "", NULL},
     false,
     0},
    {{san_critical, LEAF, HYGIENE, BR "7.1.2.7.12",
      "its alternative names are critical, though its subject is not empty", "",
      NULL},
     false,
     0},
    {{san_of_other_kinds, LEAF, HYGIENE, BR "7.1.2.7.12",
      "its alternative names hold others than hosts and addresses", "", NULL},
     false,
     0},
    {{cn_not_repeated, LEAF, HYGIENE, BR "7.1.4.3",
      "its common name is none of its alternative names", "", say_cn},
     false,
     0},
    {{san_wildcard_of_tld, LEAF, HYGIENE, BR "3.2.2.6",
      "it has a wildcard for a whole top-level domain", "", NULL},
     false,
     0},
    {{san_internal, LEAF, HYGIENE, BR "4.2.2",
      "it has a name that only an internal network knows", "", NULL},
     true,
     0},
    {{san_reserved_address, LEAF, HYGIENE, BR "4.2.2",
      "it has an address of a private or reserved range", "", NULL},
     true,
     0},
    {{san_reverse, LEAF, HYGIENE, BR "4.2.2",
      "it has a name of the reverse zones", "", NULL},
     true,
     SINCE_2026_03},
};

void cm_public_judge_names(struct cm_case *c, const struct cm_form *form)
{
    cm_public_judge(c, form, rules, sizeof(rules) / sizeof(*rules));
}
