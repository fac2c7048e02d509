/* See files.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/files.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEED(claim)                                                            \
    do {                                                                       \
        if (!(claim)) {                                                        \
            fprintf(stderr, "files: %s: %s\n", #claim, strerror(errno));       \
            abort();                                                           \
        }                                                                      \
    } while (0)

const char *files_join(char out[FILES_PATH], const char *folder,
                       const char *name)
{
    int len = snprintf(out, FILES_PATH, "%s%s%s", folder,
                       folder[0] == '\0' || name[0] == '\0' ? "" : "/", name);

    NEED(len >= 0 && (size_t)len < FILES_PATH);
    return out;
}

bool files_exist(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* `below` is the path from the folder that was asked for. */
static void list_below(struct files *out, const char *folder, const char *below)
{
    char path[FILES_PATH];
    DIR *dir = opendir(files_join(path, folder, below));
    const struct dirent *entry;

    NEED(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        char name[FILES_PATH];

        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)files_join(name, below, entry->d_name);
        if (is_folder(files_join(path, folder, name))) {
            list_below(out, folder, name);
        } else {
            NEED(out->num < FILES_MAX);
            memcpy(out->names[out->num++], name, sizeof(name));
        }
    }
    (void)closedir(dir);
}

void files_list(struct files *out, const char *folder)
{
    out->num = 0;
    list_below(out, folder, "");
}

bool files_has(const struct files *files, const char *name)
{
    for (size_t i = 0; i < files->num; i++) {
        if (strcmp(files->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

char *files_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rbe");
    struct stat st;
    char *text;

    if (file == NULL) {
        return NULL;
    }
    NEED(fstat(fileno(file), &st) == 0);
    *len = (size_t)st.st_size;
    text = malloc(*len + 1);
    NEED(text != NULL && fread(text, 1, *len, file) == *len);
    text[*len] = '\0';
    NEED(fclose(file) == 0);
    return text;
}

bool files_same(const char *a, const char *b)
{
    size_t len_a = 0;
    size_t len_b = 0;
    char *text_a = files_read(a, &len_a);
    char *text_b = files_read(b, &len_b);
    bool same = text_a != NULL && text_b != NULL && len_a == len_b &&
                memcmp(text_a, text_b, len_a) == 0;

    free(text_a);
    free(text_b);
    return same;
}

bool files_contain(const char *path, const char *text)
{
    size_t len = 0;
    char *all = files_read(path, &len);
    bool found = all != NULL && strstr(all, text) != NULL;

    free(all);
    return found;
}

static void copy_file(const char *from, const char *to)
{
    size_t len = 0;
    char *bytes = files_read(from, &len);
    FILE *file = fopen(to, "wbe");

    NEED(bytes != NULL && file != NULL);
    NEED(fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
    free(bytes);
}

/* The folders on the way to a file. */
static void make_folders(const char *path)
{
    char part[FILES_PATH];

    (void)files_join(part, path, "");
    for (char *at = strchr(part + 1, '/'); at != NULL;
         at = strchr(at + 1, '/')) {
        *at = '\0';
        NEED(mkdir(part, 0755) == 0 || errno == EEXIST);
        *at = '/';
    }
}

void files_copy(const char *from, const char *to)
{
    static struct files list;
    char source[FILES_PATH];
    char target[FILES_PATH];

    if (!is_folder(from)) {
        copy_file(from, to);
        return;
    }
    files_list(&list, from);
    for (size_t i = 0; i < list.num; i++) {
        (void)files_join(target, to, list.names[i]);
        make_folders(target);
        copy_file(files_join(source, from, list.names[i]), target);
    }
}

static int drop(const char *path, const struct stat *info, int kind,
                struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void files_empty(const char *folder)
{
    if (files_exist(folder)) {
        NEED(nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS) == 0);
    }
    NEED(mkdir(folder, 0755) == 0);
}
