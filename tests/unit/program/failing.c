/* See failing.h.
 *
 * Reached: the program; the C library on its behalf (asprintf, opendir, fopen,
 * qsort ...), SQLite, c-ares, libidn2, zlib, libcsv and BoringSSL. Left out:
 * the sanitizers, the dynamic linker, which ends a process that has no memory
 * for a thread's own variables, and libseccomp, where the process was seen to
 * crash when a call inside of seccomp_load had failed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/failing.h"

#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unwind.h>

#define COARSE_FUNCTIONS 3U
#define FINE_FUNCTIONS 8U
#define TABLE_SIZE (2U * FAILING_MAX_SITES)
#define MAX_LEFT_OUT 8U
#define LOW_BITS 0xfffU

struct range {
    uintptr_t begin;
    uintptr_t end;
};

/* What parent and child share. */
struct board {
    struct failing_plan plan;
    struct failing_site wanted; /* what plan.site points to */
    struct failing_site fired_at;
    atomic_bool fired;
    atomic_uint_fast64_t calls;
    atomic_uint_fast64_t matches;
    atomic_flag lock; /* of all below */
    size_t num_sites;
    uint32_t table[TABLE_SIZE]; /* by hash: place in sites + 1 */
    struct failing_site sites[FAILING_MAX_SITES];
};

static struct board *board; /* NULL: nothing ever fails */
static struct range program;
static struct range left_out[MAX_LEFT_OUT];
static size_t num_left_out;
static atomic_bool active;
static _Thread_local bool looking; /* the unwinder may need memory, too */
/* Where the stack of the thread was at failing_begin; others' begin at a page.
 */
static _Thread_local uintptr_t ground;

/* A sanitizer's allocator, or that of the C library. */
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
char *__strdup(const char *text);

static bool within(const struct range *range, uintptr_t address)
{
    return address >= range->begin && address < range->end;
}

/* --- who calls --- */

struct walk {
    struct failing_site *site;
    enum failing_detail detail;
    uintptr_t caller;
    bool found;
    unsigned own; /* functions of the program */
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *arg)
{
    struct walk *walk = arg;
    struct failing_site *site = walk->site;
    uintptr_t at = _Unwind_GetIP(context);
    unsigned most =
        walk->detail == FAILING_COARSE ? COARSE_FUNCTIONS : FINE_FUNCTIONS;
    bool own = within(&program, at);

    walk->found = walk->found || at == walk->caller;
    if (!walk->found) { /* this file's */
        return _URC_NO_REASON;
    }
    walk->own += own ? 1 : 0;
    if (own || walk->detail == FAILING_FINE) {
        site->hash = (site->hash ^ at) * UINT64_C(0x100000001b3);
    }
    site->stack[site->depth++] = at;
    return walk->own == most || site->depth == FAILING_MAX_FRAMES
               ? _URC_END_OF_STACK
               : _URC_NO_REASON;
}

static void look(struct failing_site *site, uintptr_t caller)
{
    struct walk walk = {
        .site = site, .detail = board->plan.detail, .caller = caller};

    memset(site, 0, sizeof(*site));
    site->hash = UINT64_C(0xcbf29ce484222325);
    (void)_Unwind_Backtrace(step, &walk);
    if (site->depth == 0) {
        site->stack[site->depth++] = caller;
    }
    if (walk.own == 0) { /* a library's own thread, or nothing is known */
        site->hash ^= caller;
    }
}

/* --- what is to become of a call --- */

static void note(const struct failing_site *site, uint64_t index, uintptr_t low)
{
    size_t slot = site->hash % TABLE_SIZE;
    struct failing_site *known;

    while (atomic_flag_test_and_set(&board->lock)) {
    }
    while (board->table[slot] != 0 &&
           board->sites[board->table[slot] - 1].hash != site->hash) {
        slot = (slot + 1) % TABLE_SIZE;
    }
    if (board->table[slot] == 0 && board->num_sites < FAILING_MAX_SITES) {
        known = &board->sites[board->num_sites++];
        *known = *site;
        known->first = index;
        known->low = low;
        board->table[slot] = (uint32_t)board->num_sites;
    }
    if (board->table[slot] != 0) {
        board->sites[board->table[slot] - 1].count++;
    }
    atomic_flag_clear(&board->lock);
}

static bool is_wanted_site(uintptr_t caller, uintptr_t low)
{
    const struct failing_site *wanted = &board->wanted;
    struct failing_site here;

    if (wanted->stack[0] != caller ||
        (board->plan.nth == 0 && wanted->low != low)) {
        return false; /* most calls end here: looking takes its time */
    }
    look(&here, caller);
    return here.hash == wanted->hash &&
           atomic_fetch_add(&board->matches, 1) == board->plan.nth;
}

static bool is_chosen(uintptr_t caller, uintptr_t low, uint64_t index)
{
    const struct failing_plan *plan = &board->plan;
    struct failing_site here;

    switch (plan->kind) {
    case FAILING_NEVER:
        return false;
    case FAILING_COUNT:
        look(&here, caller);
        note(&here, index, low);
        return false;
    case FAILING_SITE:
        return !atomic_load(&board->fired) && is_wanted_site(caller, low);
    case FAILING_INDEX:
        return index == plan->nth;
    case FAILING_FROM:
        return index >= plan->nth;
    case FAILING_IN:
        return caller > plan->function && caller - plan->function < 512 &&
               atomic_fetch_add(&board->matches, 1) == plan->nth;
    }
    return false;
}

static bool is_left_out(uintptr_t caller)
{
    for (size_t i = 0; i < num_left_out; i++) {
        if (within(&left_out[i], caller)) {
            return true;
        }
    }
    return false;
}

/* `frame` is that of the function that was called. */
static bool fails(const void *caller, const void *frame)
{
    uintptr_t at = (uintptr_t)caller;
    bool chosen;

    if (!atomic_load(&active) || looking || is_left_out(at)) {
        return false;
    }
    looking = true;
    chosen = is_chosen(at, ((uintptr_t)frame - ground) & LOW_BITS,
                       atomic_fetch_add(&board->calls, 1));
    if (chosen && !atomic_exchange(&board->fired, true)) {
        look(&board->fired_at, at);
    }
    looking = false;
    if (chosen) {
        errno = ENOMEM;
    }
    return chosen;
}

#define FAILS() fails(__builtin_return_address(0), __builtin_frame_address(0))

/* --- the functions themselves --- */

static void *real_malloc(size_t size)
{
    return __interceptor_malloc != NULL ? __interceptor_malloc(size)
                                        : __libc_malloc(size);
}

static void *real_realloc(void *old, size_t size)
{
    return __interceptor_realloc != NULL ? __interceptor_realloc(old, size)
                                         : __libc_realloc(old, size);
}

static char *copy(const char *text, size_t len)
{
    char *made = real_malloc(len + 1);

    if (made != NULL) {
        memcpy(made, text, len);
        made[len] = '\0';
    }
    return made;
}

void *malloc(size_t size)
{
    return FAILS() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    if (FAILS()) {
        return NULL;
    }
    return __interceptor_calloc != NULL ? __interceptor_calloc(count, size)
                                        : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return FAILS() ? NULL : real_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t all;

    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return FAILS() ? NULL : real_realloc(old, all);
}

char *strdup(const char *text)
{
    return FAILS() ? NULL : copy(text, strlen(text));
}

char *__strdup(const char *text)
{
    return FAILS() ? NULL : copy(text, strlen(text));
}

char *strndup(const char *text, size_t max)
{
    return FAILS() ? NULL : copy(text, strnlen(text, max));
}

/* --- for the test --- */

static struct range range_of(const struct dl_phdr_info *info)
{
    struct range range = {UINTPTR_MAX, 0};

    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + part->p_vaddr;

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            range.begin = begin < range.begin ? begin : range.begin;
            range.end = begin + part->p_memsz > range.end
                            ? begin + part->p_memsz
                            : range.end;
        }
    }
    return range;
}

static bool is_left_out_object(const char *name)
{
    static const char *const begins[] = {"ld-",     "libasan",  "libtsan",
                                         "liblsan", "libubsan", "libseccomp"};

    for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
        if (strncmp(name, begins[i], strlen(begins[i])) == 0) {
            return true;
        }
    }
    return false;
}

static int note_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    const char *slash = strrchr(info->dlpi_name, '/');
    const char *name = slash == NULL ? info->dlpi_name : slash + 1;
    bool *is_first = arg;

    (void)size;
    if (*is_first) {
        program = range_of(info);
    } else if (is_left_out_object(name) && num_left_out < MAX_LEFT_OUT) {
        left_out[num_left_out++] = range_of(info);
    }
    *is_first = false;
    return 0;
}

void failing_open(void)
{
    bool is_first = true;
    struct failing_site warm;
    void *shared = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        perror("failing_open");
        abort();
    }
    (void)dl_iterate_phdr(note_object, &is_first);
    board = shared;
    look(&warm, 0);
}

void failing_plan(const struct failing_plan *plan)
{
    static const struct failing_site none;

    board->plan = *plan;
    board->wanted = plan->site != NULL ? *plan->site : none;
    board->plan.site = NULL;
    board->fired_at = none;
    atomic_store(&board->fired, false);
    atomic_store(&board->calls, 0);
    atomic_store(&board->matches, 0);
    atomic_flag_clear(&board->lock);
    if (plan->kind == FAILING_COUNT) {
        memset(board->table, 0, sizeof(board->table));
        board->num_sites = 0;
    }
}

void failing_begin(void)
{
    ground = (uintptr_t)__builtin_frame_address(0);
    atomic_store(&active, true);
}

void failing_end(void)
{
    atomic_store(&active, false);
}

bool failing_fired(void)
{
    return atomic_load(&board->fired);
}

const struct failing_site *failing_fired_at(void)
{
    return &board->fired_at;
}

uint64_t failing_calls(void)
{
    return atomic_load(&board->calls);
}

static int by_first(const void *a, const void *b)
{
    const struct failing_site *x = a;
    const struct failing_site *y = b;

    return x->first < y->first ? -1 : x->first > y->first ? 1 : 0;
}

const struct failing_site *failing_sites(size_t *num)
{
    qsort(board->sites, board->num_sites, sizeof(*board->sites), by_first);
    *num = board->num_sites;
    return board->sites;
}

/* Of the sanitizers' runtime, where there is one. */
void __sanitizer_symbolize_pc(void *pc, const char *fmt, char *out, size_t size)
    __attribute__((weak));

void failing_print(const struct failing_site *site)
{
    for (unsigned i = 0; i < site->depth; i++) {
        char text[512] = "";

        if (__sanitizer_symbolize_pc != NULL) {
            /* Numbers become addresses here and nowhere else. */
            void *pc;

            memcpy(&pc, &site->stack[i], sizeof(pc));
            __sanitizer_symbolize_pc(pc, "%f %S", text, sizeof(text));
        }
        (void)fprintf(
            stderr, "    %#zx %s\n",
            (size_t)(site->stack[i] - (within(&program, site->stack[i])
                                           ? program.begin & ~(uintptr_t)0xfff
                                           : 0)),
            text);
    }
}
