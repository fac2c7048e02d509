/* SPDX-License-Identifier: Apache-2.0 */
#include "run/faults.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "net/dial.h"

#define MAX_TEXT 4096U

static const char *const details[CM_FAULT_COUNT] = {
    [CM_FAULT_NONE] = "",
    [CM_FAULT_NO_ROUTE] = "no route to any address of the family",
    [CM_FAULT_NO_DESCRIPTORS] = "no descriptor, local port or buffer was left",
    [CM_FAULT_RESOLVER_DOWN] = "the DNS servers answered no question",
    [CM_FAULT_OFFLINE] = "no canary could be reached",
};

static bool lacks_resources(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS ||
           error == ENOMEM || error == EADDRNOTAVAIL;
}

static bool lacks_way(int error)
{
    return error == ENETUNREACH || error == EADDRNOTAVAIL ||
           error == EAFNOSUPPORT;
}

/* The routing table is asked once for each family. */
static bool has_route(struct cm_faults *faults, uint8_t family)
{
    unsigned bit = family == 6 ? 2U : 1U;

    if ((atomic_load(&faults->routes_known) & bit) == 0) {
        if (cm_dial_has_route(family)) {
            atomic_fetch_or(&faults->routes, bit);
        }
        atomic_fetch_or(&faults->routes_known, bit);
    }
    return (atomic_load(&faults->routes) & bit) != 0;
}

static enum cm_scanner_fault fault_of(struct cm_faults *faults,
                                      const struct cm_probe *probe)
{
    if (probe->reached != CM_PHASE_CONNECTING || probe->end != CM_END_SYSTEM) {
        return CM_FAULT_NONE;
    }
    if (lacks_way(probe->sys_errno) &&
        !has_route(faults, probe->address.family)) {
        return CM_FAULT_NO_ROUTE;
    }
    return lacks_resources(probe->sys_errno) ? CM_FAULT_NO_DESCRIPTORS
                                             : CM_FAULT_NONE;
}

/* One connection that failed otherwise is an answer. */
static enum cm_scanner_fault fault_of_all(struct cm_faults *faults,
                                          const struct cm_evidence *ev)
{
    enum cm_scanner_fault found = CM_FAULT_NONE;

    for (size_t i = 0; i < ev->num_probes; i++) {
        found = fault_of(faults, &ev->probes[i]);
        if (found == CM_FAULT_NONE) {
            return CM_FAULT_NONE;
        }
    }
    return found;
}

void cm_faults_resolved(struct cm_faults *faults, uint64_t now_ms,
                        const struct cm_dns_evidence *answer)
{
    if (answer->result != CM_DNS_TIMEOUT) {
        atomic_store(&faults->answered_ms, now_ms);
        atomic_store(&faults->unanswered, 0);
    } else if (atomic_load(&faults->answered_ms) + answer->ms < now_ms) {
        atomic_fetch_add(&faults->unanswered, 1);
    }
}

void cm_faults_dns_is_there(struct cm_faults *faults)
{
    atomic_store(&faults->unanswered, 0);
}

static enum cm_scanner_fault fault_of_dns(struct cm_faults *faults,
                                          const struct cm_evidence *ev)
{
    return ev->dns.result == CM_DNS_TIMEOUT &&
                   atomic_load(&faults->unanswered) >= CM_FAULTS_UNANSWERED
               ? CM_FAULT_RESOLVER_DOWN
               : CM_FAULT_NONE;
}

void cm_faults_settle(struct cm_faults *faults, struct cm_evidence *ev)
{
    int_fast64_t none = 0;

    if (ev->fault == CM_FAULT_NONE) {
        ev->fault = fault_of_dns(faults, ev);
    }
    if (ev->fault == CM_FAULT_NONE) {
        ev->fault = fault_of_all(faults, ev);
    }
    if (ev->fault != CM_FAULT_NONE) {
        atomic_fetch_add(&faults->of[ev->fault].endpoints, 1);
        (void)atomic_compare_exchange_strong(&faults->of[ev->fault].from, &none,
                                             ev->seen_unix);
        atomic_store(&faults->of[ev->fault].until, ev->seen_unix);
    }
}

uint64_t cm_faults_endpoints(const struct cm_faults *faults)
{
    uint64_t all = 0;

    for (size_t i = CM_FAULT_NONE + 1; i < CM_FAULT_COUNT; i++) {
        all += atomic_load(&faults->of[i].endpoints);
    }
    return all;
}

static void put_json(const struct cm_faults *faults, struct cm_buf *out)
{
    const char *comma = "";

    (void)cm_buf_putc(out, '[');
    for (size_t i = CM_FAULT_NONE + 1; i < CM_FAULT_COUNT; i++) {
        uint64_t endpoints = atomic_load(&faults->of[i].endpoints);

        if (endpoints != 0) {
            (void)cm_buf_printf(
                out,
                "%s{\"fault\":\"%s\",\"detail\":\"%s\",\"from\":%" PRId64
                ",\"until\":%" PRId64 ",\"endpoints\":%" PRIu64 "}",
                comma, cm_scanner_fault_id((enum cm_scanner_fault)i),
                details[i], (int64_t)atomic_load(&faults->of[i].from),
                (int64_t)atomic_load(&faults->of[i].until), endpoints);
            comma = ",";
        }
    }
    (void)cm_buf_putc(out, ']');
}

static void put_note(const struct cm_faults *faults, struct cm_buf *out)
{
    const char *comma = "";

    for (size_t i = CM_FAULT_NONE + 1; i < CM_FAULT_COUNT; i++) {
        uint64_t endpoints = atomic_load(&faults->of[i].endpoints);

        if (endpoints != 0) {
            (void)cm_buf_printf(out, "%s%" PRIu64 " endpoint%s: %s", comma,
                                endpoints, endpoints == 1 ? "" : "s",
                                details[i]);
            comma = "; ";
        }
    }
}

enum cm_status cm_faults_put(const struct cm_faults *faults,
                             struct cm_store *store, int64_t run_id,
                             char note[CM_FAULTS_NOTE_SIZE],
                             struct cm_error *err)
{
    struct cm_buf text;
    enum cm_status status;

    note[0] = '\0';
    if (cm_faults_endpoints(faults) == 0) {
        return CM_OK;
    }
    cm_buf_init(&text, MAX_TEXT);
    put_note(faults, &text);
    (void)snprintf(note, CM_FAULTS_NOTE_SIZE, "%s", cm_buf_cstr(&text));
    cm_buf_clear(&text);
    put_json(faults, &text);
    status = text.failed
                 ? cm_error_nomem(err, "the faults of the run")
                 : cm_store_put_faults(store, run_id, cm_buf_cstr(&text), err);
    cm_buf_cleanup(&text);
    return status;
}
