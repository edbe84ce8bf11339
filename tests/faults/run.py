#!/usr/bin/env python3
"""Plays the faults that a3s is to survive, on the real program, and prints TAP.

usage: run.py [--a3s PROGRAM] [--shared PROGRAM] [--malloc LIBRARY] [--jobs N] [--long] [--list] [CASE...]

PROGRAM is the a3s to test; without it, $A3S or build/a3s. The shared one is the same, linked with a
shared C library, for what is to be preloaded; LIBRARY is a malloc that fails. A CASE is the beginning
of a name that --list shows: "16" takes all of fault 16. --long plays each as long and as large as it
is meant; without it, in what a test suite has time for.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE)]


def unit_cases(suite):
    text = (HERE.parent / "unit" / f"test_{suite}.c").read_text(encoding="utf-8")
    return re.findall(r"^(?:START_TEST|CASE)\((\w+)", text, re.MULTILINE)


def played_elsewhere(faults, run):
    """For each fault that has no case here: its number and why it is skipped; and what is wrong with
    the list: a fault that nobody plays, a case that is not there."""
    there = set(run.all_cases())
    skipped, wrong = {}, []
    for number, what in faults.FAULTS.items():
        here = any(name.startswith(f"{number:02}_") for name in faults.CASES)
        names = faults.ELSEWHERE.get(number, [])
        if not here and not names:
            wrong.append(f"nobody plays fault {number}: {what}")
        for name in names:
            suite, unit, case = name.partition("::")
            subject = name.partition(".")[0]
            if not unit and not (HERE.parent / "e2e" / f"test_{subject}.py").exists():
                continue
            if case not in unit_cases(suite) if unit else name not in there:
                wrong.append(f"fault {number} names {name}, which is not there")
        if not here and names:
            skipped[number] = "played by " + ", ".join(names)
    return skipped, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--a3s", default=os.environ.get("A3S", "build/a3s"))
    parser.add_argument("--shared")
    parser.add_argument("--malloc")
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    if args.long:
        os.environ["A3S_FAULTS_LONG"] = "1"
    for name, value in (("A3S_FAULTS_SHARED", args.shared), ("A3S_FAULTS_MALLOC", args.malloc)):
        if value:
            os.environ[name] = str(pathlib.Path(value).resolve())

    import faults
    import run  # of the end-to-end tests
    import fault_logs, fault_network, fault_processes, fault_system  # noqa: E401,F401

    cases = {n: f for n, f in faults.CASES.items()
             if not args.cases or any(n.startswith(wanted) for wanted in args.cases)}
    if args.list:
        for number, what in faults.FAULTS.items():
            print(f"{number:2}  {what}")
            played = [name for name in faults.CASES if name.startswith(f"{number:02}_")]
            for name in played + faults.ELSEWHERE.get(number, []):
                print(f"      {name}")
        return 0
    a3s = str(pathlib.Path(args.a3s).resolve())
    if not os.access(a3s, os.X_OK):
        print(f"Bail out! there is no program {a3s}")
        return 1

    elsewhere, wrong = ({}, []) if args.cases else played_elsewhere(faults, run)
    print(f"TAP version 13\n1..{len(cases) + len(elsewhere) + 1}", flush=True)
    print(f"{'not ok' if wrong else 'ok'} 1 - every fault is played, here or elsewhere")
    for line in wrong:
        print(f"# {line}")
    failed, number = len(wrong), 1
    for number, fault in enumerate(elsewhere, 2):
        print(f"ok {number} - {fault:02} {faults.FAULTS[fault]} # SKIP {elsewhere[fault]}")
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(run.run_case, a3s, n, f): n for n, f in cases.items()}
        for number, future in enumerate(concurrent.futures.as_completed(futures), number + 1):
            passed, skipped, problems = future.result()
            failed += not passed
            note = f" # SKIP {skipped}" if passed and skipped else ""
            print(f"{'ok' if passed else 'not ok'} {number} - {futures[future]}{note}")
            for line in "\n".join(problems).splitlines():
                print(f"# {line}")
            sys.stdout.flush()
    return 1 if failed else 0


sys.exit(main())
