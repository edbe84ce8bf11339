#!/usr/bin/env python3
"""Golden files: every CASE.hcl is compiled, and what comes of it is what stands beside it.

    run.py GOLDEN_PROGRAM [--update] [CASE...]

CASE.diag is the diagnostics as text, CASE.plan the plan as text; what should not come has no file.
A first line "# golden: paths strict" gives these words to the program (golden.c has them all); "json",
"sarif" and "github" there ask for the diagnostics in that format, too: CASE.json and so on. --update
writes the files anew: read the difference before you keep it. Prints TAP.
"""
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KINDS = (".diag", ".plan", ".json", ".sarif", ".github")
NO_CASE = ("E0201", "E0256", "E0299")


def options_of(case):
    first = case.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
    marker = "# golden:"
    return first[len(marker):].split() if first.startswith(marker) else []


def compile_case(program, case, folder):
    """What the compiler says to the case: kind -> text, only for what came."""
    outputs = {kind: pathlib.Path(folder) / ("out" + kind) for kind in KINDS}
    command = [program, case.name, pathlib.Path(folder) / "out", *options_of(case)]
    result = subprocess.run(command, cwd=HERE, timeout=60, check=False)
    if result.returncode != 0:
        return None
    return {kind: path.read_text(encoding="utf-8") for kind, path in outputs.items() if path.exists()}


def compare(case, got):
    """The lines of the difference between what came and the golden files."""
    lines = []
    for kind in KINDS:
        golden = case.with_suffix(kind)
        want = golden.read_text(encoding="utf-8") if golden.exists() else ""
        lines += difflib.unified_diff(want.splitlines(), got.get(kind, "").splitlines(),
                                      golden.name, "what came", lineterm="")
    return lines


def update(case, got):
    for kind in KINDS:
        golden = case.with_suffix(kind)
        if kind in got:
            golden.write_text(got[kind], encoding="utf-8")
        elif golden.exists():
            golden.unlink()


def codes_without_case():
    """The compiler's codes that no golden file shows, but for those that take a huge or unreadable file."""
    table = (HERE.parents[1] / "compiler" / "codes.def").read_text(encoding="utf-8")
    shown = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.diag"))
    codes = re.findall(r'^CODE\(\w+, "(\w+)"', table, re.MULTILINE)
    return [code for code in codes if code not in shown and code not in NO_CASE]


def main():
    names = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
    if not names:
        sys.exit(__doc__)
    program = pathlib.Path(names[0]).resolve()
    cases = [HERE / (name + ".hcl") for name in names[1:]] or sorted(HERE.glob("*.hcl"))
    failed = 0
    print(f"1..{len(cases) + 1}")
    for number, case in enumerate(cases, 1):
        with tempfile.TemporaryDirectory() as folder:
            got = compile_case(program, case, folder)
        if got is not None and "--update" in sys.argv:
            update(case, got)
        lines = ["the compiler failed"] if got is None else compare(case, got)
        failed += bool(lines)
        print(f"{'not ok' if lines else 'ok'} {number} - {case.stem}")
        for line in lines:
            print("# " + line)
    missing = codes_without_case()
    failed += bool(missing)
    print(f"{'not ok' if missing else 'ok'} {len(cases) + 1} - every code has a case")
    if missing:
        print("# no golden file shows " + " ".join(missing))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
