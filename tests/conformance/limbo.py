#!/usr/bin/env python3
"""Runs `certmuster check` over a test suite in the x509-limbo JSON format.

usage: limbo.py FILE.json CERTMUSTER [--strict] [--one-file] [--only PATTERN]
                [--verbose]

Each case becomes files and one command (with --one-file the intermediates
follow the leaf in its file, as a server sends them); the exit code (0 trusted, 1 not
trusted) is compared with the expected result. Cases that ask for what check
does not judge (client certificates, restricted algorithms) are counted as
skipped. Prints the differences and a summary; exit 1 when there is a case that
should have failed and was trusted, or a command that neither accepted nor
refused.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import concurrent.futures
import fnmatch
import json
import os
import subprocess
import sys
import tempfile


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("suite")
    parser.add_argument("certmuster")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--one-file", action="store_true")
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def why_skipped(case):
    if case["validation_kind"] != "SERVER":
        return "validates a client"
    if case["signature_algorithms"]:
        return "restricts the signature algorithms"
    if [u for u in case["extended_key_usage"] if u != "serverAuth"]:
        return "asks for another purpose than TLS servers"
    if case.get("expected_peer_names"):
        return "expects other names than a host's"
    return None


def write(folder, name, blocks):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(blocks) + "\n")
    return path


def command(case, args, folder):
    leaf, pool = [case["peer_certificate"]], case["untrusted_intermediates"]
    if args.one_file:
        leaf, pool = leaf + pool, []
    words = [args.certmuster, "check", "--chain",
             write(folder, "chain.pem", leaf)]
    if case["trusted_certs"]:
        words += ["--roots", write(folder, "roots.pem", case["trusted_certs"])]
    if pool:
        words += ["--intermediates", write(folder, "pool.pem", pool)]
    if case.get("crls"):
        words += ["--crl", write(folder, "crls.pem", case["crls"])]
    if case.get("expected_peer_name"):
        words += ["--host", case["expected_peer_name"]["value"]]
    if case.get("validation_time"):
        words += ["--at", case["validation_time"]]
    if case.get("max_chain_depth") is not None:
        words += ["--max-depth", str(case["max_chain_depth"])]
    return words + (["--strict"] if args.strict else [])


def judge(case, args):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command(case, args, folder), timeout=60,
                              capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()
    got = {0: "SUCCESS", 1: "FAILURE"}.get(done.returncode,
                                           f"exit {done.returncode}")
    return case, got, said


def describe(case, got, said):
    features = " ".join(case.get("features", []))
    print(f"{case['id']}: expected {case['expected_result']}, got {got} "
          f"[{case.get('importance', '')} {features}]")
    for line in said.splitlines():
        print("    " + line)


def main():
    args = arguments()
    with open(args.suite, encoding="utf-8") as file:
        cases = json.load(file)["testcases"]
    cases = [c for c in cases if fnmatch.fnmatch(c["id"], args.only)]
    skipped = [c for c in cases if why_skipped(c)]
    run = [c for c in cases if not why_skipped(c)]
    count = {"agree": 0, "false accept": 0, "false reject": 0, "no verdict": 0}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for case, got, said in pool.map(lambda c: judge(c, args), run):
            if got == case["expected_result"]:
                count["agree"] += 1
                if args.verbose:
                    describe(case, got, said)
                continue
            kind = {"SUCCESS": "false accept", "FAILURE": "false reject"}
            count[kind.get(got, "no verdict")] += 1
            describe(case, got, said)
    print(f"{len(cases)} cases, {len(skipped)} skipped: "
          + ", ".join(f"{number} {what}" for what, number in count.items()))
    return 1 if count["false accept"] or count["no verdict"] else 0


if __name__ == "__main__":
    sys.exit(main())
