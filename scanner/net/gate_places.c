/* Places of a gate: found by their address, kept while somebody names them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "net/gate_parts.h"

#define MAX_IDLE_PREFIXES 4096U /* whose history is kept */
#define KEY_SIZE 17U            /* family and address */

void cm_gate_list_add(struct cm_gate_list *list, struct cm_gate_place *place)
{
    place->next = NULL;
    place->prev = list->last;
    if (list->last != NULL) {
        list->last->next = place;
    } else {
        list->first = place;
    }
    list->last = place;
    list->num++;
}

void cm_gate_list_remove(struct cm_gate_list *list, struct cm_gate_place *place)
{
    if (place->prev != NULL) {
        place->prev->next = place->next;
    } else {
        list->first = place->next;
    }
    if (place->next != NULL) {
        place->next->prev = place->prev;
    } else {
        list->last = place->prev;
    }
    list->num--;
}

void cm_gate_place_free(void *value)
{
    struct cm_gate_place *place = value;

    free(place->backoff);
    free(place);
}

static void key_of(const struct cm_address *address, uint8_t key[KEY_SIZE])
{
    key[0] = address->family;
    memcpy(key + 1, address->bytes, sizeof(address->bytes));
}

void cm_address_prefix(const struct cm_address *address, struct cm_address *out)
{
    size_t kept = address->family == 4 ? 3 : 6;

    *out = (struct cm_address){.family = address->family};
    memcpy(out->bytes, address->bytes, kept);
}

static bool is_loopback(const struct cm_address *address)
{
    static const uint8_t v6[16] = {[15] = 1};

    return address->family == 4 ? address->bytes[0] == 127
                                : memcmp(address->bytes, v6, sizeof(v6)) == 0;
}

static unsigned limit_of(const struct cm_gate *gate,
                         const struct cm_address *address, unsigned configured)
{
    bool exempt = is_loopback(address) && !gate->config.limit_loopback;

    return configured == 0 || exempt ? UINT_MAX : configured;
}

/* Prefixes without limit are known for the sake of their history only. */
static struct cm_gate_place *new_place(struct cm_gate *gate, bool is_prefix,
                                       const struct cm_address *address)
{
    struct cm_map *map = is_prefix ? gate->prefixes : gate->addresses;
    struct cm_gate_place *place = calloc(1, sizeof(*place));
    uint8_t key[KEY_SIZE];

    if (place == NULL) {
        return NULL;
    }
    key_of(address, key);
    place->address = *address;
    place->address.port = 0;
    place->limit = limit_of(gate, address,
                            is_prefix ? gate->config.per_prefix
                                      : gate->config.per_address);
    if (is_prefix) {
        place->backoff = calloc(1, sizeof(*place->backoff));
    }
    if ((is_prefix && place->backoff == NULL) ||
        !cm_map_put(map, key, sizeof(key), place)) {
        cm_gate_place_free(place);
        return NULL;
    }
    return place;
}

static void forget(struct cm_gate *gate, struct cm_gate_place *place)
{
    bool is_prefix = place->backoff != NULL;
    uint8_t key[KEY_SIZE];

    key_of(&place->address, key);
    (void)cm_map_remove(is_prefix ? gate->prefixes : gate->addresses, key,
                        sizeof(key));
    cm_gate_place_free(place);
}

struct cm_gate_place *cm_gate_find(const struct cm_gate *gate, bool is_prefix,
                                   const struct cm_address *address)
{
    uint8_t key[KEY_SIZE];

    key_of(address, key);
    return cm_map_get(is_prefix ? gate->prefixes : gate->addresses, key,
                      sizeof(key));
}

struct cm_gate_place *cm_gate_name(struct cm_gate *gate, bool is_prefix,
                                   const struct cm_address *address)
{
    struct cm_gate_place *place = cm_gate_find(gate, is_prefix, address);

    if (place == NULL) {
        place = new_place(gate, is_prefix, address);
    } else if (is_prefix && place->passes == 0 && !place->is_slow) {
        cm_gate_list_remove(&gate->idle, place);
    }
    if (place != NULL) {
        place->passes++;
    }
    return place;
}

void cm_gate_unname(struct cm_gate *gate, struct cm_gate_place *place)
{
    if (--place->passes != 0 || place->is_slow) {
        return;
    }
    if (place->backoff == NULL) {
        forget(gate, place);
        return;
    }
    cm_gate_list_add(&gate->idle, place);
    if (gate->idle.num > MAX_IDLE_PREFIXES) {
        struct cm_gate_place *oldest = gate->idle.first;

        cm_gate_list_remove(&gate->idle, oldest);
        forget(gate, oldest);
    }
}
