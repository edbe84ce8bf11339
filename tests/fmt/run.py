#!/usr/bin/env python3
"""`a3s fmt`: NAME.in.hcl gives NAME.out.hcl, and every HCL file of the repository keeps its meaning.

    run.py A3S

The JSON of a file shows expressions as their source, so it is compared without blanks. Prints TAP.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Kept as it was written, whatever the layout.
VERBATIM = ROOT / "examples" / "monorepo" / "A3sfile.hcl"


def run(*command, text=None):
    return subprocess.run([str(part) for part in command], input=text, capture_output=True,
                          timeout=60, check=False)


def without_blanks(json):
    """Pairs of a backslash and what it escapes stay together."""
    out = bytearray()
    at = 0
    while at < len(json):
        pair = json[at:at + 2] if json[at:at + 1] == b"\\" else json[at:at + 1]
        if pair not in (b" ", b"\n", b"\t", b"\\t"):
            out += pair
        at += len(pair)
    return bytes(out)


def golden(a3s, case):
    want = case.with_name(case.name.replace(".in.hcl", ".out.hcl")).read_bytes()
    got = run(a3s, "fmt", "-", text=case.read_bytes()).stdout
    return None if got == want else f"got {got!r}"


def keeps(a3s, path):
    text = path.read_bytes()
    before = run(a3s, "hcl", "-", text=text)
    once = run(a3s, "fmt", "-", text=text)
    if before.returncode:
        return None if once.returncode == 4 and not once.stdout else "formatted, but not valid"
    if run(a3s, "fmt", "-", text=once.stdout).stdout != once.stdout:
        return "twice is not once"
    if run(a3s, "fmt", "--check", "-", text=once.stdout).returncode:
        return "what fmt gives does not pass --check"
    after = run(a3s, "hcl", "-", text=once.stdout)
    if without_blanks(before.stdout) != without_blanks(after.stdout):
        return "the JSON has changed"
    return None


def example(a3s, path):
    return run(a3s, "fmt", "--check", path).stdout.decode() or None


def rewrites(a3s, _):
    with tempfile.TemporaryDirectory() as folder:
        good, bad = pathlib.Path(folder) / "good.hcl", pathlib.Path(folder) / "bad.hcl"
        good.write_bytes(b"a=1\n")
        good.chmod(0o640)
        bad.write_bytes(b"a=\n")
        steps = [
            (run(a3s, "fmt", "--check", good), 1, f"{good}\n"),
            (run(a3s, "fmt", "--check", "--diff", good), 1,
             f"--- {good}\n+++ {good}\n@@ -1,1 +1,1 @@\n-a=1\n+a = 1\n"),
        ]
        untouched = good.read_bytes()
        steps += [(run(a3s, "fmt", good, bad), 4, f"{good}\n"), (run(a3s, "fmt", good), 0, "")]
        for done, code, printed in steps:
            if (done.returncode, done.stdout.decode()) != (code, printed):
                return f"{done.args}: {done.returncode} {done.stdout!r} {done.stderr!r}"
        if untouched != b"a=1\n" or bad.read_bytes() != b"a=\n":
            return "changed what was to stay"
        if good.read_bytes() != b"a = 1\n" or good.stat().st_mode & 0o777 != 0o640:
            return "not rewritten, or with another mode"
    return None


def diff_applies(a3s, _):
    """The diff of a long file, applied by patch, gives the formatted file."""
    if not shutil.which("patch"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "long.hcl"
        lines = [f"a{i}=1\n\n" if i % 13 in (0, 4) else f"a{i} = 1\n\n" for i in range(90)]
        path.write_text("".join(lines) + "last=1")
        diff = run(a3s, "fmt", "--check", "--diff", path).stdout
        want = run(a3s, "fmt", "-", text=path.read_bytes()).stdout
        done = run("patch", "-s", path, text=diff)
        return None if path.read_bytes() == want else f"{done.stdout!r} {diff!r}"


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    cases = [(golden, path) for path in sorted(HERE.glob("*.in.hcl"))]
    cases += [(rewrites, HERE), (diff_applies, HERE)]
    examples = sorted((ROOT / "examples").glob("**/*.hcl"))
    cases += [(example, path) for path in examples if path != VERBATIM]
    others = sorted((ROOT / "tests").glob("**/*.hcl"))
    cases += [(keeps, path) for path in examples + others]
    failed = 0
    print(f"1..{len(cases)}")
    for number, (check, path) in enumerate(cases, 1):
        problem = check(a3s, path)
        name = f"{check.__name__} {path.relative_to(ROOT)}"
        print(f"{'not ok' if problem else 'ok'} {number} - {name}")
        if problem:
            failed += 1
            print(f"# {problem}")
    return failed > 0


sys.exit(main())
