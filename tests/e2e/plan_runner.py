#!/usr/bin/env python3
"""The runtime never parses: a program without one compiler symbol runs a plan whose source is gone.

usage: plan_runner.py A3S PLAN_RUNNER
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = """
dev { proxy_port = 0 }
service "first" {
  kind = "task"
  cmd  = "echo one"
}
service "second" {
  kind       = "task"
  cmd        = ["sh", "-c", "echo two after $A3S_SERVICE"]
  depends_on = ["first"]
}
"""

# Functions of grammar/ and compiler/ by their files' naming law.
FORBIDDEN = re.compile(r"^(parse_source|lexer_|hcl_parser|ast_|check$|schema_|eval_|compile_file|lower_)")


def symbols(program):
    out = subprocess.run(["nm", "--defined-only", program], check=True, capture_output=True, text=True)
    return {line.split()[-1] for line in out.stdout.splitlines() if line}


def main(a3s, runner):
    found = symbols(runner)
    assert "daemon_run" in found and "plan_verify" in found, "nm does not see the program"
    strangers = sorted(name for name in found if FORBIDDEN.match(name))
    assert not strangers, f"the runtime has compiler symbols: {strangers}"

    with tempfile.TemporaryDirectory(prefix="a3s-runner-") as folder:
        source, plan = pathlib.Path(folder, "A3sfile.hcl"), pathlib.Path(folder, "plan.bin")
        source.write_text(SOURCE)
        subprocess.run([a3s, "-f", source, "compile", "-o", plan], check=True, timeout=60)
        source.unlink()
        env = {**os.environ, "XDG_RUNTIME_DIR": folder}
        done = subprocess.run([runner, plan, folder], env=env, timeout=60, capture_output=True, text=True)
        lines = [line.split("│ ", 1)[1] for line in done.stdout.splitlines() if not " a3s " in line]
        assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
        assert lines == ["one", "two after second"], lines


main(*map(os.path.abspath, sys.argv[1:]))
