#!/usr/bin/env python3
"""The commands that the documentation shows: what is printed below them is what a3s prints.

    commands.py A3S

A session is a fenced block with lines "$ COMMAND" and what each printed. SESSIONS has the folder in
which it is played, and what has to be done before; those of ELSEWHERE are about services that run, and
played by tests/e2e/test_docs.py, or are a benchmark. Of every "a3s ..." in a fence or between backquotes
the command and the options have to exist; lines without a prompt that need no a3s that runs have to
succeed; every piece of HCL is an A3sfile, but for programs that are not there. Prints TAP.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = pathlib.Path(__file__).resolve().parent

COMPILE = "; ".join(f"cp {name}.hcl A3sfile.hcl && a3s compile -o {name}.bin" for name in ("old", "new"))
SESSIONS = {
    ("README.md", "a3s validate"): (HERE / "mistakes", ""),
    ("docs/guide.md", "a3s validate"): (HERE / "mistakes", ""),
    ("docs/guide.md", "a3s graph"): (ROOT / "examples" / "shop", ""),
    ("docs/guide.md", "a3s plan diff old.bin new.bin"): (HERE / "diff", COMPILE),
    ("docs/guide.md", "a3s init --stdout"): (ROOT / "tests" / "init" / "guide", ""),
    ("docs/language.md", "a3s hcl broken.hcl"): (HERE / "broken", ""),
}
ELSEWHERE = {
    ("README.md", "a3s up"), ("docs/guide.md", "a3s why lane"), ("docs/benchmarks.md", "bench/restarts"),
}
# What a piece of HCL needs around it.
SERVICE = 'service "web" {\n  cmd = "true"\n}\n'
FILES = {"motd.txt": "hello\n"}
# Commands that speak to an a3s that runs; tests/e2e/test_docs.py has them.
NEED_ONE = {"fault", "open"}


def fences(page, language="[a-z]*"):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def sessions(page):
    """(command, what it printed) of each line with a prompt."""
    for text in fences(page):
        parts = re.split(r"^\$ (.*)\n", text, flags=re.M)
        for command, printed in zip(parts[1::2], parts[2::2]):
            yield command, printed.rstrip("\n") + "\n"


def environment(a3s, folder):
    keep = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}
    return {**keep, "PATH": f"{a3s.parent}:{os.environ['PATH']}", "HOME": folder, "COLUMNS": "96",
            "LC_ALL": "C.UTF-8", "TERM": "dumb", "XDG_RUNTIME_DIR": folder}


def play(a3s, command, place):
    source, before = place
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        done = {"cwd": folder, "env": environment(a3s, folder), "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "timeout": 60}
        subprocess.run(["sh", "-c", before], check=True, **done)
        return subprocess.run(["sh", "-c", command], check=False, **done).stdout.decode()


def sessions_are_true(a3s, page, name):
    wrong = []
    for command, printed in sessions(page):
        place = SESSIONS.get((name, command))
        if not place and (name, command) not in ELSEWHERE:
            wrong.append(f"no test plays: {command}")
        elif place and (got := play(a3s, command, place)) != printed:
            wrong += [f"{command} prints:", *got.splitlines()]
    return wrong


def hcl_is_valid(a3s, page):
    wrong = []
    for text in fences(page, "hcl"):
        with tempfile.TemporaryDirectory() as folder:
            files = {**FILES, "A3sfile.hcl": text + ("" if 'service "' in text else SERVICE)}
            for name, content in files.items():
                pathlib.Path(folder, name).write_text(content, encoding="utf-8")
            done = subprocess.run([a3s, "validate"], cwd=folder, env=environment(a3s, folder), capture_output=True,
                                  timeout=60, check=False)
        if done.returncode:
            wrong += done.stdout.decode().splitlines()
    return wrong


def lines_succeed(a3s, page):
    """Of "a3s COMMAND ... && ...  # why" and the like the first command."""
    wrong = []
    for text in fences(page):
        for line in re.findall(r"^a3s [a-z].*", "" if "$ " in text else text, re.M):
            command = re.split(r"\s+(?:#|\||&&)", line)[0]
            name = command.split()[1]
            if name in NEED_ONE:
                continue
            with tempfile.TemporaryDirectory() as folder:
                if name != "init":
                    pathlib.Path(folder, "A3sfile.hcl").write_text(SERVICE, encoding="utf-8")
                done = subprocess.run(["sh", "-c", command], cwd=folder, env=environment(a3s, folder), check=False,
                                      stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
            if done.returncode:
                wrong += [f"{command} ends with {done.returncode}", *done.stderr.decode().splitlines()]
    return wrong


def mentions(page):
    """What follows "a3s" in commands, as words."""
    text = page.read_text(encoding="utf-8")
    lines = [line for fence in fences(page) for line in fence.splitlines()]
    spans = re.findall(r"`(a3s [^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    for line in lines + spans:
        found = re.match(r"(?:\$ )?(?:build/)?a3s (.*)", line)
        if not found:
            continue
        plain = re.split(r"\s+#|[|;&<>]|\.\.\.", found[1])[0]
        plain = re.sub(r"[\[\]()]", " ", plain)
        try:
            yield line, shlex.split(plain)
        except ValueError:
            continue  # what it prints, not a command


class Help:
    def __init__(self, a3s):
        self.a3s = a3s
        self.texts = {}
        self.commands = set(re.findall(r"^  (\w+(?: \w+)?)  ", self.of([]), re.M))

    def of(self, command):
        key = " ".join(command)
        if key not in self.texts:
            self.texts[key] = subprocess.run([self.a3s, *command, "--help"], capture_output=True,
                                             timeout=60, check=False).stdout.decode()
        return self.texts[key]

    def command(self, words):
        """The longest beginning that is a command."""
        for length in (2, 1):
            if len(words) >= length and " ".join(words[:length]) in self.commands:
                return words[:length]
        return None


def mentions_exist(help_, page):
    wrong = []
    for line, words in mentions(page):
        words = words[2:] if words[:1] in (["-f"], ["--file"]) else words
        if not words or not re.fullmatch(r"[a-z]+", words[0]):
            continue
        command = help_.command(words)
        if not command:
            # "a3s is", "a3s and its guards": prose is no command, unless it has options
            if any(word.startswith("-") for word in words):
                wrong.append(f"no such command: {line}")
            continue
        rest = words[len(command):]
        rest = rest[:rest.index("--")] if "--" in rest else rest
        known = help_.of(command) + help_.of([])
        for word in rest:
            option = word.split("=")[0]
            if re.fullmatch(r"--?[a-z][a-z-]*", option) and not re.search(
                    rf"(^|[\s,]){re.escape(option)}\b", known):
                wrong.append(f"no option {option}: {line}")
    return wrong


def main():
    a3s = pathlib.Path(sys.argv[1]).resolve()
    help_ = Help(a3s)
    results = []
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]):
        name = str(page.relative_to(ROOT))
        results.append((f"sessions of {name}", sessions_are_true(a3s, page, name)))
        results.append((f"commands in {name}", mentions_exist(help_, page)))
        results.append((f"lines of {name}", lines_succeed(a3s, page)))
        results.append((f"HCL in {name}", hcl_is_valid(a3s, page)))
    print(f"1..{len(results)}")
    for number, (name, problems) in enumerate(results, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for line in problems:
            print(f"# {line}")
    return any(problems for _, problems in results)


sys.exit(main())
