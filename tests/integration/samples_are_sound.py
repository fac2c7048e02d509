#!/usr/bin/env python3
"""The files in samples/kubernetes parse, and what belongs together agrees:
shards and --shard-count, exit codes and what Kubernetes does about them, volumes
and mounts, and options that certmuster has.

    samples_are_sound.py CERTMUSTER SAMPLES

SPDX-License-Identifier: Apache-2.0"""
import re
import subprocess
import sys
from pathlib import Path

import yaml

CERTMUSTER, SAMPLES = sys.argv[1], Path(sys.argv[2])
failures = []


def check(claim, words):
    if not claim:
        failures.append(words)


def documents(name):
    with (SAMPLES / "kubernetes" / name).open() as f:
        return {d["kind"]: d for d in yaml.safe_load_all(f)}


def known_options(command):
    text = subprocess.run([CERTMUSTER, command, "--help"], check=True,
                          capture_output=True, text=True).stdout
    return set(re.findall(r"--[a-z0-9-]+", text))


def check_pod(name, spec, claim):
    """Volumes, and what keeps a pod harmless."""
    check(spec["restartPolicy"] == "Never", f"{name}: podFailurePolicy needs it")
    check(spec["securityContext"]["runAsNonRoot"] is True, f"{name}: runs as root")
    check(spec["automountServiceAccountToken"] is False, f"{name}: has a token")
    volumes = {v["name"]: v for v in spec["volumes"]}
    for container in spec["containers"]:
        mounts = {m["name"]: m["mountPath"] for m in container["volumeMounts"]}
        check(set(mounts) == set(volumes), f"{name}: mounts {set(mounts)}")
        security = container["securityContext"]
        check(security["readOnlyRootFilesystem"] and
              security["capabilities"]["drop"] == ["ALL"] and
              not security["allowPrivilegeEscalation"], f"{name}: too free")
        command, *args = container["args"]
        options = known_options(command)
        paths = []
        for arg in args:
            option, _, value = arg.partition("=")
            check(not arg.startswith("--") or option in options,
                  f"{name}: certmuster {command} has no {option}")
            paths += re.findall(r"/[\w./-]+", value or arg)
        for path in paths:
            check(any(path == m or path.startswith(m + "/")
                      for m in mounts.values()), f"{name}: {path} is nowhere")
        check(mounts["data"] == "/data", f"{name}: another folder")
    check(volumes["data"]["persistentVolumeClaim"]["claimName"] ==
          claim["metadata"]["name"], f"{name}: no such claim")


def rule(job, action):
    return [r for r in job["podFailurePolicy"]["rules"] if r["action"] == action]


def check_shards(job):
    args = job["template"]["spec"]["containers"][0]["args"]
    check(job["completionMode"] == "Indexed", "no index without Indexed")
    check(f"--shard-count={job['completions']}" in args,
          "--shard-count is not completions")
    check("--shard=auto" in args, "no --shard auto")
    check(any(a.startswith("--at=") for a in args), "shards judge for two times")
    check(1 <= job["parallelism"] <= job["completions"], "parallelism")
    check(job["backoffLimitPerIndex"] >= 1, "no tries")
    check("backoffLimit" not in job, "backoffLimit ends all shards for one")
    check(job["maxFailedIndexes"] <= job["completions"], "maxFailedIndexes")
    (fails,) = rule(job, "FailIndex")
    (again,) = rule(job, "Count")
    check(2 in fails["onExitCodes"]["values"], "2 is tried again")
    check(75 in again["onExitCodes"]["values"], "75 is not tried again")
    for one in (fails, again):
        check(one["onExitCodes"]["operator"] == "In", "operator")
        check(0 not in one["onExitCodes"]["values"], "0 is no failure")
        check(one["onExitCodes"]["containerName"] ==
              job["template"]["spec"]["containers"][0]["name"], "container")
    check(rule(job, "Ignore"), "a drained node counts as a try")
    check(job["template"]["spec"]["terminationGracePeriodSeconds"] >= 30,
          "no time to stop")


def main():
    scan = documents("shards.yaml")
    merge = documents("merge.yaml")
    claim = scan["PersistentVolumeClaim"]
    check(claim["spec"]["accessModes"] == ["ReadWriteMany"], "one node only")
    check_shards(scan["Job"]["spec"])
    for name, found in (("shards", scan), ("merge", merge)):
        check(found["Job"]["apiVersion"] == "batch/v1", f"{name}: apiVersion")
        check_pod(name, found["Job"]["spec"]["template"]["spec"], claim)
    check(2 in rule(merge["Job"]["spec"], "FailJob")[0]["onExitCodes"]["values"],
          "a merge that lacks a shard is tried again")
    images = {d["Job"]["spec"]["template"]["spec"]["containers"][0]["image"]
              for d in (scan, merge)}
    check(len(images) == 1, "two images")
    for line in failures:
        print("FAIL:", line)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
