#!/usr/bin/env python3
"""README.md says nothing that is not so: links and files are there, options and
commands exist, and the commands that are marked run.

usage: readme_is_true.py CERTMUSTER SOURCE WORK

A block of commands is run, line by line, when "<!-- runs -->" stands above it.
SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import re
import shutil
import subprocess
import sys

PROGRAM, SOURCE, WORK = map(os.path.abspath, sys.argv[1:4])
# What the program or a build writes, and what readers have themselves.
WRITTEN = re.compile(
    r"^(include/openssl|tests/bench/bench_judge|certmuster-report/.*|fixes/|(report|endpoints|actions|certificates|"
    r"calendar|manifest|changes|diff|trend|sarif)\.(html|json|jsonl|csv|ics|"
    r"sarif|prom)|[a-z_]*\.prom|certmuster\.db|fleet\.(csv|db)|README\.txt|.*-N"
    r"\.db|index\.(html|csv|json)|tickets\.csv|results\.sarif|queries\.sql|.*/report\.html|parts/.*|.*/shard-.*|sign-off\.txt)$")
OTHERS = {  # options of other programs, and where else ours are understood
    "--no-install", "--fast", "--keep-running", "--peers", "--quick", "--readme",
    "--compare", "--only", "--minutes", "--parallel", "--build", "--install", "--no-install-recommends",
    "--jobs", "--retries", "--joblog", "--sshlogin", "--help", "--version"}
STAND_INS = {"www.example.com:443": "127.0.0.1:1"}
TIMEOUT_S = 120
SUFFIXES = "sh|c|h|py|js|ini|csv|def|md|sql|png|txt|yaml"

failures = []


def fail(line, text):
    failures.append(f"README.md:{line}: {text}")


def slug(heading):
    plain = re.sub(r"[`*]|\[|\]\(.*?\)", "", heading.strip()).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def help_of(command):
    """The options of a command; None: there is no such command."""
    done = subprocess.run([PROGRAM, command, "--help"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    if done.returncode != 0:
        return None
    return set(re.findall(r"^  (--[a-z0-9-]+)", done.stdout, re.M)) | {"--help"}


def check_links(lines):
    slugs = {slug(line.lstrip("#")) for line in lines if line.startswith("#")}
    text = "\n".join(lines)
    for match in re.finditer(r"\]\(([^)\s]+)\)", text):
        target, number = match[1], text.count("\n", 0, match.start()) + 1
        if target.startswith("#"):
            if target[1:] not in slugs:
                fail(number, f"no heading for {target}")
        elif not re.match(r"https?:", target) and not os.path.exists(
                os.path.join(SOURCE, target)):
            fail(number, f"there is no {target}")


def check_promises(lines):
    """Each promise names what holds the program to it, by links to tests that
    are there (check_links) and that ctest or a command runs."""
    start = lines.index("## What it promises, and how that is tested")
    listed = ""
    for name in glob.glob(os.path.join(SOURCE, "tests/**/CMakeLists.txt"),
                          recursive=True):
        with open(name, encoding="utf-8") as file:
            listed += file.read()
    promises = 0
    for number, line in enumerate(lines[start + 1:], start + 2):
        if line.startswith("## ") or line.startswith("| command"):
            break
        if not line.startswith("| ") or line.startswith("| promise"):
            continue
        promises += 1
        tests = re.findall(r"\]\((tests/[^)]+)\)", line)
        if not tests:
            fail(number, "a promise without a test")
        for test in tests:
            name = os.path.splitext(os.path.basename(test))[0]
            # A unit test's file may lack its module's name: test_$(what).
            short = name.split("_")[-1]
            if not re.search(r"\b(%s|%s)\b" % (name, short), listed) and \
                    test not in "\n".join(lines[start:]).replace(line, ""):
                fail(number, f"nothing runs {test}")
    if promises < 8:
        fail(start + 1, f"only {promises} promises")


def is_there(path):
    if glob.glob(os.path.join(SOURCE, path)):
        return True
    # In a table a file may be named without its folder.
    if "/" not in path.rstrip("/"):
        return any(glob.glob(os.path.join(SOURCE, top, "**", path),
                             recursive=True)
                   for top in ("tests", "scanner", "report", "samples",
                               "include"))
    return False


def check_files(number, line):
    for token in re.findall(r"`([^`\s]+)`", line):
        looks = re.fullmatch(r"(samples|tests|scanner|report|include)/[\w./*-]+",
                             token) or re.fullmatch(
            r"[\w*-]+\.(%s)" % SUFFIXES, token)
        if looks and not WRITTEN.match(token) and not is_there(token):
            fail(number, f"there is no {token}")
    for token in re.findall(r"\bsh ((?:samples|tests)/[\w./-]+)", line):
        if not is_there(token):
            fail(number, f"there is no {token}")


def check_options(number, line, known):
    for option in re.findall(r"(?<![\w/-])(--[a-z0-9][a-z0-9-]*)", line):
        if option not in known and option not in OTHERS:
            fail(number, f"there is no option {option}")


def check_commands(number, line, commands):
    """`certmuster COMMAND ...` in text, tables and blocks."""
    for match in re.finditer(
            r"(?:^|[\s`/\"|$])certmuster ([a-z]+)((?: [^`|\"]*)?)", line):
        name, rest = match[1], re.split(r"\s[#:]{1,3}\s|[;<&]", match[2])[0]
        indented = re.match(r"^( {4}|\s*\$ |\s*- )", line) or "`" in line
        if not indented:
            continue
        if name not in commands:
            if not match[0].startswith((" ", "\"")):
                fail(number, f"there is no command {name}")
            continue
        for option in re.findall(r"(?:^|\s)(--[a-z0-9-]+)", rest):
            if option not in commands[name]:
                fail(number, f"certmuster {name} has no {option}")


def marked_blocks(lines):
    """(line number, command) of each that is to be run."""
    marked, within = False, False
    for number, line in enumerate(lines, 1):
        if line.strip() == "<!-- runs -->":
            marked = True
        elif marked and line.strip().startswith("```"):
            if within:
                marked = False
            within = not within
        elif within and line.strip():
            yield number, line.strip()


def prepare():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(os.path.join(WORK, "bin"))
    os.symlink(PROGRAM, os.path.join(WORK, "bin", "certmuster"))
    with open(os.path.join(WORK, "fleet.csv"), "w", encoding="ascii") as file:
        file.write("host,port,owner\n127.0.0.1,1,nobody\n")
    with open("/etc/ssl/certs/ca-certificates.crt", encoding="ascii") as file:
        first = file.read().split("-----END CERTIFICATE-----")[0]
    with open(os.path.join(WORK, "corp-roots.pem"), "w",
              encoding="ascii") as file:
        file.write(first + "-----END CERTIFICATE-----\n")


def run_marked(lines):
    prepare()
    environment = dict(os.environ, PATH=os.path.join(WORK, "bin") + ":"
                       + os.environ["PATH"])
    count = 0
    for number, command in marked_blocks(lines):
        for stands, other in STAND_INS.items():
            command = command.replace(stands, other)
        done = subprocess.run(["sh", "-c", command], cwd=WORK, text=True,
                              env=environment, timeout=TIMEOUT_S, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        count += 1
        if done.returncode not in (0, 1):
            fail(number, f"{command}: exit code {done.returncode}: "
                 + done.stdout[-300:])
    if count < 5:
        fail(1, f"only {count} commands are marked to be run")


def main():
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    with open(os.path.join(SOURCE, "scanner/cli/options.def"),
              encoding="utf-8") as file:
        rows = file.read()
    known = {"--" + name for name in
             re.findall(r"CM_OPTION\(\s*\w+,\s*\"([a-z0-9-]+)\"", rows)}
    listed = subprocess.run([PROGRAM, "--help"], stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    commands = {name: help_of(name) for name in
                re.findall(r"^  ([a-z]+) +\S", listed, re.M)
                if help_of(name) is not None}
    check_links(lines)
    check_promises(lines)
    for number, line in enumerate(lines, 1):
        check_files(number, line)
        check_options(number, line, known)
        check_commands(number, line, commands)
    # What users can ask for is in README, where they look for it.
    text = "\n".join(lines)
    for option in sorted(known):
        if not re.search(r"(?<![\w-])" + option + r"(?![\w-])", text):
            fail(1, f"{option} is nowhere explained")
    for name in commands:
        if f"certmuster {name}" not in text and f"`{name}`" not in text:
            fail(1, f"the command {name} is nowhere explained")
    run_marked(lines)
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


main()
