/* BoringSSL's own allocator, which it takes from whoever links it and defines
 * these three (openssl/mem.h): memory as always, but refusals are counted, as
 * errno is kept, for the thread.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void *OPENSSL_memory_alloc(size_t size);
void OPENSSL_memory_free(void *memory);
size_t OPENSSL_memory_get_size(void *memory);

static _Thread_local unsigned long refusals;

unsigned long cm_crypto_refusals(void)
{
    return refusals;
}

void *OPENSSL_memory_alloc(size_t size)
{
    /* The thread sanitizer takes a block of no size for one that is freed, and
     * the library reads all that a block has when it moves it. */
    void *memory = malloc(size == 0 ? 1 : size);

    refusals += memory == NULL ? 1 : 0;
    return memory;
}

/* Keys are wiped, as BoringSSL does by itself. */
void OPENSSL_memory_free(void *memory)
{
    if (memory != NULL) {
        explicit_bzero(memory, malloc_usable_size(memory));
        free(memory);
    }
}

size_t OPENSSL_memory_get_size(void *memory)
{
    return memory == NULL ? 0 : malloc_usable_size(memory);
}
