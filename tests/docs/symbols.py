#!/usr/bin/env python3
"""No two rooms give the same name to a function or a variable: the linker would take either.

    symbols.py LIBRARY..

Prints TAP.
"""
import pathlib
import shutil
import subprocess
import sys


def names(library):
    """What the library defines for others."""
    out = subprocess.run(["nm", "-g", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    return {fields[2] for fields in map(str.split, out.splitlines()) if len(fields) == 3 and fields[1] in "TDBRV"}


def main():
    if not shutil.which("nm"):
        print("1..0 # SKIP there is no nm")
        return 0
    owners, wrong = {}, []
    for library in sys.argv[1:]:
        found = names(library)
        if not found:
            wrong.append(f"{library} defines nothing")
        for name in sorted(found):
            if name in owners:
                wrong.append(f"{name} is in {owners[name]} and in {pathlib.Path(library).name}")
            owners[name] = pathlib.Path(library).name
    print(f"1..1\n{'not ok' if wrong else 'ok'} 1 - each name has one room")
    for line in wrong:
        print(f"# {line}")
    return bool(wrong)


sys.exit(main())
