/* Client certificates from files: each pair is read once, has a number, and
 * what is wrong with it is data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certmuster/text.h"
#include "run/clients.h"
#include "support/forge.h"
#include "unit/run/folder.h"

static struct cm_span span_of(const char *text)
{
    return (struct cm_span){(const uint8_t *)text, strlen(text)};
}

static uint16_t note(struct cm_clients *clients, const char *cert,
                     const char *key)
{
    struct cm_error err;
    uint16_t number = 0;

    assert_int_equal(
        cm_clients_note(clients, span_of(cert), span_of(key), &number, &err),
        CM_OK);
    assert_true(number > 0);
    return number;
}

static const struct cm_scan_client *at(const struct cm_clients *clients,
                                       uint16_t number)
{
    return cm_clients_table(clients)[number - 1];
}

static const char *fault(const struct cm_clients *clients, uint16_t number)
{
    return cm_client_fault_id(at(clients, number)->facts.fault);
}

static struct cm_cert *make_cert(unsigned id)
{
    return forge_cert(&(struct forge_spec){.subject = "Client",
                                           .key = forge_key(FORGE_P256, id)});
}

/* A sound pair of files in the folder. */
static void write_pair(struct folder *f, const char *cert_name,
                       const char *key_name)
{
    struct cm_cert *cert = make_cert(91);

    (void)folder_pem(f, cert_name, &cert, 1);
    (void)folder_text(f, key_name, forge_key_pem(forge_key(FORGE_P256, 91)));
    cm_cert_unref(cert);
}

static void a_pair_is_read_once(void **state)
{
    struct folder *f = *state;
    struct cm_clients *clients = cm_clients_new(FORGE_NOW);
    const struct cm_scan_client *const *table;
    const struct cm_scan_client *first;
    uint16_t number;

    assert_non_null(clients);
    table = cm_clients_table(clients);
    write_pair(f, "a.pem", "a.key");
    number = note(clients, folder_path(f, "a.pem"), folder_path(f, "a.key"));
    first = at(clients, number);
    assert_int_equal(first->facts.fault, CM_CLIENT_FINE);
    assert_non_null(first->identity);
    assert_non_null(first->facts.cert);
    assert_int_equal(unlink(folder_path(f, "a.pem")), 0);
    assert_int_equal(
        note(clients, folder_path(f, "a.pem"), folder_path(f, "a.key")),
        number);
    assert_ptr_equal(at(clients, number), first);
    assert_ptr_equal(cm_clients_table(clients), table);
    assert_int_not_equal(
        note(clients, folder_path(f, "a.pem"), folder_path(f, "b.key")),
        number);
    cm_clients_free(clients);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct folder *f = *state;
    struct cm_clients *clients = cm_clients_new(FORGE_NOW);
    const char *cert;
    char big[64];
    uint16_t n;

    write_pair(f, "a.pem", "a.key");
    cert = folder_path(f, "a.pem");
    n = note(clients, folder_path(f, "none.pem"), folder_path(f, "a.key"));
    assert_string_equal(fault(clients, n), "unreadable");
    assert_non_null(
        strstr(at(clients, n)->facts.detail, "No such file or directory"));
    n = note(clients, cert, folder_path(f, "none.key"));
    assert_string_equal(fault(clients, n), "key_unreadable");
    assert_null(at(clients, n)->identity);
    n = note(clients, cert, folder_make(f, "folder"));
    assert_string_equal(fault(clients, n), "key_unreadable");
    assert_non_null(strstr(at(clients, n)->facts.detail, "Is a directory"));
    n = note(clients, folder_path(f, "folder"), "");
    assert_string_equal(fault(clients, n), "unreadable");
    /* Nobody writes to it: reading must not wait. */
    assert_int_equal(mkfifo(folder_path(f, "pipe"), 0600), 0);
    n = note(clients, cert, folder_path(f, "pipe"));
    assert_string_equal(fault(clients, n), "key_unreadable");
    assert_non_null(strstr(at(clients, n)->facts.detail, "no ordinary file"));
    (void)snprintf(big, sizeof(big), "%s", folder_text(f, "big", ""));
    assert_int_equal(truncate(big, 2 << 20), 0);
    n = note(clients, cert, big);
    assert_string_equal(fault(clients, n), "key_unreadable");
    assert_non_null(strstr(at(clients, n)->facts.detail, "larger than 1 MB"));
    n = note(clients, cert, ""); /* no key in it */
    assert_string_equal(fault(clients, n), "malformed");
    assert_non_null(at(clients, n)->facts.cert);
    cm_clients_free(clients);
}

static void names_that_are_no_text_are_shown_as_text(void **state)
{
    struct cm_clients *clients = cm_clients_new(FORGE_NOW);
    char longest[5000];
    uint16_t n = note(clients, "\xff\xfe.pem", "");
    const char *detail = at(clients, n)->facts.detail;

    (void)state;
    assert_true(cm_text_is_utf8(detail, strlen(detail)));
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    n = note(clients, longest, "");
    assert_string_equal(fault(clients, n), "unreadable");
    assert_non_null(strstr(at(clients, n)->facts.detail, "too long"));
    cm_clients_free(clients);
}

/* The time is that of the run, not of the clock. */
static void they_are_judged_for_the_time_given(void **state)
{
    struct folder *f = *state;
    struct cm_clients *clients = cm_clients_new(FORGE_NOW + 1000 * FORGE_DAY);
    uint16_t n;

    write_pair(f, "a.pem", "a.key");
    n = note(clients, folder_path(f, "a.pem"), folder_path(f, "a.key"));
    assert_string_equal(fault(clients, n), "expired");
    assert_null(at(clients, n)->identity);
    assert_non_null(at(clients, n)->facts.cert);
    cm_clients_free(clients);
}

static void too_many_share_the_last_place(void **state)
{
    struct cm_clients *clients = cm_clients_new(FORGE_NOW);
    char name[32];
    uint16_t n = 0;

    (void)state;
    for (unsigned i = 0; i < CM_RUN_MAX_CLIENTS + 5; i++) {
        (void)snprintf(name, sizeof(name), "/nowhere/%u.pem", i);
        n = note(clients, name, "");
        assert_int_equal(n,
                         i < CM_RUN_MAX_CLIENTS ? i + 1 : CM_RUN_MAX_CLIENTS);
    }
    assert_non_null(strstr(at(clients, n)->facts.detail, "more than 1023"));
    assert_int_equal(note(clients, "/nowhere/0.pem", ""), 1);
    cm_clients_free(clients);
}

/* While a key may be in memory, no core file is written. */
static void the_process_is_not_dumped_meanwhile(void **state)
{
    struct cm_clients *clients = cm_clients_new(FORGE_NOW);
    int before = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

    (void)state;
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), before);
    (void)note(clients, "/nowhere/a.pem", "");
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    cm_clients_free(clients);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), before);
    cm_clients_free(NULL);
}

static int leave(void **state)
{
    (void)state;
    forge_cleanup();
    return 0;
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_FOLDER(a_pair_is_read_once),
        IN_FOLDER(what_cannot_be_read_is_said),
        cmocka_unit_test(names_that_are_no_text_are_shown_as_text),
        IN_FOLDER(they_are_judged_for_the_time_given),
        cmocka_unit_test(too_many_share_the_last_place),
        cmocka_unit_test(the_process_is_not_dumped_meanwhile),
    };

    return cmocka_run_group_tests_name("run: client certificates", tests, NULL,
                                       leave);
}
