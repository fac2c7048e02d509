/* Answers to hand-built hellos, the inventory, and our own certificate, to SQL
 * and back. Most endpoints have none of them, and then no line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/take.h"

#define FLAG_SECURE_RENEGOTIATION 1
#define FLAG_EXTENDED_MASTER_SECRET 2
#define FLAG_DOWNGRADE_SENTINEL 4
#define FLAG_ASKS_FOR_CERT 8
#define FLAG_UNUSUAL_GROUP 16

#define ANSWER_COLUMNS                                                         \
    " ask, ended, sys_errno, ms, hello_bytes, alert, first_bytes, version,"    \
    " cipher, kex_group, signature, dh_bits, compression, flags, chain"
enum answer_column {
    ASK,
    ENDED,
    SYS_ERRNO,
    MS,
    HELLO_BYTES,
    ALERT,
    FIRST_BYTES,
    VERSION,
    CIPHER,
    KEX_GROUP,
    SIGNATURE,
    DH_BITS,
    COMPRESSION,
    FLAGS,
    CHAIN,
};

static const char put_answer_sql[] =
    "INSERT INTO answer (run, endpoint, ord," ANSWER_COLUMNS ", leaf)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char get_answers_sql[] =
    "SELECT" ANSWER_COLUMNS " FROM answer WHERE run = ? AND endpoint = ?"
    " ORDER BY ord";

static const char put_inventory_sql[] =
    "INSERT INTO inventory (run, endpoint, ssl2, ssl3, tls1_0, tls1_1, tls1_2,"
    " tls1_3, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

static const char get_inventory_sql[] =
    "SELECT facts FROM inventory WHERE run = ? AND endpoint = ?";

static const char put_client_sql[] =
    "INSERT INTO client (run, endpoint, fault, detail, certificate, issuers)"
    " VALUES (?, ?, ?, ?, ?, ?)";

static const char get_client_sql[] =
    "SELECT fault, detail, certificate, issuers FROM client"
    " WHERE run = ? AND endpoint = ?";

static struct cm_query begin(struct cm_db *db, const char *sql, int64_t run_id,
                             int64_t endpoint)
{
    struct cm_query q = cm_query_begin(db, sql);

    cm_query_int(&q, run_id);
    cm_query_int(&q, endpoint);
    return q;
}

static struct cm_query insert(struct cm_store *store, const char *sql,
                              int64_t endpoint)
{
    struct cm_query q = cm_query_insert(&store->db, sql);

    cm_query_int(&q, store->run_id);
    cm_query_int(&q, endpoint);
    return q;
}

/* --- to SQL --- */

static int flags_of(const struct cm_answer *answer)
{
    return (answer->secure_renegotiation ? FLAG_SECURE_RENEGOTIATION : 0) |
           (answer->extended_master_secret ? FLAG_EXTENDED_MASTER_SECRET : 0) |
           (answer->downgrade_sentinel ? FLAG_DOWNGRADE_SENTINEL : 0) |
           (answer->asks_for_cert ? FLAG_ASKS_FOR_CERT : 0) |
           (answer->unusual_group ? FLAG_UNUSUAL_GROUP : 0);
}

static void bind_answer(struct cm_query *q, const struct cm_answer *answer)
{
    struct cm_span first = {NULL, answer->num_first_bytes};

    if (first.len > 0) {
        first.data = answer->first_bytes;
    }
    cm_query_id(q, cm_ask_id(answer->ask));
    cm_query_id(q, cm_answer_end_id(answer->end));
    cm_query_int(q, answer->sys_errno);
    cm_query_int(q, answer->ms);
    cm_query_int(q, answer->hello_bytes);
    cm_query_int(q, answer->alert_level * 256 + answer->alert);
    cm_query_blob(q, first);
    cm_query_int(q, answer->version);
    cm_query_int(q, answer->cipher);
    cm_query_int(q, answer->group);
    cm_query_int(q, answer->signature);
    cm_query_int(q, answer->dh_bits);
    cm_query_int(q, answer->compression);
    cm_query_int(q, flags_of(answer));
}

static void put_answers(struct cm_store *store, int64_t endpoint,
                        const struct cm_evidence *ev)
{
    for (size_t i = 0; i < ev->num_answers; i++) {
        const struct cm_answer *answer = &ev->answers[i];
        struct cm_query q = insert(store, put_answer_sql, endpoint);

        cm_query_int(&q, (int64_t)i);
        bind_answer(&q, answer);
        cm_query_certs(store, &q, answer->chain, answer->num_chain);
        if (answer->num_chain > 0) {
            cm_query_int(&q, cm_cert_id(store, answer->chain[0]));
        }
        (void)cm_query_run(&q);
    }
}

static void put_inventory(struct cm_store *store, int64_t endpoint,
                          const struct cm_inventory *inventory)
{
    struct cm_query q = insert(store, put_inventory_sql, endpoint);
    struct cm_buf *facts = &store->db.text;

    for (int i = 0; i < CM_VERSION_COUNT; i++) {
        cm_query_id(&q, cm_known_id(inventory->versions[i].served));
    }
    cm_inventory_write(facts, inventory);
    cm_query_buf(&q, facts);
    (void)cm_query_run(&q);
}

static void put_client(struct cm_store *store, int64_t endpoint,
                       const struct cm_client_evidence *client)
{
    struct cm_query q = insert(store, put_client_sql, endpoint);

    cm_query_id(&q, cm_client_fault_id(client->fault));
    cm_query_text(&q, client->detail);
    if (client->cert != NULL) {
        cm_query_int(&q, cm_cert_id(store, client->cert));
    } else {
        cm_query_null(&q);
    }
    cm_query_blob(&q, client->issuers);
    (void)cm_query_run(&q);
}

enum cm_status cm_put_asked(struct cm_store *store, int64_t endpoint,
                            const struct cm_evidence *ev)
{
    put_answers(store, endpoint, ev);
    if (ev->inventory != NULL) {
        put_inventory(store, endpoint, ev->inventory);
    }
    if (ev->client.fault != CM_CLIENT_NONE) {
        put_client(store, endpoint, &ev->client);
    }
    return store->db.error.status;
}

/* --- and back --- */

static const char *ask_id(int value)
{
    return cm_ask_id((enum cm_ask)value);
}

static const char *end_id(int value)
{
    return cm_answer_end_id((enum cm_answer_end)value);
}

static const char *fault_id(int value)
{
    return cm_client_fault_id((enum cm_client_fault)value);
}

static void take_answer(const struct cm_query *q, struct cm_answer *answer)
{
    int64_t flags = cm_column_int(q, FLAGS);
    uint16_t alert = cm_take_u16(q, ALERT);

    answer->ask = (enum cm_ask)cm_take_id(q, ASK, CM_ASK_COUNT, ask_id);
    answer->end =
        (enum cm_answer_end)cm_take_id(q, ENDED, CM_ANSWER_END_COUNT, end_id);
    answer->sys_errno = (int)cm_column_int(q, SYS_ERRNO);
    answer->ms = cm_take_u32(q, MS);
    answer->hello_bytes = cm_take_u16(q, HELLO_BYTES);
    answer->alert_level = (uint8_t)(alert >> 8);
    answer->alert = (uint8_t)(alert & 0xff);
    answer->num_first_bytes = cm_take_some(q, FIRST_BYTES, answer->first_bytes,
                                           sizeof(answer->first_bytes));
    answer->version = cm_take_u16(q, VERSION);
    answer->cipher = cm_take_u16(q, CIPHER);
    answer->group = cm_take_u16(q, KEX_GROUP);
    answer->signature = cm_take_u16(q, SIGNATURE);
    answer->dh_bits = cm_take_u16(q, DH_BITS);
    answer->compression = cm_take_u8(q, COMPRESSION);
    answer->secure_renegotiation = (flags & FLAG_SECURE_RENEGOTIATION) != 0;
    answer->extended_master_secret = (flags & FLAG_EXTENDED_MASTER_SECRET) != 0;
    answer->downgrade_sentinel = (flags & FLAG_DOWNGRADE_SENTINEL) != 0;
    answer->asks_for_cert = (flags & FLAG_ASKS_FOR_CERT) != 0;
    answer->unusual_group = (flags & FLAG_UNUSUAL_GROUP) != 0;
}

static void get_answers(struct cm_evidence_reader *reader, int64_t endpoint,
                        struct cm_evidence *ev)
{
    struct cm_db *db = &reader->store->db;
    struct cm_query q = begin(db, get_answers_sql, reader->run_id, endpoint);

    while (cm_query_row(&q)) {
        struct cm_answer *answer;

        if (ev->num_answers == CM_MAX_ANSWERS) {
            cm_take_damaged(db, "there are too many answers");
            break;
        }
        answer = cm_evidence_add_answer(ev);
        if (answer == NULL) {
            cm_take_no_memory(db);
            break;
        }
        take_answer(&q, answer);
        cm_take_chain(reader, cm_column_text(&q, CHAIN), &answer->chain,
                      &answer->num_chain);
    }
    (void)cm_query_end(&q);
}

static void get_inventory(struct cm_evidence_reader *reader, int64_t endpoint,
                          struct cm_evidence *ev)
{
    struct cm_db *db = &reader->store->db;
    struct cm_query q = begin(db, get_inventory_sql, reader->run_id, endpoint);

    if (cm_query_row(&q)) {
        enum cm_status status =
            cm_inventory_read(cm_column_text(&q, 0), &ev->inventory);

        if (status == CM_ENOMEM) {
            cm_take_no_memory(db);
        } else if (status != CM_OK) {
            cm_take_damaged(db, "an inventory cannot be read");
        }
    }
    (void)cm_query_end(&q);
}

static void get_client(struct cm_evidence_reader *reader, int64_t endpoint,
                       struct cm_client_evidence *client)
{
    struct cm_db *db = &reader->store->db;
    struct cm_query q = begin(db, get_client_sql, reader->run_id, endpoint);

    if (cm_query_row(&q)) {
        client->fault = (enum cm_client_fault)cm_take_id(
            &q, 0, CM_CLIENT_FAULT_COUNT, fault_id);
        cm_take_text(&q, 1, client->detail, sizeof(client->detail));
        if (!cm_column_is_null(&q, 2)) {
            client->cert = cm_take_cert(reader, cm_column_int(&q, 2));
        }
        cm_take_bytes(&q, 3, &client->issuers);
    }
    (void)cm_query_end(&q);
}

void cm_get_asked(struct cm_evidence_reader *reader, int64_t endpoint,
                  struct cm_evidence *ev)
{
    get_answers(reader, endpoint, ev);
    get_inventory(reader, endpoint, ev);
    get_client(reader, endpoint, &ev->client);
}
