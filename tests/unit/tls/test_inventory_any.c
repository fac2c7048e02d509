/* The inventory of servers drawn by lot: it must equal their configuration.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inventory_bench.h"

#include <string.h>

/* A small generator, the same everywhere. */
static unsigned draw(uint32_t *seed, unsigned below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

static void draw_list(uint32_t *seed, struct sim_list *out,
                      struct cm_numbers from, unsigned one_in)
{
    out->num = 0;
    for (size_t i = 0; i < from.num && out->num < 60; i++) {
        if (draw(seed, one_in) == 0) {
            size_t at = draw(seed, (unsigned)out->num + 1);

            memmove(&out->n[at + 1], &out->n[at],
                    (out->num - at) * sizeof(out->n[0]));
            out->n[at] = from.numbers[i];
            out->num++;
        }
    }
}

static void draw_server(uint32_t *seed, struct bench *b)
{
    static const unsigned primes[] = {512, 768, 1024, 2048, 3072, 4096};
    int newest = -1;

    for (int v = CM_VERSION_SSL3; v < CM_VERSION_COUNT; v++) {
        b->sim.suites[v].num = 0;
        if (draw(seed, 2) == 0) {
            draw_list(
                seed, &b->sim.suites[v],
                cm_hello_suites(cm_version_number((enum cm_version_index)v)),
                v == CM_VERSION_TLS1_3 ? 2 : 20);
        }
        newest = b->sim.suites[v].num > 0 ? v : newest;
    }
    draw_list(seed, &b->sim.groups, cm_hello_all_groups(), 4);
    if (!inv_has(b->sim.groups.n, b->sim.groups.num, 0x001D)) {
        b->sim.groups.n[b->sim.groups.num++] = 0x001D;
    }
    b->sim.schemes = SIM_LIST(0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0201);
    b->sim.client_order = draw(seed, 2) == 0;
    b->sim.dh_bits = primes[draw(seed, 6)];
    b->sim.refusal = (enum sim_refusal)draw(seed, 3);
    if (newest >= 0) {
        inv_saw(b, cm_version_number((enum cm_version_index)newest),
                b->sim.suites[newest].n[0]);
    }
}

static void any_server(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        struct bench b;
        uint32_t drawn = seed;
        bool any = false;

        inv_open(&b);
        draw_server(&drawn, &b);
        for (int v = 0; v < CM_VERSION_COUNT; v++) {
            any = any || b.sim.suites[v].num > 0;
        }
        if (any) {
            inv_run_with(&b, 1500, NAME);
            inv_expect_exact(&b);
            if (b.sim.suites[CM_VERSION_TLS1_3].num > 0) {
                inv_same_set("groups", b.out->groups, b.out->num_groups,
                             &b.sim.groups);
            }
        }
        inv_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
