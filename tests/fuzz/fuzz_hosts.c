/* A hosts file, and a list of DNS servers: what was understood of that, written
 * down, is the same list.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz.h"
#include "fuzz/scratch.h"

#include <string.h>

#include "net/resolver_parts.h"

#define MAX_TEXT 65536

static void hosts(struct cm_span bytes)
{
    static const char *const names[] = {"a.example", "b", "localhost", ""};
    const char *path = fuzz_scratch_path("hosts");
    struct cm_error err = {.status = CM_OK};
    struct cm_hosts *read = NULL;

    fuzz_scratch_write(path, bytes);
    if (cm_hosts_read(&read, path, &err) != CM_OK) {
        cm_assert(err.status == CM_EINPUT && err.text[0] != '\0');
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct cm_dns_evidence found;

        for (int family = 0; family <= 6; family += family == 0 ? 4 : 2) {
            bool is_there = cm_hosts_find(read, names[i], family, &found);

            cm_assert(is_there == (found.num_addresses > 0));
            cm_assert(found.num_addresses <= CM_MAX_ADDRESSES);
        }
    }
    cm_hosts_free(read);
}

static void servers(struct cm_span bytes)
{
    struct cm_error err = {.status = CM_OK};
    struct cm_server_list list;
    struct cm_server_list again;
    struct cm_buf text;

    cm_buf_init(&text, MAX_TEXT * 2);
    (void)cm_buf_append(&text, bytes.data, bytes.len);
    if (cm_servers_parse(&list, cm_buf_cstr(&text), &err) != CM_OK) {
        cm_assert(err.status == CM_EUSAGE && err.text[0] != '\0');
    } else {
        cm_assert(list.num > 0 && list.num <= CM_RESOLVER_MAX_SERVERS);
        cm_buf_clear(&text);
        cm_servers_text(&list, &text);
        cm_assert(cm_servers_parse(&again, cm_buf_cstr(&text), &err) == CM_OK);
        cm_assert(again.num == list.num);
        cm_assert(memcmp(again.at, list.at, list.num * sizeof(list.at[0])) ==
                  0);
    }
    cm_buf_cleanup(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hosts((struct cm_span){data, size});
    servers((struct cm_span){data, size});
    return 0;
}
