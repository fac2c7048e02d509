/* The prose of the catalogue is one constant for each cause and resolution,
 * named by its symbol: one that is missing does not link.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef CERTMUSTER_REPORT_REMEDIES_H
#define CERTMUSTER_REPORT_REMEDIES_H

#include <stddef.h>

#include "certmuster/phrases.h"
#include "certmuster/report.h"

#define CM_REMEDY_OF(sym) cm_remedy_##sym
#define CM_STEPS(...)                                                          \
    (const char *const[])                                                      \
    {                                                                          \
        __VA_ARGS__, NULL                                                      \
    }
#define CM_PLATFORMS(...)                                                      \
    (const struct cm_platform[])                                               \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            NULL, NULL                                                         \
        }                                                                      \
    }

#define CM_RESOLUTION(sym, id, who, title)                                     \
    extern const struct cm_remedy CM_REMEDY_OF(sym);
#include "certmuster/resolution.def"
#undef CM_RESOLUTION

#define CM_CAUSE_TEXT_OF(sym) cm_cause_text_##sym
#define CM_CLIENTS(...)                                                        \
    (const struct cm_client_text[])                                            \
    {                                                                          \
        __VA_ARGS__,                                                           \
        {                                                                      \
            NULL, NULL                                                         \
        }                                                                      \
    }
/* All of them say the same. */
#define CM_EVERY_CLIENT(text)                                                  \
    CM_CLIENTS({CM_DOTNET_FRAMEWORK, text}, {CM_DOTNET, text},                 \
               {CM_SCHANNEL, text}, {CM_CURL, text}, {CM_JAVA, text},          \
               {CM_GO, text}, {CM_PYTHON, text}, {CM_NODE, text},              \
               {CM_CHROME, text}, {CM_FIREFOX, text})
/* No client meets it: the inventory or the scan is at fault. */
#define CM_NO_CLIENTS                                                          \
    (const struct cm_client_text[])                                            \
    {                                                                          \
        {                                                                      \
            NULL, NULL                                                         \
        }                                                                      \
    }

#define CM_CAUSE(sym, id, stage, severity, verdict, rank, resolution, title)   \
    extern const struct cm_cause_text CM_CAUSE_TEXT_OF(sym);
#include "certmuster/cause.def"
#undef CM_CAUSE

/* The names under which clients appear, everywhere the same. */
#define CM_DOTNET_FRAMEWORK ".NET Framework, Dataverse plug-ins, OutSystems"
#define CM_DOTNET ".NET 6 and newer"
#define CM_SCHANNEL "Windows (Schannel)"
#define CM_CURL "curl, OpenSSL"
#define CM_JAVA "Java"
#define CM_GO "Go"
#define CM_PYTHON "Python"
#define CM_NODE "Node.js"
#define CM_CHROME "Chrome"
#define CM_FIREFOX "Firefox"

#endif
