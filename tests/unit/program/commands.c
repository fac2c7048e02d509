/* See commands.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit/program/commands.h"

#define FLEET "fleet.csv", "roots", "good.pem"
#define HOW_AT_FIRST                                                           \
    "--resolver", "@DNS@", "--loopback-ok", "--trust", "lab=roots", "--trust", \
        "other=good.pem", "--jobs", "1", "--seed", "7", "--retries", "0",      \
        "--profile", "java17", "--policy", "mozilla-intermediate"
#define HOW HOW_AT_FIRST, "--revocation", "crl,staple"
#define REPORTS                                                                \
    "html,json,actions,endpoints,jsonl,certificates,changes,calendar,ics,"     \
    "fixes,manifest,sarif,prometheus"

static const struct command to_prepare[] = {
    {.name = "scan without downloads",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--db", "first.db", "--out", "out",
              "--formats", "endpoints", "--no-aia", HOW_AT_FIRST},
     .store = "first.db"},
    {.name = "scan",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--db", "one.db", "--out", "written", HOW},
     .store = "one.db"},
    {.name = "rejudge",
     .needs = {FLEET, "one.db"},
     .argv = {"rejudge", "--db", "one.db", "--out", "later", "--at",
              "2027-10-01"},
     .store = "one.db"},
    {.name = "shard 0",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--shard", "0/2", "--shard-dir", "shards",
              HOW},
     .store = "shards/shard-0-of-2.db"},
    {.name = "shard 1",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--shard", "1/2", "--shard-dir", "shards",
              HOW},
     .store = "shards/shard-1-of-2.db"},
};

static const struct command stopped = {.name = "stopped scan",
                                       .needs = {FLEET},
                                       .argv = {"scan", "fleet.csv", "--db",
                                                "stopped.db", "--out", "out",
                                                "--formats", "endpoints", HOW},
                                       .code = 3,
                                       .store = "stopped.db"};

static const struct command all[] = {
    {.name = "scan",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--db", "new.db", "--out", "out",
              "--formats", "endpoints", "--metrics", "scan.prom", HOW},
     .finish = {"scan", "--resume", "--db", "new.db", "--out", "out",
                "--formats", "endpoints"},
     .without = 3,
     .store = "new.db",
     .measures = true,
     .sample = 10},
    {.name = "scan --resume",
     .needs = {FLEET, "stopped.db"},
     .argv = {"scan", "--resume", "--db", "stopped.db", "--out", "out",
              "--formats", "endpoints"},
     .without = 3,
     .store = "stopped.db",
     .measures = true,
     .sample = 4},
    {.name = "scan --shard",
     .needs = {FLEET},
     .argv = {"scan", "fleet.csv", "--shard", "1/2", "--shard-dir", "shards",
              HOW},
     .without = 75,
     .else_without = 3, /* before it knows that it is a shard */
     .store = "shards/shard-1-of-2.db",
     .measures = true,
     .sample = 2},
    {.name = "merge",
     .needs = {FLEET, "shards"},
     .argv = {"merge", "whole.db", "shards", "--out", "out", "--formats",
              "endpoints"},
     .finish = {"report", "--db", "whole.db", "--out", "out", "--formats",
                "endpoints"},
     .without = 75,
     .else_without = 3,
     .store = "whole.db",
     .sample = 5},
    {.name = "rejudge",
     .needs = {FLEET, "one.db"},
     .argv = {"rejudge", "--db", "one.db", "--run", "1", "--at", "2027-10-01",
              "--out", "out", "--formats", "endpoints"},
     .without = 3,
     .store = "one.db",
     .sample = 5},
    {.name = "report",
     .needs = {"one.db"},
     .argv = {"report", "--db", "one.db", "--out", "out", "--formats", REPORTS,
              "--fail-on", "breaks_now"},
     .code = 1,
     .without = 3,
     .sample = 10},
    {.name = "report --split-by",
     .needs = {"one.db"},
     .argv = {"report", "--db", "one.db", "--out", "out", "--split-by", "owner",
              "--formats", "endpoints,manifest"},
     .without = 3,
     .sample = 4},
    {.name = "report --endpoint",
     .needs = {"one.db"},
     .argv = {"report", "--db", "one.db", "--endpoint", "short.test", "--pem"},
     .code = 1,
     .without = 3,
     .sample = 3},
    {.name = "report --sql",
     .needs = {"one.db"},
     .argv = {"report", "--db", "one.db", "--sql"},
     .without = 3,
     .sample = 1},
    {.name = "diff",
     .needs = {"one.db"},
     .argv = {"diff", "--db", "one.db", "1", "2", "--fail-on",
              "new-breaks_now"},
     .without = 3,
     .sample = 2},
    {.name = "diff --format html",
     .needs = {"one.db"},
     .argv = {"diff", "--db", "one.db", "1", "2", "--format", "html"},
     .without = 3,
     .sample = 2},
    {.name = "runs",
     .needs = {"stopped.db"},
     .argv = {"runs", "--db", "stopped.db"},
     .without = 3,
     .sample = 1},
    {.name = "check",
     .needs = {FLEET, "sub.crl"},
     .argv = {"check", "good.pem", "--host", "good.test", "--trust",
              "lab=roots", "--crl", "sub.crl"},
     .without = 3,
     .sample = 6},
    {.name = "check --json",
     .needs = {"root.pem", "sub.pem", "expired.pem", "short.pem"},
     .argv = {"check", "--chain", "expired.pem", "--intermediates", "sub.pem",
              "--roots", "root.pem", "--host", "www.expired.test", "--strict",
              "--json"},
     .code = 1,
     .without = 3,
     .sample = 4},
    {.name = "verify",
     .needs = {"written"},
     .argv = {"verify", "written"},
     .without = 3,
     .sample = 1},
    {.name = "explain --error",
     .argv = {"explain", "--error",
              "javax.net.ssl.SSLHandshakeException: PKIX path building "
              "failed: unable to find valid certification path to requested "
              "target"},
     .without = 3,
     .sample = 1},
    {.name = "explain a policy",
     .argv = {"explain", "mozilla-intermediate"},
     .without = 3,
     .sample = 1},
    {.name = "explain a profile",
     .argv = {"explain", "java17"},
     .without = 3,
     .sample = 1},
    {.name = "completion",
     .argv = {"completion", "bash"},
     .without = 3,
     .sample = 1},
};

const struct command *commands(size_t *num)
{
    *num = sizeof(all) / sizeof(*all);
    return all;
}

const struct command *preparations(size_t *num)
{
    *num = sizeof(to_prepare) / sizeof(*to_prepare);
    return to_prepare;
}

const struct command *stopped_scan(void)
{
    return &stopped;
}
