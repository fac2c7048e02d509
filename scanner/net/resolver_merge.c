/* From the answers for A and AAAA, of one or two resolvers, to one result.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "net/resolver_parts.h"

#define MAX_OF_EACH (CM_MAX_ADDRESSES / 2) /* when both families exist */

/* Which of two results is told: the lower one. A failure goes before "there is
 * none", which it leaves open for the other type. */
static const uint8_t weight[CM_DNS_RESULT_COUNT] = {
    [CM_DNS_OK] = 0,         [CM_DNS_CNAME_BROKEN] = 1, [CM_DNS_SERVFAIL] = 2,
    [CM_DNS_REFUSED] = 3,    [CM_DNS_TIMEOUT] = 4,      [CM_DNS_FAILED] = 5,
    [CM_DNS_NO_ADDRESS] = 6, [CM_DNS_NXDOMAIN] = 7,     [CM_DNS_NOT_ASKED] = 8,
};

static bool is_same_address(const struct cm_address *a,
                            const struct cm_address *b)
{
    return a->family == b->family &&
           memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static enum cm_dns_result result_of(const struct cm_dns_answer *answer)
{
    return answer == NULL ? CM_DNS_NOT_ASKED : answer->result;
}

static enum cm_dns_result merge_results(enum cm_dns_result a,
                                        enum cm_dns_result b)
{
    /* NXDOMAIN is about the name, whatever the type (RFC 8020). */
    if ((a == CM_DNS_NXDOMAIN && b == CM_DNS_TIMEOUT) ||
        (a == CM_DNS_TIMEOUT && b == CM_DNS_NXDOMAIN)) {
        return CM_DNS_NXDOMAIN;
    }
    return weight[a] <= weight[b] ? a : b;
}

static enum cm_dns_result view_result(const struct cm_dns_answers *view)
{
    const struct cm_dns_answer *a = view->a;
    const struct cm_dns_answer *aaaa = view->aaaa;
    enum cm_dns_result result = merge_results(result_of(a), result_of(aaaa));
    bool aliased = (a != NULL && a->num_cnames > 0) ||
                   (aaaa != NULL && aaaa->num_cnames > 0);

    if (!aliased) {
        return result;
    }
    if (result == CM_DNS_NXDOMAIN) {
        return CM_DNS_CNAME_BROKEN;
    }
    /* Asked for one family only, the alias may well lead to the other one. */
    if (result == CM_DNS_NO_ADDRESS && a != NULL && aaaa != NULL) {
        return CM_DNS_CNAME_BROKEN;
    }
    return result;
}

static void add_address(struct cm_dns_evidence *out,
                        const struct cm_address *address, bool from_second)
{
    for (unsigned i = 0; i < out->num_addresses; i++) {
        if (is_same_address(&out->addresses[i], address)) {
            return;
        }
    }
    if (out->num_addresses < CM_MAX_ADDRESSES) {
        out->from_second[out->num_addresses] = from_second;
        out->addresses[out->num_addresses++] = *address;
    }
}

static void add_addresses(struct cm_dns_evidence *out,
                          const struct cm_dns_answers *view, bool from_second)
{
    unsigned num4 = view->a == NULL ? 0 : view->a->num_addresses;
    unsigned num6 = view->aaaa == NULL ? 0 : view->aaaa->num_addresses;

    if (num4 > 0 && num6 > 0) {
        num4 = num4 < MAX_OF_EACH ? num4 : MAX_OF_EACH;
        num6 = num6 < MAX_OF_EACH ? num6 : MAX_OF_EACH;
    }
    for (unsigned i = 0; i < num4; i++) {
        add_address(out, &view->a->addresses[i], from_second);
    }
    for (unsigned i = 0; i < num6; i++) {
        add_address(out, &view->aaaa->addresses[i], from_second);
    }
}

static void take_alias(struct cm_dns_evidence *out,
                       const struct cm_dns_answer *answer)
{
    if (answer != NULL && answer->num_cnames > out->num_cnames) {
        out->num_cnames = answer->num_cnames;
        memcpy(out->cname, answer->cname, sizeof(out->cname));
    }
}

/* Results that say something about the name, not about the way to it. */
static bool has_answered(enum cm_dns_result result)
{
    return result == CM_DNS_OK || result == CM_DNS_NXDOMAIN ||
           result == CM_DNS_NO_ADDRESS || result == CM_DNS_CNAME_BROKEN;
}

/* Whether both gave all they have, and not the same. */
static bool differs(const struct cm_dns_answer *a,
                    const struct cm_dns_answer *b)
{
    if (a == NULL || b == NULL || !has_answered(a->result) ||
        !has_answered(b->result) || a->num_total > a->num_addresses ||
        b->num_total > b->num_addresses) {
        return false;
    }
    if (a->num_addresses != b->num_addresses) {
        return true;
    }
    for (unsigned i = 0; i < a->num_addresses; i++) {
        unsigned at = 0;

        while (at < b->num_addresses &&
               !is_same_address(&a->addresses[i], &b->addresses[at])) {
            at++;
        }
        if (at == b->num_addresses) {
            return true;
        }
    }
    return false;
}

/* The words that go for both answers; NULL when each has its own. Of two
 * questions to a dead server only one may hear so: c-ares lets the other wait.
 */
static const char *common_words(const struct cm_dns_answer *a,
                                const struct cm_dns_answer *aaaa)
{
    if (a == NULL || aaaa == NULL || a->result == CM_DNS_OK) {
        return NULL;
    }
    if (strcmp(a->why, aaaa->why) == 0) {
        return a->why;
    }
    return a->result == CM_DNS_TIMEOUT && aaaa->result == CM_DNS_TIMEOUT
               ? CM_DNS_UNREACHABLE
               : NULL;
}

/* Words for what is not as it should be: "" when all went well, also when a
 * name has addresses of one family only. */
static void describe(const struct cm_dns_answers *view, struct cm_buf *out)
{
    const bool any_ok = view_result(view) == CM_DNS_OK;
    const char *common = common_words(view->a, view->aaaa);
    const char *before = "";

    if (common != NULL) {
        cm_buf_puts(out, common);
        before = ", ";
    } else {
        const struct cm_dns_answer *parts[] = {view->a, view->aaaa};
        const char *const types[] = {"A: ", "AAAA: "};

        for (size_t i = 0; i < 2; i++) {
            if (parts[i] == NULL || parts[i]->result == CM_DNS_OK ||
                (any_ok && parts[i]->result == CM_DNS_NO_ADDRESS)) {
                continue;
            }
            cm_buf_printf(out, "%s%s%s", before, types[i], parts[i]->why);
            before = ", ";
        }
    }
    if (before[0] != '\0') {
        cm_buf_printf(out, " (asked %s)", view->servers);
    }
}

static void set_detail(struct cm_dns_evidence *out,
                       const struct cm_dns_answers *first,
                       const struct cm_dns_answers *second)
{
    struct cm_buf text;
    size_t before;

    cm_buf_init(&text, 4096);
    describe(first, &text);
    before = text.len;
    if (second != NULL) {
        cm_buf_puts(&text,
                    before > 0 ? "; second resolver: " : "second resolver: ");
        size_t head = text.len;

        describe(second, &text);
        text.len = text.len == head ? before : text.len;
    }
    memset(out->detail, 0, sizeof(out->detail));
    strncat(out->detail, cm_buf_cstr(&text), sizeof(out->detail) - 1);
    cm_buf_cleanup(&text);
}

void cm_dns_merge(struct cm_dns_evidence *out,
                  const struct cm_dns_answers *first,
                  const struct cm_dns_answers *second)
{
    out->result = view_result(first);
    out->num_addresses = 0;
    out->num_cnames = 0;
    out->cname[0] = '\0';
    out->second_differs = false;
    memset(out->from_second, 0, sizeof(out->from_second));
    take_alias(out, first->a);
    take_alias(out, first->aaaa);
    add_addresses(out, first, false);
    if (second != NULL) {
        enum cm_dns_result other = view_result(second);

        out->second_differs =
            differs(first->a, second->a) || differs(first->aaaa, second->aaaa);
        add_addresses(out, second, true);
        if (out->result != CM_DNS_OK && other == CM_DNS_OK) {
            out->result = CM_DNS_OK; /* there is something to connect to */
            take_alias(out, second->a);
            take_alias(out, second->aaaa);
        }
    }
    set_detail(out, first, second);
}
