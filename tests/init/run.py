#!/usr/bin/env python3
"""`a3s init`: each folder holds the files of another tool, and the A3sfile that comes of them.

    run.py A3S [--update] [CASE...]

`a3s init --stdout` with the options of the file "args" runs in a copy of the folder; expected.hcl is
what it prints on stdout and must be valid and laid out, expected.err what it prints on stderr, with
"[exit N]" unless that is 0. --update writes both anew: read the difference. Prints TAP.
"""
import difflib
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run(a3s, folder, *args):
    env = {name: value for name, value in os.environ.items() if not name.startswith("A3S_VAR_")}
    return subprocess.run([a3s, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, timeout=60,
                          capture_output=True, text=True, check=False)


def import_case(a3s, case, folder):
    shutil.copytree(case, folder, dirs_exist_ok=True)
    args = case / "args"
    words = shlex.split(args.read_text(encoding="utf-8")) if args.exists() else []
    done = run(a3s, folder, "init", "--stdout", *words)
    code = f"[exit {done.returncode}]\n" if done.returncode else ""
    return done.stdout, done.stderr + code


def differences(name, want, got):
    return list(difflib.unified_diff(want.splitlines(), got.splitlines(), name, "what came",
                                     lineterm=""))


def problems_of(a3s, case, update):
    with tempfile.TemporaryDirectory() as folder:
        got = dict(zip(("expected.hcl", "expected.err"), import_case(a3s, case, folder)))
        problems = []
        for name, text in got.items():
            path = case / name
            if update:
                path.unlink(missing_ok=True)
                if text:
                    path.write_text(text, encoding="utf-8")
            want = path.read_text(encoding="utf-8") if path.exists() else ""
            problems += differences(name, want, text)
        if got["expected.hcl"]:
            written = pathlib.Path(folder) / "A3sfile.hcl"
            written.write_text(got["expected.hcl"], encoding="utf-8")
            for command in ("validate", "fmt"):
                options = ["--check", "--diff"] if command == "fmt" else []
                done = run(a3s, folder, command, *options)
                if done.returncode:
                    problems += [f"a3s {command}: {line}" for line in done.stdout.splitlines()]
        return problems


def main():
    names = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
    if not names:
        sys.exit(__doc__)
    a3s = pathlib.Path(names[0]).resolve()
    cases = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
    cases = [HERE / name for name in names[1:]] or cases
    failed = 0
    print(f"1..{len(cases)}")
    for number, case in enumerate(cases, 1):
        problems = problems_of(a3s, case, "--update" in sys.argv)
        failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {case.name}")
        for line in problems:
            print(f"# {line}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
