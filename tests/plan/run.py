#!/usr/bin/env python3
"""What reader.py reads is what `a3s plan show --json` shows, for the examples, the golden cases that
compile, and a plan with everything in it. And reader.py's records are the tables of the page.

    run.py A3S RICH_PLAN

Prints TAP.
"""
import difflib
import json
import pathlib
import subprocess
import sys
import tempfile

import reader

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def output(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, timeout=60, check=False)
    return result.stdout.decode() if result.returncode == 0 else result.stderr.decode() + "[failed]"


def compile_command(a3s, source, plan):
    """As tests/golden/run.py compiles it: the first line of a case may give variables."""
    first, *_ = source.read_text(encoding="utf-8").splitlines()
    words = first.removeprefix("# golden:").split() if first.startswith("# golden:") else []
    variables = [f"--var={word}" for word in words if "=" in word]
    return [a3s, "compile", "-f", source, "-o", plan, *variables]


def as_read(text):
    """In one spelling: which characters of a string are escaped is nobody's business."""
    try:
        return json.dumps(json.loads(text), indent=1).splitlines()
    except ValueError:
        return text.splitlines()


PAGE_NAMES = {"environment": "environment", "environment files": "environment file", "dependencies": None,
              "dependents": None, "arguments": None, "labels": None, "patterns": None, "settings": "settings",
              "log files": "log", "watches": "watch"}
TYPES = {"string": "s", "text": "t", "range": "r", "u8": "B", "u16": "H", "u32": "I", "u64": "Q"}


def page_rows(page, title):
    """The cells of the first table below a title."""
    below = page.split(f"\n{title}\n", 1)[1].split("\n#", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in below.splitlines()
            if line.startswith("|")]
    return rows[2:]


def compare_record(page, section, size):
    """What is wrong with the page's table for the section's records."""
    fields = reader.RECORDS[section].split()
    title = PAGE_NAMES.get(section, section.rstrip("s"))
    if title:
        offset, table = 0, []
        for at, kind, field, *_ in page_rows(page, "### " + title):
            count, kind = kind.split() if " " in kind else ("", kind)
            table.append(f"{field}:{count}{TYPES[kind]}")
            if int(at) != offset:
                yield f"{section}: {field} is at {at}, not {offset}"
            width = 8 if kind in ("string", "text", "range") else int(kind[1:]) // 8
            offset += width * int(count or 1)
        if table != fields:
            yield f"{section}: {table} is not {fields}"
    if reader.Record.size(reader.RECORDS[section]) != size:
        yield f"{section}: not {size} bytes"


def compare_page():
    """Every record of the page, against those that the reader reads plans with."""
    page = (ROOT / "docs/plan-format.md").read_text(encoding="utf-8")
    sections = page_rows(page, "have an offset too: the next section's.\n")
    if [name for _, name, *_ in sections] != reader.SECTIONS:
        yield "the sections differ"
    for _, name, _, size, _ in sections[:-1]:
        yield from compare_record(page, name, int(size))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    a3s, rich = sys.argv[1:]
    sources = sorted([*ROOT.glob("examples/*/A3sfile.hcl"),
                      *(plan.with_suffix(".hcl") for plan in ROOT.glob("tests/golden/*.plan"))])
    failed = 0
    print(f"1..{len(sources) + 2}")
    for number, source in enumerate([rich, *sources], 1):
        with tempfile.TemporaryDirectory() as folder:
            plan = pathlib.Path(folder) / "plan.bin"
            output(rich, plan) if source == rich else output(*compile_command(a3s, source, plan))
            want = as_read(output(a3s, "plan", "show", "--json", plan))
            got = as_read(output(sys.executable, HERE / "reader.py", plan))
        good = got == want and "[failed]" not in got
        failed += not good
        name = "rich_plan" if source == rich else source.relative_to(ROOT)
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        for line in difflib.unified_diff(want, got, "a3s plan show", "reader.py", lineterm=""):
            print("# " + line)
    wrong = list(compare_page())
    print(f"{'not ok' if wrong else 'ok'} {len(sources) + 2} - docs/plan-format.md")
    for line in wrong:
        print("# " + line)
    sys.exit(1 if failed or wrong else 0)


if __name__ == "__main__":
    main()
