/* What the phases of a scan share. Private to endpoint/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STEPS_H
#define CERTMUSTER_STEPS_H

#include "endpoint/scan.h"

/* The only way from one phase to another. */
void cm_scan_enter(struct cm_scan *scan, enum cm_phase to);

/* What each phase does when it begins. */
void cm_step_resolve(struct cm_scan *scan);
void cm_step_connect(struct cm_scan *scan);
void cm_step_proxy(struct cm_scan *scan);
void cm_step_starttls(struct cm_scan *scan);
void cm_step_handshake(struct cm_scan *scan);
void cm_step_linger(struct cm_scan *scan);
void cm_step_request(struct cm_scan *scan);
void cm_step_ask(struct cm_scan *scan);
void cm_step_record(struct cm_scan *scan);

/* The round of connections is over: try it again, go on with the next
 * addresses, or record. */
void cm_scan_round_over(struct cm_scan *scan);
/* Picks the addresses of the next round; false: there are none left. */
bool cm_scan_next_round(struct cm_scan *scan);
/* From now on `fn` hears when there is something to read. */
enum cm_status cm_scan_watch(struct cm_scan *scan, cm_io_fn *fn);
/* Closes the connection under way, keeping what was seen. */
void cm_scan_hang_up(struct cm_scan *scan);
/* Reads what the handshake left in the TLS object into the probe. */
void cm_scan_take_chain(struct cm_scan *scan);
/* Ends the probe under way for a reason of its own. */
void cm_scan_end_probe(struct cm_scan *scan, enum cm_end end, int sys_errno);

/* step_request.c -- does an HTTP request follow? and when the socket is ready.
 */
bool cm_scan_wants_request(const struct cm_scan *scan);
void cm_scan_request_ready(struct cm_scan *scan);

/* The phase's time is over: what that means to a probe. */
void cm_step_timed_out(struct cm_scan *scan);
void cm_step_starttls_timed_out(struct cm_scan *scan);
void cm_step_linger_timed_out(struct cm_scan *scan);
void cm_step_request_timed_out(struct cm_scan *scan);
/* The client certificate of its endpoint; NULL: it has none. */
const struct cm_scan_client *cm_scan_client(const struct cm_scan *scan);
/* What follows when the way to the server is open, and when TLS may begin. */
enum cm_phase cm_scan_opening(const struct cm_scan *scan);
enum cm_phase cm_scan_tls_phase(const struct cm_scan *scan);

/* step_proxy.c -- the status of a proxy's header section, which is its answer
 * to CONNECT; 0: it is none. Pure, for fuzzing. */
unsigned cm_proxy_status(const char *head);

/* The endpoint has so much time from now on. False: no memory. */
bool cm_scan_give_time(struct cm_scan *scan, uint64_t ms);

/* step_inject.c -- is the injection of plain text to be tried? Then it begins,
 * and ends in cm_scan_round_over. The rest only while scan->injecting is not
 * NULL: where the steps write, and after the handshake. */
bool cm_scan_must_inject(const struct cm_scan *scan);
void cm_scan_inject(struct cm_scan *scan);
void cm_scan_stop_injecting(struct cm_scan *scan); /* fine when it is not */
struct cm_probe *cm_scan_injection_way(struct cm_scan *scan);
void cm_scan_await_answer(struct cm_scan *scan);

/* step_gate.c -- may the round begin? False: later, by cm_scan_resume. */
bool cm_scan_may_connect(struct cm_scan *scan);
void cm_scan_connect(struct cm_scan *scan); /* begins it */
/* Our own side had no means for a connection. True: the scan is parked, and the
 * round begins anew when there is room. */
bool cm_scan_make_way(struct cm_scan *scan);
/* Tells the gate how the connections of the round ended. */
void cm_scan_report(struct cm_scan *scan);
/* A round failed by silence or resets: if its network is throttling us, the
 * endpoint begins anew later. */
bool cm_scan_set_aside(struct cm_scan *scan);

/* step_ask.c -- how long a question waits that would have `most_ms`: not so
 * long where earlier ones met nothing but silence. */
unsigned cm_scan_ask_budget(const struct cm_scan *scan, unsigned most_ms);
/* Is there anybody with a question? */
bool cm_scan_must_ask(const struct cm_scan *scan);
void cm_scan_stop_asking(struct cm_scan *scan); /* fine when nobody does */
/* Where the steps write down how a question finds its way to the server; all
 * zero. Only while scan->inquiry is not NULL. */
struct cm_probe *cm_scan_way(struct cm_scan *scan);
/* The question found no way to the server. */
void cm_step_ask_lost(struct cm_scan *scan);
void cm_step_ask_timed_out(struct cm_scan *scan);

#endif
