/* The set of profiles: sections of data files become profiles and lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure/profile.h"

#include <stdlib.h>
#include <string.h>

#include "measure/ini.h"
#include "measure/profile_value.h"

#define MAX_LISTS 128U
#define PROFILE "profile "

struct cm_profileset {
    struct cm_profile *profiles; /* owned */
    size_t num_profiles;
    struct cm_named_list *lists; /* owned */
    size_t num_lists;
};

struct reading {
    struct cm_profileset *set;
    size_t at;                            /* index of the profile under way */
    unsigned line;                        /* where its section was last seen */
    char given[32][CM_MEASURE_NAME_SIZE]; /* its values so far */
    size_t num_given;
    bool open; /* there is one */
};

const char *cm_family_id(enum cm_family family)
{
    static const char *const ids[CM_FAMILY_COUNT] = {
#define CM_FAMILY(sym, id) [CM_FAMILY_##sym] = (id),
#include "measure/family.def"
#undef CM_FAMILY
    };

    cm_assert((unsigned)family < CM_FAMILY_COUNT);
    return ids[family];
}

bool cm_profile_offers(const struct cm_numbers *numbers, uint16_t number)
{
    for (size_t i = 0; i < numbers->num; i++) {
        if (numbers->at[i] == number) {
            return true;
        }
    }
    return false;
}

struct cm_profileset *cm_profileset_new(void)
{
    return calloc(1, sizeof(struct cm_profileset));
}

void cm_profileset_free(struct cm_profileset *set)
{
    if (set != NULL) {
        free(set->profiles);
        free(set->lists);
        free(set);
    }
}

size_t cm_profileset_count(const struct cm_profileset *set)
{
    return set->num_profiles;
}

const struct cm_profile *cm_profileset_at(const struct cm_profileset *set,
                                          size_t index)
{
    cm_assert(index < set->num_profiles);
    return &set->profiles[index];
}

const struct cm_profile *cm_profileset_find(const struct cm_profileset *set,
                                            const char *name)
{
    for (size_t i = 0; i < set->num_profiles; i++) {
        if (strcasecmp(set->profiles[i].name, name) == 0) {
            return &set->profiles[i];
        }
    }
    return NULL;
}

/* --- lists --- */

static enum cm_status add_list(struct cm_profileset *set,
                               enum cm_list_kind kind,
                               const struct cm_ini_item *item,
                               struct cm_error *err)
{
    struct cm_named_list list = {.kind = kind};
    struct cm_named_list *grown;
    enum cm_status status;

    if (cm_list_find(set->lists, set->num_lists, kind, item->name) != NULL) {
        return cm_ini_bad(item, err, "the list \"%s\" is there already",
                          item->name);
    }
    if (set->num_lists == MAX_LISTS || !cm_profile_is_name(item->name)) {
        return cm_ini_bad(item, err,
                          set->num_lists == MAX_LISTS
                              ? "there are more than %s lists"
                              : "\"%s\" is no name: letters, digits, \".\", "
                                "\"_\", \"+\" and \"-\"",
                          set->num_lists == MAX_LISTS ? "128" : item->name);
    }
    memcpy(list.name, item->name, strlen(item->name) + 1);
    status = cm_list_read(&list.numbers, set->lists, set->num_lists, kind, item,
                          err);
    if (status != CM_OK) {
        return status;
    }
    grown = reallocarray(set->lists, set->num_lists + 1, sizeof(*grown));
    if (grown == NULL) {
        return cm_error_nomem(err, "a profile");
    }
    grown[set->num_lists++] = list;
    set->lists = grown;
    return CM_OK;
}

/* --- profiles --- */

/* A profile that was read before may be the base of this one. */
static enum cm_status begin(struct reading *r, const struct cm_ini_item *item,
                            const char *name, struct cm_error *err)
{
    struct cm_profileset *set = r->set;
    struct cm_profile fresh = {.sni = true, .trusted_first = true};
    struct cm_profile *grown;

    if (!cm_profile_is_name(name)) {
        return cm_ini_bad(item, err,
                          "\"%s\" is no name of a profile: letters, digits, "
                          "\".\", \"_\", \"+\" and \"-\"",
                          name);
    }
    if (cm_profileset_find(set, name) != NULL) {
        return cm_ini_bad(item, err,
                          "there is a profile \"%s\" already; choose another "
                          "name",
                          name);
    }
    if (set->num_profiles == CM_MAX_PROFILES) {
        return cm_ini_bad(item, err, "there are more than %d profiles",
                          CM_MAX_PROFILES);
    }
    if (strcmp(item->name, "based_on") == 0) {
        const struct cm_profile *base = cm_profileset_find(set, item->value);

        if (base == NULL) {
            return cm_ini_bad(item, err,
                              "there is no profile \"%s\" before this one",
                              item->value);
        }
        fresh = *base;
    }
    memcpy(fresh.name, name, strlen(name) + 1);
    grown = reallocarray(set->profiles, set->num_profiles + 1, sizeof(*grown));
    if (grown == NULL) {
        return cm_error_nomem(err, "a profile");
    }
    r->at = set->num_profiles;
    grown[set->num_profiles++] = fresh;
    set->profiles = grown;
    r->open = true;
    r->num_given = 0;
    return CM_OK;
}

static enum cm_status end(const struct reading *r, const char *file,
                          struct cm_error *err)
{
    const struct cm_ini_item item = {.file = file, .line = r->line};
    const char *missing =
        r->open ? cm_profile_missing(&r->set->profiles[r->at]) : NULL;

    return missing == NULL
               ? CM_OK
               : cm_ini_bad(&item, err,
                            "the profile \"%s\" has no \"%s\"; add a line "
                            "\"%s = ...\" or begin with \"based_on = ...\"",
                            r->set->profiles[r->at].name, missing, missing);
}

static enum cm_status note_given(struct reading *r,
                                 const struct cm_ini_item *item,
                                 struct cm_error *err)
{
    for (size_t i = 0; i < r->num_given; i++) {
        if (strcmp(r->given[i], item->name) == 0) {
            return cm_ini_bad(item, err,
                              "\"%s\" is there twice; a long value goes on in "
                              "indented lines",
                              item->name);
        }
    }
    if (r->num_given < sizeof(r->given) / sizeof(*r->given)) {
        memcpy(r->given[r->num_given++], item->name, strlen(item->name) + 1);
    }
    return CM_OK;
}

static enum cm_status profile_item(struct reading *r,
                                   const struct cm_ini_item *item,
                                   struct cm_error *err)
{
    struct cm_profileset *set = r->set;
    const char *name = item->section + strlen(PROFILE);
    enum cm_status status = CM_OK;

    if (!r->open || strcmp(set->profiles[r->at].name, name) != 0) {
        status = end(r, item->file, err);
        if (status == CM_OK) {
            status = begin(r, item, name, err);
        }
    }
    r->line = item->line;
    if (status == CM_OK) {
        status = note_given(r, item, err);
    }
    if (status != CM_OK ||
        (strcmp(item->name, "based_on") == 0 && r->num_given == 1)) {
        return status;
    }
    return cm_profile_set(&set->profiles[r->at], set->lists, set->num_lists,
                          item, err);
}

static enum cm_status take(void *arg, const struct cm_ini_item *item,
                           struct cm_error *err)
{
    struct reading *r = arg;

    if (strncmp(item->section, PROFILE, strlen(PROFILE)) == 0) {
        return profile_item(r, item, err);
    }
    for (unsigned i = 0; i < CM_LIST_KIND_COUNT; i++) {
        enum cm_list_kind kind = (enum cm_list_kind)i;

        if (strcmp(item->section, cm_list_kind_id(kind)) == 0) {
            return add_list(r->set, kind, item, err);
        }
    }
    return cm_ini_bad(item, err,
                      "\"[%s]\" is no section of a profile file: [profile "
                      "NAME], [suites], [groups] or [schemes]",
                      item->section);
}

enum cm_status cm_profileset_read(struct cm_profileset *set, const char *file,
                                  const char *text, size_t len,
                                  struct cm_error *err)
{
    struct reading r = {.set = set};
    enum cm_status status = cm_ini_read(file, text, len, take, &r, err);

    return status == CM_OK ? end(&r, file, err) : status;
}
