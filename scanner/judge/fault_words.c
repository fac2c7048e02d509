/* The proof of each fault that a certificate of the path can have.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/faults.h"

#include "pki/constraints.h"
#include "pki/distrust.h"
#include "pki/pki.h"

#define MAX_WHY (1U << 20)

static void say_time(const struct cm_case *c, const struct cm_cert *cert,
                     struct cm_buf *out)
{
    bool expired = c->at_unix > cert->not_after;
    char day[CM_TIME_TEXT_SIZE];
    char span[CM_TIME_TEXT_SIZE];

    if (expired) {
        (void)cm_buf_printf(
            out, "expired on %s, %s before the time judged",
            cm_time_day(cert->not_after, day),
            cm_finding_duration(c->at_unix - cert->not_after, span));
    } else {
        (void)cm_buf_printf(
            out, "is valid from %s on, %s after the time judged",
            cm_time_day(cert->not_before, day),
            cm_finding_duration(cert->not_before - c->at_unix, span));
    }
}

static void say_not_ca(const struct cm_cert *cert, struct cm_buf *out)
{
    (void)cm_buf_puts(out, "issued a certificate of the path, but ");
    (void)cm_buf_puts(
        out, cert->is_ca ? "its key usage lacks keyCertSign"
             : cert->has_basic_constraints
                 ? "its basic constraints say that it is no CA"
                 : "it has no basic constraints that say that it is a CA");
}

/* Intermediates below this step that count. */
static int below(const struct cm_case *c, size_t step)
{
    struct cm_path path = c->path;

    path.num = step;
    return cm_path_intermediates(&path);
}

static void say_pathlen(const struct cm_case *c, const struct cm_blame *b,
                        struct cm_buf *out)
{
    int between = below(c, b->step);
    int allowed = b->cert->pathlen;

    (void)cm_buf_printf(out,
                        "allows %d intermediate%s below it, and %d %s on the "
                        "path",
                        allowed, allowed == 1 ? "" : "s", between,
                        between == 1 ? "is" : "are");
}

static void say_depth(const struct cm_case *c, const struct cm_blame *b,
                      struct cm_buf *out)
{
    int allowed = c->policy->max_depth;

    (void)cm_buf_printf(out,
                        "is reached over %d intermediates, and at the most %d "
                        "%s allowed here",
                        below(c, b->step), allowed,
                        allowed == 1 ? "is" : "are");
}

static void say_key_ids(const struct cm_blame *b, struct cm_buf *out)
{
    (void)cm_buf_puts(out, "has the issuing key, but names it ");
    (void)cm_buf_hex(out, b->cert->ski.data, b->cert->ski.len);
    (void)cm_buf_puts(out, " while the certificate below asks for ");
    (void)cm_buf_hex(out, b->child->aki.data, b->child->aki.len);
    (void)cm_buf_puts(out, ": many clients do not put them together");
}

static void say_extensions(const char *intro, uint32_t extensions,
                           struct cm_buf *out)
{
    const char *separator = "";

    (void)cm_buf_puts(out, intro);
    for (int i = 0; i < CM_EXT_COUNT; i++) {
        if ((extensions & CM_EXT_BIT(i)) != 0) {
            (void)cm_buf_printf(out, "%s%s", separator,
                                cm_ext_name((enum cm_ext)i));
            separator = ", ";
        }
    }
}

static void say_critical(const struct cm_cert *cert, struct cm_buf *out)
{
    uint32_t known = cm_path_wrongly_critical(cert);

    if (cert->unknown_critical != NULL) {
        (void)cm_buf_printf(out,
                            "has the critical extension %.80s, which no "
                            "client knows",
                            cert->unknown_critical);
    }
    if (known != 0) {
        (void)cm_buf_puts(out, cert->unknown_critical != NULL ? "; it " : "");
        say_extensions(
            "marks as critical what clients do not process then: ", known, out);
    }
}

static void say_extension(const struct cm_cert *cert, struct cm_buf *out)
{
    uint32_t bad = cm_path_bad_extensions(cert);

    if (bad != 0) {
        say_extensions("has extensions whose value cannot be read: ", bad, out);
    }
    if (cert->ext_twice != NULL) {
        (void)cm_buf_printf(out, "%shas the extension %.80s more than once",
                            bad != 0 ? "; it " : "", cert->ext_twice);
    }
}

static const struct odd_words {
    unsigned odd;
    const char *text;
} odd_words[] = {
    {CM_ODD_VERSION,
     "its version does not exist: Chrome, Go and Java do not read it"},
    {CM_ODD_EXTENSIONS,
     "it has extensions, which need version 3: Chrome and Java do not read it"},
    {CM_ODD_SERIAL,
     "its serial number has needless leading octets: no library that reads DER "
     "strictly accepts it"},
    {CM_ODD_TIME,
     "a date in it is without seconds, with an offset or with a fraction: "
     "Chrome and OpenSSL do not read it"},
};

static void say_form(const struct cm_cert *cert, struct cm_buf *out)
{
    unsigned odd = cm_path_odd_form(cert);

    (void)cm_buf_printf(out, "is not as DER and its version (%d) want it",
                        cert->version);
    for (size_t i = 0; i < sizeof(odd_words) / sizeof(*odd_words); i++) {
        if ((odd & odd_words[i].odd) != 0) {
            (void)cm_buf_printf(out, "; %s", odd_words[i].text);
        }
    }
}

static void say_key_size(const struct cm_case *c, const struct cm_cert *cert,
                         struct cm_buf *out)
{
    (void)cm_buf_printf(out, "has a key of %u bits (%s), less than %u",
                        cert->key_bits, cm_key_alg_id(cert->key_alg),
                        cert->key_alg == CM_KEY_EC ? c->policy->min_ec_bits
                                                   : c->policy->min_rsa_bits);
}

static void say_key_kind(const struct cm_blame *b, struct cm_buf *out)
{
    const struct cm_key_kind *kind =
        cm_path_key_kind(b->cert, b->child == NULL);

    (void)cm_buf_printf(out, "has %s", kind->what);
    if (b->cert->curve != NULL) {
        (void)cm_buf_printf(out, " (%s)", b->cert->curve);
    }
    (void)cm_buf_printf(out, ": %s", kind->clients);
}

static void say_names(struct cm_case *c, const struct cm_blame *b,
                      struct cm_buf *out)
{
    char name[CM_LABEL_SIZE];
    struct cm_buf why;

    cm_buf_init(&why, MAX_WHY);
    for (size_t i = 0; i < b->step; i++) {
        const struct cm_cert *cert = c->path.steps[i].cert;

        if (!cm_path_names_allowed(b->cert, cert, i == 0, &why)) {
            (void)cm_buf_printf(
                out, "has name constraints that do not allow %s: %s",
                cm_finding_cert_name(cert, name), cm_finding_text(c, &why));
            cm_buf_cleanup(&why);
            return;
        }
    }
    (void)cm_buf_puts(out, "has name constraints, and there are more names "
                           "and constraints than are compared");
    cm_buf_cleanup(&why);
}

static void say_policy(struct cm_case *c, struct cm_buf *out)
{
    struct cm_cert *certs[CM_MAX_PATH];
    struct cm_buf why;
    size_t at;

    for (size_t i = 0; i < c->path.num; i++) {
        certs[i] = c->path.steps[i].cert;
    }
    cm_buf_init(&why, MAX_WHY);
    (void)cm_policy_path_valid(certs, c->path.num, &at, &why);
    (void)cm_buf_printf(
        out,
        "demands a policy that is valid on the whole path, and there is "
        "none%s%s",
        why.len > 0 ? ": " : "", cm_finding_text(c, &why));
    cm_buf_cleanup(&why);
}

static void say_distrust(const struct cm_case *c, const struct cm_blame *b,
                         struct cm_buf *out)
{
    const struct cm_distrust_entry *entry =
        cm_distrust_find(c->trust->distrust, b->cert);
    char day[CM_TIME_TEXT_SIZE];
    char date[CM_TIME_TEXT_SIZE];

    (void)cm_buf_printf(out, "is in the distrust list of the trust view \"%s\"",
                        c->trust->name);
    if (entry->kind == CM_DISTRUST_REMOVED) {
        if (entry->after_unix != 0) {
            (void)cm_buf_printf(out, ", removed on %s",
                                cm_time_day(entry->after_unix, day));
        }
    } else {
        (void)cm_buf_printf(
            out,
            " for what was issued after %s, and the server's certificate "
            "is of %s (%s)",
            cm_time_day(entry->after_unix, day),
            cm_time_day(cm_distrust_leaf_date(entry, c->leaf), date),
            entry->kind == CM_DISTRUST_SCT ? "its earliest timestamp"
                                           : "its notBefore");
    }
    if (entry->note[0] != '\0') {
        (void)cm_buf_printf(out, " (%.*s)", cm_finding_clip(entry->note, 200),
                            entry->note);
    }
}

void cm_fault_words(struct cm_case *c, const struct cm_blame *b,
                    struct cm_buf *out)
{
    const struct cm_cert *cert = b->cert;

    switch ((enum cm_fault)b->fault) {
    case CM_FAULT_EXPIRED:
    case CM_FAULT_NOT_YET_VALID:
        say_time(c, cert, out);
        break;
    case CM_FAULT_NOT_CA:
        say_not_ca(cert, out);
        break;
    case CM_FAULT_PATHLEN:
        say_pathlen(c, b, out);
        break;
    case CM_FAULT_DEPTH:
        say_depth(c, b, out);
        break;
    case CM_FAULT_KEY_ID:
        say_key_ids(b, out);
        break;
    case CM_FAULT_EKU:
        (void)cm_buf_puts(out, "may not issue for TLS servers: its extended "
                               "key usage lacks serverAuth");
        break;
    case CM_FAULT_CRITICAL:
        say_critical(cert, out);
        break;
    case CM_FAULT_EXTENSION:
        say_extension(cert, out);
        break;
    case CM_FAULT_FORM:
        say_form(cert, out);
        break;
    case CM_FAULT_SIG_WEAK:
        (void)cm_buf_printf(out, "is signed with %s", cert->sig_name);
        break;
    case CM_FAULT_SIG_ALG:
        (void)cm_buf_printf(out,
                            "names %s as its signature algorithm, and another "
                            "one inside of what is signed: clients refuse it",
                            cert->sig_name);
        break;
    case CM_FAULT_KEY_SMALL:
        say_key_size(c, cert, out);
        break;
    case CM_FAULT_KEY_ALG:
    case CM_FAULT_KEY_RARE:
        say_key_kind(b, out);
        break;
    case CM_FAULT_NAMES:
        say_names(c, b, out);
        break;
    case CM_FAULT_POLICY:
        say_policy(c, out);
        break;
    case CM_FAULT_REMOVED:
    case CM_FAULT_TOO_NEW:
        say_distrust(c, b, out);
        break;
    }
}
