#!/usr/bin/env python3
"""The documentation: docs/reference.md is what a3s prints, and every link leads somewhere.

    run.py A3S

Prints TAP.
"""
import difflib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
REFERENCE = ROOT / "docs" / "reference.md"


def reference_is_fresh(a3s):
    done = subprocess.run([a3s, "help", "--markdown"], capture_output=True, timeout=60, check=True)
    want = done.stdout.decode("utf-8").splitlines()
    have = REFERENCE.read_text(encoding="utf-8").splitlines() if REFERENCE.exists() else []
    lines = list(difflib.unified_diff(have, want, "docs/reference.md", "a3s help --markdown",
                                      lineterm="", n=0))
    return ["docs/reference.md is out of date: run scripts/reference", *lines] if lines else []


def anchors(path):
    """The names that a page's headings get; text in fences is none."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(f"{page.relative_to(ROOT)}: nothing is at {link}")
    return wrong


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    results = [("docs/reference.md is what a3s prints", reference_is_fresh(a3s))]
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]):
        results.append((f"links of {page.relative_to(ROOT)}", links_lead_somewhere(page)))
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for line in problems:
            print(f"# {line}")
    return any(problems for _, problems in results)


sys.exit(main())
