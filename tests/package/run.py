#!/usr/bin/env python3
"""`scripts/package`: what the Debian package of a build has in it.

    run.py BUILD

The program that is unpacked runs, the pages and scripts are there, and the same build gives the
same bytes again. Skipped without dpkg-deb. Prints TAP.
"""
import gzip
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILES = ["usr/bin/a3s", "usr/share/man/man1/a3s.1.gz", "usr/share/man/man1/a3s-plan-show.1.gz",
         "usr/share/man/man5/A3sfile.5.gz", "usr/share/bash-completion/completions/a3s",
         "usr/share/zsh/vendor-completions/_a3s", "usr/share/fish/vendor_completions.d/a3s.fish",
         "usr/share/doc/a3s/copyright", "usr/share/doc/a3s/changelog.gz",
         "usr/share/doc/a3s/changelog.Debian.gz"]


def package(build, folder):
    done = subprocess.run([ROOT / "scripts" / "package", "--build", build, folder], cwd=ROOT, timeout=240,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"scripts/package: {done.stderr}")
    return pathlib.Path(done.stdout.strip())


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def problems_of(build, folder):
    first = package(build, folder / "one")
    if first.read_bytes() != package(build, folder / "two").read_bytes():
        yield "the same build gives other bytes"
    root = folder / "root"
    output("dpkg-deb", "-x", first, root)
    yield from (f"{name} is missing" for name in FILES if not (root / name).is_file())
    fields = output("dpkg-deb", "-f", first)
    version = re.search(r"^Version: (.*)-1$", fields, re.M).group(1)
    if output(root / "usr/bin/a3s", "--version") != f"a3s {version}\n":
        yield "another version than the program's"
    if ".TH" not in gzip.decompress((root / FILES[1]).read_bytes()).decode():
        yield "a3s.1 is no manual page"
    listed = output("dpkg-deb", "-c", first)
    yield from (line for line in listed.splitlines() if " root/root " not in line)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    print("1..1")
    if not shutil.which("dpkg-deb"):
        print("ok 1 - the package # SKIP dpkg-deb is not here")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            problems = list(problems_of(build, pathlib.Path(folder)))
        except (RuntimeError, subprocess.SubprocessError) as problem:
            problems = str(problem).splitlines()
    print(f"{'not ok' if problems else 'ok'} 1 - the package")
    for line in problems:
        print(f"# {line}")
    return bool(problems)


sys.exit(main())
