#!/usr/bin/env python3
"""The JSON of reports is as samples/schema says, and the schemas know all that
the catalogue has.

    follows_schema.py SOURCE FOLDER...   validates report.json, endpoints.jsonl
    follows_schema.py SOURCE             compares the schemas with the tables

SPDX-License-Identifier: Apache-2.0"""
import json
import re
import sys
from pathlib import Path

import jsonschema

SOURCE = Path(sys.argv[1])
SCHEMAS = SOURCE / "samples" / "schema"
MOST = 20  # mistakes that are told
failures = []


def fail(words):
    if words not in failures:
        failures.append(words)


def schema(name):
    with (SCHEMAS / f"{name}.schema.json").open() as f:
        return json.load(f)


def validator(name):
    found = schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def tell(name, where, error):
    """What to do, for who has added a field or a word."""
    path = "/".join("*" if isinstance(p, int) else str(p)
                    for p in error.absolute_path) or "the top"
    if error.validator == "additionalProperties":
        new = set(error.instance) - set(error.schema.get("properties", {}))
        fail(f"{where}: {path} has {sorted(new)}, which "
             f"samples/schema/{name}.schema.json does not describe: add each "
             "with its type and a sentence")
    elif error.validator == "enum":
        fail(f"{where}: {path} is {error.instance!r}, which "
             f"samples/schema/{name}.schema.json does not list")
    else:
        fail(f"{where}: {path}: {error.message[:300]} "
             f"(samples/schema/{name}.schema.json)")


def causes_of(error):
    """The mistakes behind an anyOf: those of the branch that fits best."""
    if error.validator != "anyOf":
        return [error]
    branches = {}
    for part in error.context:
        branches.setdefault(part.schema_path[0], []).append(part)
    best = [b for b in branches.values()
            if not (b[0].validator == "type" and not b[0].path)]
    return [e for part in (best[0] if best else []) for e in causes_of(part)] \
        or [error]


def validate(folder):
    check = validator("report")
    with (folder / "report.json").open() as f:
        for error in check.iter_errors(json.load(f)):
            for one in causes_of(error):
                tell("report", folder / "report.json", one)
    check = validator("endpoint")
    rows = 0
    with (folder / "endpoints.jsonl").open() as f:
        for line in f:
            rows += 1
            for error in check.iter_errors(json.loads(line)):
                for one in causes_of(error):
                    tell("endpoint", folder / "endpoints.jsonl", one)
    if rows == 0:
        fail(f"{folder}: no rows, so nothing was checked")


def described(name, node, path=""):
    """Every property has a sentence."""
    for key, value in node.get("properties", {}).items():
        if not re.search(r"\.$", value.get("description", "")):
            fail(f"{name}.schema.json: {path}/{key} has no sentence")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            described(name, node[key], f"{path}/{key}")
    for key, value in node.get("properties", {}).items():
        described(name, value, f"{path}/{key}")
    for part in node.get("anyOf", []):
        described(name, part, path)


def table(path, macro):
    text = (SOURCE / path).read_text()
    return re.findall(macro + r'\(\s*\w+,\s*"([a-z0-9_]+)"', text)


def named(path, prefix):
    text = (SOURCE / path).read_text()
    return re.findall(r'\[CM_' + prefix + r'_\w+\]\s*=\s*\{?\s*"([a-z0-9_]+)"',
                      text)


def same(name, what, listed, wanted):
    listed = [v for v in listed if v is not None]
    missing = [v for v in wanted if v not in listed]
    extra = [v for v in listed if v not in wanted]
    if missing or extra or not wanted:
        fail(f"samples/schema/{name}.schema.json: {what} lacks {missing}, and "
             f"has {extra} that there are not")


def tables():
    for name in ("report", "endpoint"):
        found = schema(name)
        defs = found["$defs"]
        described(name, found)
        same(name, "$defs/cause", defs["cause"]["enum"],
             table("include/certmuster/cause.def", "CM_CAUSE"))
        same(name, "$defs/resolution", defs["resolution"]["enum"],
             table("include/certmuster/resolution.def", "CM_RESOLUTION"))
        words = "scanner/base/cause.c"
        same(name, "$defs/verdict", defs["verdict"]["enum"],
             [v for v in named(words, "VERDICT") if v != "none"])
        same(name, "$defs/severity", defs["severity"]["enum"],
             named(words, "SEVERITY"))
        same(name, "$defs/changeKind", defs["changeKind"]["enum"],
             named("report/changes.c", "CHANGE"))
    rows = schema("endpoint")["properties"]
    for key, prefix in (("dns_result", "DNS"), ("reached", "PHASE"),
                        ("ended", "END"), ("client_auth", "CLIENT_AUTH")):
        same("endpoint", key, rows[key]["enum"],
             named("scanner/base/evidence.c", prefix))
    asked = rows["asked"]["anyOf"][0]["items"]["properties"]
    for key, prefix in (("question", "ASK"), ("answer", "ANSWER")):
        same("endpoint", f"asked/{key}", asked[key]["enum"],
             named("scanner/base/answer.c", prefix))


if len(sys.argv) == 2:
    tables()
for argument in sys.argv[2:]:
    validate(Path(argument))
for words in failures[:MOST]:
    print(words)
if len(failures) > MOST:
    print(f"and {len(failures) - MOST} more")
sys.exit(1 if failures else 0)
