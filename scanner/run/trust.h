/* Trust views, intermediates and revocation lists from the user's files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_RUN_TRUST_H
#define CERTMUSTER_RUN_TRUST_H

#include "certmuster/judge.h"
#include "pki/distrust.h"
#include "pki/pki.h"
#include "pki/revocation.h"

#define CM_MAX_VIEWS 16

/* One --trust: [NAME=]PATH[,distrust.csv]. */
struct cm_view_spec {
    char name[CM_VIEW_NAME_SIZE];
    char *path;     /* owned; PEM, DER or PKCS#7 file, or a folder; NULL: the
                       system's bundle */
    char *distrust; /* owned; NULL: none */
};
/* `text` NULL gives the system's view, named "system"; so does the PATH
 * "system", under any name. A PATH without a name is called "given". */
enum cm_status cm_view_spec_parse(struct cm_view_spec *out, const char *text,
                                  struct cm_error *err);
void cm_view_spec_cleanup(struct cm_view_spec *spec);

struct cm_trust_config {              /* borrowed; zero: the system's view */
    const struct cm_view_spec *views; /* names differ */
    size_t num_views;                 /* 0: the system's only */
    const char *const *intermediates; /* files or folders; NULL ends; NULL */
    const char *const *crls;          /* files or folders; NULL ends; NULL */
};

/* Stays where it is while it is used: the views point into it. */
struct cm_trust_files {
    struct cm_trust views[CM_MAX_VIEWS]; /* the first is the default one */
    size_t num_views;
    struct cm_certset *pool; /* intermediates; each view points to it */
    struct cm_revocation *revocation;
    struct cm_sigmemo *memo;
    struct cm_chainmemo *chains;
    /* Owned by the views: names, anchors and distrust lists. */
    char names[CM_MAX_VIEWS][CM_VIEW_NAME_SIZE];
    struct cm_certset *anchors[CM_MAX_VIEWS];
    struct cm_distrust *distrust[CM_MAX_VIEWS]; /* NULL: none */
    char *text; /* "corp: /etc/corp.pem: 3 anchors; ...", for people */
    char *json; /* for the run's facts: array of {name, path, sha256 of the
                   anchors, anchors, distrusted} */
};
/* What it fills in is to be unloaded, whatever it returns. */
enum cm_status cm_trust_load(struct cm_trust_files *files,
                             const struct cm_trust_config *config,
                             struct cm_error *err);
void cm_trust_unload(struct cm_trust_files *files); /* zero is fine */
/* Index of the view of that name, without regard to case; -1: none. */
int cm_trust_view(const struct cm_trust_files *files, const char *name);
/* The digest of a set's certificates, whatever order they were read in. False:
 * no memory. */
bool cm_certset_digest(const struct cm_certset *set,
                       uint8_t out[CM_SHA256_LEN]);

/* distrust.c -- adds the entries of a CSV file with the columns sha256 or
 * spki_sha256, kind, date and note. Messages name the file and the line. */
enum cm_status cm_distrust_read(struct cm_distrust *list, const char *path,
                                struct cm_error *err);

/* files.c -- `fn` for a file, or for each regular file of a folder in the order
 * of their names, so that the same folder gives the same set. Of a folder's
 * files those that `fn` fails on are left out, unless memory is what fails. */
typedef enum cm_status cm_path_fn(void *arg, const char *file,
                                  struct cm_error *err);
enum cm_status cm_path_each(const char *path, cm_path_fn *fn, void *arg,
                            struct cm_error *err);

/* A file, or each file of a folder. Of a folder's files those that
 * hold nothing of the kind are left out; when all do it is an error. */
/* Certificates: PEM, DER or PKCS#7. */
enum cm_status cm_certs_from_path(struct cm_certset *set, const char *path,
                                  size_t *added, struct cm_error *err);
/* Revocation lists: DER or PEM. */
enum cm_status cm_crls_from_path(struct cm_revocation *set, const char *path,
                                 size_t *added, struct cm_error *err);

#endif
