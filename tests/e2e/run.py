#!/usr/bin/env python3
"""Runs the end-to-end cases and prints TAP.

usage: run.py [--a3s PROGRAM] [--jobs N] [--repeat N] [--list] [CASE...]

PROGRAM is the a3s to test; without it, $A3S or build/a3s. A CASE is a name, or the beginning of
one, as --list shows them ("proxy." takes all of a file). Cases are independent and run side by side.
"""

import argparse
import concurrent.futures
import importlib
import os
import pathlib
import sys
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import harness  # noqa: E402

SUBJECTS = sorted(path.stem.removeprefix("test_") for path in pathlib.Path(__file__).parent.glob("test_*.py"))


def all_cases():
    cases = {}
    for subject in SUBJECTS:
        harness.CASES.clear()
        importlib.import_module("test_" + subject)
        for function in harness.CASES:
            cases[f"{subject}.{function.__name__}"] = function
    return cases


def run_case(a3s, name, function):
    """(passed, reason to skip or None, what went wrong)"""
    case = harness.Case(a3s, name)
    skipped, problems = None, []
    try:
        function(case)
    except harness.Skip as reason:
        skipped = str(reason)
    except harness.Failure as failure:
        problems.append(str(failure))
    except Exception:  # a case that breaks must not take the others with it
        problems.append(traceback.format_exc())
    if problems:
        problems += [f"output of a3s (process {p.pid}):\n{p.text()}" for p in case.programs]
    problems = problems + case.finish()
    return not problems, skipped, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--a3s", default=os.environ.get("A3S", "build/a3s"))
    parser.add_argument("--jobs", type=int, default=min(4, 2 * (os.cpu_count() or 1)))
    parser.add_argument("--repeat", type=int, default=1, help="run each case so many times")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()

    cases = all_cases()
    if args.cases:
        cases = {n: f for n, f in cases.items() if any(n.startswith(wanted) for wanted in args.cases)}
    if args.list:
        print(*cases, sep="\n")
        return 0
    a3s = str(pathlib.Path(args.a3s).resolve())
    if not os.access(a3s, os.X_OK):
        print(f"Bail out! there is no program {a3s}")
        return 1

    print(f"TAP version 13\n1..{len(cases) * args.repeat}", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(run_case, a3s, n, f): n for _ in range(args.repeat)
                   for n, f in cases.items()}
        for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
            passed, skipped, problems = future.result()
            failed += not passed
            note = f" # SKIP {skipped}" if passed and skipped else ""
            print(f"{'ok' if passed else 'not ok'} {number} - {futures[future]}{note}")
            for line in "\n".join(problems).splitlines():
                print(f"# {line}")
            sys.stdout.flush()
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
