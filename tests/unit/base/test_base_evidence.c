/* Evidence: its memory, its main probe, its words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include "certmuster/evidence.h"

static struct cm_cert *new_cert(void)
{
    struct cm_cert *cert = calloc(1, sizeof(*cert));

    assert_non_null(cert);
    cert->refs = 1;
    return cert;
}

static void probes_stay_where_they_are(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probes[CM_MAX_PROBES];

    (void)state;
    assert_non_null(ev);
    assert_int_equal(ev->num_probes, 0);
    for (unsigned i = 0; i < CM_MAX_PROBES; i++) {
        probes[i] = cm_evidence_add_probe(ev);
        assert_non_null(probes[i]);
        assert_int_equal(probes[i]->tries, 0);
        probes[i]->tries = i + 1;
    }
    assert_null(cm_evidence_add_probe(ev));
    assert_int_equal(ev->num_probes, CM_MAX_PROBES);
    for (unsigned i = 0; i < CM_MAX_PROBES; i++) {
        assert_ptr_equal(&ev->probes[i], probes[i]);
        assert_int_equal(probes[i]->tries, i + 1);
    }
    cm_evidence_free(ev);
    cm_evidence_free(NULL);
}

static void a_dropped_probe_can_be_added_again(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;

    (void)state;
    assert_non_null(ev);
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    probe->tries = 3;
    ev->num_probes--;
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    assert_int_equal(probe->tries, 0);
    cm_evidence_free(ev);
}

static void cleaning_a_probe_gives_back_what_it_owns(void **state)
{
    struct cm_cert *cert = new_cert();
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *probe;
    const struct cm_probe zero = {0};

    (void)state;
    assert_non_null(ev);
    probe = cm_evidence_add_probe(ev);
    assert_non_null(probe);
    probe->ocsp_staple = (struct cm_span){malloc(5), 5};
    probe->ca_names = (struct cm_span){malloc(6), 6};
    probe->chain = calloc(2, sizeof(struct cm_cert *));
    assert_non_null(probe->chain);
    probe->chain[0] = cm_cert_ref(cert);
    probe->chain[1] = cm_cert_ref(cert);
    probe->num_chain = 2;
    assert_int_equal(cert->refs, 3);
    cm_probe_cleanup(probe);
    assert_int_equal(cert->refs, 1);
    assert_memory_equal(probe, &zero, sizeof(zero));
    cm_probe_cleanup(probe);
    cm_evidence_free(ev);
    cm_cert_unref(cert);
}

static struct main_case {
    const char *name;
    struct {
        enum cm_phase reached;
        enum cm_end end;
    } probes[4];
    size_t num;
    int want; /* -1: none */
} mains[] = {
    {"no probe", {{0}}, 0, -1},
    {"the only one", {{CM_PHASE_CONNECTING, CM_END_RESET}}, 1, 0},
    {"the furthest",
     {{CM_PHASE_CONNECTING, CM_END_RESET},
      {CM_PHASE_HANDSHAKING, CM_END_CLOSED},
      {CM_PHASE_STARTTLS, CM_END_CLOSED}},
     3,
     1},
    {"the first of equals",
     {{CM_PHASE_CONNECTING, CM_END_TIMEOUT},
      {CM_PHASE_HANDSHAKING, CM_END_CLOSED},
      {CM_PHASE_HANDSHAKING, CM_END_RESET}},
     3,
     1},
    {"among equals the complete one",
     {{CM_PHASE_HANDSHAKING, CM_END_CLOSED},
      {CM_PHASE_HANDSHAKING, CM_END_COMPLETE},
      {CM_PHASE_HANDSHAKING, CM_END_COMPLETE}},
     3,
     1},
    {"a complete one stays before an incomplete equal",
     {{CM_PHASE_HANDSHAKING, CM_END_COMPLETE},
      {CM_PHASE_HANDSHAKING, CM_END_RESET}},
     2,
     0},
    {"further beats complete",
     {{CM_PHASE_HANDSHAKING, CM_END_COMPLETE},
      {CM_PHASE_LINGERING, CM_END_ALERT_RECEIVED}},
     2,
     1},
};

static void picks_the_main_probe(void **state)
{
    const struct main_case *c = *state;
    struct cm_evidence *ev = cm_evidence_new();
    const struct cm_probe *got;

    assert_non_null(ev);
    for (size_t i = 0; i < c->num; i++) {
        struct cm_probe *probe = cm_evidence_add_probe(ev);

        assert_non_null(probe);
        probe->reached = c->probes[i].reached;
        probe->end = c->probes[i].end;
    }
    got = cm_evidence_main_probe(ev);
    assert_ptr_equal(got, c->want < 0 ? NULL : &ev->probes[c->want]);
    cm_evidence_free(ev);
}

static const char *phase(int i)
{
    return cm_phase_id((enum cm_phase)i);
}
static const char *dns(int i)
{
    return cm_dns_result_id((enum cm_dns_result)i);
}
static const char *end(int i)
{
    return cm_end_id((enum cm_end)i);
}
static const char *auth(int i)
{
    return cm_client_auth_id((enum cm_client_auth)i);
}

static const char *fault(int i)
{
    return cm_client_fault_id((enum cm_client_fault)i);
}

static void every_number_has_its_own_word(void **state)
{
    static const struct {
        const char *(*word)(int i);
        int count;
    } kinds[] = {
        {phase, CM_PHASE_COUNT},
        {dns, CM_DNS_RESULT_COUNT},
        {end, CM_END_COUNT},
        {auth, CM_CLIENT_AUTH_COUNT},
        {fault, CM_CLIENT_FAULT_COUNT},
    };

    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (int i = 0; i < kinds[k].count; i++) {
            assert_non_null(kinds[k].word(i));
            for (int j = 0; j < i; j++) {
                assert_string_not_equal(kinds[k].word(i), kinds[k].word(j));
            }
        }
    }
    assert_string_equal(phase(CM_PHASE_HANDSHAKING), "handshaking");
    assert_string_equal(dns(CM_DNS_NXDOMAIN), "nxdomain");
    assert_string_equal(end(CM_END_REFUSED_BY_US), "refused_by_us");
    assert_string_equal(auth(CM_CLIENT_AUTH_REQUIRED), "required");
}

static void beyond_phases(void)
{
    (void)phase(CM_PHASE_COUNT);
}
static void beyond_dns(void)
{
    (void)dns(CM_DNS_RESULT_COUNT);
}
static void beyond_ends(void)
{
    (void)end(CM_END_COUNT);
}
static void beyond_auth(void)
{
    (void)auth(CM_CLIENT_AUTH_COUNT);
}

static void a_number_beyond_the_last_breaks_a_rule(void **state)
{
    static void (*const acts[])(void) = {beyond_phases, beyond_dns, beyond_ends,
                                         beyond_auth};
    char said[256];

    (void)state;
    for (size_t i = 0; i < COUNT(acts); i++) {
        assert_int_equal(signal_of(acts[i], said, sizeof(said)), SIGABRT);
    }
}

#define MAINS COUNT(mains)
#define OTHERS 5

static void no_more_probes_than_were_announced(void **state)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_probe *first;

    (void)state;
    ev->max_probes = 2;
    first = cm_evidence_add_probe(ev);
    assert_non_null(first);
    assert_non_null(cm_evidence_add_probe(ev));
    assert_null(cm_evidence_add_probe(ev));
    assert_ptr_equal(&ev->probes[0], first);
    cm_evidence_free(ev);
}

int main(void)
{
    struct CMUnitTest tests[MAINS + OTHERS] = {
        cmocka_unit_test(no_more_probes_than_were_announced),
        cmocka_unit_test(probes_stay_where_they_are),
        cmocka_unit_test(a_dropped_probe_can_be_added_again),
        cmocka_unit_test(cleaning_a_probe_gives_back_what_it_owns),
        cmocka_unit_test(every_number_has_its_own_word),
        cmocka_unit_test(a_number_beyond_the_last_breaks_a_rule),
    };

    for (size_t i = 0; i < MAINS; i++) {
        tests[i + OTHERS] =
            (struct CMUnitTest){.name = mains[i].name,
                                .test_func = picks_the_main_probe,
                                .initial_state = &mains[i]};
    }
    return cmocka_run_group_tests_name("base/evidence", tests, NULL, NULL);
}
