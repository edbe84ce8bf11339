#!/usr/bin/env python3
"""`a3s completion`: what it offers for an unfinished line, and shells that complete by it.

    run.py A3S

bash and zsh are real ones on a terminal of their own: keys go in, the completed line comes out. fish is
asked what it would offer. The script is read as the guide says and, where a shell looks for it by itself,
from the folder that it is installed in. A shell that is not here is skipped. Prints TAP.
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

# How a shell is started, and what is typed into it first. Each prompt comes out of two pieces, so
# that the echo of the line that sets it is not taken for it.
PROMPT = "PS1='>'' '"
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], [PROMPT, "source <(a3s completion bash)"]),
    "zsh": (["zsh", "-f", "-i"],
            [f"unsetopt prompt_sp; {PROMPT}", "autoload -U compinit; compinit -u -D", "source <(a3s completion zsh)"]),
    "zsh, installed": (["zsh", "-f", "-i"],
                       [f"unsetopt prompt_sp; {PROMPT}", "fpath=($PWD/site $fpath); autoload -U compinit; compinit -u -D"]),
}

# The line in front of the cursor, and what fish offers for its last word: names, without what they mean.
FISH = [
    ("a3s vali", ["validate"]),
    ("a3s up st", ["store"]),
    ("a3s up store s", ["seed"]),
    ("a3s logs -f ap", ["api"]),
    ("a3s validate --for", ["--format"]),
    ("a3s validate --format ", ["github", "json", "sarif", "text"]),
    ("a3s validate --format=j", ["--format=json"]),
    ("a3s plan sh", ["show"]),
    ("a3s plan show A3", ["A3sfile.hcl"]),
    ("a3s -f oth", ["other.hcl"]),
    ("a3s -f other.hcl up ", ["one"]),
    ("a3s nonsense ", []),
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


def put_stub(a3s, folder):
    """An a3s that answers what completion asks, and else shows its words; the PATH that finds it."""
    stub = folder / "bin" / "a3s"
    stub.parent.mkdir()
    stub.write_text(f'#!/bin/sh\n[ "$1" = completion ] && exec "{a3s}" "$@"\n'
                    'printf "<%s>" "$@"; echo "."\n', encoding="utf-8")
    stub.chmod(0o755)
    return f"{stub.parent}:{os.environ['PATH']}"


class Shell:
    """An interactive shell on a terminal."""

    def __init__(self, command, lines, folder, path):
        env = {**os.environ, "PATH": path, "TERM": "dumb", "HISTFILE": "", "INPUTRC": "/dev/null", "HOME": str(folder)}
        self.text = ""
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, env)
        for line in lines:
            self.type(f"{line}\n", "> ")

    def wait_for(self, pattern):
        end = time.monotonic() + DEADLINE
        while not re.search(pattern, self.text, re.S):
            if not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError(f"no {pattern!r} in {self.text!r}")
            self.text += os.read(self.terminal, 65536).decode("utf-8", "replace")

    def type(self, keys, pattern):
        self.text = ""
        os.write(self.terminal, keys.encode())
        self.wait_for(pattern)
        return self.text

    def completes(self, keys, want):
        try:
            said = self.type(f"a3s {keys}\n", r"\.\r*\n.*> ")
        except (TimeoutError, OSError) as problem:
            return str(problem)
        return None if want + "." in said else f"{want} is not in {said!r}"

    def end(self):
        os.close(self.terminal)  # hangs up
        os.waitpid(self.child, 0)


def in_shell(name, folder, path):
    command, lines = SHELLS[name]
    shell = Shell(command, lines, folder, path)
    try:
        for keys, want in TYPED:
            yield f"{name}: a3s {keys!r}", shell.completes(keys, want)
    finally:
        shell.end()


def in_fish(folder, path):
    script = "a3s completion fish | source; for line in $argv; complete -C $line; echo .; end"
    done = subprocess.run(["fish", "-N", "-c", script, *(line for line, _ in FISH)], cwd=folder, timeout=60,
                          capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": path, "HOME": str(folder)})
    answers = done.stdout.split(".\n") if not done.stderr else []
    for number, (line, want) in enumerate(FISH):
        got = [offer.split("\t")[0] for offer in answers[number].splitlines()] if answers else done.stderr
        yield f"fish: {line}", None if got == want else f"offered {got} instead of {want}"


def in_shells(a3s, folder):
    path = put_stub(a3s, folder)
    (folder / "site").mkdir()
    (folder / "site" / "_a3s").write_bytes(
        subprocess.run([a3s, "completion", "zsh"], capture_output=True, timeout=60, check=True).stdout)
    for name in [*SHELLS, "fish"]:
        program = name.split(",")[0]
        if not shutil.which(program):
            yield f"{name} # SKIP {program} is not installed", None
        else:
            yield from in_fish(folder, path) if name == "fish" else in_shell(name, folder, path)


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
        results += in_shells(a3s, folder)
    print(f"1..{len(results)}")
    for number, (name, problem) in enumerate(results, 1):
        print(f"{'not ok' if problem else 'ok'} {number} - {name}")
        if problem:
            print(f"# {problem}")
    return any(problem for _, problem in results)


sys.exit(main())
