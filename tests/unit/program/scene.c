/* See scene.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certmuster/store.h"
#include "unit/program/failing.h"
#include "unit/program/stored.h"

#define RESULTS_BEFORE_STOP 4

static const char *const beside_store[] = {"-wal", "-shm", "-journal"};

/* --- running --- */

void scene_prepare(struct scene *scene, const struct command *command)
{
    char from[FILES_PATH];
    char to[FILES_PATH];

    files_empty(scene->work);
    for (size_t i = 0; i < COMMAND_MAX_NEEDS && command->needs[i] != NULL;
         i++) {
        files_copy(files_join(from, scene->files, command->needs[i]),
                   files_join(to, scene->work, command->needs[i]));
    }
}

struct child_end scene_run(struct scene *scene, const char *const *argv)
{
    const char *args[CHILD_MAX_ARGS] = {"certmuster"};

    for (size_t i = 0; argv[i] != NULL; i++) {
        assert_true(i + 2 < CHILD_MAX_ARGS);
        args[i + 1] =
            strcmp(argv[i], "@DNS@") == 0 ? scene->fleet.dns : argv[i];
    }
    return child_program(scene->work, scene->said, args);
}

/* --- stores --- */

struct dump {
    char db[FILES_PATH];
    char out[FILES_PATH];
    bool (*write)(const char *db, const char *out);
};

static bool do_dump(void *arg)
{
    const struct dump *dump = arg;

    return dump->write(dump->db, dump->out);
}

/* SQLite works in a child: the commands' own must begin at nothing. */
static bool dump(struct scene *scene, const struct command *command,
                 const char *name,
                 bool (*write)(const char *db, const char *out))
{
    struct dump what = {.write = write};

    (void)files_join(what.db, scene->work, command->store);
    (void)files_join(what.out, scene->text, name);
    return files_exist(what.db) && child_call(do_dump, &what);
}

void scene_keep(struct scene *scene, const struct command *command)
{
    files_empty(scene->good);
    files_empty(scene->good_said);
    files_copy(scene->work, scene->good);
    files_copy(scene->said, scene->good_said);
    if (command->store != NULL) {
        assert_true(dump(scene, command, "good", stored_write));
        assert_true(dump(scene, command, "verdicts", stored_write_verdicts));
    }
}

/* --- comparing --- */

static bool complain(struct scene *scene, const char *what, const char *name)
{
    (void)snprintf(scene->complaint, sizeof(scene->complaint), "%s: %s", name,
                   what);
    return false;
}

/* The texts of two stores; the first line that differs is the complaint. */
static bool same_text(struct scene *scene, const char *name, const char *other)
{
    char path[FILES_PATH];
    size_t len = 0;
    char *one = files_read(files_join(path, scene->text, name), &len);
    char *two = files_read(files_join(path, scene->text, other), &len);
    char *here = one;
    char *there = two;

    assert_true(one != NULL && two != NULL);
    while (*here != '\0' && *here == *there) {
        here++;
        there++;
    }
    len = (size_t)(here - one);
    if (*here != *there) {
        while (len > 0 && one[len - 1] != '\n') {
            len--;
        }
        (void)snprintf(scene->complaint, sizeof(scene->complaint),
                       "a store that says\n  %.*s\nand not\n  %.*s\n",
                       (int)strcspn(one + len, "\n"), one + len,
                       (int)strcspn(two + len, "\n"), two + len);
    }
    len = (size_t)(*here == *there);
    free(one);
    free(two);
    return len == 1;
}

static bool same_in(const char *folder, const char *other, const char *name)
{
    char a[FILES_PATH];
    char b[FILES_PATH];

    return files_same(files_join(a, folder, name), files_join(b, other, name));
}

static bool is_store(const struct command *command, const char *name)
{
    return command->store != NULL && strcmp(name, command->store) == 0;
}

/* SQLite's files beside a store: the next to open it tidies up. */
static bool is_beside_store(const struct files *wanted, const char *name)
{
    char store[FILES_PATH];

    for (size_t i = 0; i < sizeof(beside_store) / sizeof(*beside_store); i++) {
        size_t len = strlen(name);
        size_t end = strlen(beside_store[i]);

        if (len > end && strcmp(name + len - end, beside_store[i]) == 0) {
            (void)snprintf(store, sizeof(store), "%.*s", (int)(len - end),
                           name);
            return files_has(wanted, store);
        }
    }
    return false;
}

bool scene_is_good(struct scene *scene, const struct command *command,
                   bool made_up_for)
{
    static struct files here;
    static struct files wanted;

    files_list(&here, scene->work);
    files_list(&wanted, scene->good);
    for (size_t i = 0; i < wanted.num; i++) {
        const char *name = wanted.names[i];

        if (is_beside_store(&wanted, name)) {
            continue;
        }
        if (!files_has(&here, name)) {
            return complain(scene, "is missing", name);
        }
        if (!command->measures && !is_store(command, name) &&
            !same_in(scene->work, scene->good, name)) {
            return complain(scene, "is another one than undisturbed", name);
        }
    }
    for (size_t i = 0; i < here.num; i++) {
        if (!files_has(&wanted, here.names[i]) &&
            !is_beside_store(&wanted, here.names[i])) {
            return complain(scene, "was left behind", here.names[i]);
        }
    }
    if (!command->measures && !made_up_for &&
        !same_in(scene->said, scene->good_said, "out.txt")) {
        return complain(scene, "is another one than undisturbed",
                        "standard output");
    }
    if (command->store == NULL) {
        return true;
    }
    return dump(scene, command, "now", stored_write)
               ? same_text(scene, "now", "good")
               : complain(scene, "cannot be read", command->store);
}

static bool has_line(const char *all, const char *line)
{
    const char *found = strstr(all, line);

    return found != NULL && (found == all || found[-1] == '\n');
}

/* Each verdict is the one that the row has at the end, or had before anything
 * was downloaded. */
static bool is_right_so_far(struct scene *scene)
{
    char path[FILES_PATH];
    size_t len = 0;
    char *lines = files_read(files_join(path, scene->text, "under-way"), &len);
    char *last = files_read(files_join(path, scene->text, "verdicts"), &len);
    char *first = files_read(files_join(path, scene->text, "first"), &len);
    char *save = NULL;
    bool good = true;

    assert_true(lines != NULL && last != NULL && first != NULL);
    for (char *line = strtok_r(lines, "\n", &save); good && line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        good = has_line(last, line) || has_line(first, line) ||
               complain(scene, line, "a verdict that is not so");
    }
    free(lines);
    free(last);
    free(first);
    return good;
}

/* It may have failed before there were tables, or a run. */
static bool is_sound_store(struct scene *scene, const struct command *command)
{
    char path[FILES_PATH];
    size_t len = 0;
    char *text;

    if (!dump(scene, command, "now", stored_write) ||
        !dump(scene, command, "under-way", stored_write_under_way)) {
        return true;
    }
    text = files_read(files_join(path, scene->text, "now"), &len);
    free(text);
    return (len == 0 || same_text(scene, "now", "good")) &&
           is_right_so_far(scene);
}

/* As it was given, or as it would be. */
static bool is_known_file(struct scene *scene, const struct command *command,
                          const char *name)
{
    static struct files wanted;

    files_list(&wanted, scene->good);
    return is_store(command, name) || is_beside_store(&wanted, name) ||
           (files_has(&wanted, name) &&
            (command->measures || same_in(scene->work, scene->good, name))) ||
           same_in(scene->work, scene->files, name);
}

bool scene_is_sound(struct scene *scene, const struct command *command)
{
    static struct files here;

    files_list(&here, scene->work);
    for (size_t i = 0; i < here.num; i++) {
        if (!is_known_file(scene, command, here.names[i])) {
            return complain(scene, "was left behind, or is half a file",
                            here.names[i]);
        }
    }
    return command->store == NULL || is_sound_store(scene, command);
}

/* --- opening --- */

static void keep_needed(struct scene *scene, const char *name)
{
    char from[FILES_PATH];
    char to[FILES_PATH];

    if (files_exist(files_join(from, scene->work, name))) {
        files_copy(from, files_join(to, scene->files, name));
    }
}

static void prepare_all(struct scene *scene)
{
    static const char *const made[] = {"one.db", "written", "shards",
                                       "stopped.db"};
    size_t num;
    const struct command *first = preparations(&num);

    for (size_t i = 0; i <= num; i++) {
        const struct command *command = i < num ? &first[i] : stopped_scan();
        struct failing_plan plan = {.kind = FAILING_NEVER};
        struct child_end end;

        if (i == num) {
            plan.kind = FAILING_IN;
            plan.function = (uintptr_t)cm_result_new;
            plan.nth = RESULTS_BEFORE_STOP;
        }
        scene_prepare(scene, command);
        failing_plan(&plan);
        end = scene_run(scene, command->argv);
        if (end.code != command->code) {
            char path[FILES_PATH];
            size_t len = 0;

            fail_msg(
                "%s ends with %d:\n%s", command->name, end.code,
                files_read(files_join(path, scene->said, "err.txt"), &len));
        }
        if (i == 0) {
            assert_true(dump(scene, command, "first", stored_write_verdicts));
        }
        for (size_t j = 0; j < sizeof(made) / sizeof(*made); j++) {
            keep_needed(scene, made[j]);
        }
    }
}

void scene_open(struct scene *scene)
{
    void *folder = NULL;
    char *const places[] = {scene->files, scene->work,      scene->said,
                            scene->good,  scene->good_said, scene->text};
    static const char *const names[] = {"files", "work",      "said",
                                        "good",  "good-said", "text"};

    memset(scene, 0, sizeof(*scene));
    assert_int_equal(folder_setup(&folder), 0);
    scene->folder = folder;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        files_empty(files_join(places[i], scene->folder->path, names[i]));
    }
    fleet_start(&scene->fleet, scene->files);
    prepare_all(scene);
}

void scene_close(struct scene *scene)
{
    void *folder = scene->folder;

    fleet_stop(&scene->fleet);
    assert_int_equal(folder_teardown(&folder), 0);
}
