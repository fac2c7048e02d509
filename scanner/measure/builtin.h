/* The profiles and policies that come with the program: the files of
 * samples/profiles and samples/policies, built in.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_MEASURE_BUILTIN_H
#define CERTMUSTER_MEASURE_BUILTIN_H

struct cm_builtin {
    const char *name; /* "java": of samples/profiles/java.ini */
    const char *text;
};
/* In the order in which they are to be read; a NULL name ends. */
const struct cm_builtin *cm_builtin_profiles(void);
const struct cm_builtin *cm_builtin_policies(void);

#endif
