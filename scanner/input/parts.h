/* What the files of input/ share: mistakes and their words, records before they
 * are rows, the meaning of columns, the pieces of a target.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_INPUT_PARTS_H
#define CERTMUSTER_INPUT_PARTS_H

#include "certmuster/buf.h"
#include "input/input.h"

#define CM_REASON_SIZE 256

/* The columns that mean something to us, and so what a mistake can be in. */
enum cm_part {
    CM_PART_HOST,
    CM_PART_PORT,
    CM_PART_PROTOCOL,
    CM_PART_SNI,
    CM_PART_TRUST,
    CM_PART_CLIENT_CERT,
    CM_PART_CLIENT_KEY,
    CM_PART_COUNT
};

/* mistake.c -- words for the user. */
struct cm_mistake {
    enum cm_part part;
    enum cm_cause cause;
    char reason[CM_REASON_SIZE];
};
#define CM_QUOTE_SIZE 88
/* cm_mistake_cut gives the length of the longest start of `text` of at most
 * `max` bytes that splits no UTF-8 character. */
size_t cm_mistake_cut(const void *text, size_t len, size_t max);
/* cm_mistake_quote puts foreign text in quotes, cut to about 80 bytes. */
const char *cm_mistake_quote(struct cm_span text, char out[CM_QUOTE_SIZE]);
void cm_mistake_words(char reason[CM_REASON_SIZE], const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* cm_mistake_refuse notes an unparsable part; always false, so that a parser
 * can `return cm_mistake_refuse(...)`. */
bool cm_mistake_refuse(struct cm_mistake *mistake, enum cm_part part,
                       const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* protocol.c -- the words for protocols, in columns and as URL schemes. */
struct cm_protocol {
    const char *word; /* lower case */
    const char *name; /* of the endpoint's protocol */
    uint16_t port;    /* 0: the word has no port of its own */
    bool plain;       /* the word promises no TLS */
};
/* Without regard to case; NULL: no such word. */
const struct cm_protocol *cm_protocol_find(struct cm_span word);

/* target_split.c -- host texts to pieces, before any of them is judged. */
struct cm_pieces {
    struct cm_span scheme; /* empty: none */
    struct cm_span host;   /* without brackets */
    struct cm_span port;   /* empty: none */
    struct cm_span path;   /* of a URL, without its query; empty: none */
    bool is_ipv6;          /* brackets, or two colons */
};
struct cm_span cm_span_of(const char *text);
/* cm_span_trim takes white space off both ends, also the kinds that
 * spreadsheets and web pages add (no-break space, zero width space). */
struct cm_span cm_span_trim(struct cm_span text);
bool cm_target_split(struct cm_pieces *out, struct cm_span text,
                     struct cm_mistake *mistake);

/* target_name.c */
/* cm_target_name normalises a DNS name: A-labels, lower case, no final dot. */
bool cm_target_name(struct cm_span text, enum cm_part part,
                    char out[CM_HOST_SIZE], bool *had_trailing_dot,
                    struct cm_mistake *mistake);
/* cm_target_literal fills host, is_ip and literal if the piece is an address;
 * `*found` tells. False: it should be one and is not. */
bool cm_target_literal(const struct cm_pieces *pieces, struct cm_endpoint *out,
                       bool *found, struct cm_mistake *mistake);

/* target.c -- cm_target_parse, and also which part was wrong. */
bool cm_target_examine(const struct cm_target_text *text,
                       const struct cm_input_options *options,
                       struct cm_endpoint *out, struct cm_mistake *mistake);

/* record.c -- one CSV record: its bytes and its fields. */
struct cm_place {
    uint64_t line;
    unsigned column; /* byte, from 1 */
};
struct cm_record {
    uint64_t line;      /* of its first byte */
    struct cm_span raw; /* borrowed */
    char delimiter;
    struct cm_buf text; /* the fields' bytes, one after the other */
    size_t ends[CM_INPUT_MAX_COLUMNS];
    size_t num_fields; /* may pass the maximum; those are not kept */
};
void cm_record_init(struct cm_record *record);
void cm_record_cleanup(struct cm_record *record);
void cm_record_clear(struct cm_record *record);
bool cm_record_add(struct cm_record *record, const void *field, size_t len);
size_t cm_record_kept(const struct cm_record *record);
struct cm_span cm_record_field(const struct cm_record *record, size_t index);
/* cm_record_place finds where field `index` starts, by its delimiters. */
struct cm_place cm_record_place(const struct cm_record *record, size_t index);
/* cm_record_rest lends what stands at `place`, up to the end of that line. */
struct cm_span cm_record_rest(const struct cm_record *record, size_t index);

/* header.c -- which column means what. */
struct cm_header {
    char **names; /* owned; unique, none is empty */
    size_t num_names;
    int column[CM_PART_COUNT]; /* -1: there is none */
    int owner;
    bool has_header;
};
/* cm_header_is_one: does a field have the name of a host column? */
bool cm_header_is_one(char *const *fields, size_t num_fields);
bool cm_header_from_names(struct cm_header *out, char *const *fields,
                          size_t num_fields); /* false: no memory */
bool cm_header_from_content(struct cm_header *out, char *const *fields,
                            size_t num_fields);
void cm_header_cleanup(struct cm_header *header);

/* rows.c -- records to rows to the sink. */
#define CM_HELD_MAX 16 /* broken records before the first good one */
struct cm_rows {
    struct cm_input_options options;
    struct cm_input_sink sink;
    struct cm_header header;
    bool columns_known;
    struct cm_row *held[CM_HELD_MAX]; /* wait for the columns */
    size_t num_held;
    uint64_t made;
    uint64_t handed_over;
    struct cm_error error; /* ours, not the sink's */
};
void cm_rows_cleanup(struct cm_rows *rows);
enum cm_status cm_rows_add(struct cm_rows *rows,
                           const struct cm_record *record);
/* cm_rows_add_broken adds a record that CSV's rules refuse at `place`. */
enum cm_status cm_rows_add_broken(struct cm_rows *rows,
                                  const struct cm_record *record,
                                  struct cm_place place, const char *reason);
enum cm_status cm_rows_finish(struct cm_rows *rows);

/* csv_sniff.c -- what kind of file is it? */
#define CM_SNIFF_HEAD 4 /* first bytes that tell */
/* cm_sniff_refuse names files that are no text, and what to do; or NULL. */
const char *cm_sniff_refuse(const uint8_t *head, size_t len);
struct cm_guess { /* of the delimiter, from the first record */
    size_t commas, semicolons, tabs;
    bool quoted; /* now inside quotes */
};
void cm_guess_add(struct cm_guess *guess, struct cm_span text);
char cm_guess_best(const struct cm_guess *guess);
/* cm_sniff_sep reads a spreadsheet's "sep=;" line; 0: it is none. */
char cm_sniff_sep(struct cm_span line);

#endif
