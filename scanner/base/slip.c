/* The word that was meant.
 * SPDX-License-Identifier: Apache-2.0 */
#include "certmuster/text.h"

#include <string.h>

#define MAX_SLIP 3 /* letters changed, lost or added */

/* Levenshtein's distance, for words of at most 63 letters. */
static size_t distance(const char *a, const char *b)
{
    size_t line[64];
    size_t len = strlen(b);

    if (len >= 64 || strlen(a) >= 64) {
        return 64;
    }
    for (size_t j = 0; j <= len; j++) {
        line[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = line[0];

        line[0] = i + 1;
        for (size_t j = 1; j <= len; j++) {
            size_t best = diagonal + (a[i] == b[j - 1] ? 0 : 1);

            diagonal = line[j];
            if (line[j] + 1 < best) {
                best = line[j] + 1;
            }
            if (line[j - 1] + 1 < best) {
                best = line[j - 1] + 1;
            }
            line[j] = best;
        }
    }
    return line[len];
}

const char *cm_did_you_mean(const char *word, const char *const *words,
                            size_t num)
{
    const char *nearest = NULL;
    size_t least = MAX_SLIP + 1;

    for (size_t i = 0; i < num; i++) {
        size_t slip = distance(word, words[i]);

        if (slip < least && slip < strlen(words[i])) {
            least = slip;
            nearest = words[i];
        }
    }
    return nearest;
}
