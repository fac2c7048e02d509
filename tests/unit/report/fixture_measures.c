/* The fleet held against two clients and two policies, with inventories, a few
 * answers, and a certificate of our own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/inventory.h"

/* Rows: 1 is endpoint 1; 2 and 4 are endpoint 2; 3 is endpoint 3; 7 has nothing
 * but an inventory, the others have nothing. */
static const char measures_sql[] =
    "INSERT INTO measure VALUES"
    "(1,'profile',0,'java8','Java 8','java.security of 8u402','high','java',"
    "'aa',''),"
    "(1,'profile',1,'curl','curl 8 with <OpenSSL> 3','','low','openssl','',"
    "''),"
    "(1,'policy',0,'mozilla','Mozilla \"intermediate\"','guidelines 5.7',"
    "'medium','','bb','[{\"id\":\"M1\",\"text\":\"No TLS 1.1.\",\"source\":"
    "\"5.7\",\"warning\":false},{\"id\":\"M2\",\"text\":\"<b>staples</b>\"},"
    "{\"id\":\"M9\",\"text\":\"holds\"}]'),"
    "(1,'policy',1,'pci','PCI DSS','','high','','','');"
    "INSERT INTO measured VALUES"
    "(1,1,'ww','pp','A','A',0,95,'[100,90,90]','[]'),"
    "(1,2,'fu','fu','T','B',1,80,'[90,80,80]',"
    "'[\"no_tls1_3\",\"not_trusted\"]'),"
    "(1,3,'f','p',NULL,NULL,NULL,NULL,NULL,NULL);"
    "INSERT INTO profile_result VALUES"
    "(1,2,0,'tls_version_too_old','TLS 1.1 is the newest',"
    "'SSLHandshakeException: No appropriate protocol'),"
    "(1,2,1,NULL,'no answer',NULL),"
    "(1,3,0,'chain_incomplete','Java fetches none','PKIX path building "
    "failed');"
    "INSERT INTO policy_result VALUES"
    "(1,2,0,0,'M2','fail',1,'no staple'),"
    "(1,2,0,1,'M1','fail',0,'TLS 1.1 is served'),"
    "(1,2,1,0,'P1','unknown',0,'not measured'),"
    "(1,3,0,0,'M2','fail',1,'no staple either');"
    "INSERT INTO answer VALUES"
    "(1,3,0,'tls1_3','alert',0,12,517,582,NULL,0,0,0,0,0,0,0,'[]',NULL),"
    "(1,3,1,'tls1_2','flight',0,15,300,0,x'1603',771,49199,23,2052,1024,0,9,"
    "'[3]',3);"
    "INSERT INTO client VALUES"
    "(1,2,'expired','own.pem: ended on 1 Jan 2026',5,NULL);"
    "UPDATE probe SET flags = 24, http_status = 403, http_substatus = 7,"
    " http_reply = 'HTTP/1.1 403 \"<no>\"' WHERE endpoint = 2;"
    "UPDATE endpoint SET client_cert = 'own.pem' WHERE id = 2;";

static void set_suites(struct cm_version_inventory *version,
                       const uint16_t *suites, size_t num)
{
    version->served = CM_YES;
    version->complete = true;
    version->suites = calloc(num, sizeof(*suites));
    assert_non_null(version->suites);
    memcpy(version->suites, suites, num * sizeof(*suites));
    version->num_suites = num;
}

/* A modern server: TLS 1.2 and 1.3, with a post-quantum group. */
static struct cm_inventory *modern(void)
{
    static const uint16_t of_1_2[] = {0xc02f, 0xc030, 0xfafa};
    static const uint16_t of_1_3[] = {0x1301, 0x1302};
    struct cm_inventory *inventory = cm_inventory_new();

    assert_non_null(inventory);
    set_suites(&inventory->versions[CM_VERSION_TLS1_2], of_1_2, 3);
    set_suites(&inventory->versions[CM_VERSION_TLS1_3], of_1_3, 2);
    inventory->versions[CM_VERSION_TLS1_2].server_order = CM_YES;
    inventory->versions[CM_VERSION_TLS1_1].served = CM_NO;
    inventory->groups[0] = 4588;
    inventory->groups[1] = 29;
    inventory->num_groups = 2;
    inventory->schemes[0] = 0x0804;
    inventory->num_schemes = 1;
    inventory->fallback_scsv = CM_YES;
    (void)snprintf(inventory->alpn[0], sizeof(inventory->alpn[0]), "h2");
    inventory->num_alpn = 1;
    inventory->connections = 17;
    return inventory;
}

/* An old one: TLS 1.0 and 1.1, RC4, CBC, a short prime; no other group. */
static struct cm_inventory *old(void)
{
    static const uint16_t suites[] = {0x0005, 0xc013, 0x002f};
    struct cm_inventory *inventory = cm_inventory_new();

    assert_non_null(inventory);
    set_suites(&inventory->versions[CM_VERSION_TLS1_0], suites, 3);
    set_suites(&inventory->versions[CM_VERSION_TLS1_1], suites, 3);
    inventory->versions[CM_VERSION_TLS1_3].served = CM_NO;
    inventory->groups[0] = 23;
    inventory->num_groups = 1;
    inventory->groups_complete = true;
    inventory->min_dh_bits = 1024;
    return inventory;
}

static void add_inventory(const struct fixture *f, int endpoint,
                          struct cm_inventory *inventory)
{
    struct cm_buf sql;

    cm_buf_init(&sql, 65536);
    cm_buf_printf(&sql, "INSERT INTO inventory VALUES (1,%d", endpoint);
    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        cm_buf_printf(&sql, ",'%s'",
                      cm_known_id(inventory->versions[i].served));
    }
    cm_buf_puts(&sql, ",'");
    cm_inventory_write(&sql, inventory);
    cm_buf_puts(&sql, "')");
    fixture_sql(f, cm_buf_cstr(&sql));
    cm_buf_cleanup(&sql);
    cm_inventory_free(inventory);
}

void fixture_add_measures(const struct fixture *f)
{
    fixture_sql(f, measures_sql);
    add_inventory(f, 1, modern());
    add_inventory(f, 2, old());
    add_inventory(f, 7, cm_inventory_new());
}
