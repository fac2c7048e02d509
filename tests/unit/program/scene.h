/* The folders that the commands work in, and whether what they left there is as
 * it has to be.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_SCENE_H
#define CERTMUSTER_TESTS_PROGRAM_SCENE_H

#include "unit/program/commands.h"
#include "unit/program/files.h"
#include "unit/program/fleet.h"
#include "unit/run/folder.h"

struct scene {
    struct folder *folder;
    struct fleet fleet;
    char files[FILES_PATH];     /* what commands may need */
    char work[FILES_PATH];      /* where a command works */
    char said[FILES_PATH];      /* what it said: out.txt, err.txt */
    char good[FILES_PATH];      /* `work` after an undisturbed run */
    char good_said[FILES_PATH]; /* and what that said */
    char text[FILES_PATH];      /* stores as text */
    char complaint[4096];       /* what is wrong */
};

/* With the fleet and all files that the commands need. */
void scene_open(struct scene *scene);
void scene_close(struct scene *scene);

/* Gives the command its files; ... and runs it, as failing_plan says. */
void scene_prepare(struct scene *scene, const struct command *command);
struct child_end scene_run(struct scene *scene, const char *const *argv);
/* What it left and said is what is right from now on. */
void scene_keep(struct scene *scene, const struct command *command);

/* All is as after an undisturbed run; else `complaint` says what is not. What
 * made up for a failure says something of its own. */
bool scene_is_good(struct scene *scene, const struct command *command,
                   bool made_up_for);
/* Each file, and each row of the store, is as before, or as after an
 * undisturbed run, or not there. */
bool scene_is_sound(struct scene *scene, const struct command *command);

#endif
