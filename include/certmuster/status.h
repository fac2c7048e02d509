/* What went wrong with certmuster itself. What is wrong with an endpoint is a
 * cause (cause.h) and never an error: the two are not mixed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_STATUS_H
#define CERTMUSTER_STATUS_H

enum cm_status {
    CM_OK = 0,
    CM_ENOMEM,    /* memory ran out */
    CM_EUSAGE,    /* an option or its value is wrong */
    CM_EINPUT,    /* a file the user gave cannot be read or understood */
    CM_EIO,       /* an output or the system failed us */
    CM_ESTORE,    /* the result store failed */
    CM_EINTERNAL, /* a rule of our own was broken */
};

/* An error with its words: what was tried, on what, and what to do. Plain
 * data; copy it freely. */
struct cm_error {
    enum cm_status status;
    char text[512];
};

/* cm_error_set writes the message and returns `status`, so that a caller can
 * `return cm_error_set(...)`. `err` may be NULL. Too long a text is cut. */
enum cm_status cm_error_set(struct cm_error *err, enum cm_status status,
                            const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* cm_error_nomem says which thing there was no memory for. */
enum cm_status cm_error_nomem(struct cm_error *err, const char *what);

/* cm_assert stops the program when a rule of our own is broken; unlike assert
 * it stays in release builds. Never used on input. */
#define cm_assert(claim)                                                       \
    ((claim) ? (void)0 : cm_assert_failed(#claim, __FILE__, __LINE__))
void cm_assert_failed(const char *claim, const char *file, int line)
    __attribute__((noreturn));

#endif
