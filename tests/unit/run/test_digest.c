/* What belongs to the digest of a configuration, and what does not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/run/folder.h"

#include <stdio.h>
#include <string.h>

#include "run/digest.h"
#include "support/forge.h"

struct scene {
    struct cm_run_config config;
    struct cm_view_spec view;
    const char *pool[2];
    const char *crls[2];
    const char *policies[2];
};

static void scene_open(struct scene *s, struct folder *f)
{
    struct cm_cert *a =
        forge_cert(&(struct forge_spec){.subject = "A", .ca = true});
    char text[256];

    memset(s, 0, sizeof(*s));
    (void)snprintf(text, sizeof(text), "corp=%s,%s",
                   folder_pem(f, "a.pem", &a, 1),
                   folder_text(f, "d.csv", "sha256,kind\n"));
    assert_int_equal(cm_view_spec_parse(&s->view, text, NULL), CM_OK);
    s->pool[0] = folder_pem(f, "pool.pem", &a, 1);
    s->policies[0] = "mozilla-intermediate";
    s->config = (struct cm_run_config){
        .version = "1",
        .deciding_json = "{\"retries\":\"1\"}",
        .trust = {.views = &s->view, .num_views = 1, .intermediates = s->pool},
        .measure = {.policies = s->policies},
    };
    cm_cert_unref(a);
}

static void digest(const struct scene *s, char hex[CM_CONFIG_DIGEST_SIZE])
{
    struct cm_trust_files files;
    struct cm_measures *measures = NULL;
    struct cm_error err;

    assert_int_equal(cm_trust_load(&files, &s->config.trust, &err), CM_OK);
    assert_int_equal(cm_measures_load(&measures, &s->config.measure, &err),
                     CM_OK);
    assert_int_equal(
        cm_run_config_digest(&s->config, &files, measures, hex, &err), CM_OK);
    assert_int_equal(strlen(hex), CM_CONFIG_DIGEST_SIZE - 1);
    cm_measures_free(measures);
    cm_trust_unload(&files);
}

static void assert_changes(const struct scene *s, const char *before,
                           const char *what)
{
    char now[CM_CONFIG_DIGEST_SIZE];

    digest(s, now);
    if (strcmp(before, now) == 0) {
        fail_msg("another %s, and the same digest", what);
    }
}

static void all_that_decides_belongs_to_it(void **state)
{
    struct folder *f = *state;
    struct cm_cert *b =
        forge_cert(&(struct forge_spec){.subject = "B", .ca = true});
    char before[CM_CONFIG_DIGEST_SIZE];
    struct scene s;
    struct scene other;

    scene_open(&s, f);
    digest(&s, before);
    other = s;
    other.config.version = "2";
    assert_changes(&other, before, "version");
    other = s;
    other.config.deciding_json = "{\"retries\":\"2\"}";
    assert_changes(&other, before, "option");
    other = s;
    other.config.measure.policies = NULL;
    assert_changes(&other, before, "policy");
    other = s;
    other.config.client_cert = folder_pem(f, "client.pem", &b, 1);
    assert_changes(&other, before, "client certificate");
    (void)folder_text(f, "d.csv", "sha256,kind\n# more\n");
    assert_changes(&s, before, "distrust list");
    (void)folder_text(f, "d.csv", "sha256,kind\n");
    (void)folder_pem(f, "pool.pem", &b, 1);
    assert_changes(&s, before, "intermediate");
    digest(&s, before);
    (void)folder_pem(f, "a.pem", &b, 1);
    assert_changes(&s, before, "anchor");
    cm_view_spec_cleanup(&s.view);
    cm_cert_unref(b);
}

static void what_decides_nothing_is_left_out(void **state)
{
    struct folder *f = *state;
    struct cm_cert *both[2];
    struct cm_cert *turned[2];
    char before[CM_CONFIG_DIGEST_SIZE];
    char after[CM_CONFIG_DIGEST_SIZE];
    struct scene s;

    both[0] = forge_cert(&(struct forge_spec){.subject = "A", .ca = true});
    both[1] = forge_cert(&(struct forge_spec){.subject = "B", .ca = true});
    turned[0] = both[1];
    turned[1] = both[0];
    scene_open(&s, f);
    (void)folder_pem(f, "a.pem", both, 2);
    digest(&s, before);
    (void)folder_pem(f, "a.pem", turned, 2);
    s.config.input_path = "other.csv";
    s.config.db_path = "other.db";
    s.config.options_json = "{\"out\":\"elsewhere\"}";
    s.config.concurrency = 7;
    s.config.jobs = 3;
    s.config.at_unix = 1234567890;
    s.config.client_cert = "not there"; /* its name is an option */
    digest(&s, after);
    assert_string_equal(before, after);
    cm_view_spec_cleanup(&s.view);
    cm_cert_unref(both[0]);
    cm_cert_unref(both[1]);
}

static void a_list_that_is_gone_is_an_error(void **state)
{
    struct folder *f = *state;
    struct cm_trust_files files;
    struct cm_measures *measures = NULL;
    char hex[CM_CONFIG_DIGEST_SIZE];
    struct cm_error err;
    struct scene s;

    scene_open(&s, f);
    assert_int_equal(cm_trust_load(&files, &s.config.trust, &err), CM_OK);
    assert_int_equal(cm_measures_load(&measures, &s.config.measure, &err),
                     CM_OK);
    assert_int_equal(remove(folder_path(f, "d.csv")), 0);
    assert_int_equal(
        cm_run_config_digest(&s.config, &files, measures, hex, &err),
        CM_EINPUT);
    assert_non_null(strstr(err.text, "d.csv"));
    cm_measures_free(measures);
    cm_trust_unload(&files);
    cm_view_spec_cleanup(&s.view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_that_decides_belongs_to_it,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_decides_nothing_is_left_out,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_list_that_is_gone_is_an_error,
                                        folder_setup, folder_teardown),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
