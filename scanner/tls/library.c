/* The TLS library: which it is, and where its functions are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tls/library.h"

#include <dlfcn.h>
#include <string.h>

#include "tls/internal.h"

#define TEXT_OF(number) #number
#define VALUE_OF(macro) TEXT_OF(macro)

const char *cm_tls_library(void)
{
    return "BoringSSL (API version " VALUE_OF(BORINGSSL_API_VERSION) ")";
}

#ifdef CERTMUSTER_LIBSSL
/* False: the library has no function of that name. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *address = dlsym(library, name);

    memcpy(function, &address, size); /* C knows no conversion */
    return address != NULL;
}

enum cm_status cm_libssl_bind(struct cm_libssl *out, struct cm_error *err)
{
    /* It stays: the library keeps something for each thread until it ends. */
    void *library = dlopen(CERTMUSTER_LIBSSL, RTLD_NOW | RTLD_LOCAL);
    bool all = library != NULL;

    memset(out, 0, sizeof(*out));
#define FIND(name)                                                             \
    all = all && find(library, #name, &out->name, sizeof(void *));
    CM_LIBSSL(FIND)
#undef FIND
    if (!all) {
        return cm_error_set(err, CM_EIO,
                            "the TLS library that this program was built with "
                            "cannot be used: %s",
                            dlerror());
    }
    return CM_OK;
}
#else
enum cm_status cm_libssl_bind(struct cm_libssl *out, struct cm_error *err)
{
    (void)err;
#define TAKE(name) out->name = name;
    CM_LIBSSL(TAKE)
#undef TAKE
    return CM_OK;
}
#endif
