#!/usr/bin/env python3
"""The manual pages: one for each command, none with an option missing, and none that a formatter
complains about.

    man.py A3S FOLDER

FOLDER has the pages that are installed. groff's man and mandoc are asked if they are here. Prints
TAP.
"""
import pathlib
import re
import shutil
import subprocess
import sys


def output(*command):
    done = subprocess.run(command, capture_output=True, timeout=60, check=True, text=True)
    return done.stdout


def commands(a3s):
    """Name -> the options that its help lists."""
    part = re.search(r"^commands:\n(.*?)\n\n", output(a3s, "help"), re.M | re.S).group(1)
    names = [re.split(r"  +", line.strip())[0] for line in part.splitlines()]
    return {name: re.findall(r"^  (?:-\w, |    )--([\w-]+)", output(a3s, *name.split(), "--help"), re.M)
            for name in names}


def page_of(name):
    return "a3s-" + name.replace(" ", "-") + ".1"


def complete(folder, name, options):
    page = folder / page_of(name)
    if not page.exists():
        return [f"{page.name} is not there"]
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    return [f"{page.name} lacks --{option}" for option in options if f"--{option}\\fR" not in text]


def complaints(page):
    problems = []
    if shutil.which("man"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
                              capture_output=True, timeout=60, check=False, text=True)
        problems += done.stderr.splitlines() or ["man fails"] * (done.returncode != 0)
    if shutil.which("mandoc"):
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True,
                              timeout=60, check=False, text=True)
        # The pages have no date, so that the same source gives the same bytes.
        problems += [line for line in done.stdout.splitlines() if "missing date" not in line]
    return problems


def main():
    a3s, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    known = commands(a3s)
    results = [(f"page of {name}", complete(folder, name, options)) for name, options in known.items()]
    listed = {page_of(name) for name in known} | {"a3s.1", "A3sfile.5"}
    have = {path.name for path in folder.glob("*.[15]")}
    results.append(("no page without a command", sorted(have - listed)))
    for name, page in [*((name, page_of(name)) for name in known), ("A3sfile", "A3sfile.5"), ("", "a3s.1")]:
        page = folder / page
        printed = output(a3s, "help", "--man", *name.split())
        results.append((f"{page.name} is what the program prints", [] if printed == page.read_text() else ["differs"]))
    skip = "" if shutil.which("man") or shutil.which("mandoc") else " # SKIP neither man nor mandoc is here"
    results += [(f"{name} is well-formed{skip}", complaints(folder / name)) for name in sorted(have)]
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for line in problems:
            print(f"# {line}")
    return any(problems for _, problems in results)


sys.exit(main())
