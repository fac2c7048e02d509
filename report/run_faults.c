/* SPDX-License-Identifier: Apache-2.0 */
#include "run_faults.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/text.h"
#include "screen.h"

/* The store's texts of numbers; "null" is not known. */
static int64_t number_of(const char *text)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    return end == text || *end != '\0' || errno != 0 ? CM_UNKNOWN : number;
}

size_t cm_run_num_faults(const struct cm_run_facts *facts)
{
    return facts->faults.num / CM_RUN_FAULT_FIELDS;
}

struct cm_run_fault cm_run_fault_at(const struct cm_run_facts *facts, size_t i)
{
    const char *const *fields = facts->faults.items + i * CM_RUN_FAULT_FIELDS;
    struct cm_run_fault fault = {
        .fault = fields[0],
        .detail = fields[1],
        .from = number_of(fields[2]),
        .until = number_of(fields[3]),
        .endpoints = number_of(fields[4]),
    };

    return fault;
}

bool cm_run_faults_cost(const struct cm_run_facts *facts)
{
    bool any = false;

    for (size_t i = 0; i < cm_run_num_faults(facts); i++) {
        any = any || cm_run_fault_at(facts, i).endpoints != 0;
    }
    return any;
}

static void put_fault(struct cm_buf *out, const struct cm_run_fault *fault)
{
    char count[CM_COUNT_TEXT_SIZE];
    char from[CM_TIME_TEXT_SIZE];
    char until[CM_TIME_TEXT_SIZE];

    if (fault->endpoints == 0) {
        (void)cm_buf_puts(out, "no endpoint was lost: ");
    } else if (fault->endpoints != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "%s endpoint%s not checked: ",
                            cm_screen_count(fault->endpoints, count),
                            fault->endpoints == 1 ? " was" : "s were");
    }
    (void)cm_buf_puts(out, fault->detail);
    (void)cm_buf_puts(out, " (");
    (void)cm_buf_puts(out, fault->fault);
    if (fault->from != CM_UNKNOWN && fault->until != CM_UNKNOWN) {
        (void)cm_buf_printf(out, ", from %s until %s",
                            cm_time_rfc3339(fault->from, from),
                            cm_time_rfc3339(fault->until, until));
    }
    (void)cm_buf_putc(out, ')');
}

void cm_run_faults_words(struct cm_buf *out, const struct cm_run_facts *facts)
{
    for (size_t i = 0; i < cm_run_num_faults(facts); i++) {
        struct cm_run_fault fault = cm_run_fault_at(facts, i);

        (void)cm_buf_puts(out, i == 0 ? "" : "; ");
        put_fault(out, &fault);
    }
}

static const char *comma_if(const struct cm_buf *out, size_t begin)
{
    return out->len > begin ? ", " : "";
}

void cm_run_notes_words(struct cm_buf *out, const struct cm_run_facts *facts,
                        bool with_faults)
{
    size_t begin = out->len;
    size_t num = cm_run_num_faults(facts);

    if (facts->shards != CM_UNKNOWN && facts->shard != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "shard %" PRId64 "/%" PRId64, facts->shard,
                            facts->shards);
    } else if (facts->shards != CM_UNKNOWN) {
        (void)cm_buf_printf(out, "merged from %" PRId64 " shard%s",
                            facts->shards, facts->shards == 1 ? "" : "s");
    }
    if (facts->resumed > 0) {
        (void)cm_buf_printf(out, "%sresumed %" PRId64 " time%s",
                            comma_if(out, begin), facts->resumed,
                            facts->resumed == 1 ? "" : "s");
    }
    if (with_faults && num > 0) {
        (void)cm_buf_printf(out, "%s%zu fault%s", comma_if(out, begin), num,
                            num == 1 ? "" : "s");
    }
}

void cm_run_faults_json(struct cm_json *json, const struct cm_run_facts *facts)
{
    cm_json_key(json, "faults");
    cm_json_open(json, '[');
    for (size_t i = 0; i < cm_run_num_faults(facts); i++) {
        struct cm_run_fault fault = cm_run_fault_at(facts, i);

        cm_json_open(json, '{');
        cm_json_put_text(json, "fault", fault.fault);
        cm_json_put_text(json, "detail", fault.detail);
        cm_json_put_time(json, "from", fault.from);
        cm_json_put_time(json, "until", fault.until);
        cm_json_put_number(json, "endpoints", fault.endpoints);
        cm_json_close(json, '}');
    }
    cm_json_close(json, ']');
}
