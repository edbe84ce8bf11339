"""a3s in other programs: hooks before a commit, the workflow, editors. The texts are those of docs/."""

import json
import pathlib
import re
import shutil
import subprocess

from harness import DEADLINE, REPOSITORY, Skip, case, check, same

GOOD = 'service "a" {\n  cmd = "true"\n}\n'
BAD = 'service "a" {\n  cmd = "true"\n  prot = 1\n}\n'
LOOSE = 'service "a" {\n  cmd   =   "true"\n}\n'
# A note, a warning, a place behind wide characters, and a line that looks like a place itself.
MISTAKES = """service "web" {
  cmd  = "true"
  port = 3000
}
service "api" {
  cmd  = "true"
  dir  = "x:1:2: error"
  port = 3000
  prot = 1
}
"""


def page(name, language):
    """The examples of a language on a page of docs/."""
    text = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def hooks():
    """{id: {key: value}} of the hooks that a3s offers."""
    text = (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    blocks = text.split("\n- id: ")[1:]
    return {block.split("\n", 1)[0]: dict(re.findall(r"^  (\w+): (.*)$", block, re.MULTILINE)) for block in blocks}


def has_compile_check(t):
    return "--check" in t.expect_run(0, "compile", "--help").out


class Project:
    """A git repository in the case's folder, where `a3s` is the one that is tested."""

    def __init__(self, t):
        self.t = t
        self.env = {key: value for key, value in t.env.items() if not key.startswith("GIT_")}
        self.env.update(PATH=f"{pathlib.Path(t.a3s_path).parent}:{self.env['PATH']}", GIT_CONFIG_NOSYSTEM="1",
                        PRE_COMMIT_HOME=str(t.base / "pre-commit"))
        self.git("init", "-q")

    def call(self, *command, cwd=None):
        """(exit code, everything that it said)"""
        result = subprocess.run([str(part) for part in command], cwd=cwd or self.t.dir, env=self.env, timeout=DEADLINE * 2,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = result.stdout.decode("utf-8", "replace")
        self.t.inspect(" ".join(map(str, command)), said)
        return result.returncode, said

    def git(self, *args, code=0, cwd=None):
        got, said = self.call("git", "-c", "user.name=test", "-c", "user.email=test@localhost", *args, cwd=cwd)
        check(got == code, f"git {' '.join(map(str, args))}: exit {got}\n{said}")
        return said

    def commit(self, code=0, **files):
        """Tries to commit the files, of which one is wrong if the code is not 0."""
        for name, text in files.items():
            self.t.write(name.replace("__", "/") + ".hcl", text)
        self.git("add", "-A")
        return self.git("commit", "-qm", "a change", code=code)


# ---- before a commit -----------------------------------------------------------------------------


@case
def hooks_run_commands_that_there_are(t):
    offered = hooks()
    same(set(offered), {"a3s-validate", "a3s-fmt", "a3s-compile-check"}, "hooks")
    same(offered["a3s-compile-check"]["entry"], "a3s compile --check", "entry of the check of the plan")
    for name, keys in offered.items():
        same(keys["language"], "system", f"language of {name}")
        command = keys["entry"].split()
        same(command[0], "a3s", f"program of {name}")
        files = re.compile(keys["files"])
        same([bool(files.search(path)) for path in ("A3sfile.hcl", "a/b/A3sfile.hcl", "xA3sfile.hcl", "A3sfile.hcl.orig")],
             [True, True, False, False], f"files of {name}")
    t.write("A3sfile.hcl", GOOD)
    t.write("sub/A3sfile.hcl", GOOD)
    arguments = re.findall(r"[\w-]+", offered["a3s-fmt"]["args"])
    t.expect_run(0, "validate", "A3sfile.hcl", "sub/A3sfile.hcl")
    t.expect_run(0, "fmt", *arguments, "A3sfile.hcl", "sub/A3sfile.hcl")
    t.write("sub/A3sfile.hcl", LOOSE)
    result = t.expect_run(1, "fmt", *arguments, "A3sfile.hcl", "sub/A3sfile.hcl")
    check("-  cmd   =" in result.out, f"no difference in {result}")
    same((t.dir / "sub/A3sfile.hcl").read_text(), LOOSE, "the file that is only checked")


@case
def git_hook_of_the_page(t):
    project = Project(t)
    script = page("hooks.md", "sh")[0]
    hook = t.write(".git/hooks/pre-commit", script)
    hook.chmod(0o755)
    project.commit(other="x = \n")
    project.commit(A3sfile=GOOD)
    said = project.commit(code=1, A3sfile=BAD)
    check("A3sfile.hcl:3:3: error[E0214]" in said, f"no mistake in {said}")
    said = project.commit(code=1, A3sfile=LOOSE)
    check("+  cmd = " in said, f"no difference in {said}")
    project.commit(A3sfile=GOOD, **{"a folder__A3sfile": GOOD})
    said = project.commit(code=1, **{"a folder__A3sfile": BAD})
    check("a folder/A3sfile.hcl:3:3: error[E0214]" in said, f"no mistake in {said}")
    # What is staged counts, though the file has been mended since, and the other way round.
    t.write("a folder/A3sfile.hcl", GOOD)
    said = project.git("commit", "-qm", "mended, but not in the commit", code=1)
    check("a folder/A3sfile.hcl:3:3: error[E0214]" in said, f"no mistake in {said}")
    project.git("add", "-A")
    t.write("a folder/A3sfile.hcl", BAD)
    project.git("commit", "-q", "--allow-empty", "-m", "broken since, but not in the commit")


def write_config(project, folder, ids):
    """A .pre-commit-config.yaml as the page has it, with the hooks of this repository."""
    t = project.t
    folder.mkdir()
    shutil.copy(REPOSITORY / ".pre-commit-hooks.yaml", folder)
    project.git("init", "-q", cwd=folder)
    project.git("add", "-A", cwd=folder)
    project.git("commit", "-qm", "hooks", cwd=folder)
    revision = project.git("rev-parse", "HEAD", cwd=folder).strip()
    text = page("hooks.md", "yaml")[0].replace("REPOSITORY-OF-A3S", str(folder)).replace("VERSION", revision)
    for name in set(hooks()) - set(ids):
        text = text.replace(f"      - id: {name}\n", "")
    t.write(".pre-commit-config.yaml", text)


@case
def pre_commit_runs_the_hooks(t):
    if not shutil.which("pre-commit"):
        raise Skip("no pre-commit")
    project = Project(t)
    ids = set(hooks()) if has_compile_check(t) else {"a3s-validate", "a3s-fmt"}
    write_config(project, t.base / "hooks", ids)
    code, said = project.call("pre-commit", "install")
    same(code, 0, said)
    t.write("A3sfile.hcl", GOOD)
    t.expect_run(0, "compile")
    said = project.commit(A3sfile=GOOD, other="x = \n", sub__A3sfile=GOOD)
    same(said.count("Passed"), len(ids), f"hooks that passed in {said}")
    said = project.commit(code=1, A3sfile=BAD, sub__A3sfile=BAD)
    check("A3sfile.hcl:3:3: error[E0214]" in said and "sub/A3sfile.hcl:3:3: error[E0214]" in said, said)
    check(re.search(r"a3s validate\.+Failed\n", said), said)
    said = project.commit(code=1, A3sfile=GOOD, sub__A3sfile=LOOSE)
    check(re.search(r"a3s validate\.+Passed\na3s fmt\.+Failed\n", said) and "+  cmd = " in said, said)
    if "a3s-compile-check" in ids:
        said = project.commit(code=1, A3sfile=GOOD.replace("true", "false"), sub__A3sfile=GOOD)
        check(re.search(r"a3s compile --check\.+Failed\n", said), said)


# ---- the workflow --------------------------------------------------------------------------------


@case
def workflow_runs_commands_that_there_are(t):
    text = (REPOSITORY / "examples/github/a3s.yml").read_text(encoding="utf-8")
    lines = re.findall(r"^ +run: (a3s .*)$", text, re.MULTILINE)
    check(len(lines) >= 3, f"commands: {lines}")
    path = f"{pathlib.Path(t.a3s_path).parent}:{t.env['PATH']}"
    for source, codes in ((GOOD, {0}), (BAD, {0, 1, 4})):
        t.write("A3sfile.hcl", source)
        for line in lines:
            result = subprocess.run(["bash", "-ec", line], cwd=t.dir, env={**t.env, "PATH": path}, timeout=DEADLINE,
                                    capture_output=True, check=False)
            check(result.returncode in codes, f"{line}: {result}")
        results = json.loads((t.dir / "a3s.sarif").read_text())["runs"][0]["results"]
        same(len(results), 0 if source == GOOD else 1, "results in the log")


# ---- editors -------------------------------------------------------------------------------------


def validate_mistakes(t, path="a folder/A3sfile.hcl"):
    """What a3s prints, and [(path, line, column, level, code, message)] of it, from its JSON."""
    t.write(path, MISTAKES)
    findings = json.loads(t.expect_run(4, "validate", "--format", "json", path, "nothing.hcl").out)
    places = [(f["file"], f["range"]["start"]["line"], f["range"]["start"]["column"], f["severity"], f["code"],
               "; ".join(filter(None, (f["message"], f.get("detail"))))) for f in findings if "range" in f]
    notes = [(n["file"], n["range"]["start"]["line"], n["range"]["start"]["column"]) for f in findings for n in f["notes"]]
    return t.expect_run(4, "validate", path, "nothing.hcl").out, places, notes


@case
def vscode_problem_matcher(t):
    task = json.loads(page("editors.md", "json")[0])["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]
    groups = [pattern[name] for name in ("file", "line", "column", "severity", "code", "message")]
    text, places, _ = validate_mistakes(t)
    found = [match.group(*groups) for match in map(re.compile(pattern["regexp"]).search, text.split("\n")) if match]
    same([(path, int(line), int(column), *rest) for path, line, column, *rest in found], places, "problems")
    t.write("A3sfile.hcl", 'service "a" {\n  cmd = "true"\n  dir = "nowhere"\n}\n')
    warning = re.search(pattern["regexp"], t.expect_run(0, *task["command"].split()[1:]).out, re.MULTILINE)
    same(warning.group(*groups)[3:5], ("warning", "W0204"), "severity and code")


@case
def vim_errorformat(t):
    program = shutil.which("vim")
    if not program or "+eval" not in subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout:
        raise Skip("no vim, or a tiny one")
    text, places, notes = validate_mistakes(t)
    (t.dir / "output").write_text(text, encoding="utf-8")
    script = t.write("a3s.vim", page("editors.md", "vim")[0])
    t.write("read.vim", "command! -nargs=1 CompilerSet setlocal <args>\n"
                        f"source {script}\ncgetfile output\n"
                        "call writefile([json_encode(map(getqflist(), {_, e -> [e.bufnr ? bufname(e.bufnr) : '',"
                        " e.lnum, e.col, e.type, e.nr, e.text]}))], 'list.json')\nqall!\n")
    subprocess.run([program, "-Nu", "NONE", "-i", "NONE", "-es", "-S", "read.vim"], cwd=t.dir, env=t.env, timeout=DEADLINE,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    entries = json.loads((t.dir / "list.json").read_text(encoding="utf-8"))
    same([tuple(e) for e in entries if e[1] and e[3] != "I"],
         [(path, line, column, level[0], int(code[1:]), text) for path, line, column, level, code, text in places], "errors")
    same([tuple(e[:3]) for e in entries if e[3] == "I"], notes, "notes")
    same([e[5] for e in entries if not e[1]], ["the A3sfile cannot be read: No such file or directory"], "of no place")


@case
def emacs_rule_for_notes(t):
    quoted = re.search(r'\'\(a3s-note "(.*)" 1 2 3 0\)', page("editors.md", "elisp")[0]).group(1)
    # As Emacs reads a string, and then in Python's syntax, whose groups have no backslash.
    expression = quoted.replace("\\\\", "\\").replace("\\(", "(").replace("\\)", ")")
    text, _, notes = validate_mistakes(t)
    found = re.findall(expression.replace("^", "(?m:^)", 1), text)
    same([(path, int(line), int(column)) for path, line, column in found], notes, "notes")
    check(notes, "there is none")
