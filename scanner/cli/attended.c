/* What holds for all commands that take their time: how they tell of it, and
 * what a signal does once nothing but the reports is left.
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum cm_status cm_progress_option(const struct cm_options *options,
                                  enum cm_progress_kind *out,
                                  struct cm_error *err)
{
    static const struct {
        const char *word;
        enum cm_progress_kind kind;
    } words[] = {{"line", CM_PROGRESS_LINE},
                 {"lines", CM_PROGRESS_LINES},
                 {"json", CM_PROGRESS_JSON},
                 {"none", CM_PROGRESS_NONE}};
    const char *text = options->text[CM_OPTION_PROGRESS];
    bool known = text == NULL || strcmp(text, "auto") == 0;

    *out = isatty(STDERR_FILENO) == 1 ? CM_PROGRESS_LINE : CM_PROGRESS_LINES;
    for (size_t i = 0; !known && i < sizeof(words) / sizeof(*words); i++) {
        known = strcmp(text, words[i].word) == 0;
        *out = words[i].kind;
    }
    if (options->given[CM_OPTION_QUIET]) {
        *out = CM_PROGRESS_NONE;
    }
    return known ? CM_OK
                 : cm_error_set(err, CM_EUSAGE,
                                "--progress takes auto, line, lines, json or "
                                "none, not \"%.40s\"",
                                text);
}

static void say_once(int number)
{
    static const char text[] = "certmuster: the reports are being finished; "
                               "the signal again ends this at once\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

    (void)number;
    (void)written;
}

void cm_finish_reports(void)
{
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before;
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = say_once;
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        /* nohup's word stands */
        if (numbers[i] != SIGHUP || sigaction(SIGHUP, NULL, &before) != 0 ||
            before.sa_handler != SIG_IGN) {
            (void)sigaction(numbers[i], &action, NULL);
        }
    }
}
