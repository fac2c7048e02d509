/* The prose: complete, and never the anti-fix.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "certmuster/report.h"

/* What a report may name in `never` only. */
static const char *const anti_fixes[] = {
    "Ssl3",
    "-k ",
    "--insecure",
    "verify=False",
    "ServerCertificateValidationCallback",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "TrustManager",
    "SECLEVEL=",
    "CERT_NONE",
};

static void check_text(const char *text, const char *id)
{
    assert_non_null(text);
    if (strlen(text) < 3) {
        fail_msg("%s has an empty text", id);
    }
    for (size_t i = 0; i < sizeof(anti_fixes) / sizeof(anti_fixes[0]); i++) {
        if (strstr(text, anti_fixes[i]) != NULL) {
            fail_msg("%s recommends %s", id, anti_fixes[i]);
        }
    }
}

static void every_resolution_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const char *id = cm_resolution_info((enum cm_resolution)i)->id;
        const struct cm_remedy *remedy = cm_remedy((enum cm_resolution)i);
        size_t steps = 0;
        size_t platforms = 0;

        check_text(remedy->why, id);
        check_text(remedy->verify, id);
        for (; remedy->steps[steps] != NULL; steps++) {
            check_text(remedy->steps[steps], id);
        }
        for (; remedy->platforms[platforms].name != NULL; platforms++) {
            assert_true(remedy->platforms[platforms].name[0] != '\0');
            check_text(remedy->platforms[platforms].commands, id);
        }
        assert_true(steps > 0);
        assert_true(platforms > 0);
        assert_non_null(remedy->never);
        if (i != CM_RESOLUTION_NOTHING && remedy->never[0] == '\0') {
            fail_msg("%s refuses no anti-fix", id);
        }
    }
}

/* A number of a document that can be looked up, or why there is none. */
static void check_rule(const char *rule, const char *id)
{
    check_text(rule, id);
    if (strncmp(rule, "no RFC: ", 8) == 0) {
        assert_true(strlen(rule) > 40);
    } else if ((strstr(rule, "RFC ") == NULL &&
                strstr(rule, "Baseline Requirements") == NULL) ||
               strpbrk(rule, "0123456789") == NULL) {
        fail_msg("%s: which rule is \"%s\"?", id, rule);
    }
}

static bool has_client(const struct cm_cause_text *text, const char *name)
{
    for (const struct cm_client_text *c = text->clients; c->client != NULL;
         c++) {
        if (strcmp(c->client, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Whoever is broken by a cause finds the words of each of these there. */
static void check_clients(const struct cm_cause_text *text, const char *id)
{
    static const char *const clients[] = {
        ".NET Framework, Dataverse plug-ins, OutSystems",
        ".NET 6 and newer",
        "Windows (Schannel)",
        "curl, OpenSSL",
        "Java",
        "Go",
        "Python",
        "Node.js",
        "Chrome",
        "Firefox"};

    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {
        if (!has_client(text, clients[i])) {
            fail_msg("%s: what does %s say?", id, clients[i]);
        }
    }
}

static void every_cause_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);
        const struct cm_cause_text *text = cm_cause_text((enum cm_cause)i);

        check_text(text->meaning, info->id);
        assert_true(strlen(text->meaning) > 40);
        check_rule(text->rule, info->id);
        check_text(text->detected, info->id);
        assert_true(strlen(text->detected) > 40);
        for (const struct cm_client_text *c = text->clients; c->client != NULL;
             c++) {
            assert_true(c->client[0] != '\0');
            check_text(c->text, info->id);
        }
        if (info->severity == CM_SEVERITY_SOME_CLIENTS ||
            (info->verdict != CM_VERDICT_NONE &&
             info->verdict != CM_VERDICT_INVALID_ROW &&
             info->verdict != CM_VERDICT_NOT_CHECKED)) {
            check_clients(text, info->id);
        }
    }
}

/* What fails nowhere blocks nobody: somebody must say something. */
static void a_blocking_cause_breaks_a_client(void **state)
{
    (void)state;
    for (int i = 0; i < CM_CAUSE_COUNT; i++) {
        const struct cm_cause_info *info = cm_cause_info((enum cm_cause)i);
        const struct cm_cause_text *text = cm_cause_text((enum cm_cause)i);
        bool fails = false;

        for (const struct cm_client_text *c = text->clients; c->client != NULL;
             c++) {
            fails = fails || strcmp(c->text, "works") != 0;
        }
        if (!fails && (info->severity == CM_SEVERITY_SOME_CLIENTS ||
                       (info->severity == CM_SEVERITY_NOW &&
                        text->clients[0].client != NULL))) {
            fail_msg("%s breaks no client", info->id);
        }
    }
}

static bool remedy_names(const struct cm_remedy *remedy, const char *word)
{
    for (size_t i = 0; remedy->steps[i] != NULL; i++) {
        if (strstr(remedy->steps[i], word) != NULL) {
            return true;
        }
    }
    for (const struct cm_platform *p = remedy->platforms; p->name != NULL;
         p++) {
        if (strstr(p->name, word) != NULL ||
            strstr(p->commands, word) != NULL) {
            return true;
        }
    }
    return strstr(remedy->verify, word) != NULL ||
           strstr(remedy->why, word) != NULL;
}

static const struct {
    enum cm_resolution resolution;
    const char *word;
} must_name[] = {
    {CM_RESOLUTION_INSTALL_CHAIN, "Dataverse plug-ins"},
    {CM_RESOLUTION_INSTALL_CHAIN, "OutSystems"},
    {CM_RESOLUTION_INSTALL_CHAIN, "SSL Labs"},
    {CM_RESOLUTION_INSTALL_CHAIN, "openssl s_client"},
    {CM_RESOLUTION_INSTALL_CHAIN, "IIS"},
    {CM_RESOLUTION_INSTALL_CHAIN, "nginx"},
    {CM_RESOLUTION_INSTALL_CHAIN, "Apache"},
    {CM_RESOLUTION_INSTALL_CHAIN, "HAProxy"},
    {CM_RESOLUTION_INSTALL_CHAIN, "Envoy"},
    {CM_RESOLUTION_INSTALL_CHAIN, "F5"},
    {CM_RESOLUTION_INSTALL_CHAIN, "NetScaler"},
    {CM_RESOLUTION_INSTALL_CHAIN, "AWS"},
    {CM_RESOLUTION_INSTALL_CHAIN, "Azure"},
    {CM_RESOLUTION_INSTALL_CHAIN, "Kubernetes"},
    {CM_RESOLUTION_INSTALL_CHAIN, "Postfix"},
    {CM_RESOLUTION_TRUST_ROOT, "OutSystems cloud"},
    {CM_RESOLUTION_TRUST_ROOT, "OutSystems self-managed"},
    {CM_RESOLUTION_TRUST_ROOT, "Dataverse plug-ins"},
    {CM_RESOLUTION_TRUST_ROOT, "MMC"},
    {CM_RESOLUTION_TRUST_ROOT, "Trusted Root Certification Authorities"},
    {CM_RESOLUTION_TRUST_ROOT, "macOS"},
    {CM_RESOLUTION_TRUST_ROOT, "Node.js"},
    {CM_RESOLUTION_TRUST_ROOT, "Containers"},
    {CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, "Manage Private Keys"},
    {CM_RESOLUTION_PROVIDE_CLIENT_CERTIFICATE, "Personal"},
    {CM_RESOLUTION_ENABLE_MODERN_TLS, "ServicePointManager.SecurityProtocol"},
    {CM_RESOLUTION_ENABLE_MODERN_TLS, "ssl-enum-ciphers"},
    {CM_RESOLUTION_ALIGN_CIPHERS, "nmap -sV --script ssl-enum-ciphers"},
    {CM_RESOLUTION_ALIGN_CIPHERS, "Dataverse"},
    {CM_RESOLUTION_USE_CERTIFICATE_NAME, "Chrome"},
    {CM_RESOLUTION_REPLACE_SELF_SIGNED, "OutSystems cloud"},
};

static void the_platforms_people_ask_about_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(must_name) / sizeof(must_name[0]); i++) {
        if (!remedy_names(cm_remedy(must_name[i].resolution),
                          must_name[i].word)) {
            fail_msg("%s does not name %s",
                     cm_resolution_info(must_name[i].resolution)->id,
                     must_name[i].word);
        }
    }
}

static void the_classic_anti_fix_is_refused_by_name(void **state)
{
    (void)state;
    assert_non_null(strstr(cm_remedy(CM_RESOLUTION_ENABLE_MODERN_TLS)->never,
                           "SecurityProtocolType.Ssl3"));
    assert_non_null(strstr(cm_remedy(CM_RESOLUTION_TRUST_ROOT)->never,
                           "ServerCertificateValidationCallback"));
}

/* Placeholders that nothing replaces would be pasted into a shell. */
static void commands_use_known_placeholders(void **state)
{
    static const char *const known[] = {"{host}", "{port}", "{sni}", "{cert}",
                                        "{names}"};

    (void)state;
    for (int i = 0; i < CM_RESOLUTION_COUNT; i++) {
        const char *at = cm_remedy((enum cm_resolution)i)->verify;

        while ((at = strchr(at, '{')) != NULL) {
            size_t j = 0;

            while (j < 5 && strncmp(at, known[j], strlen(known[j])) != 0) {
                j++;
            }
            assert_true(j < 5);
            at++;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_resolution_is_complete),
        cmocka_unit_test(every_cause_is_complete),
        cmocka_unit_test(a_blocking_cause_breaks_a_client),
        cmocka_unit_test(the_platforms_people_ask_about_are_there),
        cmocka_unit_test(the_classic_anti_fix_is_refused_by_name),
        cmocka_unit_test(commands_use_known_placeholders),
    };

    return cmocka_run_group_tests_name("report catalogue", tests, NULL, NULL);
}
