/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/resume_options.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certmuster/text.h"
#include "cli/cli.h"

static enum cm_status keep(void *arg, const char *name, const char *value,
                           struct cm_error *err)
{
    struct cm_resume_options *out = arg;
    enum cm_option option = cm_option_find(out->command, name);

    if (option == CM_OPTION_COUNT) {
        return CM_OK;
    }
    return cm_options_keep(&out->was, option, value, err);
}

/* An answer that belongs to the terminal that it was given on. */
static bool is_of_the_moment(enum cm_option option)
{
    return option == CM_OPTION_DB || option == CM_OPTION_RUN ||
           option == CM_OPTION_QUIET || option == CM_OPTION_PROGRESS;
}

static void take_over(struct cm_options *options, const struct cm_options *was,
                      enum cm_option option)
{
    options->given[option] = true;
    options->text[option] = was->text[option];
    options->count[option] = was->count[option];
    options->ms[option] = was->ms[option];
    memcpy(options->list[option], was->list[option],
           sizeof(options->list[option]));
    options->num_list[option] = was->num_list[option];
}

static bool is_same(const struct cm_options *a, const struct cm_options *b,
                    enum cm_option option)
{
    switch (cm_option_row(option)->kind) {
    case CM_KIND_FLAG:
        return true;
    case CM_KIND_COUNT:
        return a->count[option] == b->count[option];
    case CM_KIND_SECONDS:
        return a->ms[option] == b->ms[option];
    case CM_KIND_TEXT:
        return strcmp(a->text[option], b->text[option]) == 0;
    case CM_KIND_LIST:
        break;
    }
    if (a->num_list[option] != b->num_list[option]) {
        return false;
    }
    for (size_t i = 0; i < a->num_list[option]; i++) {
        if (strcmp(a->list[option][i], b->list[option][i]) != 0) {
            return false;
        }
    }
    return true;
}

static enum cm_status refuse(const struct cm_resume_options *out,
                             enum cm_option option, int64_t run_id,
                             struct cm_error *err)
{
    const char *name = cm_option_row(option)->name;
    const char *was = out->was.text[option];

    if (!out->was.given[option]) {
        return cm_error_set(err, CM_EUSAGE,
                            "run %lld was begun without --%s, and its results "
                            "would not fit together with it; leave it out, or "
                            "scan anew without --resume",
                            (long long)run_id, name);
    }
    return cm_error_set(err, CM_EUSAGE,
                        "run %lld was begun with --%s%s%.200s, and its results "
                        "would not fit together with another value; leave "
                        "--%s out, or scan anew without --resume",
                        (long long)run_id, name, was == NULL ? "" : " ",
                        was == NULL ? "" : was, name);
}

enum cm_status cm_resume_options(struct cm_resume_options *out,
                                 struct cm_options *options,
                                 const struct cm_command *command,
                                 struct cm_resume *resume, struct cm_error *err)
{
    int64_t run_id = cm_resume_run(resume)->id;
    enum cm_status status;

    memset(out, 0, sizeof(*out));
    out->command = command;
    status = cm_resume_each_option(resume, keep, out, err);
    for (enum cm_option i = 0; i < CM_OPTION_COUNT && status == CM_OK; i++) {
        if (options->given[i] && cm_option_decides(i) &&
            (!out->was.given[i] || !is_same(options, &out->was, i))) {
            status = refuse(out, i, run_id, err);
        }
        if (!options->given[i] && out->was.given[i] && !is_of_the_moment(i)) {
            take_over(options, &out->was, i);
        }
    }
    return status;
}

void cm_resume_options_cleanup(struct cm_resume_options *resumed)
{
    cm_options_cleanup(&resumed->was);
    memset(resumed, 0, sizeof(*resumed));
}

/* The path of a file, in quotes where a shell would see more than letters. It
 * may come from a store that somebody else wrote: it is never an option. */
static void put_path(struct cm_buf *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                                "UVWXYZ0123456789_./:,+@%-";

    cm_buf_putc(out, ' ');
    if (word[0] == '-' && word[1] != '\0') {
        cm_buf_puts(out, "./");
    }
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        cm_buf_puts(out, word);
        return;
    }
    cm_buf_putc(out, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            cm_buf_puts(out, "'\\''");
        } else {
            cm_buf_putc(out, *word);
        }
    }
    cm_buf_putc(out, '\'');
}

void cm_resume_command(struct cm_buf *out, int64_t run_id, const char *db_path,
                       const char *input)
{
    cm_buf_printf(out, "certmuster scan --resume --run %lld",
                  (long long)run_id);
    if (strcmp(db_path, CM_DEFAULT_DB) != 0) {
        cm_buf_puts(out, " --db");
        put_path(out, db_path);
    }
    if (input != NULL) {
        put_path(out, input);
    }
}

#define MAX_LISTED 20U

struct unfinished {
    size_t num;
    int64_t ids[MAX_LISTED];
    char *inputs[MAX_LISTED]; /* owned */
};

static enum cm_status note_unfinished(void *arg, const char *name,
                                      const char *value, struct cm_error *err)
{
    struct unfinished *list = arg;

    if (list->num == MAX_LISTED) {
        return CM_OK;
    }
    list->ids[list->num] = strtoll(name, NULL, 10);
    list->inputs[list->num] = strdup(value);
    if (list->inputs[list->num] == NULL) {
        return cm_error_nomem(err, "the runs");
    }
    list->num++;
    return CM_OK;
}

static enum cm_status print_unfinished(const char *db_path, int64_t run_id,
                                       const char *input, struct cm_error *err)
{
    struct cm_buf command;
    struct cm_buf line;
    enum cm_status status = CM_OK;

    if (cm_store_run_busy(db_path, run_id)) {
        (void)printf("\nRun %lld is being written now.\n", (long long)run_id);
        return CM_OK;
    }
    cm_buf_init(&command, 1U << 16);
    cm_buf_init(&line, 1U << 19);
    cm_resume_command(&command, run_id, db_path, input);
    cm_text_terminal(&line, cm_buf_cstr(&command), command.len);
    if (command.failed || line.failed) {
        status = cm_error_nomem(err, "the runs");
    } else {
        (void)printf("\nRun %lld did not end. To scan what is missing:\n  %s\n",
                     (long long)run_id, cm_buf_cstr(&line));
    }
    cm_buf_cleanup(&command);
    cm_buf_cleanup(&line);
    return status;
}

/* The store is closed before its locks are looked at, see
 * cm_store_run_busy. What else is wrong with it was said, or will be by those
 * who are to write it. */
enum cm_status cm_resume_list(const char *db_path, struct cm_error *err)
{
    struct unfinished list = {0};
    struct cm_store *store = NULL;
    enum cm_status status = CM_OK;

    if (access(db_path, W_OK) == 0) {
        status = cm_store_open(&store, db_path, err);
        if (status == CM_OK) {
            status =
                cm_store_each_unfinished(store, note_unfinished, &list, err);
        }
        status = status == CM_ENOMEM ? status : CM_OK;
    }
    cm_store_close(store);
    for (size_t i = 0; i < list.num; i++) {
        if (status == CM_OK) {
            status =
                print_unfinished(db_path, list.ids[i], list.inputs[i], err);
        }
        free(list.inputs[i]);
    }
    return status;
}
