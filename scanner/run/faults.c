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

bool cm_faults_is_crowd(struct cm_faults *faults, int sys_errno, uint8_t family)
{
    return lacks_resources(sys_errno) &&
           (!lacks_way(sys_errno) || has_route(faults, family));
}

static void note_time(struct cm_faults *faults, enum cm_scanner_fault fault,
                      int64_t now_unix)
{
    int_fast64_t none = 0;

    (void)atomic_compare_exchange_strong(&faults->of[fault].from, &none,
                                         now_unix);
    atomic_store(&faults->of[fault].until, now_unix);
}

bool cm_faults_overcome(struct cm_faults *faults, enum cm_scanner_fault fault,
                        int64_t now_unix, unsigned at_once)
{
    unsigned least = atomic_load(&faults->of[fault].at_once);

    note_time(faults, fault, now_unix);
    while ((least == 0 || at_once < least) &&
           !atomic_compare_exchange_weak(&faults->of[fault].at_once, &least,
                                         at_once)) {
    }
    return !atomic_exchange(&faults->of[fault].overcome, true);
}

void cm_faults_settle(struct cm_faults *faults, struct cm_evidence *ev)
{
    if (ev->fault == CM_FAULT_NONE) {
        ev->fault = fault_of_dns(faults, ev);
    }
    if (ev->fault == CM_FAULT_NONE) {
        ev->fault = fault_of_all(faults, ev);
    }
    if (ev->fault != CM_FAULT_NONE) {
        atomic_fetch_add(&faults->of[ev->fault].endpoints, 1);
        note_time(faults, ev->fault, ev->seen_unix);
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

static bool is_any(const struct cm_faults *faults, size_t fault)
{
    return atomic_load(&faults->of[fault].endpoints) != 0 ||
           atomic_load(&faults->of[fault].overcome);
}

/* The texts are our own: nothing to escape. */
static void put_detail(const struct cm_faults *faults, size_t fault,
                       struct cm_buf *out)
{
    unsigned at_once = atomic_load(&faults->of[fault].at_once);

    (void)cm_buf_puts(out, details[fault]);
    if (at_once != 0) {
        (void)cm_buf_printf(out,
                            " for a while, and a worker kept no more than %u "
                            "endpoint%s under way",
                            at_once, at_once == 1 ? "" : "s");
    }
}

static void put_json(const struct cm_faults *faults, struct cm_buf *out)
{
    const char *comma = "";

    (void)cm_buf_putc(out, '[');
    for (size_t i = CM_FAULT_NONE + 1; i < CM_FAULT_COUNT; i++) {
        uint64_t endpoints = atomic_load(&faults->of[i].endpoints);

        if (is_any(faults, i)) {
            (void)cm_buf_printf(out, "%s{\"fault\":\"%s\",\"detail\":\"", comma,
                                cm_scanner_fault_id((enum cm_scanner_fault)i));
            put_detail(faults, i, out);
            (void)cm_buf_printf(out,
                                "\",\"from\":%" PRId64 ",\"until\":%" PRId64
                                ",\"endpoints\":%" PRIu64 "}",
                                (int64_t)atomic_load(&faults->of[i].from),
                                (int64_t)atomic_load(&faults->of[i].until),
                                endpoints);
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
    bool any = false;
    bool whole;

    note[0] = '\0';
    for (size_t i = CM_FAULT_NONE + 1; i < CM_FAULT_COUNT; i++) {
        any = any || is_any(faults, i);
    }
    if (!any) {
        return CM_OK;
    }
    cm_buf_init(&text, MAX_TEXT);
    put_note(faults, &text);
    (void)snprintf(note, CM_FAULTS_NOTE_SIZE, "%s", cm_buf_cstr(&text));
    whole = !text.failed;
    cm_buf_clear(&text);
    put_json(faults, &text);
    status = !whole || text.failed
                 ? cm_error_nomem(err, "the faults of the run")
                 : cm_store_put_faults(store, run_id, cm_buf_cstr(&text), err);
    cm_buf_cleanup(&text);
    return status;
}
