/* A store as scans fill it: two runs, evidence of every kind.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fuzz/scratch.h"
#include "fuzz/stores.h"
#include "unit/store/evidence_cases.h"
#include "unit/store/fixture.h"

#include "certmuster/file.h"
#include "certmuster/stored.h"

#define MAX_STORE (4U << 20)

static const char more_sql[] =
    "UPDATE result SET causes = '[\"issuer_unknown\"]',"
    " remaining = '[\"leaf_expired\"]', path_valid = 0, revocation = 'revoked',"
    " revocation_source = 'crl', revocation_this_update = 1800000000,"
    " revocation_next_update = 1800600000, revoked_at = 1790000000,"
    " revocation_reason = 1 WHERE endpoint = 1;"
    "INSERT OR IGNORE INTO measure (run, kind, ord, name, title, source,"
    " confidence, family, sha256, rules) VALUES"
    " (1, 'profile', 0, 'java8', 'Java 8', 'java.security', 'high', 'java',"
    " 'aa', ''), (1, 'policy', 0, 'modern', 'Modern', '', '', '', 'bb',"
    " '[{\"id\":\"M1\",\"text\":\"T\",\"kind\":\"require\"}]');"
    "INSERT OR IGNORE INTO measured (run, endpoint, clients, policies, grade,"
    " grade_without_trust, grade_at_best, grade_score, grade_parts,"
    " grade_rules) VALUES (1, 1, 'f', 'f', 'T', 'A', 1, 89, '[100,90,80]',"
    " '[\"not_trusted\"]');"
    "INSERT OR IGNORE INTO profile_result (run, endpoint, profile, cause, why,"
    " message) VALUES (1, 1, 0, 'tls_version_too_old', 'TLS 1.0 only', 'm');"
    "INSERT OR IGNORE INTO policy_result (run, endpoint, policy, ord, rule,"
    " outcome, warning, why) VALUES (1, 1, 0, 0, 'M1', 'fail', 0, 'why');"
    "UPDATE run SET faults ="
    " '[{\"fault\":\"dns_outage\",\"since\":1,\"until\":2,\"times\":3}]'"
    " WHERE id = 1;";

static void put_download(struct fixture *f)
{
    static const uint8_t body[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    const struct cm_download crl = {.url = "http://crl.example/1.crl",
                                    .kind = "crl",
                                    .result = "ok",
                                    .http_status = 200,
                                    .detail = "",
                                    .fetched_unix = 1800000050,
                                    .ms = 12,
                                    .body = {body, sizeof(body)}};

    assert_int_equal(cm_store_put_download(f->store, f->run_id, &crl, NULL),
                     CM_OK);
}

static void put_rows(struct fixture *f)
{
    struct cm_result *full = fixture_result(1, CM_VERDICT_UNTRUSTED);
    struct cm_result *bare = fixture_result(2, CM_VERDICT_UNREACHABLE);
    struct cm_result *none = fixture_result(3, CM_VERDICT_UNREACHABLE);
    struct cm_result *bad = fixture_result(4, CM_VERDICT_INVALID_ROW);

    (void)fixture_find(&full->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    (void)fixture_find(&full->judgement, CM_CAUSE_LEAF_EXPIRED, "l");
    full->evidence = cases_full();
    (void)fixture_find(&bare->judgement, CM_CAUSE_ISSUER_UNKNOWN, "k");
    bare->evidence = cases_bare();
    none->evidence = cases_no_probe();
    (void)fixture_find(&bad->judgement, CM_CAUSE_INPUT_UNPARSABLE, "m");
    fixture_put_row(f, fixture_row(1, 1, "a"));
    fixture_put_row(f, fixture_row(2, 2, "b"));
    fixture_put_row(f, fixture_row(3, 3, "a"));
    fixture_put_row(f, fixture_invalid_row(4));
    fixture_put_row(f, fixture_row(5, 1, "c"));
    fixture_put_result(f, full);
    fixture_put_result(f, bare);
    fixture_put_result(f, none);
    fixture_put_result(f, bad);
}

void fuzz_write_scan(const char *path)
{
    struct fixture *f = NULL;
    struct cm_buf bytes;

    assert_int_equal(fixture_setup((void **)&f), 0);
    for (int run = 0; run < 2; run++) {
        fixture_begin(f);
        put_rows(f);
        assert_int_equal(cm_store_drain(f->store, NULL), CM_OK);
        put_download(f);
        assert_int_equal(fixture_finish(f, 5), CM_OK);
    }
    cm_store_close(f->store);
    f->store = NULL;
    fuzz_sql(f->path, more_sql);
    fuzz_sql(f->path, "PRAGMA journal_mode = DELETE");
    cm_buf_init(&bytes, MAX_STORE);
    assert_int_equal(cm_file_read(&bytes, f->path, NULL), CM_OK);
    fuzz_scratch_write(path, (struct cm_span){bytes.data, bytes.len});
    cm_buf_cleanup(&bytes);
    assert_int_equal(fixture_teardown((void **)&f), 0);
}
