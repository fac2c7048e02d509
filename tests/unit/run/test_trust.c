/* Trust views from what the user wrote and from the files that it names.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/trust.h"
#include "support/forge.h"

/* --- what --trust says --- */

static void a_view_has_a_name_a_path_and_a_list(void **state)
{
    static const struct {
        const char *text;
        const char *name;
        const char *path; /* NULL: the system's */
        const char *distrust;
    } cases[] = {
        {NULL, "system", NULL, NULL},
        {"system", "system", NULL, NULL},
        {"os=system", "os", NULL, NULL},
        {"system,d.csv", "system", NULL, "d.csv"},
        {"roots.pem", "given", "roots.pem", NULL},
        {"corp=roots.pem", "corp", "roots.pem", NULL},
        {"corp=/etc/a=b/roots.pem", "corp", "/etc/a=b/roots.pem", NULL},
        {"/etc/a=b/roots.pem", "given", "/etc/a=b/roots.pem", NULL},
        {"corp=a,b.pem", "corp", "a,b.pem", NULL},
        {"corp=a,b.pem,dis.CSV", "corp", "a,b.pem", "dis.CSV"},
        {"sys=sys", "sys", "sys", NULL},
        {"Mozilla-2027.1_x=m", "Mozilla-2027.1_x", "m", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_view_spec spec;

        assert_int_equal(cm_view_spec_parse(&spec, cases[i].text, NULL), CM_OK);
        assert_string_equal(spec.name, cases[i].name);
        if (cases[i].path == NULL) {
            assert_null(spec.path);
        } else {
            assert_string_equal(spec.path, cases[i].path);
        }
        if (cases[i].distrust == NULL) {
            assert_null(spec.distrust);
        } else {
            assert_string_equal(spec.distrust, cases[i].distrust);
        }
        cm_view_spec_cleanup(&spec);
    }
}

static void a_view_without_sense_is_refused(void **state)
{
    static const char *const cases[] = {
        "=roots.pem",
        "corp=",
        "corp=,d.csv",
        "",
        "two words=roots.pem",
        "\"quoted\"=roots.pem",
        "a-name-that-is-longer-than-31-chr=roots.pem",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_view_spec spec;
        struct cm_error err = {0};

        assert_int_equal(cm_view_spec_parse(&spec, cases[i], &err), CM_EUSAGE);
        assert_non_null(strstr(err.text, "--trust"));
    }
}

/* --- files and folders --- */

struct loaded {
    struct cm_trust_files files;
    enum cm_status status;
    struct cm_error err;
};

/* Loads the views of `texts` (NULL ends). */
static void load(struct loaded *out, const char *const *texts,
                 const char *const *more, const char *const *crls)
{
    struct cm_view_spec specs[CM_MAX_VIEWS + 1];
    struct cm_trust_config config = {
        .views = specs, .intermediates = more, .crls = crls};

    memset(out, 0, sizeof(*out));
    for (; texts[config.num_views] != NULL; config.num_views++) {
        assert_int_equal(cm_view_spec_parse(&specs[config.num_views],
                                            texts[config.num_views], &out->err),
                         CM_OK);
    }
    out->status = cm_trust_load(&out->files, &config, &out->err);
    for (size_t i = 0; i < config.num_views; i++) {
        cm_view_spec_cleanup(&specs[i]);
    }
}

static void assert_says(struct loaded *l, enum cm_status status,
                        const char *words)
{
    assert_int_equal(l->status, status);
    if (strstr(l->err.text, words) == NULL) {
        fail_msg("no \"%s\" in: %s", words, l->err.text);
    }
    cm_trust_unload(&l->files);
}

struct certs {
    struct cm_cert *a;
    struct cm_cert *b;
};

static struct certs make_certs(void)
{
    return (struct certs){
        .a = forge_cert(&(struct forge_spec){.subject = "A", .ca = true}),
        .b = forge_cert(&(struct forge_spec){.subject = "B", .ca = true}),
    };
}

static void free_certs(struct certs *certs)
{
    cm_cert_unref(certs->a);
    cm_cert_unref(certs->b);
}

/* Folders hold links to the same certificate, hashed names, bundles, notes. */
static void anchors_come_from_a_file_or_a_folder(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    struct cm_cert *both[] = {certs.a, certs.b};
    char one[256];
    char dir[256];
    const char *texts[] = {one, dir, NULL};
    const char *more[] = {folder_pem(f, "b.pem", &certs.b, 1), NULL};
    struct loaded l;

    (void)folder_make(f, "roots");
    (void)folder_make(f, "roots/more");
    (void)folder_pem(f, "roots/bundle.crt", both, 2);
    (void)folder_write(f, "roots/a.der", certs.a->der.data, certs.a->der.len);
    (void)folder_text(f, "roots/README", "no certificate here\n");
    (void)folder_text(f, "roots/zz.txt", "nor here\n");
    (void)folder_text(f, "roots/.hidden", "not looked at");
    assert_int_equal(symlink("a.der", folder_path(f, "roots/0a1b2c3d.0")), 0);
    assert_int_equal(symlink("gone", folder_path(f, "roots/0a1b2c3d.1")), 0);
    (void)snprintf(one, sizeof(one), "one=%s",
                   folder_pem(f, "a.pem", &certs.a, 1));
    (void)snprintf(dir, sizeof(dir), "dir=%s", folder_path(f, "roots"));
    load(&l, texts, more, NULL);
    assert_int_equal(l.status, CM_OK);
    assert_int_equal(l.files.num_views, 2);
    assert_int_equal(cm_certset_count(l.files.views[0].anchors), 1);
    assert_true(cm_certset_has(l.files.views[0].anchors, certs.a));
    assert_int_equal(cm_certset_count(l.files.views[1].anchors), 2);
    assert_int_equal(cm_certset_count(l.files.pool), 1);
    assert_true(cm_certset_has(l.files.pool, certs.b));
    for (size_t i = 0; i < 2; i++) {
        assert_ptr_equal(l.files.views[i].pool, l.files.pool);
        assert_ptr_equal(l.files.views[i].revocation, l.files.revocation);
        assert_ptr_equal(l.files.views[i].views, l.files.views);
        assert_int_equal(l.files.views[i].num_views, 2);
        assert_null(l.files.views[i].distrust);
    }
    assert_int_equal(cm_trust_view(&l.files, "DIR"), 1);
    assert_int_equal(cm_trust_view(&l.files, "other"), -1);
    cm_trust_unload(&l.files);
    free_certs(&certs);
}

static void a_run_can_tell_what_it_trusted(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    struct cm_cert *both[] = {certs.a, certs.b};
    struct cm_cert *turned[] = {certs.b, certs.a};
    char first[256];
    char second[256];
    const char *texts[] = {first, second, NULL};
    struct loaded l;
    const char *hash;
    char sha256[80] = "";

    (void)snprintf(first, sizeof(first), "first=%s",
                   folder_pem(f, "\"1\".pem", both, 2));
    (void)snprintf(second, sizeof(second), "second=%s",
                   folder_pem(f, "2.pem", turned, 2));
    load(&l, texts, NULL, NULL);
    assert_int_equal(l.status, CM_OK);
    assert_non_null(strstr(l.files.json, "[{\"name\":\"first\",\"path\":\"/"));
    assert_non_null(strstr(l.files.json, "/\\\"1\\\".pem\""));
    assert_non_null(strstr(l.files.json, "\"anchors\":2,\"distrusted\":0},{"));
    /* The same certificates in another order are the same store. */
    hash = strstr(l.files.json, "\"sha256\":\"");
    assert_non_null(hash);
    memcpy(sha256, hash, 75);
    assert_non_null(strstr(hash + 75, sha256));
    assert_non_null(strstr(l.files.text, "first: /"));
    assert_non_null(strstr(l.files.text, "2 anchors; second: /"));
    cm_trust_unload(&l.files);
    free_certs(&certs);
}

static void a_wrong_file_is_named(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    const char *good = folder_pem(f, "a.pem", &certs.a, 1);
    const char *rubbish = folder_text(f, "readme.txt", "no certificate\n");
    const char *missing[] = {"/no/such/file.pem", NULL};
    const char *one[] = {good, NULL};
    const char *bad[] = {rubbish, NULL};
    const char *empty[] = {folder_make(f, "none"), NULL};
    const char *twice[] = {good, good, NULL};
    struct loaded l;

    load(&l, missing, NULL, NULL);
    assert_says(&l, CM_EINPUT, "/no/such/file.pem");
    load(&l, bad, NULL, NULL);
    assert_says(&l, CM_EINPUT, "readme.txt");
    load(&l, empty, NULL, NULL);
    assert_says(&l, CM_EINPUT, "no file in this folder holds a certificate");
    load(&l, one, missing, NULL);
    assert_says(&l, CM_EINPUT, "/no/such/file.pem");
    load(&l, one, NULL, bad);
    assert_says(&l, CM_EINPUT, "readme.txt");
    load(&l, one, NULL, empty);
    assert_says(&l, CM_EINPUT,
                "no file in this folder holds a revocation list");
    load(&l, twice, NULL, NULL);
    assert_says(&l, CM_EUSAGE, "two trust views are named \"given\"");
    free_certs(&certs);
}

static void names_that_differ_in_case_only_are_the_same(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    char first[256];
    char second[256];
    const char *texts[] = {first, second, NULL};
    const char *path = folder_pem(f, "a.pem", &certs.a, 1);
    struct loaded l;

    (void)snprintf(first, sizeof(first), "corp=%s", path);
    (void)snprintf(second, sizeof(second), "Corp=%s", path);
    load(&l, texts, NULL, NULL);
    assert_says(&l, CM_EUSAGE, "\"Corp\"");
    free_certs(&certs);
}

/* --- distrust lists --- */

#define HASH_A                                                                 \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void a_distrust_list_is_read(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    struct cm_buf text;
    struct loaded l;
    char view[256];
    const char *texts[] = {view, NULL};
    const struct cm_distrust_entry *entry;

    cm_buf_init(&text, 4096);
    cm_buf_puts(&text, "\xef\xbb\xbf# what the vendor says\n"
                       "SHA256,spki_sha256,kind,date,note\n\n");
    cm_buf_hex(&text, certs.a->sha256, CM_SHA256_LEN);
    cm_buf_puts(&text, ",,not_before,2027-03-01,\"since, say,\nMarch\"\n,");
    cm_buf_hex(&text, certs.b->spki_sha256, CM_SHA256_LEN);
    cm_buf_puts(&text, ",SCT,2027-03-01T12:00:00Z\n" HASH_A ",,removed,,");
    (void)folder_text(f, "d.csv", cm_buf_cstr(&text));
    (void)snprintf(view, sizeof(view), "v=%s,%s",
                   folder_pem(f, "a.pem", &certs.a, 1),
                   folder_path(f, "d.csv"));
    load(&l, texts, NULL, NULL);
    if (l.status != CM_OK) {
        fail_msg("%s", l.err.text);
    }
    assert_int_equal(cm_distrust_count(l.files.views[0].distrust), 3);
    entry = cm_distrust_find(l.files.views[0].distrust, certs.a);
    assert_non_null(entry);
    assert_int_equal(entry->kind, CM_DISTRUST_NOT_BEFORE);
    assert_false(entry->by_spki);
    /* All of that day is before "after the day". */
    assert_int_equal(entry->after_unix, 1803859200 + 86399);
    assert_string_equal(entry->note, "since, say,\nMarch");
    entry = cm_distrust_find(l.files.views[0].distrust, certs.b);
    assert_non_null(entry);
    assert_int_equal(entry->kind, CM_DISTRUST_SCT);
    assert_true(entry->by_spki);
    assert_int_equal(entry->after_unix, 1803859200 + 43200);
    assert_string_equal(entry->note, "");
    assert_non_null(strstr(l.files.json, "\"distrusted\":3"));
    assert_non_null(strstr(l.files.text, "3 distrusted"));
    cm_trust_unload(&l.files);
    cm_buf_cleanup(&text);
    free_certs(&certs);
}

static void a_mistake_in_a_distrust_list_has_a_line(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"", "is empty"},
        {"# nothing\n\n", "is empty"},
        {"\n# x\nhash,kind\n", "line 3: the first line must name"},
        {"sha256,date\n", "line 1: the first line must name"},
        {"kind,date\n", "line 1: the first line must name"},
        {"sha256,kind\n" HASH_A ",removed\n\nabc,removed\n",
         "line 4: \"abc\" is not a SHA-256"},
        {"sha256,kind\n" HASH_A "aa,removed\n", "is not a SHA-256"},
        {"sha256,kind\n,removed\n", "line 2: \"\" is not a SHA-256"},
        {"sha256,kind,note\n" HASH_A ",removed,\"a\nb\"\n" HASH_A ",banned,x\n",
         "line 4: the kind \"banned\""},
        {"sha256,kind,date\n" HASH_A ",sct,\n", "the kind sct needs one"},
        {"sha256;kind;date\n" HASH_A ";not_before;soon\n",
         "line 2: \"soon\" is not a date"},
        {"sha256,kind\n" HASH_A ",\"removed\n", "line 2: a quote is not"},
        {"sha256,kind\n" HASH_A ",rem\"oved\n", "line 2: a quote is not"},
    };
    struct folder *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct cm_distrust *list = cm_distrust_new();
        struct cm_error err = {0};
        const char *path = folder_text(f, "d.csv", cases[i].text);

        assert_non_null(list);
        assert_int_equal(cm_distrust_read(list, path, &err), CM_EINPUT);
        if (strstr(err.text, cases[i].words) == NULL ||
            strstr(err.text, path) == NULL) {
            fail_msg("case %zu, no \"%s\" in: %s", i, cases[i].words, err.text);
        }
        cm_distrust_free(list);
    }
}

static void a_distrust_list_that_is_missing_is_named(void **state)
{
    struct folder *f = *state;
    struct certs certs = make_certs();
    char view[256];
    const char *texts[] = {view, NULL};
    struct loaded l;

    (void)snprintf(view, sizeof(view), "v=%s,/no/such/list.csv",
                   folder_pem(f, "a.pem", &certs.a, 1));
    load(&l, texts, NULL, NULL);
    assert_says(&l, CM_EINPUT, "/no/such/list.csv");
    free_certs(&certs);
}

static int clean_up(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

#define FOLDER_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_has_a_name_a_path_and_a_list),
        cmocka_unit_test(a_view_without_sense_is_refused),
        FOLDER_TEST(anchors_come_from_a_file_or_a_folder),
        FOLDER_TEST(a_run_can_tell_what_it_trusted),
        FOLDER_TEST(a_wrong_file_is_named),
        FOLDER_TEST(names_that_differ_in_case_only_are_the_same),
        FOLDER_TEST(a_distrust_list_is_read),
        FOLDER_TEST(a_mistake_in_a_distrust_list_has_a_line),
        FOLDER_TEST(a_distrust_list_that_is_missing_is_named),
    };

    return cmocka_run_group_tests_name("trust", tests, NULL, clean_up);
}
