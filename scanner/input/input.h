/* Reading the fleet: CSV bytes in, rows out, streaming. Knows CSV (libcsv),
 * names (libidn2) and ports; no sockets.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_INPUT_H
#define CERTMUSTER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certmuster/buf.h"
#include "certmuster/endpoint.h"
#include "certmuster/status.h"

/* Bytes in one field; bytes in one record, newlines included. */
#define CM_INPUT_MAX_FIELD 65536
#define CM_INPUT_MAX_RECORD 262144
#define CM_INPUT_MAX_COLUMNS 256

struct cm_input_options {
    char delimiter;       /* 0: detect among , ; and tab */
    const char *protocol; /* for rows that name none; NULL: "tls" */
    uint16_t port;        /* for rows that name none; 0: the protocol's */
    const char *sni;      /* for rows that name none; NULL: the host */
    int header;           /* 1 there is one, 0 there is none, -1 detect */
    /* The names of the run's trust views: a row may name one of them, without
     * regard to case. Borrowed while the input lives; none: rows name none. */
    const char *const *views;
    size_t num_views;
};

/* What comes out. `columns` once, before the first row; `row` hands over
 * ownership. A status other than CM_OK stops the reading. */
struct cm_input_sink {
    enum cm_status (*columns)(void *arg, const char *const *names,
                              size_t num_names, int owner, bool has_header);
    enum cm_status (*row)(void *arg, struct cm_row *row);
    void *arg;
};

struct cm_input; /* opaque; bounded memory whatever the file's size */

enum cm_status cm_input_new(struct cm_input **out,
                            const struct cm_input_options *options,
                            const struct cm_input_sink *sink,
                            struct cm_error *err);
void cm_input_free(struct cm_input *input);
/* Any chunking gives the same rows. A failure stays: later calls return it. */
enum cm_status cm_input_feed(struct cm_input *input, const void *data,
                             size_t len);
enum cm_status cm_input_finish(struct cm_input *input);
/* cm_input_error lends the words for a failed feed or finish; its status is
 * CM_OK when it was the sink that failed. */
const struct cm_error *cm_input_error(const struct cm_input *input);
/* Once the columns are known: is there one for client certificates? */
bool cm_input_names_clients(const struct cm_input *input);
uint64_t cm_input_rows(const struct cm_input *input); /* handed over so far */

/* protocol.c -- all protocol names, separated by spaces. */
#define CM_PROTOCOL_NAMES_SIZE 256
const char *cm_protocol_names(char out[CM_PROTOCOL_NAMES_SIZE]);

/* target.c -- one endpoint from the texts of a row. `protocol`, `port` and
 * `sni` may be "" (not given). On failure `cause` and `reason` say why. */
struct cm_target_text {
    const char *host; /* name, name:port, URL, IPv4, [IPv6]:port, IPv6 */
    const char *port;
    const char *protocol;
    const char *sni; /* "-" means: send none */
};
bool cm_target_parse(const struct cm_target_text *text,
                     const struct cm_input_options *options,
                     struct cm_endpoint *out, enum cm_cause *cause,
                     char reason[256]);

/* dedupe.c -- which row was the first with this endpoint? Keyed hashes, long
 * enough that no two endpoints are taken for one. Rows come in their order. */
struct cm_dedupe;
struct cm_dedupe *cm_dedupe_new(void); /* NULL: no memory */
void cm_dedupe_free(struct cm_dedupe *dedupe);
/* Fills row->endpoint_id and row->first_line; an invalid row is always its
 * own first. False: no memory. */
bool cm_dedupe_note(struct cm_dedupe *dedupe, struct cm_row *row);

/* csv_table.c -- a small CSV file that is read whole: `fn` gets each record,
 * its fields as C strings without the white space around them (borrowed), and
 * the line it starts on. Comments (#) and empty lines are left out. Messages,
 * also those of `fn`, begin with "line N: ". */
typedef enum cm_status cm_table_fn(void *arg, uint64_t line,
                                   char *const *fields, size_t num_fields,
                                   struct cm_error *err);
enum cm_status cm_table_read(struct cm_span bytes, cm_table_fn *fn, void *arg,
                             struct cm_error *err);

#endif
