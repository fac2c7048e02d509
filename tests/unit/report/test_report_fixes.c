/* Fix bundles: what is in them, what is not, and that nothing foreign can get
 * out of its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/buf.h"
#include "certmuster/digest.h"
#include "fixes.h"
#include "fixture.h"
#include "support/jsoncheck.h"

#define KEY(digits) "00000000000000" digits
#define LEAF_A "fixes/0000000000000000-fullchain.pem"

static int with_fixes(void **state)
{
    struct fixture *f = malloc(sizeof(*f));

    assert_non_null(f);
    fixture_make_fixes(f);
    *state = f;
    return 0;
}

static int without(void **state)
{
    fixture_remove(*state);
    free(*state);
    return 0;
}

/* The whole file is these certificates, of the fixture's names. */
static void is_pem_of(const struct fixture *f, const char *name,
                      const char *const *certs, size_t num)
{
    char *text = fixture_text(f, name);
    struct cm_buf want;

    cm_buf_init(&want, 65536);
    for (size_t i = 0; i < num; i++) {
        char der[64];

        (void)snprintf(der, sizeof(der), "der of %s", certs[i]);
        (void)cm_buf_puts(&want, "-----BEGIN CERTIFICATE-----\n");
        (void)cm_buf_base64(&want, der, strlen(der));
        (void)cm_buf_puts(&want, "\n-----END CERTIFICATE-----\n");
    }
    assert_string_equal(text, cm_buf_cstr(&want));
    cm_buf_cleanup(&want);
    free(text);
}

/* The fixture's leaves share the beginning of their fingerprints with each
 * other; here they get ones of their own. */
static void tell_leaves_apart(const struct fixture *f)
{
    fixture_sql(f, "UPDATE certificate SET sha256 = 'aaaa' || substr(sha256, 5)"
                   " WHERE id = 4;"
                   "UPDATE certificate SET sha256 = 'bbbb' || substr(sha256, 5)"
                   " WHERE id = 5");
}

static void a_chain_has_its_missing_ones_and_whole_chains(void **state)
{
    static const char *const missing[] = {"Middle", "Inner"};
    static const char *const chain_a[] = {"a", "Middle"};
    static const char *const chain_b[] = {"b", "Inner", "Middle"};

    tell_leaves_apart(*state);
    fixture_write(*state);
    is_pem_of(*state, "fixes/" KEY("a1") "-intermediates.pem", missing, 2);
    is_pem_of(*state, "fixes/aaaa000000000000-fullchain.pem", chain_a, 2);
    is_pem_of(*state, "fixes/bbbb000000000000-fullchain.pem", chain_b, 3);
}

static void a_path_that_does_not_verify_has_no_bundle(void **state)
{
    char *text;

    fixture_write(*state);
    assert_false(
        fixture_holds(*state, "fixes/" KEY("a2") "-intermediates.pem"));
    text = fixture_text(*state, "fixes/README.txt");
    text_has(text, "Actions about chains without a file: 1.");
    free(text);
}

/* The chain verifies, but not for a certificate that has to go. */
static void a_leaf_that_has_to_go_gets_no_chain(void **state)
{
    static const char *const resolutions[] = {
        "renew_certificate", "reissue_certificate", "replace_revoked"};

    tell_leaves_apart(*state);
    for (size_t i = 0; i < 3; i++) {
        char sql[512];

        (void)snprintf(sql, sizeof(sql),
                       "DELETE FROM finding WHERE resolution = 'tidy_chain';"
                       "INSERT OR REPLACE INTO finding SELECT 1, 1, 1,"
                       " 'leaf_expired', 'breaks_now', 'certain', 1, '', '', 4,"
                       " 0, '%s', '" KEY("b1") "', '', ''",
                       resolutions[i]);
        fixture_sql(*state, sql);
        fixture_write(*state);
        assert_false(
            fixture_holds(*state, "fixes/aaaa000000000000-fullchain.pem"));
        assert_true(
            fixture_holds(*state, "fixes/bbbb000000000000-fullchain.pem"));
        assert_true(
            fixture_holds(*state, "fixes/" KEY("a1") "-intermediates.pem"));
    }
}

/* Clients that trust the root above it need it. */
static void an_anchor_that_is_no_root_is_sent(void **state)
{
    static const char *const missing[] = {"Anchor"};

    fixture_write(*state);
    is_pem_of(*state, "fixes/" KEY("a7") "-intermediates.pem", missing, 1);
}

static void a_chain_to_tidy_has_the_tidy_one(void **state)
{
    static const char *const chain[] = {"a", "Middle"};

    tell_leaves_apart(*state);
    fixture_sql(*state, "DELETE FROM finding WHERE resolution ="
                        " 'install_chain'");
    fixture_write(*state);
    is_pem_of(*state, "fixes/aaaa000000000000-fullchain.pem", chain, 2);
    assert_false(
        fixture_holds(*state, "fixes/" KEY("a6") "-intermediates.pem"));
}

static void a_chain_with_an_unknown_certificate_is_not_written(void **state)
{
    fixture_sql(*state, "UPDATE result SET path = '[4,99,1]' WHERE endpoint ="
                        " 1;"
                        "DELETE FROM finding WHERE endpoint <> 1");
    fixture_write(*state);
    assert_false(
        fixture_holds(*state, "fixes/" KEY("a1") "-intermediates.pem"));
    assert_false(fixture_holds(*state, LEAF_A));
}

static void a_root_comes_with_its_fingerprints(void **state)
{
    char *text;

    fixture_write(*state);
    text = fixture_text(*state, "fixes/" KEY("a3") "-root.pem");
    assert_int_equal(strncmp(text, "# CN=Corp\n# SHA-256 ", 20), 0);
    /* sha256 and sha1 of "der of Corp", by another implementation */
    text_has(text,
             "# SHA-256 "
             "0F:C8:6B:29:36:7B:6D:1F:E0:00:0E:31:E8:CF:82:64:8F:86:5A:DC:9A:"
             "2F:4F:E0:FC:D4:B3:C2:C0:CF:9E:18\n");
    text_has(text,
             "# SHA-1 "
             "C9:48:38:56:E2:65:0C:B1:B0:50:D6:61:A8:33:C2:62:F9:77:2B:BD\n");
    text_has(text, "# ends on 15 Jan 2027\n");
    text_has(text, "another channel");
    text_has(text, "\n-----BEGIN CERTIFICATE-----\nZGVyIG9mIENvcnA=\n"
                   "-----END CERTIFICATE-----\n");
    free(text);
}

static void a_root_that_was_not_seen_has_no_file(void **state)
{
    static const char *const changes[] = {
        "UPDATE finding SET confidence = 'probable' WHERE endpoint = 4",
        ("UPDATE finding SET confidence = 'certain', certificate = 2 WHERE"
         " endpoint = 4"),
        "UPDATE finding SET certificate = NULL WHERE endpoint = 4",
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        char *text;

        fixture_sql(*state, changes[i]);
        fixture_write(*state);
        assert_false(fixture_holds(*state, "fixes/" KEY("a3") "-root.pem"));
        text = fixture_text(*state, "fixes/README.txt");
        text_has(text, "Actions about a root without a file: 1.");
        free(text);
    }
}

/* A key becomes part of a file's name. */
static void a_key_that_is_none_of_ours_makes_no_file(void **state)
{
    static const char *const keys[] = {"../../../tmp/evil", "0000000000000",
                                       "000000000000000G", "00000000000000a1/",
                                       ""};
    const struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char sql[256];
        char *text;

        (void)snprintf(sql, sizeof(sql),
                       "UPDATE finding SET action = '%s';"
                       "DELETE FROM action WHERE key <> (SELECT min(key) FROM"
                       " action); UPDATE action SET key = '%s'",
                       keys[i], keys[i]);
        fixture_sql(f, sql);
        fixture_write(f);
        text = fixture_text(f, "fixes/README.txt");
        text_has(text, "No action of this run has a file here.");
        free(text);
    }
}

static void a_fingerprint_that_is_none_makes_no_file(void **state)
{
    char *text;

    fixture_sql(*state, "UPDATE certificate SET sha256 = '../../evil' || id;"
                        "DELETE FROM finding WHERE resolution NOT IN"
                        " ('tidy_chain', 'renew_certificate')");
    fixture_write(*state);
    text = fixture_text(*state, "fixes/README.txt");
    text_has(text, "No action of this run has a file here.");
    free(text);
}

static void the_outputs_name_the_files_with_their_hashes(void **state)
{
    struct fixture *f = *state;
    uint8_t hash[CM_DIGEST_SHA256_LEN];
    struct cm_buf hex;
    struct table t;
    char *json;
    char *text;
    char *got;

    f->options.formats = NULL;
    tell_leaves_apart(f);
    fixture_write(f);
    text = fixture_text(f, "fixes/" KEY("a1") "-intermediates.pem");
    cm_digest_sha256(text, strlen(text), hash);
    cm_buf_init(&hex, 128);
    (void)cm_buf_hex(&hex, hash, sizeof(hash));
    free(text);

    text = fixture_text(f, "actions.csv");
    table_parse(&t, text, strlen(text));
    assert_string_equal(table_at(&t, 1, "fix_files"),
                        "fixes/aaaa000000000000-fullchain.pem "
                        "fixes/bbbb000000000000-fullchain.pem "
                        "fixes/" KEY("a1") "-intermediates.pem");
    assert_int_equal(strlen(table_at(&t, 1, "fix_sha256")), 3 * 65 - 1);
    text_has(table_at(&t, 1, "fix_sha256"), cm_buf_cstr(&hex));
    assert_string_equal(table_at(&t, 2, "fix_files"), "");
    table_free(&t);
    free(text);

    json = fixture_text(f, "report.json");
    json_expect(json, "resolutions/0/actions/0/files/2/path",
                "fixes/" KEY("a1") "-intermediates.pem");
    json_expect(json, "resolutions/0/actions/0/files/2/kind", "intermediates");
    json_expect(json, "resolutions/0/actions/0/files/0/kind", "full_chain");
    got = json_at(json, "resolutions/0/actions/0/files/2/sha256");
    assert_string_equal(got, cm_buf_cstr(&hex));
    free(got);
    free(json);

    text = fixture_text(f, "report.html");
    text_has(text, "<li><a download=\"" KEY(
                       "a1") "-intermediates.pem\" "
                             "href=\"data:application/x-pem-file,");
    text_has(text, KEY("a1") "-intermediates.pem</a><br><small class=\"proof"
                             "\">SHA-256 ");
    free(text);
    text = fixture_text(f, "fixes/README.txt");
    text_has(text, cm_buf_cstr(&hex));
    free(text);
    cm_buf_cleanup(&hex);
}

static void without_the_format_nothing_is_named(void **state)
{
    struct fixture *f = *state;
    char *text;

    f->options.formats = "actions";
    fixture_write(f);
    text = fixture_text(f, "actions.csv");
    text_lacks(text, "fixes/");
    free(text);
    assert_false(fixture_holds(f, "fixes/README.txt"));
}

static void put_file(const struct fixture *f, const char *name)
{
    char path[256];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/fixes/%s", f->out, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("mine", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* What an earlier report wrote goes, what a person put there stays. */
static void only_stale_files_of_ours_are_removed(void **state)
{
    struct fixture *f = *state;

    fixture_write(f);
    put_file(f, "ffffffffffffffff-csr.cnf");
    put_file(f, "ffffffffffffffff-root.pem");
    put_file(f, "ffffffffffffffff-fullchain.pem");
    put_file(f, "ffffffffffffffff-intermediates.pem");
    put_file(f, "ffffffffffffffff-notes.pem");
    put_file(f, "fffffffffffffff-root.pem");
    put_file(f, "0000000000000f000-root.pem");
    put_file(f, "mine.pem");
    fixture_write(f);
    assert_false(fixture_holds(f, "fixes/ffffffffffffffff-csr.cnf"));
    assert_false(fixture_holds(f, "fixes/ffffffffffffffff-root.pem"));
    assert_false(fixture_holds(f, "fixes/ffffffffffffffff-fullchain.pem"));
    assert_false(fixture_holds(f, "fixes/ffffffffffffffff-intermediates.pem"));
    assert_true(fixture_holds(f, "fixes/ffffffffffffffff-notes.pem"));
    assert_true(fixture_holds(f, "fixes/fffffffffffffff-root.pem"));
    assert_true(fixture_holds(f, "fixes/0000000000000f000-root.pem"));
    assert_true(fixture_holds(f, "fixes/mine.pem"));
    assert_true(fixture_holds(f, "fixes/" KEY("a3") "-root.pem"));
}

static void the_same_store_gives_the_same_bytes(void **state)
{
    static const char *const names[] = {
        "fixes/README.txt", "fixes/" KEY("a1") "-intermediates.pem",
        "fixes/" KEY("a3") "-root.pem", "fixes/" KEY("a4") "-csr.cnf"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *first;
        char *second;

        fixture_write(*state);
        first = fixture_text(*state, names[i]);
        fixture_write(*state);
        second = fixture_text(*state, names[i]);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    struct fixture *f = *state;
    struct cm_error err;
    char path[128];
    FILE *file;

    assert_int_equal(mkdir(f->out, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/fixes", f->out);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cm_report_write(&f->options, &err), CM_EIO);
    text_has(err.text, "fixes");
    assert_false(fixture_holds(f, "actions.csv"));
    assert_int_equal(unlink(path), 0);
}

/* More actions than get files: the first by rank do, and that is said. */
static void actions_are_bounded(void **state)
{
    struct fixture *f = *state;
    char *text;

    f->options.formats = "fixes";
    fixture_sql(
        f, "DELETE FROM finding; DELETE FROM action;"
           "CREATE TEMP TABLE n AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL"
           " SELECT n + 1 FROM c WHERE n < 10002) SELECT n FROM c;"
           "INSERT INTO finding SELECT 1, 5, n, 'leaf_expired', 'breaks_now',"
           " 'certain', 1, '', '', 7, NULL, 'renew_certificate',"
           " printf('%016x', n), 'k', '' FROM n;"
           "INSERT INTO action SELECT 1, printf('%016x', n),"
           " 'renew_certificate', 'k', '', 'breaks_now', 0, 1, '[]', '[]', 0,"
           " 7, 5, n FROM n");
    fixture_write(f);
    assert_true(
        fixture_holds(f, "fixes/0000000000002710-csr.cnf")); /* 10,000 */
    assert_false(
        fixture_holds(f, "fixes/0000000000002711-csr.cnf")); /* 10,001 */
    text = fixture_text(f, "fixes/README.txt");
    text_has(text,
             "THIS IS NOT ALL: files are written for the first 10000 actions");
    assert_int_equal(times_in(text, "-csr.cnf\n"), 10000);
    free(text);
}

int main(void)
{
#define FIXES_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, with_fixes, without)
    const struct CMUnitTest tests[] = {
        FIXES_TEST(a_chain_has_its_missing_ones_and_whole_chains),
        FIXES_TEST(a_path_that_does_not_verify_has_no_bundle),
        FIXES_TEST(a_leaf_that_has_to_go_gets_no_chain),
        FIXES_TEST(an_anchor_that_is_no_root_is_sent),
        FIXES_TEST(a_chain_to_tidy_has_the_tidy_one),
        FIXES_TEST(a_chain_with_an_unknown_certificate_is_not_written),
        FIXES_TEST(a_root_comes_with_its_fingerprints),
        FIXES_TEST(a_root_that_was_not_seen_has_no_file),
        FIXES_TEST(a_key_that_is_none_of_ours_makes_no_file),
        FIXES_TEST(a_fingerprint_that_is_none_makes_no_file),
        FIXES_TEST(the_outputs_name_the_files_with_their_hashes),
        FIXES_TEST(without_the_format_nothing_is_named),
        FIXES_TEST(only_stale_files_of_ours_are_removed),
        FIXES_TEST(the_same_store_gives_the_same_bytes),
        FIXES_TEST(a_folder_that_cannot_be_made_is_an_error),
        FIXES_TEST(actions_are_bounded),
    };

    return cmocka_run_group_tests_name("report fixes", tests, NULL, NULL);
}
