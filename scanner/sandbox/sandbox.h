/* What this process may still do once everything is open: the files it was told
 * of, connections that it makes itself, and nothing else. Everything foreign is
 * read after that, so that a defect in a parser is worth little to whoever
 * finds it. Knows the kernel's means (Landlock, seccomp, capabilities) and
 * nothing of what certmuster does.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_SANDBOX_H
#define CERTMUSTER_SANDBOX_H

#include "certmuster/status.h"

struct cm_sandbox; /* opaque; not yet entered until cm_sandbox_enter */

enum cm_status cm_sandbox_new(struct cm_sandbox **out, struct cm_error *err);
void cm_sandbox_free(struct cm_sandbox *sandbox); /* accepts NULL; the process
                                                     stays inside */

/* What is said before entering. Paths are copied, and opened when it is
 * entered; one that is not there then is left out. */

/* This file, or this folder and all below it, may be read. */
enum cm_status cm_sandbox_read(struct cm_sandbox *sandbox, const char *path,
                               struct cm_error *err);
/* This folder and all below it may be read, and files made, changed and removed
 * there. Entering makes it if it is not there. */
enum cm_status cm_sandbox_write(struct cm_sandbox *sandbox, const char *folder,
                                struct cm_error *err);
/* The same for the folder that this file is in, or will be, which must be
 * there; a link to a file stands for that file. */
enum cm_status cm_sandbox_write_beside(struct cm_sandbox *sandbox,
                                       const char *path, struct cm_error *err);
/* Connections may be made, to any address; none are ever accepted. */
void cm_sandbox_allow_network(struct cm_sandbox *sandbox);
/* All that this account may read may be read: names of files are still to
 * come. */
void cm_sandbox_allow_reading(struct cm_sandbox *sandbox);
/* Entering will do nothing but say why: "--no-sandbox". `why` is static. */
void cm_sandbox_off(struct cm_sandbox *sandbox, const char *why);
/* No line of log about what the kernel lacks. */
void cm_sandbox_be_quiet(struct cm_sandbox *sandbox);

/* Must be called before the process has a second thread: Landlock holds for
 * the thread that asks for it, and for those that it starts. For good: there is
 * no way out. What the kernel does not have is left out, and said in
 * cm_sandbox_words; a folder that cannot be made and want of memory are
 * failures. Entering twice is entering once. NULL: there is none. */
enum cm_status cm_sandbox_enter(struct cm_sandbox *sandbox,
                                struct cm_error *err);
/* What is in force, for people and run facts: "Landlock 7; seccomp; no
 * capabilities", or "off (--no-sandbox)". "" before entering. */
const char *cm_sandbox_words(const struct cm_sandbox *sandbox);
/* cm_sandbox_json lends the options of a run, a JSON object, with these words
 * beside them as "sandbox", where there are any; once for each sandbox. NULL:
 * no memory. */
const char *cm_sandbox_json(struct cm_sandbox *sandbox, const char *options);

#endif
