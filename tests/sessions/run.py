#!/usr/bin/env python3
"""Sessions at the terminal: NAME/session.txt is what a person would see who types its lines.

    run.py A3S [--update] [NAME...]

Each line "$ COMMAND" is run by sh in a copy of NAME's folder; below it stands what it prints, on
stdout and stderr in turn, and "[exit N]" unless that is 0. COLUMNS is 80, the locale speaks UTF-8.
--update writes the sessions anew: read the difference before you keep it. Prints TAP.
"""
import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def run_line(command, folder, a3s):
    env = {"PATH": f"{a3s.parent}:{os.environ['PATH']}", "HOME": folder, "COLUMNS": "80",
           "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    env.update((name, value) for name, value in os.environ.items() if name.endswith("SAN_OPTIONS"))
    result = subprocess.run(["sh", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)
    code = f"[exit {result.returncode}]\n" if result.returncode else ""
    return f"$ {command}\n{result.stdout.decode()}{code}"


def play(session, a3s):
    lines = session.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        for path in session.parent.iterdir():
            if path != session:
                shutil.copy(path, pathlib.Path(folder) / path.name)
        return "".join(run_line(line[2:], folder, a3s) for line in lines if line.startswith("$ "))


def main():
    names = [arg for arg in sys.argv[1:] if not arg.startswith("-")]
    if not names:
        sys.exit(__doc__)
    a3s = pathlib.Path(names[0]).resolve()
    sessions = [HERE / name / "session.txt" for name in names[1:]] or sorted(HERE.glob("*/session.txt"))
    failed = 0
    print(f"1..{len(sessions)}")
    for number, session in enumerate(sessions, 1):
        want, got = session.read_text(encoding="utf-8"), play(session, a3s)
        if "--update" in sys.argv:
            session.write_text(got, encoding="utf-8")
            want = got
        failed += got != want
        print(f"{'ok' if got == want else 'not ok'} {number} - {session.parent.name}")
        for line in difflib.unified_diff(want.splitlines(), got.splitlines(), "session", "what came", lineterm=""):
            print("# " + line)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
