/* One inventory of a simulated server.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inventory_bench.h"

#include <stdio.h>
#include <string.h>

/* A usual server of today, RSA. */
void inv_open(struct bench *b)
{
    struct cm_probe *probe;

    memset(b, 0, sizeof(*b));
    b->ev = cm_evidence_new();
    assert_non_null(b->ev);
    b->out = cm_inventory_new();
    assert_non_null(b->out);
    SIM_SERVE(&b->sim, CM_VERSION_TLS1_3, 0x1302, 0x1303, 0x1301);
    SIM_SERVE(&b->sim, CM_VERSION_TLS1_2, 0xC02F, 0xC030, 0x009E, 0x009C);
    b->sim.groups = SIM_LIST(0x11EC, 0x001D, 0x0017, 0x0018, 0x0100);
    b->sim.schemes = SIM_LIST(0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601);
    b->sim.dh_bits = 2048;
    probe = cm_evidence_add_probe(b->ev);
    assert_non_null(probe);
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->end = CM_END_COMPLETE;
    probe->server_hello = true;
    probe->version = 0x0304;
    probe->cipher = 0x1302;
    probe->group = 0x001D;
    probe->signature = 0x0804;
}

/* What the scan saw, for a server of one version. */
void inv_saw(struct bench *b, uint16_t version, uint16_t cipher)
{
    struct cm_probe *probe = &b->ev->probes[0];

    probe->version = version;
    probe->cipher = cipher;
    probe->group = 0;
    probe->signature = 0;
}

void inv_close(struct bench *b)
{
    cm_inventory_free(b->out);
    cm_evidence_free(b->ev);
}

void inv_run_with(struct bench *b, unsigned budget, const char *sni)
{
    struct cm_asking *asking =
        cm_inventory_asking_new(b->out, b->ev, sni, budget);

    assert_non_null(asking);
    sim_run(&b->sim, asking);
    assert_int_equal(b->out->connections, b->sim.asked);
    assert_true(b->sim.asked <= budget);
    asking->free(asking);
}

void inv_run(struct bench *b)
{
    inv_run_with(b, BUDGET, NAME);
}

bool inv_has(const uint16_t *list, size_t num, uint16_t number)
{
    for (size_t i = 0; i < num; i++) {
        if (list[i] == number) {
            return true;
        }
    }
    return false;
}

void inv_same_set(const char *what, const uint16_t *got, size_t num_got,
                  const struct sim_list *want)
{
    for (size_t i = 0; i < want->num; i++) {
        if (!inv_has(got, num_got, want->n[i])) {
            fail_msg("%s: 0x%04x was not found", what, want->n[i]);
        }
    }
    for (size_t i = 0; i < num_got; i++) {
        if (!inv_has(want->n, want->num, got[i])) {
            fail_msg("%s: 0x%04x is not served", what, got[i]);
        }
    }
    assert_int_equal(num_got, want->num);
}

/* The inventory is complete and equals the server's configuration. */
void inv_expect_exact(const struct bench *b)
{
    for (int v = 0; v < CM_VERSION_COUNT; v++) {
        const struct cm_version_inventory *of = &b->out->versions[v];
        const struct sim_list *want = &b->sim.suites[v];
        char what[32];

        (void)snprintf(what, sizeof(what), "version %d", v);
        assert_int_equal(of->served, want->num > 0 ? CM_YES : CM_NO);
        assert_true(of->complete);
        inv_same_set(what, of->suites, of->num_suites, want);
        if (want->num > 1 && v != CM_VERSION_SSL2) {
            assert_int_equal(of->server_order,
                             b->sim.client_order ? CM_NO : CM_YES);
        }
        for (size_t i = 0; !b->sim.client_order && i < want->num; i++) {
            assert_int_equal(of->suites[i], want->n[i]);
        }
    }
}
