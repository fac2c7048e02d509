/* One rule about the form of one certificate: a finding when it is broken.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge/form.h"

#include "pki/pki.h"

struct cm_form cm_form_of(const struct cm_case *c, size_t i)
{
    const struct cm_step *step = &c->path.steps[i];
    struct cm_form form = {
        .cert = step->cert,
        .role = CM_FORM_LEAF,
        .self_signed =
            step->self_signed || (step->anchor && step->cert->self_issued),
    };

    if (i > 0) {
        form.role = form.self_signed ? CM_FORM_ROOT : CM_FORM_ISSUER;
    }
    if (i + 1 < c->path.num) {
        form.issuer = c->path.steps[i + 1].cert;
    }
    return form;
}

static const char *role_text(const struct cm_form *form)
{
    if (form->role == CM_FORM_LEAF) {
        return "the server's certificate";
    }
    return form->role == CM_FORM_ROOT ? "the root of the path"
                                      : "an issuer on the path";
}

static struct cm_finding *report(struct cm_case *c, enum cm_cause cause,
                                 const struct cm_form *form,
                                 const struct cm_form_rule *rule)
{
    bool is_refused = rule->refused_by[0] != '\0';
    char name[CM_LABEL_SIZE];
    char place[CM_LABEL_SIZE];
    struct cm_finding *f;
    struct cm_buf seen;

    cm_buf_init(&seen, 4096);
    if (rule->say != NULL) {
        rule->say(form, &seen);
    }
    f = cm_finding_add(c, cause, rule->rule, "%s, %s, %s: %s%s%s%s%s",
                       cm_finding_cert_name(form->cert, name), role_text(form),
                       cm_finding_place(c, form->cert, place), rule->text,
                       seen.len > 0 ? ": " : "", cm_finding_text(c, &seen),
                       is_refused ? "; refused by " : "", rule->refused_by);
    cm_buf_cleanup(&seen);
    cm_finding_about(c, f, form->cert);
    cm_finding_strict(c, f);
    if (f != NULL) {
        f->severity = rule->severity;
        f->resolution = form->role == CM_FORM_LEAF
                            ? CM_RESOLUTION_REISSUE_CERTIFICATE
                            : CM_RESOLUTION_REISSUE_CA;
    }
    return f;
}

/* Hundreds of times for each endpoint, mostly in vain. */
struct cm_finding *cm_form_judge(struct cm_case *c, enum cm_cause cause,
                                 const struct cm_form *form,
                                 const struct cm_form_rule *rule)
{
    if ((rule->roles & form->role) == 0 || !rule->is_broken(form)) {
        return NULL;
    }
    return report(c, cause, form, rule);
}
