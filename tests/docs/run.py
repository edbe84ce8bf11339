#!/usr/bin/env python3
"""The documentation: docs/reference.md is what a3s prints, every link leads somewhere, the files, tests
and figures that the pages name are there.

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
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
# Headers that are not ours.
FOREIGN = {"ev.h"}


def reference_is_fresh(a3s):
    done = subprocess.run([a3s, "help", "--markdown"], capture_output=True, timeout=60, check=True)
    want = done.stdout.decode("utf-8").splitlines()
    have = REFERENCE.read_text(encoding="utf-8").splitlines() if REFERENCE.exists() else []
    lines = list(difflib.unified_diff(have, want, "docs/reference.md", "a3s help --markdown",
                                      lineterm="", n=0))
    return ["docs/reference.md is out of date: run scripts/reference", *lines] if lines else []


def prose(page):
    """Its text without what stands in fences."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page):
    """The names that a page's headings get."""
    text = prose(page)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def links_lead_somewhere(page):
    text = prose(page)
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(f"{page.relative_to(ROOT)}: nothing is at {link}")
    return wrong


def tree():
    """Every file and folder, but for what is built or hidden."""
    found = set()
    for path in ROOT.iterdir():
        if not path.name.startswith(("build", ".git")):
            found |= {path, *path.rglob("*")}
    return {str(path.relative_to(ROOT)) for path in found}


def files_are_there(known, page):
    """What looks like a path in the tree, or like a source file, between backquotes or as a command."""
    names, tops = {path.rsplit("/")[-1] for path in known}, {path.split("/")[0] for path in known}
    fences = "".join(FENCE.findall(page.read_text(encoding="utf-8")))
    words = {span.split()[0] for span in re.findall(r"`([^`\n]+)`", prose(page)) if span.strip()}
    words |= set(re.findall(r"^(?:\$ |bash )?((?:scripts|tests|bench|\.ci)/[\w./-]+)", fences, re.M))
    wrong = []
    for word in sorted(words):
        path, is_path = word.rstrip("/"), "/" in word and word.split("/")[0] in tops
        if is_path and re.fullmatch(r"[\w./*-]+", word):
            good = path in known or "NAME" in path or ("*" in path and any(ROOT.glob(path)))
        elif re.fullmatch(r"[\w-]+\.(c|h|def|re|y)", word):
            good = word in names | FOREIGN
        else:
            continue
        if not good:
            wrong.append(f"there is no {word}")
    return wrong


def tests_are_there(page):
    """Those that a column "shown by" names, FILE.CASE or a suite of tests/unit/, and those that a command runs."""
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"tests/e2e/run\.py .* (\w+\.\w*)", text)
    for table in re.findall(r"^\|.*\| shown by \|\n((?:\|.*\n)+)", text, re.M):
        for row in table.splitlines():
            named += re.findall(r"`([\w.]+)`", row.rstrip("|").rpartition("|")[2])
    wrong = []
    for name in named:
        file, dot, case = name.partition(".")
        path = ROOT / "tests" / ("e2e" if dot else "unit") / f"test_{file}.{'py' if dot else 'c'}"
        if not path.exists() or (case and not re.search(rf"^def {case}", path.read_text(encoding="utf-8"), re.M)):
            wrong.append(f"there is no test {name}")
    return wrong


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def figures_are_measured():
    """Each figure of the README is, within a fifth, one that the command beside it has left in the tables."""
    tables = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    wrong = []
    for figures, command in re.findall(r"^\|[^|]*\|(.*)\| `((?:scripts/)?bench[ /]\w+)` \|$", readme, re.M):
        mark = f"<!-- {command} -->" if f"<!-- {command} -->" in tables else f"`{command}`"
        measured = numbers(tables.partition(mark)[2].partition("\n<!-- ")[0])
        wrong += [f"{command}: {figure:g} is not in docs/benchmarks.md" for figure in numbers(figures)
                  if not any(abs(figure - other) <= other / 5 for other in measured)]
    return wrong


def scripts_explain_themselves():
    """What people call has a --help, and stands in one of the pages."""
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    wrong = []
    for script in sorted((ROOT / "scripts").iterdir()):
        if script.suffix or not script.is_file():
            continue
        done = subprocess.run([script, "--help"], capture_output=True, timeout=60, check=False, text=True,
                              stdin=subprocess.DEVNULL)
        if done.returncode or f"usage: scripts/{script.name}" not in done.stdout:
            wrong.append(f"scripts/{script.name} --help does not explain it")
        if f"scripts/{script.name}" not in pages:
            wrong.append(f"no page names scripts/{script.name}")
    return wrong


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    known = tree()
    results = [("docs/reference.md is what a3s prints", reference_is_fresh(a3s)),
               ("the figures of README.md", figures_are_measured()),
               ("each script says what it does", scripts_explain_themselves())]
    for page in PAGES:
        name = page.relative_to(ROOT)
        results += [(f"links of {name}", links_lead_somewhere(page)), (f"files in {name}", files_are_there(known, page)),
                    (f"tests in {name}", tests_are_there(page))]
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for line in problems:
            print(f"# {line}")
    return any(problems for _, problems in results)


sys.exit(main())
