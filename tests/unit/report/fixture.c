/* A store made by hand, and reading back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <csv.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/jsoncheck.h"

/* run 1: eight rows, one duplicate, one invalid, one never scanned. */
static const char *const fleet_sql[] = {
    "INSERT INTO run (id, state, started, finished, judged_at, input_name,"
    " input_sha256, rows_read, columns, owner_column, has_header, options,"
    " version, tls_library, trust, resolvers) VALUES (1, 'complete',"
    " 1795247330, 1795247337, 1795247336, 'fleet.csv', 'abcd', 8,"
    " '[\"host\",\"port\",\"team\",\"Verdict\",\"host\"]', 2, 1,"
    " '{\"rate\":\"<5\"}', '0.1.0', 'BoringSSL', 'system: roots.pem: 3"
    " anchors', '10.0.0.53')",
    "INSERT INTO row VALUES"
    "(1,1,2,'[\"ok.example\",\"443\",\"crm\",\"x\",\"a\"]','crm',1,2),"
    "(1,2,3,'[\"exp.example\",\"443\",\"crm\",\"x\",\"b\"]','crm',2,3),"
    "(1,3,4,'[\"inc.example\",\"443\",\"hr\",\"x\",\"c\"]','hr',3,4),"
    "(1,4,5,'[\"EXP.example\",\"\",\"erp\",\"x\",\"d\"]','erp',2,3),"
    "(1,5,6,'[\"gone.example\",\"443\",\"hr\",\"x\",\"e\"]','hr',5,6),"
    "(1,6,7,'[\"no host\",\"0\",\"hr\"]','hr',6,7),"
    "(1,7,8,'[\"soon.example\",\"8443\",\"hr\",\"x\",\"g\",\"more\"]','hr',"
    "7,8),"
    "(1,8,9,'[\"late.example\",\"443\",\"\",\"x\",\"h\"]','',8,9)",
    "INSERT INTO endpoint (run, id, host, port, protocol, sni, is_ip, flags,"
    " reason) VALUES"
    "(1,1,'ok.example',443,'tls','ok.example',0,0,NULL),"
    "(1,2,'exp.example',443,'tls','exp.example',0,0,NULL),"
    "(1,3,'inc.example',443,'tls','inc.example',0,0,NULL),"
    "(1,5,'gone.example',443,'tls','gone.example',0,0,NULL),"
    "(1,6,'',NULL,'','',0,0,'a name has no blanks'),"
    "(1,7,'soon.example',8443,'tls','soon.example',0,0,NULL),"
    "(1,8,'late.example',443,'tls','late.example',0,0,NULL)",
    "INSERT INTO certificate (id, sha256, der, subject, subject_cn, issuer,"
    " issuer_cn, serial, not_before, not_after, key_alg, key_bits, sig_alg,"
    " spki_sha256, is_ca, self_issued, names, names_total) VALUES"
    "(1,'1111111111111111111111111111111111111111111111111111111111111111',"
    "x'3001','CN=Root','Root','CN=Root','Root','01',0,2000000000,'rsa',4096,"
    "'sha256WithRSAEncryption','a1',1,1,'[]',0),"
    "(2,'2222222222222222222222222222222222222222222222222222222222222222',"
    "x'3002','CN=Middle','Middle','CN=Root','Root','02',0,2000000000,'rsa',"
    "2048,'sha256WithRSAEncryption','a2',1,0,'[]',0),"
    "(3,'3333333333333333333333333333333333333333333333333333333333333333',"
    "x'3003','CN=ok','ok','CN=Middle','Middle','03',1790000000,1800000000,"
    "'ec',256,'sha256WithRSAEncryption','a3',0,0,"
    "'[\"ok.example\",\"*.ok.example\"]',2),"
    "(4,'4444444444444444444444444444444444444444444444444444444444444444',"
    "x'3004','CN=exp','exp','CN=Middle','Middle','04',1700000000,1795247335,"
    "'ec',256,'sha256WithRSAEncryption','a4',0,0,'[\"exp.example\"]',1),"
    "(5,'5555555555555555555555555555555555555555555555555555555555555555',"
    "x'3005','CN=soon','soon','CN=Middle','Middle','05',1790000000,"
    "1796111336,'ec',256,'sha256WithRSAEncryption','a5',0,0,'[]',0)",
    "INSERT INTO result (run, endpoint, verdict, primary_cause, severity,"
    " causes, path, seen, dns_result, dns_ms, dns, main_probe) VALUES"
    "(1,1,'trusted',NULL,'hygiene','[\"chain_unneeded_root\"]','[3,2,1]',"
    "1795247331,'ok',4,'{}',0),"
    "(1,2,'untrusted','leaf_expired','breaks_now',"
    "'[\"leaf_expired\",\"chain_incomplete\"]','[4,2,1]',1795247332,'ok',5,"
    "'{}',0),"
    "(1,3,'untrusted','chain_incomplete','breaks_some_clients',"
    "'[\"chain_incomplete\"]','[3,2,1]',1795247333,'not_asked',0,'{}',1),"
    "(1,5,'unreachable','dns_nxdomain','breaks_now','[\"dns_nxdomain\"]','[]',"
    "1795247334,'nxdomain',12,'{}',NULL),"
    "(1,6,'invalid_row','input_unparsable','breaks_now',"
    "'[\"input_unparsable\"]','[]',NULL,NULL,NULL,NULL,NULL),"
    "(1,7,'trusted','leaf_expires_soon','breaks_by_date',"
    "'[\"leaf_expires_soon\"]','[5,2,1]',1795247335,'ok',6,'{}',0),"
    "(1,8,'not_checked','not_scanned','breaks_now','[\"not_scanned\"]','[]',"
    "NULL,NULL,NULL,NULL,NULL)",
    "INSERT INTO trust_view VALUES (1,0,'system','/etc/ssl/cert.pem',"
    "'abababababababababababababababababababababababababababababababab',150,"
    "NULL)",
    "UPDATE result SET remaining = '[\"chain_incomplete\"]', path_valid = 0"
    " WHERE endpoint = 2",
    "UPDATE result SET path_valid = 1 WHERE endpoint IN (1, 3, 7)",
    "UPDATE result SET revocation = 'good', revocation_source = 'staple',"
    " revocation_this_update = 1795200000, revocation_next_update = 1795800000"
    " WHERE endpoint = 1",
    "INSERT INTO probe (run, endpoint, ord, address, reached, ended,"
    " sys_errno, tries, connect_ms, tls_ms, total_ms, proxy_status, error,"
    " version, cipher, kex_group, signature, alpn, flags, num_tickets,"
    " sct_bytes, client_auth, chain_bytes, num_chain_sent, chain) VALUES"
    "(1,1,0,'192.0.2.1:443','recorded','complete',0,1,10,20,35,0,'',772,4865,"
    "29,2052,'h2',0,0,0,'none',0,3,'[3,2,1]'),"
    "(1,2,0,'[2001:db8::1]:443','recorded','complete',0,1,11,21,36,0,'',771,"
    "65535,0,0,'',0,0,0,'required',0,1,'[4]'),"
    "(1,3,0,'192.0.2.3:443','connecting','timeout',0,1,0,0,35,0,'',NULL,NULL,"
    "0,0,'',0,0,0,'none',0,0,'[]'),"
    "(1,3,1,'192.0.2.4:443','recorded','complete',0,1,0,20,35,0,'',770,49199,"
    "65533,0,'',0,0,0,'none',0,1,'[3]'),"
    "(1,7,0,'192.0.2.7:8443','recorded','complete',0,1,1,2,3,0,'',772,4866,29,"
    "0,'http/1.1',0,0,0,'optional',0,2,'[5,2]')",
    "UPDATE probe SET leaf = json_extract(chain, '$[0]')",
    "INSERT INTO finding VALUES"
    "(1,1,0,'chain_unneeded_root','hygiene','certain',0,'the root is sent',"
    "'RFC 8446 section 4.4.2',1,2,'tidy_chain','gggg','k7','chain 3-2-1'),"
    "(1,2,0,'leaf_expired','breaks_now','certain',1,'ended a second ago',"
    "'RFC 5280 section 4.1.2.5',4,0,'renew_certificate','aaaa','k1','CN=exp'),"
    "(1,2,1,'chain_incomplete','breaks_some_clients','certain',1,'no Middle',"
    "'',2,NULL,'install_chain','bbbb','k2','CN=Middle'),"
    "(1,3,0,'chain_incomplete','breaks_some_clients','probable',1,'no Middle',"
    "'',2,NULL,'install_chain','bbbb','k2','CN=Middle'),"
    "(1,3,1,'chain_incomplete','breaks_some_clients','probable',1,'again',"
    "'',2,NULL,'install_chain','bbbb','k2','CN=Middle'),"
    "(1,5,0,'dns_nxdomain','breaks_now','certain',1,'10.0.0.53 says so','',"
    "NULL,NULL,'fix_dns','cccc','k3','gone.example'),"
    "(1,6,0,'input_unparsable','breaks_now','certain',1,'a name has no blanks'"
    ",'',NULL,NULL,'fix_inventory','dddd','k4','line 7'),"
    "(1,7,0,'leaf_expires_soon','breaks_by_date','certain',0,'in 10 days','',"
    "5,0,'renew_certificate','ffff','k6','CN=soon'),"
    "(1,8,0,'not_scanned','breaks_now','certain',1,'time was over','',NULL,"
    "NULL,'rescan','eeee','k5','this run')",
    "INSERT INTO action VALUES"
    "(1,'aaaa','renew_certificate','k1','CN=exp','breaks_now',2,2,"
    "'[\"leaf_expired\"]','[\"crm\",\"erp\"]',2,4,2,1),"
    "(1,'bbbb','install_chain','k2','CN=Middle','breaks_some_clients',1,3,"
    "'[\"chain_incomplete\"]','[\"hr\",\"crm\",\"erp\"]',3,2,3,2),"
    "(1,'cccc','fix_dns','k3','gone.example','breaks_now',1,1,"
    "'[\"dns_nxdomain\"]','[\"hr\"]',1,NULL,5,3),"
    "(1,'dddd','fix_inventory','k4','line 7','breaks_now',1,1,"
    "'[\"input_unparsable\"]','[\"hr\"]',1,NULL,6,4),"
    "(1,'eeee','rescan','k5','this run','breaks_now',1,1,"
    "'[\"not_scanned\"]','[]',0,NULL,8,5),"
    "(1,'ffff','renew_certificate','k6','CN=soon','breaks_by_date',0,1,"
    "'[\"leaf_expires_soon\"]','[\"hr\"]',1,5,7,6),"
    "(1,'gggg','tidy_chain','k7','chain 3-2-1','hygiene',0,1,"
    "'[\"chain_unneeded_root\"]','[\"crm\"]',1,1,1,7)",
};

static char *read_file(const char *path, size_t *len)
{
    FILE *in = fopen(path, "rb");
    char *text;
    long size;

    if (in == NULL) {
        return NULL;
    }
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    size = ftell(in);
    assert_true(size >= 0);
    rewind(in);
    text = malloc((size_t)size + 1);
    assert_non_null(text);
    *len = fread(text, 1, (size_t)size, in);
    assert_int_equal(*len, size);
    text[size] = '\0';
    (void)fclose(in);
    return text;
}

void fixture_sql(const struct fixture *f, const char *sql)
{
    sqlite3 *db;
    char *message = NULL;

    assert_int_equal(sqlite3_open(f->db, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", message, sql);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void fixture_make(struct fixture *f)
{
    size_t len;
    char *schema = read_file(CERTMUSTER_SCHEMA, &len);

    memset(f, 0, sizeof(*f));
    assert_non_null(schema);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/cm-report-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->db, sizeof(f->db), "%s/store.db", f->folder);
    (void)snprintf(f->out, sizeof(f->out), "%s/out", f->folder);
    fixture_sql(f, schema);
    fixture_sql(f, "PRAGMA user_version = 5");
    free(schema);
    f->options.db_path = f->db;
    f->options.out_dir = f->out;
    f->options.formats = "json,actions,endpoints,jsonl";
}

/* A second view that trusts the third row too, and not the first. */
void fixture_add_view(const struct fixture *f)
{
    fixture_sql(f,
                "INSERT INTO trust_view VALUES (1,1,'corp','corp.pem','',3,1);"
                "INSERT INTO view_verdict VALUES"
                "(1,1,'corp','untrusted','root_not_in_client_store'),"
                "(1,3,'corp','trusted',NULL)");
}

void fixture_make_fleet(struct fixture *f)
{
    fixture_make(f);
    for (size_t i = 0; i < sizeof(fleet_sql) / sizeof(fleet_sql[0]); i++) {
        fixture_sql(f, fleet_sql[i]);
    }
}

static void remove_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    char name[512];

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        (void)unlink(name);
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    (void)rmdir(path);
}

void fixture_remove(struct fixture *f)
{
    char fixes[128];

    (void)snprintf(fixes, sizeof(fixes), "%s/fixes", f->out);
    remove_folder(fixes);
    remove_folder(f->out);
    remove_folder(f->folder);
}

char *fixture_read(const struct fixture *f, const char *name, size_t *len)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", f->out, name);
    return read_file(path, len);
}

char *fixture_drain(FILE *stream)
{
    long size = ftell(stream);
    char *text;

    assert_true(size >= 0);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    rewind(stream);
    assert_int_equal(fread(text, 1, (size_t)size, stream), size);
    (void)fclose(stream);
    return text;
}

/* memmem: under sanitizers strstr measures the rest of the text each time. */
size_t times_in(const char *text, const char *part)
{
    const size_t part_len = strlen(part);
    const char *end = text + strlen(text);
    size_t times = 0;

    for (;;) {
        text = memmem(text, (size_t)(end - text), part, part_len);
        if (text == NULL) {
            return times;
        }
        text += part_len;
        times++;
    }
}

static void on_field(void *data, size_t len, void *arg)
{
    struct table *t = arg;

    if ((t->num_fields & (t->num_fields - 1)) == 0) { /* room for as many */
        char **fields =
            realloc(t->fields, (t->num_fields + 1) * 2 * sizeof(*t->fields));

        assert_non_null(fields);
        t->fields = fields;
    }
    t->fields[t->num_fields] = strndup(data, len);
    assert_non_null(t->fields[t->num_fields]);
    t->num_fields++;
    t->in_row++;
}

static void on_row(int end, void *arg)
{
    struct table *t = arg;

    (void)end;
    if (t->rows == 0) {
        t->width = t->in_row;
    }
    assert_int_equal(t->in_row, t->width);
    t->in_row = 0;
    t->rows++;
}

void table_parse(struct table *t, const char *text, size_t len)
{
    struct csv_parser parser;

    memset(t, 0, sizeof(*t));
    assert_int_equal(
        csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL), 0);
    assert_int_equal(csv_parse(&parser, text, len, on_field, on_row, t), len);
    assert_int_equal(csv_fini(&parser, on_field, on_row, t), 0);
    csv_free(&parser);
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->num_fields; i++) {
        free(t->fields[i]);
    }
    free(t->fields);
}

const char *table_at(const struct table *t, size_t row, const char *column)
{
    assert_true(row < t->rows);
    for (size_t i = 0; i < t->width; i++) {
        if (strcmp(t->fields[i], column) == 0) {
            return t->fields[row * t->width + i];
        }
    }
    fail_msg("there is no column %s", column);
    return NULL;
}

void json_expect(const char *json, const char *path, const char *want)
{
    char *got = json_at(json, path);

    if (got == NULL) {
        fail_msg("nothing is at %s", path);
        return;
    }
    if (strcmp(got, want) != 0) {
        fail_msg("%s is %s, not %s", path, got, want);
    }
    free(got);
}

char *line_at(char *text, int n)
{
    char *rest = text;
    char *line = strsep(&rest, "\n");

    while (n-- > 0) {
        line = strsep(&rest, "\n");
    }
    return line;
}
