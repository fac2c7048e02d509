/* Log lines: levels, escaping, and threads that do not mix.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base_test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>

#include "certmuster/log.h"

#define THREADS 8
#define LINES 200

struct capture {
    FILE *file;
    int saved;
};

static void capture_begin(struct capture *capture)
{
    capture->file = tmpfile();
    assert_non_null(capture->file);
    capture->saved = dup(STDERR_FILENO);
    (void)fcntl(fileno(capture->file), F_SETFL, O_APPEND);
    (void)dup2(fileno(capture->file), STDERR_FILENO);
}

/* Gives what was written, to be freed. */
static char *capture_end(struct capture *capture)
{
    char *text;
    long size;

    (void)dup2(capture->saved, STDERR_FILENO);
    (void)close(capture->saved);
    (void)fseek(capture->file, 0, SEEK_END);
    size = ftell(capture->file);
    rewind(capture->file);
    text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, capture->file), size);
    (void)fclose(capture->file);
    return text;
}

static void a_level_lets_itself_and_worse_through(void **state)
{
    static const char *const want[] = {
        [CM_LOG_ERROR] = "certmuster: e\n",
        [CM_LOG_WARN] = "certmuster: e\ncertmuster: w\n",
        [CM_LOG_INFO] = "certmuster: e\ncertmuster: w\ncertmuster: i\n",
        [CM_LOG_TRACE] =
            "certmuster: e\ncertmuster: w\ncertmuster: i\ncertmuster: t\n",
    };

    (void)state;
    for (size_t level = 0; level < COUNT(want); level++) {
        struct capture capture;
        char *text;

        capture_begin(&capture);
        cm_log_set_level((enum cm_log_level)level);
        cm_log(CM_LOG_ERROR, "e");
        cm_log(CM_LOG_WARN, "w");
        cm_log(CM_LOG_INFO, "i");
        cm_log(CM_LOG_TRACE, "t");
        text = capture_end(&capture);
        assert_string_equal(text, want[level]);
        free(text);
    }
}

static void foreign_text_cannot_forge_a_line(void **state)
{
    struct capture capture;
    char *text;

    (void)state;
    capture_begin(&capture);
    cm_log(CM_LOG_ERROR, "banner %s", "a\r\ncertmuster: all is well\x1b[2J");
    text = capture_end(&capture);
    assert_string_equal(text, "certmuster: banner a\\x0d\\x0acertmuster: all "
                              "is well\\x1b[2J\n");
    free(text);
}

static void a_long_message_is_one_bounded_line(void **state)
{
    char *message = malloc(100001);
    struct capture capture;
    char *text;

    (void)state;
    assert_non_null(message);
    memset(message, '\x01', 100000); /* each becomes four characters */
    message[100000] = '\0';
    capture_begin(&capture);
    cm_log(CM_LOG_ERROR, "%s", message);
    text = capture_end(&capture);
    assert_true(strlen(text) > 1000);
    assert_true(strlen(text) < 20000);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
    free(message);
}

static void *log_lines(void *arg)
{
    char letters[100];

    memset(letters, *(const char *)arg, sizeof(letters));
    for (int i = 0; i < LINES; i++) {
        cm_log(CM_LOG_ERROR, "%.*s", (int)sizeof(letters), letters);
    }
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    static const char names[THREADS + 1] = "abcdefgh";
    static const size_t line_len = sizeof("certmuster: ") - 1 + 100;
    char letters[THREADS];
    pthread_t threads[THREADS];
    struct capture capture;
    size_t lines = 0;
    char *text;

    (void)state;
    memcpy(letters, names, sizeof(letters));
    capture_begin(&capture);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, log_lines, &letters[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    text = capture_end(&capture);
    for (char *line = text; *line != '\0'; line += line_len + 1) {
        assert_true(strlen(line) > line_len);
        assert_int_equal(line[line_len], '\n');
        assert_int_equal(strspn(line + 12, (char[]){line[12], '\0'}), 100);
        lines++;
    }
    assert_int_equal(lines, THREADS * LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_lets_itself_and_worse_through),
        cmocka_unit_test(foreign_text_cannot_forge_a_line),
        cmocka_unit_test(a_long_message_is_one_bounded_line),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
