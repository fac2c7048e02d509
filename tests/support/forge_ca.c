/* Extensions of authorities: name constraints and certificate policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support/forge_parts.h"

#include <stdlib.h>
#include <string.h>

#define ID_CE "\x55\x1d"

static void add_subtree(CBB *out, const char *name)
{
    CBB subtree;

    FORGE_MUST(CBB_add_asn1(out, &subtree, CBS_ASN1_SEQUENCE));
    forge_add_general_name(&subtree, name);
    FORGE_MUST(CBB_flush(out));
}

static void add_subtrees(CBB *out, unsigned tag, const char *list)
{
    CBB subtrees;

    if (list != NULL && list[0] != '\0') {
        FORGE_MUST(CBB_add_asn1(out, &subtrees, tag));
        forge_for_each(&subtrees, list, add_subtree);
        FORGE_MUST(CBB_flush(out));
    }
}

void forge_add_constraints(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    if ((spec->permitted == NULL && spec->excluded == NULL) ||
        !forge_wants(spec, CM_EXT_NAME_CONSTRAINTS)) {
        return;
    }
    forge_ext_begin(&ext, list, ID_CE "\x1e",
                    forge_critical(spec, CM_EXT_NAME_CONSTRAINTS, true));
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    add_subtrees(&seq, FORGE_CONSTRUCTED(0U), spec->permitted);
    add_subtrees(&seq, FORGE_CONSTRUCTED(1U), spec->excluded);
    forge_ext_end(&ext);
}

static void add_policy(CBB *out, const char *oid)
{
    CBB policy;

    FORGE_MUST(CBB_add_asn1(out, &policy, CBS_ASN1_SEQUENCE));
    forge_add_dotted(&policy, oid);
    FORGE_MUST(CBB_flush(out));
}

static void add_mapping(CBB *out, const char *pair)
{
    char *from = strdup(pair);
    char *to = from != NULL ? strchr(from, '=') : NULL;
    CBB seq;

    FORGE_MUST(to != NULL && CBB_add_asn1(out, &seq, CBS_ASN1_SEQUENCE));
    *to++ = '\0';
    forge_add_dotted(&seq, from);
    forge_add_dotted(&seq, to);
    FORGE_MUST(CBB_flush(out));
    free(from);
}

static void add_skip(CBB *out, unsigned tag, int skip)
{
    uint8_t octet = (uint8_t)(skip - 1);

    if (skip != 0) {
        FORGE_MUST(skip > 0 && skip <= 0x80);
        forge_add_bytes(out, tag, &octet, 1);
    }
}

static void add_policy_list(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    if ((spec->policies == NULL && !spec->public_policy) ||
        !forge_wants(spec, CM_EXT_POLICIES)) {
        return;
    }
    forge_ext_begin(&ext, list, ID_CE "\x20",
                    forge_critical(spec, CM_EXT_POLICIES, false));
    FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
    if (spec->public_policy) {
        add_policy(&seq, "2.23.140.1.2.1");
    }
    if (spec->policies != NULL) {
        forge_for_each(&seq, spec->policies, add_policy);
    }
    forge_ext_end(&ext);
}

void forge_add_policies(CBB *list, const struct forge_spec *spec)
{
    struct forge_open_ext ext;
    CBB seq;

    add_policy_list(list, spec);
    if (spec->policy_mappings != NULL &&
        forge_wants(spec, CM_EXT_POLICY_MAPPINGS)) {
        forge_ext_begin(&ext, list, ID_CE "\x21",
                        forge_critical(spec, CM_EXT_POLICY_MAPPINGS, true));
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
        forge_for_each(&seq, spec->policy_mappings, add_mapping);
        forge_ext_end(&ext);
    }
    if ((spec->require_explicit != 0 || spec->inhibit_mapping != 0) &&
        forge_wants(spec, CM_EXT_POLICY_CONSTRAINTS)) {
        forge_ext_begin(&ext, list, ID_CE "\x24",
                        forge_critical(spec, CM_EXT_POLICY_CONSTRAINTS, true));
        FORGE_MUST(CBB_add_asn1(&ext.value, &seq, CBS_ASN1_SEQUENCE));
        add_skip(&seq, FORGE_CONTEXT(0U), spec->require_explicit);
        add_skip(&seq, FORGE_CONTEXT(1U), spec->inhibit_mapping);
        forge_ext_end(&ext);
    }
    if (spec->inhibit_any != 0 &&
        forge_wants(spec, CM_EXT_INHIBIT_ANY_POLICY)) {
        forge_ext_begin(&ext, list, ID_CE "\x36",
                        forge_critical(spec, CM_EXT_INHIBIT_ANY_POLICY, true));
        add_skip(&ext.value, CBS_ASN1_INTEGER, spec->inhibit_any);
        forge_ext_end(&ext);
    }
}
