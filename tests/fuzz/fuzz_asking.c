/* Whoever asks with hand-built hellos, against a server that answers anything:
 * the first octet says who asks, the second how long; the parts are flights,
 * taken in turn. It ends within its budget, and what it noted can be stored and
 * read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "certmuster/inventory.h"
#include "tls/asking.h"
#include "tls/flight.h"
#include "tls/hello.h"

#define MAX_PARTS 32U
#define MAX_BUDGET 64U
#define MAX_JSON (1U << 20)
#define NAME "www.a.example"

static void prepare(struct cm_evidence *ev, uint8_t how)
{
    struct cm_probe *probe = cm_evidence_add_probe(ev);
    static const uint16_t versions[] = {0x0304, 0x0303, 0x0301, 0x0302};

    cm_assert(probe != NULL);
    probe->reached = CM_PHASE_HANDSHAKING;
    probe->end = (how & 4) != 0 ? CM_END_ALERT_RECEIVED : CM_END_CLOSED;
    probe->alert_received = (struct cm_alert){true, 2, 40};
    if (how % 3 != 0) {
        probe->end = CM_END_COMPLETE;
        probe->server_hello = true;
        probe->version = versions[how >> 6];
        probe->cipher = probe->version == 0x0304 ? 0x1301 : 0xc02f;
        probe->group = 0x001d;
        probe->signature = 0x0804;
    }
}

static void hear(struct cm_asking *asking, struct cm_span bytes, bool sslv2)
{
    struct cm_flight *flight = cm_flight_new(sslv2);
    struct cm_answer answer = {.ask = CM_ASK_TLS1_2};
    uint8_t end = bytes.len > 0 ? bytes.data[bytes.len - 1] : 0;

    cm_assert(flight != NULL);
    if (!cm_flight_feed(flight, bytes)) {
        cm_flight_ended(flight, end % 4 == 1 ? ECONNRESET : 0, end % 4 == 2);
    }
    cm_flight_answer(flight, &answer);
    asking->heard(asking, &answer, end == 0xff ? NULL : flight);
    cm_flight_free(flight);
}

static void ask(struct cm_asking *asking, const struct cm_span *parts,
                size_t num, unsigned budget)
{
    struct cm_hello hello = {0};
    unsigned asked = 0;

    while (asking->next(asking, &hello)) {
        struct cm_buf out;

        cm_assert(asked < budget);
        cm_buf_init(&out, CM_HELLO_MAX_BYTES);
        cm_assert(cm_hello_build(&hello, &out) == CM_OK);
        cm_buf_cleanup(&out);
        hear(asking, num == 0 ? (struct cm_span){0} : parts[asked % num],
             hello.version == 0x0002);
        memset(&hello, 0, sizeof(hello));
        asked++;
    }
}

static void check_inventory(const struct cm_inventory *inventory)
{
    struct cm_inventory *again = NULL;
    struct cm_buf json;
    struct cm_buf same;

    cm_assert(inventory->num_groups <= CM_MAX_GROUPS);
    cm_assert(inventory->num_schemes <= CM_MAX_SCHEMES);
    cm_assert(inventory->num_alpn <= CM_MAX_ALPN);
    cm_buf_init(&json, MAX_JSON);
    cm_buf_init(&same, MAX_JSON);
    cm_inventory_write(&json, inventory);
    cm_assert(cm_inventory_read(cm_buf_cstr(&json), &again) == CM_OK);
    cm_inventory_write(&same, again);
    cm_assert(strcmp(cm_buf_cstr(&json), cm_buf_cstr(&same)) == 0);
    cm_inventory_free(again);
    cm_buf_cleanup(&same);
    cm_buf_cleanup(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cm_evidence *ev = cm_evidence_new();
    struct cm_inventory *inventory = cm_inventory_new();
    struct cm_asking *asking;
    struct cm_span parts[MAX_PARTS];
    struct cm_reader in;
    unsigned budget;
    uint8_t how = 0;
    uint8_t patience = 0;
    size_t num = 0;

    cm_assert(ev != NULL && inventory != NULL);
    cm_reader_init(&in, data, size);
    (void)cm_reader_u8(&in, &how);
    (void)cm_reader_u8(&in, &patience);
    while (in.len > 0 && num < MAX_PARTS) {
        parts[num++] = fuzz_part(&in);
    }
    budget = patience % MAX_BUDGET;
    prepare(ev, how);
    asking = (how & 3) == 0 ? cm_diagnosis_new(ev, NAME, budget)
             : (how & 3) == 1
                 ? cm_tolerance_new(ev, NAME)
                 : cm_inventory_asking_new(inventory, ev, NAME, budget);
    cm_assert(asking != NULL);
    ask(asking, parts, num, (how & 3) == 1 ? CM_MAX_ANSWERS : budget);
    cm_assert(!asking->no_memory);
    asking->free(asking);
    check_inventory(inventory);
    cm_inventory_free(inventory);
    cm_evidence_free(ev);
    return 0;
}
