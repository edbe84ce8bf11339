#!/usr/bin/env python3
"""`a3s completion`: what it offers for an unfinished line, and shells that complete by it.

    run.py A3S

The bash here is a real one on a terminal of its own: keys go in, the completed line comes out. zsh
and fish only read their script, if they are installed. Prints TAP.
"""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

DEADLINE = 30 * int(os.environ.get("A3S_TEST_SLOW", "1"))
FILES = [":files"]
A3SFILE = """
service "store" { cmd = "./store" }
service "seed" { cmd = "./seed" }
service "$(touch hacked)" { cmd = "./x" }
service "api" {
  cmd =
}
"""

# The words behind a3s, and what is offered for the last one.
OFFERS = [
    (["vali"], ["validate"]),
    (["x"], []),
    (["pl"], ["plan"]),
    (["plan", "sh"], ["show"]),
    (["plan", "d"], ["diff"]),
    (["help", "plan", "sh"], ["show"]),
    (["help", "vali"], ["validate"]),
    (["nonsense", ""], []),
    (["--ver"], ["--version"]),
    (["-"], ["--file", "--help", "--version"]),
    (["up", "--wait"], ["--wait", "--wait-timeout"]),
    (["up", "--ver"], []),
    (["up", ""], ["store", "seed", "api"]),
    (["up", "s"], ["store", "seed"]),
    (["up", "store", "s"], ["seed"]),
    (["up", "--no-deps", "a"], ["api"]),
    (["up", "--", "a"], ["api"]),
    (["up", "--", "-"], []),
    (["up", "--wait-timeout", "s"], []),
    (["up", "--wait-timeout", "5", "se"], ["seed"]),
    (["logs", "-f", "se"], ["seed"]),
    (["logs", "-fn", "se"], []),
    (["logs", "-fn", "5", "se"], ["seed"]),
    (["logs", "-fn5", "se"], ["seed"]),
    (["-f", "other.hcl", "up", ""], ["one"]),
    (["up", "--file=other.hcl", ""], ["one"]),
    (["up", "--file", "=", "other.hcl", ""], ["one"]),
    (["-f", "missing.hcl", "up", ""], []),
    (["-f", "pipe", "up", ""], []),
    (["-f", "-", "up", ""], []),
    (["-f", ""], FILES),
    (["fmt", "A3"], FILES),
    (["run", ""], FILES),
    (["run", "plan.bin", ""], []),
    (["plan", "diff", "plan.bin", ""], FILES),
    (["compile", "-o", ""], FILES),
    (["validate", "--format", "j"], ["json"]),
    (["validate", "--format=j"], ["--format=json"]),
    (["validate", "--format", "=", "j"], ["json"]),
    (["validate", "--strict=t"], []),
    (["status", ""], []),
    (["explain", "E0203"], ["E0203"]),
    (["schema", "service.health.int"], ["service.health.interval"]),
    (["schema", "hea"], ["health"] + [f"health.{name}" for name in (
        "type", "path", "port", "status", "cmd", "pattern", "interval", "timeout", "retries", "start_timeout")]),
    (["schema", "health.int"], ["health.interval"]),
    (["schema", "max_r"], ["max_restarts"]),
    (["schema", "nonsense"], []),
    (["completion", "b"], ["bash"]),
]

# Keys typed behind "a3s ", and the words that the program then gets.
TYPED = [
    ("vali\t", "<validate>"),
    ("up st\t", "<up><store>"),
    ("up store s\t", "<up><store><seed>"),
    ("logs -f ap\t", "<logs><-f><api>"),
    ("validate --for\tj\t", "<validate><--format><json>"),
    ("validate --format=j\t", "<validate><--format=json>"),
    ("plan sh\tA3s\t", "<plan><show><A3sfile.hcl>"),
    ("-f oth\tup o\t", "<-f><other.hcl><up><one>"),
]


def offers(a3s, folder, words, want):
    done = subprocess.run([a3s, "completion", "--next", "--", *words], cwd=folder, timeout=60,
                          capture_output=True, text=True, check=False)
    got = [line.split("\t")[0] for line in done.stdout.splitlines()]
    if got == want and done.returncode == 0 and not done.stderr:
        return None
    return f"offered {got} instead of {want} {done.stderr}"


def everything(a3s, folder):
    """What the help lists, commands and options, is offered, too."""
    def output(*words):
        return subprocess.run([a3s, *words], capture_output=True, timeout=60, check=True, text=True,
                              cwd=folder).stdout

    def offered(*words):
        return {line.split("\t")[0] for line in output("completion", "--next", "--", *words).splitlines()}

    part = re.search(r"^commands:\n(.*?)\n\n", output("help"), re.M | re.S).group(1)
    for line in part.splitlines():
        words = re.split(r"  +", line.strip())[0].split()
        missing = {words[-1]} - offered(*words[:-1], "")
        options = re.findall(r"^  (?:-\w, |    )(--[\w-]+)", output(*words, "--help"), re.M)
        missing |= set(options) - offered(*words, "--")
        yield f"all of a3s {' '.join(words)}", f"{missing} is not offered" if missing else None


class Bash:
    """An interactive bash; the a3s that it finds answers what completion asks and shows its words."""

    def __init__(self, a3s, folder):
        stub = folder / "bin" / "a3s"
        stub.parent.mkdir()
        stub.write_text(f'#!/bin/sh\n[ "$1" = completion ] && exec "{a3s}" "$@"\n'
                        'printf "<%s>" "$@"; echo "."\n', encoding="utf-8")
        stub.chmod(0o755)
        env = {**os.environ, "PATH": f"{stub.parent}:{os.environ['PATH']}", "TERM": "dumb",
               "PS1": "> ", "HISTFILE": "", "INPUTRC": "/dev/null"}
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], env)
        self.text = ""
        self.wait_for("> ")
        self.type("source <(a3s completion bash)\n", "> ")

    def wait_for(self, what):
        end = time.monotonic() + DEADLINE
        while what not in self.text:
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"no {what!r} in {self.text!r}")
            self.text += os.read(self.terminal, 65536).decode("utf-8", "replace")

    def type(self, keys, what):
        self.text = ""
        os.write(self.terminal, keys.encode())
        self.wait_for(what)
        return self.text

    def completes(self, keys, want):
        try:
            said = self.type(f"a3s {keys}\n", ".\r\n")
            self.wait_for(".\r\n> ")
        except (TimeoutError, OSError) as problem:
            return str(problem)
        return None if want + "." in said else f"{want} is not in {said!r}"

    def end(self):
        os.close(self.terminal)  # hangs up
        os.waitpid(self.child, 0)


def in_bash(a3s, folder):
    bash = Bash(a3s, folder)
    try:
        return [(f"bash: a3s {keys!r}", bash.completes(keys, want)) for keys, want in TYPED]
    finally:
        bash.end()


def reads(a3s, shell):
    script = subprocess.run([a3s, "completion", shell], capture_output=True, timeout=60, check=True)
    done = subprocess.run([shell, "-n", "/dev/stdin"], input=script.stdout, timeout=60,
                          capture_output=True, check=False)
    return done.stderr.decode() or (f"exit code {done.returncode}" if done.returncode else None)


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "A3sfile.hcl").write_text(A3SFILE, encoding="utf-8")
        (folder / "other.hcl").write_text('service "one" {\n}\n', encoding="utf-8")
        os.mkfifo(folder / "pipe")
        for words, want in OFFERS:
            results.append((f"a3s {' '.join(words)}", offers(a3s, folder, words, want)))
        results += everything(a3s, folder)
        results += in_bash(a3s, folder)
        for shell in ("bash", "zsh", "fish"):
            if shutil.which(shell):
                results.append((f"{shell} reads its script", reads(a3s, shell)))
            else:
                results.append((f"{shell} reads its script # SKIP {shell} is not installed", None))
    print(f"1..{len(results)}")
    for number, (name, problem) in enumerate(results, 1):
        print(f"{'not ok' if problem else 'ok'} {number} - {name}")
        if problem:
            print(f"# {problem}")
    return any(problem for _, problem in results)


sys.exit(main())
