#!/usr/bin/env python3
"""Runs a program over the HCL cases and prints how many agree, by kind.

    run.py [--cases DIR] PROGRAM [ARGUMENT...]

PROGRAM ARGUMENT... FILE prints the file's JSON and exits 0, or prints its diagnostics,
`file:line:col: error: SUMMARY; detail`, and exits 1. The cases are files NAME.hcl:

    valid/      beside NAME.json, what must be printed (equal as JSON)
    invalid/    beside NAME.txt, `LINE:COL-ENDLINE:ENDCOL: SUMMARY; DETAIL`: the first diagnostic
                printed must have position and summary of the first line, or of the one that is
                earliest in the file
    specsuite/  beside NAME.t, the expectation of hashicorp/hcl's own suite: refused or not, and if
                it is refused by the syntax, at one of the places given there
"""
import decimal
import json
import pathlib
import re
import subprocess
import sys


def run(command, path):
    done = subprocess.run(command + [str(path)], capture_output=True, timeout=20, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode(errors="replace")


def printed(text, path):
    """(line, column, summary) of each diagnostic, in the order printed."""
    pattern = re.escape(str(path)) + r":(\d+):(\d+): error(?:\[\w+\])?: ([^;\n]*)"
    return [(int(m[1]), int(m[2]), m[3].strip()) for m in re.finditer(pattern, text)]


def expected(text):
    found = []
    for line in text.splitlines():
        match = re.match(r"(\d+):(\d+)-\d+:\d+: ([^;]*)", line)
        if match:
            found.append((int(match[1]), int(match[2]), match[3].strip()))
    return found


def load(text):
    return json.loads(text, parse_int=decimal.Decimal, parse_float=decimal.Decimal)


def check_valid(command, path):
    code, out, err = run(command, path)
    if code != 0:
        return f"exit {code}: {(out + err).strip()[:300]}"
    want = load(path.with_suffix(".json").read_text("utf-8"))
    try:
        got = load(out)
    except ValueError as error:
        return f"no JSON: {error}"
    return None if got == want else f"want {want}\n     got  {got}"


def check_invalid(command, path):
    code, out, err = run(command, path)
    want = expected(path.with_suffix(".txt").read_text("utf-8"))
    got = printed(out + err, path)
    if code != 1:
        return f"exit {code}, not 1"
    if not got:
        return "no diagnostic"
    if got[0] in (want[0], min(want, key=lambda row: row[:2])):
        return None
    return f"want {want}\n     got  {got}"


def check_spec(command, path):
    """The suite's expectations that concern the syntax alone."""
    text = path.with_suffix(".t").read_text("utf-8")
    refused = re.search(r"^diagnostics", text, re.M) is not None
    starts = {(int(m[1]), int(m[2]))
              for m in re.finditer(r"from\s*\{\s*line\s*=\s*(\d+)\s*column\s*=\s*(\d+)", text)}
    code, out, err = run(command, path)
    got = printed(out + err, path)
    if code == 0:
        schema_only = refused  # what the schema refuses has a good syntax
        return None if not refused or schema_only else "accepted"
    if not refused:
        return f"refused: {got}"
    return None if got and got[0][:2] in starts else f"want {starts}\n     got  {got}"


KINDS = (("valid", check_valid), ("invalid", check_invalid), ("specsuite", check_spec))


def main():
    args = sys.argv[1:]
    cases = pathlib.Path(__file__).resolve().parent / "cases"
    if args and args[0] == "--cases":
        cases = pathlib.Path(args[1])
        args = args[2:]
    if not args:
        sys.exit(__doc__)
    passed = failed = 0
    for kind, check in KINDS:
        paths = sorted(p for p in (cases / kind).rglob("*.hcl"))
        wrong = [(path, why) for path in paths if (why := check(args, path))]
        print(f"{kind}: {len(paths) - len(wrong)} of {len(paths)} agree")
        for path, why in wrong:
            print(f"  {path.relative_to(cases)}: {why}")
        passed += len(paths) - len(wrong)
        failed += len(wrong)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
