/* Files and folders of the test: lists, copies, comparisons. What cannot be
 * done stops the test program.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_TESTS_PROGRAM_FILES_H
#define CERTMUSTER_TESTS_PROGRAM_FILES_H

#include <stdbool.h>
#include <stddef.h>

#define FILES_MAX 256U
#define FILES_PATH 256U

/* Regular files below a folder, by their paths from there. */
struct files {
    char names[FILES_MAX][FILES_PATH];
    size_t num;
};

void files_list(struct files *out, const char *folder);
bool files_has(const struct files *files, const char *name);
/* A path out of two, in `out`, which is returned. */
const char *files_join(char out[FILES_PATH], const char *folder,
                       const char *name);
bool files_exist(const char *path);
/* All of it, with a NUL behind it; free() it. NULL: there is no such file. */
char *files_read(const char *path, size_t *len);
bool files_same(const char *a, const char *b);
bool files_contain(const char *path, const char *text);
/* A file, or a folder with all that is below it. */
void files_copy(const char *from, const char *to);
/* An empty folder, whatever was there. */
void files_empty(const char *folder);

#endif
