#!/usr/bin/env python3
"""Runs the expression cases of the HCL specification suite through "a3s hcl --eval".

usage: specsuite.py A3S FOLDER

FOLDER is hashicorp/hcl's specsuite/tests/expressions (or any folder with NAME.hcl, NAME.hcldec and
NAME.t). The variables of the schema become a vars block; the result that the .t file expects is
itself evaluated, and both are compared as JSON with all digits of their numbers.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
from decimal import Decimal


def evaluate(a3s, text):
    """The JSON of an HCL text, or the diagnostics as a string."""
    with tempfile.NamedTemporaryFile("w", suffix=".hcl", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([a3s, "hcl", "--eval", file.name], capture_output=True, text=True,
                              check=False)
    if done.returncode != 0:
        return done.stdout + done.stderr
    return json.loads(done.stdout, parse_float=Decimal, parse_int=Decimal)


def top_item(text, start):
    """The text of a top-level block or attribute: it ends at a line that closes it."""
    match = re.search(start + r".*?^[})]+\n", text, re.S | re.M)
    return match.group(0) if match else ""


def flatten(value, expected):
    """Blocks are arrays of bodies in ours; the suite's schema takes the one body out of them."""
    if isinstance(value, list) and len(value) == 1 and isinstance(expected, dict):
        return flatten(value[0], expected)
    if isinstance(value, dict) and isinstance(expected, dict):
        return {key: flatten(item, expected.get(key)) for key, item in value.items()}
    return value


def run_case(a3s, path):
    schema = path.with_suffix(".hcldec").read_text(encoding="utf-8")
    variables = top_item(schema, r"^variables \{").replace("variables", "vars", 1)
    got = evaluate(a3s, variables + "\n" + path.read_text(encoding="utf-8"))
    wanted = evaluate(a3s, top_item(path.with_suffix(".t").read_text(encoding="utf-8"),
                                    r"^result = \{"))
    if isinstance(wanted, str):
        return "the expectation: " + wanted
    if isinstance(got, str):
        return got
    got = flatten(got, wanted["result"])
    return None if got == wanted["result"] else f"got {got}, expected {wanted['result']}"


def main():
    a3s, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    failed = 0
    cases = sorted(folder.rglob("*.hcl"))
    for path in cases:
        problem = run_case(a3s, path)
        failed += problem is not None
        print(f"{'not ok' if problem else 'ok'} {path.relative_to(folder)}"
              + (f": {problem}" if problem else ""))
    print(f"{len(cases) - failed} of {len(cases)} cases agree")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
