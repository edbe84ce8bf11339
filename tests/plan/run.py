#!/usr/bin/env python3
"""What reader.py reads is what `a3s plan show --json` shows, for the examples, the golden cases that
compile, and a plan with everything in it.

    run.py A3S RICH_PLAN

Prints TAP.
"""
import difflib
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def output(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, timeout=60, check=False)
    return result.stdout.decode() if result.returncode == 0 else result.stderr.decode() + "[failed]"


def as_read(text):
    """In one spelling: which characters of a string are escaped is nobody's business."""
    try:
        return json.dumps(json.loads(text), indent=1).splitlines()
    except ValueError:
        return text.splitlines()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    a3s, rich = sys.argv[1:]
    sources = sorted([*ROOT.glob("examples/*/A3sfile.hcl"),
                      *(plan.with_suffix(".hcl") for plan in ROOT.glob("tests/golden/*.plan"))])
    failed = 0
    print(f"1..{len(sources) + 1}")
    for number, source in enumerate([rich, *sources], 1):
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder) / "plan.bin"
            output(rich, plan) if source == rich else output(a3s, "compile", "-f", source, "-o", plan)
            want = as_read(output(a3s, "plan", "show", "--json", plan))
            got = as_read(output(sys.executable, HERE / "reader.py", plan))
        good = got == want and "[failed]" not in got
        failed += not good
        name = "rich_plan" if source == rich else source.relative_to(ROOT)
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        for line in difflib.unified_diff(want, got, "a3s plan show", "reader.py", lineterm=""):
            print("# " + line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
