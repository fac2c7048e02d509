/* Versions, suites and groups, counted row by row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "reader_fleet.h"

#include <stdlib.h>
#include <string.h>

#include "certmuster/evidence.h"

const char *cm_suite_class_id(enum cm_suite_class class_of)
{
    static const char *const ids[CM_SUITES_COUNT] = {
        [CM_SUITES_AEAD] = "aead_forward_secrecy",
        [CM_SUITES_CBC] = "forward_secrecy",
        [CM_SUITES_STATIC] = "no_forward_secrecy",
        [CM_SUITES_WEAK] = "weak",
    };

    return ids[class_of];
}

const char *cm_suite_class_words(enum cm_suite_class class_of)
{
    static const char *const words[CM_SUITES_COUNT] = {
        [CM_SUITES_AEAD] = "forward secrecy and AEAD",
        [CM_SUITES_CBC] = "forward secrecy without AEAD",
        [CM_SUITES_STATIC] = "no forward secrecy",
        [CM_SUITES_WEAK] = "weak: broken, or without authentication",
    };

    return words[class_of];
}

/* ML-KEM and the drafts before it, alone or with a curve (IANA's names). */
bool cm_is_post_quantum(uint16_t group)
{
    const char *name = cm_tls_group_name(group);

    return name != NULL &&
           (strstr(name, "MLKEM") != NULL || strstr(name, "Kyber") != NULL);
}

enum cm_status cm_report_protocols_init(struct cm_report_protocols *protocols,
                                        struct cm_error *err)
{
    protocols->chosen_groups = calloc(CM_NUMBERS, sizeof(int64_t));
    protocols->suites = calloc(CM_NUMBERS, sizeof(int64_t));
    protocols->groups = calloc(CM_NUMBERS, sizeof(int64_t));
    return protocols->chosen_groups == NULL || protocols->suites == NULL ||
                   protocols->groups == NULL
               ? cm_error_nomem(err, "the protocols of the fleet")
               : CM_OK;
}

static enum cm_suite_class class_of(uint16_t number)
{
    const struct cm_suite *suite = cm_suite_find(number);

    if (suite == NULL || suite->weak) {
        return CM_SUITES_WEAK;
    }
    if (!suite->forward_secrecy) {
        return CM_SUITES_STATIC;
    }
    return suite->aead ? CM_SUITES_AEAD : CM_SUITES_CBC;
}

void cm_report_protocols_chosen(struct cm_report_protocols *protocols,
                                const struct cm_report_row *row)
{
    int64_t version = row->tls_version_number;
    int64_t group = row->kex_group_number;
    int64_t suite = row->cipher_number;
    int index = version < 0 || version > UINT16_MAX
                    ? -1
                    : cm_version_index((uint16_t)version);

    if (index < 0) {
        return;
    }
    protocols->connected++;
    protocols->chosen[index]++;
    if (group > 0 && group <= UINT16_MAX) {
        protocols->chosen_groups[group]++;
        protocols->chosen_post_quantum +=
            cm_is_post_quantum((uint16_t)group) ? 1 : 0;
    }
    if (suite >= 0 && suite <= UINT16_MAX) {
        protocols->chosen_classes[class_of((uint16_t)suite)]++;
    }
}

/* A suite counts once, in however many versions it is served: the versions
 * before repeat it. */
static bool was_before(const struct cm_inventory *inventory, int version,
                       uint16_t suite)
{
    for (int i = CM_VERSION_SSL3; i < version; i++) {
        const struct cm_version_inventory *of = &inventory->versions[i];

        for (size_t j = 0; j < of->num_suites; j++) {
            if (of->suites[j] == suite) {
                return true;
            }
        }
    }
    return false;
}

static void count_suites(struct cm_report_protocols *protocols,
                         const struct cm_inventory *inventory)
{
    bool has[CM_SUITES_COUNT] = {false};

    has[CM_SUITES_WEAK] = inventory->versions[CM_VERSION_SSL2].num_suites > 0;
    for (int i = CM_VERSION_SSL3; i < CM_VERSION_COUNT; i++) {
        const struct cm_version_inventory *of = &inventory->versions[i];

        for (size_t j = 0; j < of->num_suites; j++) {
            has[class_of(of->suites[j])] = true;
            if (!was_before(inventory, i, of->suites[j])) {
                protocols->suites[of->suites[j]]++;
            }
        }
    }
    for (int i = 0; i < CM_SUITES_COUNT; i++) {
        protocols->classes[i] += has[i] ? 1 : 0;
    }
}

void cm_report_protocols_served(struct cm_report_protocols *protocols,
                                const struct cm_inventory *inventory)
{
    bool post_quantum = false;
    bool old = inventory->versions[CM_VERSION_TLS1_3].served == CM_NO;

    protocols->inventories++;
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        enum cm_known served = inventory->versions[i].served;

        protocols->served[i] += served == CM_YES ? 1 : 0;
        protocols->refused[i] += served == CM_NO ? 1 : 0;
    }
    count_suites(protocols, inventory);
    for (size_t i = 0; i < inventory->num_groups; i++) {
        protocols->groups[inventory->groups[i]]++;
        post_quantum = post_quantum || cm_is_post_quantum(inventory->groups[i]);
    }
    protocols->post_quantum += post_quantum ? 1 : 0;
    protocols->no_post_quantum +=
        !post_quantum && (inventory->groups_complete || old) ? 1 : 0;
    protocols->no_tls1_3 += !post_quantum && old ? 1 : 0;
}

size_t cm_report_top_numbers(const int64_t *rows, struct cm_report_number *out,
                             size_t max)
{
    size_t num = 0;

    for (size_t i = 0; rows != NULL && i < CM_NUMBERS; i++) {
        size_t at = num;

        if (rows[i] == 0 || (num == max && rows[i] <= out[max - 1].rows)) {
            continue;
        }
        if (num < max) {
            num++;
        } else {
            at = max - 1;
        }
        for (; at > 0 && out[at - 1].rows < rows[i]; at--) {
            out[at] = out[at - 1];
        }
        out[at] = (struct cm_report_number){(uint16_t)i, rows[i]};
    }
    return num;
}
