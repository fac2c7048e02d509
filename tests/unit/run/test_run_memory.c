/* Every allocation fails once, while files are loaded and endpoints are judged
 * again: that is said, or all is as it should be in spite of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/again_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/merge.h"
#include "run/metrics.h"
#include "run/resume.h"

#define NEVER (-1L)
#define MAX_ALLOCATIONS 20000

static _Thread_local long until_failure = NEVER;

static bool fails(void)
{
    if (until_failure == NEVER) {
        return false;
    }
    return until_failure-- == 0; /* and goes on to NEVER */
}

/* The linker sends this program's allocations here (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return fails() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return fails() ? NULL : __real_strndup(text, len);
}

static int open_scene(void **state)
{
    struct again_scene *s = calloc(1, sizeof(*s));

    assert_non_null(s);
    again_open(s);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    again_close(*state);
    free(*state);
    return 0;
}

/* What `text` and the files of the scene give. */
static enum cm_status load(struct cm_trust_files *files, const char *text,
                           const char *const *more, const char *const *crls)
{
    struct cm_view_spec spec;
    const struct cm_trust_config config = {
        .views = &spec, .num_views = 1, .intermediates = more, .crls = crls};
    struct cm_error err = {0};
    enum cm_status status = cm_view_spec_parse(&spec, text, &err);

    memset(files, 0, sizeof(*files));
    if (status == CM_OK) {
        status = cm_trust_load(files, &config, &err);
        cm_view_spec_cleanup(&spec);
    }
    if (status != CM_OK && status != CM_ENOMEM) {
        print_message("%s\n", err.text);
    }
    return status;
}

static void no_view_is_half_loaded(void **state)
{
    struct again_scene *s = *state;
    struct cm_cert *certs[] = {s->root, s->sub};
    struct cm_trust_files files;
    char text[256];
    const char *more[] = {folder_pem(s->folder, "sub.pem", &s->sub, 1), NULL};
    const char *crls[] = {
        folder_write(s->folder, "sub.crl", s->crl.data, s->crl.len), NULL};
    enum cm_status status;
    long n = 0;

    (void)folder_make(s->folder, "roots");
    (void)folder_pem(s->folder, "roots/a.pem", certs, 2);
    (void)folder_text(s->folder, "roots/note", "nothing\n");
    (void)folder_text(
        s->folder, "d.csv",
        "sha256,kind,date,note\n"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "removed,,\"x, y\"\n");
    (void)snprintf(text, sizeof(text), "v=%s,%s",
                   folder_path(s->folder, "roots"),
                   folder_path(s->folder, "d.csv"));
    do {
        assert_true(n < MAX_ALLOCATIONS);
        until_failure = n++;
        status = load(&files, text, more, crls);
        if (status == CM_OK) {
            assert_int_equal(cm_certset_count(files.views[0].anchors), 2);
            assert_int_equal(cm_certset_count(files.pool), 1);
            assert_int_equal(cm_distrust_count(files.views[0].distrust), 1);
            assert_non_null(strstr(files.json, "\"anchors\":2"));
        } else {
            assert_int_equal(status, CM_ENOMEM);
        }
        cm_trust_unload(&files);
    } while (until_failure == NEVER);
    until_failure = NEVER;
    assert_int_equal(status, CM_OK);
    assert_true(n > 20);
}

/* Whatever fails, no endpoint gets another verdict than the right one. */
static void no_endpoint_is_judged_by_half(void **state)
{
    struct again_scene *s = *state;
    struct cm_certset *seen = cm_certset_new(10);
    enum cm_status status;
    long n = 0;

    assert_true(cm_certset_add(seen, s->sub));
    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
    do {
        assert_true(n < MAX_ALLOCATIONS);
        until_failure = n++;
        status = again_second(s, seen, NULL);
        if (status != CM_OK) {
            assert_int_equal(status, CM_ENOMEM);
        }
    } while (until_failure == NEVER);
    until_failure = NEVER;
    assert_int_equal(status, CM_OK);
    assert_asked(s, "SELECT primary_cause FROM v_endpoint", "chain_incomplete");
    assert_asked(s, "SELECT group_concat(DISTINCT confidence) FROM v_finding",
                 "certain");
    assert_true(n > 50);
    cm_certset_free(seen);
}

/* A file of metrics is as it was, or new as a whole. */
static void no_metrics_are_half_written(void **state)
{
    struct again_scene *s = *state;
    const struct cm_progress_facts facts = {.seconds = 1000.0};
    char path[160];
    struct cm_metrics *metrics;
    struct cm_error err;
    enum cm_status status;
    long n = 0;

    (void)snprintf(path, sizeof(path), "%s", folder_path(s->folder, "a.prom"));
    do {
        char text[65536] = "";
        FILE *file;
        size_t len;

        assert_true(n < MAX_ALLOCATIONS);
        until_failure = n++;
        status = cm_metrics_new(&metrics, path, "1", 0, &err);
        if (status == CM_OK) {
            cm_metrics_show(metrics, &facts);
            cm_metrics_end(metrics, "complete", NULL);
        } else {
            assert_int_equal(status, CM_ENOMEM);
            assert_null(metrics);
        }
        cm_metrics_free(metrics);
        file = fopen(path, "re");
        if (file != NULL) {
            len = fread(text, 1, sizeof(text) - 1, file);
            assert_int_equal(fclose(file), 0);
            assert_true(len > 0 && text[len - 1] == '\n');
        }
    } while (until_failure == NEVER);
    until_failure = NEVER;
    assert_int_equal(status, CM_OK);
    assert_true(n > 3);
}

/* A run that did not end is taken up with all that it knows, or not at all. */
static void no_run_is_half_taken_up(void **state)
{
    struct again_scene *s = *state;
    enum cm_status status;
    long n = 0;

    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
    cm_store_close(s->store);
    s->store = NULL;
    do {
        struct cm_resume *resume;
        struct cm_error err;

        assert_true(n < MAX_ALLOCATIONS);
        until_failure = n++;
        status = cm_resume_open(&resume, s->db, 0, "", &err);
        if (status == CM_OK) {
            assert_int_equal(cm_resume_run(resume)->id, s->run_id);
        } else {
            assert_int_equal(status, CM_ENOMEM);
        }
        cm_resume_close(resume);
    } while (until_failure == NEVER);
    until_failure = NEVER;
    assert_int_equal(status, CM_OK);
    assert_true(n > 3);
}

/* A store that is no shard is refused for that, or for want of memory. */
static void no_merge_is_half_begun(void **state)
{
    struct again_scene *s = *state;
    const char *const paths[] = {s->db};
    const struct cm_merge_inputs inputs = {
        .paths = paths, .num_paths = 1, .version = "1"};
    enum cm_status status;
    long n = 0;

    again_load(s);
    again_begin(s);
    again_add(s, "host1.example", &s->leaf, 1);
    again_drain(s);
    again_finish(s);
    cm_store_close(s->store);
    s->store = NULL;
    do {
        struct cm_merge *merge;
        struct cm_error err;

        assert_true(n < MAX_ALLOCATIONS);
        until_failure = n++;
        status = cm_merge_open(&merge, &inputs, &err);
        assert_null(merge);
        assert_true(status == CM_ENOMEM || status == CM_EINPUT);
        cm_merge_close(merge);
    } while (until_failure == NEVER);
    until_failure = NEVER;
    assert_int_equal(status, CM_EINPUT);
    assert_true(n > 3);
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(no_view_is_half_loaded),
        SCENE_TEST(no_endpoint_is_judged_by_half),
        SCENE_TEST(no_metrics_are_half_written),
        SCENE_TEST(no_run_is_half_taken_up),
        SCENE_TEST(no_merge_is_half_begun),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
