/* The reader's state, for csv.c (bytes in) and csv_lines.c (records out).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_INPUT_CSV_PARTS_H
#define CERTMUSTER_INPUT_CSV_PARTS_H

#include <csv.h>

#include "input/parts.h"

#define CM_CSV_SNI_SIZE 1024 /* an international name, as it was given */

struct cm_input {
    struct cm_rows rows;
    char protocol[CM_PROTOCOL_SIZE]; /* copies of the options' texts */
    char sni[CM_CSV_SNI_SIZE];
    struct csv_parser parser;
    struct cm_record record;
    struct cm_guess guess;
    bool delimiter_sure; /* it was given, or seen */
    bool record_done;    /* libcsv saw the end of a record */
    bool no_memory;      /* in a callback of libcsv */
    bool skipping;       /* to the end of a line that is too long */
    bool at_end;
    enum cm_status status; /* the first failure stays */
    uint8_t head[CM_SNIFF_HEAD];
    size_t head_len;
    bool started;     /* the head was looked at */
    uint64_t line;    /* of the byte at `parsed` */
    uint8_t *pending; /* owned, CM_INPUT_MAX_RECORD bytes */
    size_t start;     /* of the record under way; these only ascend */
    size_t parsed;    /* up to here libcsv has it; always a line's start */
    size_t sniffed;   /* up to here the delimiter was looked for */
    size_t scanned;   /* up to here there is no end of a line */
    size_t len;
};

/* A new parser for the next record. */
void cm_csv_restart(struct cm_input *in);
/* cm_csv_drain takes all complete lines out of `pending`. */
enum cm_status cm_csv_drain(struct cm_input *in);
/* cm_csv_overflow makes room when one record fills all of `pending`. */
enum cm_status cm_csv_overflow(struct cm_input *in);
/* cm_csv_finish takes what is left when no more bytes come. */
enum cm_status cm_csv_finish(struct cm_input *in);

#endif
