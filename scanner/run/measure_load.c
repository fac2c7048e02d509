/* Loading profiles and policies: those that come with the program, and files of
 * the user's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/file.h"
#include "certmuster/text.h"
#include "measure/builtin.h"
#include "measure/ini.h"
#include "pki/pki.h"
#include "run/measure.h"
#include "run/measures.h"

#define MAX_NAME 64
#define ALL "all"

/* --- the words of an option --- */

typedef enum cm_status word_fn(struct cm_measures *m, const char *word,
                               struct cm_error *err);

/* A file is known by its looks: names have neither "/" nor ".ini". */
static bool is_file(const char *text)
{
    size_t len = strlen(text);

    return strchr(text, '/') != NULL ||
           (len > 4 && strcmp(text + len - 4, ".ini") == 0);
}

static enum cm_status each_name(struct cm_measures *m, const char *text,
                                word_fn *fn, struct cm_error *err)
{
    enum cm_status status = CM_OK;

    while (status == CM_OK && *text != '\0') {
        size_t len = strcspn(text, ",");
        char word[MAX_NAME];

        (void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
        status = fn(m, word, err);
        text += len + (text[len] == ',');
    }
    return status;
}

static enum cm_status each_word(struct cm_measures *m, const char *const *words,
                                word_fn *name, word_fn *file,
                                struct cm_error *err)
{
    enum cm_status status = CM_OK;

    for (; words != NULL && *words != NULL && status == CM_OK; words++) {
        status = is_file(*words) ? file(m, *words, err)
                                 : each_name(m, *words, name, err);
    }
    return status;
}

static const char *hash_of(struct cm_measures *m, const char *text, size_t len)
{
    uint8_t digest[CM_SHA256_LEN];
    struct cm_buf hex;
    char **grown =
        reallocarray(m->hashes, m->num_hashes + 1, sizeof(*m->hashes));

    if (grown == NULL) {
        return NULL;
    }
    m->hashes = grown;
    cm_sha256(text, len, digest);
    cm_buf_init(&hex, 2 * CM_SHA256_LEN + 1);
    (void)cm_buf_hex(&hex, digest, sizeof(digest));
    grown[m->num_hashes] = cm_buf_take(&hex);
    return grown[m->num_hashes] == NULL ? NULL : grown[m->num_hashes++];
}

/* --- profiles --- */

/* The profiles that the text adds are known by its hash. */
static enum cm_status read_profiles(struct cm_measures *m, const char *file,
                                    const char *text, size_t len,
                                    struct cm_error *err)
{
    enum cm_status status = cm_profileset_read(m->set, file, text, len, err);
    const char *hash = hash_of(m, text, len);

    if (status == CM_OK && hash == NULL) {
        return cm_error_nomem(err, "profiles");
    }
    for (size_t i = m->num_hashed;
         status == CM_OK && i < cm_profileset_count(m->set); i++) {
        m->profile_hash[i] = hash;
    }
    m->num_hashed = cm_profileset_count(m->set);
    return status;
}

static enum cm_status choose(struct cm_measures *m, size_t index,
                             struct cm_error *err)
{
    for (size_t i = 0; i < m->num_chosen; i++) {
        if (m->chosen[i] == index) {
            return CM_OK; /* once is enough */
        }
    }
    if (m->num_chosen == CM_MAX_PROFILES) {
        return cm_error_set(err, CM_EUSAGE,
                            "--profile may name %d profiles at the most",
                            CM_MAX_PROFILES);
    }
    m->chosen[m->num_chosen++] = index;
    return CM_OK;
}

static enum cm_status no_such(const char *kind, const char *name,
                              const char *const *names, size_t num,
                              struct cm_error *err)
{
    const char *meant = cm_did_you_mean(name, names, num);

    return cm_error_set(err, CM_EUSAGE,
                        "there is no %s \"%s\"%s%s%s (--%s all takes all %zu; "
                        "a file of your own is named with its folder, "
                        "./my.ini)",
                        kind, name, meant != NULL ? "; did you mean \"" : "",
                        meant != NULL ? meant : "", meant != NULL ? "\"?" : "",
                        kind, num);
}

static enum cm_status no_such_profile(const struct cm_measures *m,
                                      const char *name, struct cm_error *err)
{
    const char *names[CM_MAX_PROFILES];

    for (size_t i = 0; i < m->num_built_in; i++) {
        names[i] = cm_profileset_at(m->set, i)->name;
    }
    return no_such("profile", name, names, m->num_built_in, err);
}

static enum cm_status profile_name(struct cm_measures *m, const char *name,
                                   struct cm_error *err)
{
    bool all = strcmp(name, ALL) == 0;
    enum cm_status status = CM_OK;
    bool found = false;

    for (size_t i = 0; status == CM_OK && i < cm_profileset_count(m->set);
         i++) {
        const struct cm_profile *profile = cm_profileset_at(m->set, i);

        if (all ? i < m->num_built_in : strcasecmp(profile->name, name) == 0) {
            found = true;
            status = choose(m, i, err);
        }
    }
    return status != CM_OK || found ? status : no_such_profile(m, name, err);
}

static enum cm_status profile_file(struct cm_measures *m, const char *path,
                                   struct cm_error *err)
{
    size_t before = cm_profileset_count(m->set);
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, CM_INI_MAX_FILE);
    status = cm_file_read(&text, path, err);
    if (status == CM_OK) {
        status = read_profiles(m, path, (const char *)text.data, text.len, err);
    }
    cm_buf_cleanup(&text);
    if (status == CM_OK && cm_profileset_count(m->set) == before) {
        status =
            cm_error_set(err, CM_EINPUT,
                         "%s holds no profile: a section [profile NAME]", path);
    }
    for (size_t i = before; status == CM_OK && i < cm_profileset_count(m->set);
         i++) {
        status = choose(m, i, err);
    }
    return status;
}

static enum cm_status load_profiles(struct cm_measures *m,
                                    const char *const *words,
                                    struct cm_error *err)
{
    const struct cm_builtin *b = cm_builtin_profiles();
    enum cm_status status = CM_OK;

    if (words == NULL || *words == NULL) {
        return CM_OK;
    }
    m->set = cm_profileset_new();
    if (m->set == NULL) {
        return cm_error_nomem(err, "profiles");
    }
    for (; b->name != NULL && status == CM_OK; b++) {
        status = read_profiles(m, b->name, b->text, strlen(b->text), err);
    }
    m->num_built_in = cm_profileset_count(m->set);
    if (status == CM_OK) {
        status = each_word(m, words, profile_name, profile_file, err);
    }
    /* The set has its final place in memory. */
    for (size_t i = 0; i < m->num_chosen; i++) {
        m->profiles[i] = cm_profileset_at(m->set, m->chosen[i]);
    }
    return status;
}

/* --- policies --- */

/* Takes the pack over, whatever is returned. */
static enum cm_status add_pack(struct cm_measures *m, struct cm_pack *pack,
                               struct cm_error *err)
{
    for (size_t i = 0; i < m->num_packs; i++) {
        if (strcasecmp(cm_pack_name(m->packs[i]), cm_pack_name(pack)) == 0) {
            cm_pack_free(pack); /* once is enough */
            return CM_OK;
        }
    }
    if (m->num_packs == CM_MAX_PACKS) {
        cm_pack_free(pack);
        return cm_error_set(err, CM_EUSAGE,
                            "--policy may name %d policies at the most",
                            CM_MAX_PACKS);
    }
    m->packs[m->num_packs++] = pack;
    return CM_OK;
}

static enum cm_status load_pack(struct cm_pack **out, const char *file,
                                const void *text, size_t len,
                                struct cm_error *err)
{
    return cm_pack_load(out, (struct cm_span){text, len}, file, err);
}

static enum cm_status policy_file(struct cm_measures *m, const char *path,
                                  struct cm_error *err)
{
    struct cm_pack *pack = NULL;
    struct cm_buf text;
    enum cm_status status;

    cm_buf_init(&text, CM_PACK_MAX_BYTES);
    status = cm_file_read(&text, path, err);
    if (status == CM_OK) {
        status = load_pack(&pack, path, text.data, text.len, err);
    }
    cm_buf_cleanup(&text);
    return status == CM_OK ? add_pack(m, pack, err) : status;
}

/* `found` has room for the names of all: CM_MAX_PACKS of MAX_NAME each. */
static enum cm_status no_such_policy(const char *name, const char *found,
                                     size_t num, struct cm_error *err)
{
    const char *names[CM_MAX_PACKS];

    for (size_t i = 0; i < num; i++) {
        names[i] = found + i * MAX_NAME;
    }
    return no_such("policy", name, names, num, err);
}

static enum cm_status policy_name(struct cm_measures *m, const char *name,
                                  struct cm_error *err)
{
    char names[CM_MAX_PACKS * MAX_NAME];
    size_t num = 0;
    bool found = false;
    enum cm_status status = CM_OK;

    for (const struct cm_builtin *b = cm_builtin_policies();
         b->name != NULL && num < CM_MAX_PACKS && status == CM_OK; b++) {
        struct cm_pack *pack = NULL;

        status = load_pack(&pack, b->name, b->text, strlen(b->text), err);
        if (status != CM_OK) {
            break;
        }
        (void)snprintf(names + num++ * MAX_NAME, MAX_NAME, "%s",
                       cm_pack_name(pack));
        if (strcmp(name, ALL) == 0 ||
            strcasecmp(name, cm_pack_name(pack)) == 0) {
            found = true;
            status = add_pack(m, pack, err);
        } else {
            cm_pack_free(pack);
        }
    }
    return status != CM_OK || found ? status
                                    : no_such_policy(name, names, num, err);
}

/* --- what the store keeps --- */

static void pack_facts(struct cm_measures *m)
{
    for (size_t i = 0; i < m->num_packs; i++) {
        struct cm_measure_facts *facts = &m->facts[m->num_facts++];

        cm_pack_facts(m->packs[i], facts);
        facts->ord = (uint16_t)i;
    }
}

static void profile_facts(struct cm_measures *m)
{
    for (size_t i = 0; i < m->num_chosen; i++) {
        const struct cm_profile *p = m->profiles[i];

        m->facts[m->num_facts++] = (struct cm_measure_facts){
            .kind = "profile",
            .ord = (uint16_t)i,
            .name = p->name,
            .title = p->title,
            .source = p->source,
            .confidence = p->confidence,
            .family = cm_family_id(p->family),
            .sha256 = m->profile_hash[m->chosen[i]],
            .rules = "",
        };
    }
}

enum cm_status cm_measures_load(struct cm_measures **out,
                                const struct cm_measure_config *config,
                                struct cm_error *err)
{
    struct cm_measures *m = calloc(1, sizeof(*m));
    enum cm_status status;

    *out = NULL;
    if (m == NULL) {
        return cm_error_nomem(err, "profiles");
    }
    status = load_profiles(m, config->profiles, err);
    if (status == CM_OK) {
        status = each_word(m, config->policies, policy_name, policy_file, err);
    }
    if (status != CM_OK) {
        cm_measures_free(m);
        return status;
    }
    profile_facts(m);
    pack_facts(m);
    *out = m;
    return CM_OK;
}

void cm_measures_free(struct cm_measures *measures)
{
    if (measures == NULL) {
        return;
    }
    for (size_t i = 0; i < measures->num_hashes; i++) {
        free(measures->hashes[i]);
    }
    free(measures->hashes);
    for (size_t i = 0; i < measures->num_packs; i++) {
        cm_pack_free(measures->packs[i]);
    }
    cm_profileset_free(measures->set);
    free(measures);
}

const struct cm_measure_facts *
cm_measures_facts(const struct cm_measures *measures, size_t *num)
{
    *num = measures->num_facts;
    return measures->facts;
}
