"""What a3s says about an A3sfile, and its exit code; nothing is started here."""

import json
import os
import re

from harness import REPOSITORY, Skip, case, check, same

FIRST_LINE = re.compile(r"^(.+?):(\d+):(\d+): error\[(E\d{4})\]: (.+)$", re.MULTILINE)
ANY_ERROR = re.compile(r"^(?:a3s: |.*\berror\b).*$", re.MULTILINE)


def errors(result):
    """[(line, column, message)] of the diagnostics."""
    return [(int(line), int(column), text) for _, line, column, _, text in FIRST_LINE.findall(result.said)]


def one_error(result, what):
    """Exactly one, and it names what it is about."""
    lines = [line for line in ANY_ERROR.findall(result.said) if not re.search(r"\b\d+ errors?\b", line)]
    same(len(lines), 1, f"number of errors in {result}")
    check(what in result.said, f"{what!r} is not named in {result}")


@case
def founding_document_is_valid(t):
    result = t.expect_run(0, "validate", "-f", REPOSITORY / "examples/monorepo/A3sfile.hcl")
    check("error" not in result.said, f"an error in {result}")


@case
def two_mistakes_two_errors(t):
    t.write("A3sfile.hcl", 'service "a" {\n  cmd        = "./a"\n  depends_on = ["bb"]\n}\n\n'
                           'service "b" {\n  cmd  = "./b"\n  prot = 8080\n}\n')
    result = t.expect_run(4, "validate")
    found = errors(result)
    same([(line, column) for line, column, _ in found], [(3, 17), (8, 3)], f"places in {result}")
    check('"bb"' in found[0][2] and "prot" in found[1][2], f"what is wrong is not named in {result}")
    for name in ("b", "port"):
        check(re.search(rf'help:.*did you mean "?{name}"?', result.said), f"no suggestion of {name} in {result}")


@case
def the_excerpt_points_at_the_mistake(t):
    t.write("A3sfile.hcl", 'service "a" {\n  cmd        = "./a"\n  depends_on = ["bb"]\n}\nservice "b" { cmd = "./b" }\n')
    result = t.expect_run(4, "validate")
    line, marks = re.search(r'^3 \|(.*)\n +\|(.*)', result.said, re.MULTILINE).groups()
    same(line[marks.index("^"):marks.index("^") + 4], '"bb"', "what the carets stand under")


@case
def columns_count_what_a_person_sees(t):
    # An e with a combining accent and a flag are one column each.
    t.write("A3sfile.hcl", 'service "a" {\n  env = { K = "e\u0301\U0001f1e9\U0001f1ea" }, x\n  cmd = "./a"\n}\n')
    found = errors(t.expect_run(4, "validate"))
    same(found[0][:2], (2, 21), "place of the comma")


@case
def cycle_of_three(t):
    t.write("A3sfile.hcl", "".join(
        f'service "{name}" {{\n  cmd        = "true"\n  depends_on = ["{on}"]\n}}\n'
        for name, on in (("a", "b"), ("b", "c"), ("c", "a"))))
    result = t.expect_run(4, "validate")
    same(len(errors(result)), 1, f"number of errors in {result}")
    path = errors(result)[0][2]
    check(re.search(r"\ba\b.*\bb\b.*\bc\b.*\ba\b", path), f"not the whole cycle: {path}")
    for line in (3, 7, 11):
        check(re.search(rf":{line}:\d+", result.said), f"the edge of line {line} is not shown in {result}")


@case
def every_mistake_of_a_file_in_one_run(t):
    t.write("A3sfile.hcl", """dev {
  log_level = "loud"
}
service "a" {
  cmd  = "./a"
  port = 7080
}
service "a" {
  cmd  = "./a"
  port = 99999
}
service "c" {
  depends_on = ["c"]
  health {
    type     = "http"
    interval = "2 s"
  }
}
""")
    lines = [line for line, _, _ in errors(t.expect_run(4, "validate"))]
    same(sorted(set(lines)), [2, 6, 8, 10, 12, 13, 14, 16], "lines with an error")


@case
def syntax_error(t):
    t.write("A3sfile.hcl", 'service "a" {\n  cmd = \n}\n')
    found = errors(t.expect_run(4, "validate"))
    same(len(found), 1, "number of errors")
    same(found[0][0], 2, "line")


@case
def json_for_programs(t):
    t.write("A3sfile.hcl", 'service "a" {\n  cmd = "./a"\n  prot = 1\n}\n')
    result = t.expect_run(4, "validate", "--format", "json")
    data = json.loads(result.out)
    data = data if isinstance(data, list) else data["diagnostics"]
    same(len([d for d in data if d["severity"] == "error"]), 1, "number of errors")


@case
def unknown_file(t):
    one_error(t.expect_run(4, "validate", "-f", "nothing.hcl"), "nothing.hcl")


@case
def no_file_at_all(t):
    result = t.expect_run(4, "validate", cwd=t.base)
    check("A3sfile.hcl" in result.err, f"what is missing is not named in {result}")


@case
def unreadable_file(t):
    if os.geteuid() == 0:
        raise Skip("root may read everything")
    t.write("A3sfile.hcl", 'service "a" { cmd = "./a" }\n').chmod(0)
    one_error(t.expect_run(4, "validate"), "A3sfile.hcl")


@case
def empty_file(t):
    t.write("A3sfile.hcl", "")
    one_error(t.expect_run(4, "validate"), "A3sfile.hcl")


@case
def directory(t):
    (t.dir / "A3sfile.hcl").mkdir()
    one_error(t.expect_run(4, "validate", "-f", "A3sfile.hcl"), "A3sfile.hcl")


@case
def too_many_parentheses(t):
    t.write("A3sfile.hcl", b"(" * (64 << 20))
    for command in ("validate", "up"):
        one_error(t.expect_run(4, command), "A3sfile.hcl")


@case
def deep_nesting(t):
    for opening in ("(", "[", "{", "-", "!", "a{", 'x = "${'):
        t.write("A3sfile.hcl", ("" if opening in ("a{", 'x = "${') else "x = ") + opening * 200000)
        t.expect_run(4, "validate")


@case
def bytes_that_are_no_text(t):
    for text in (b"\xff\xfe\x00", b'service "\xc3" {}', b"\0" * 100, bytes(range(256)), b"\xef\xbb\xbf"):
        t.write("A3sfile.hcl", text)
        t.expect_run(4, "validate")


@case
def every_command_refuses_a_wrong_file(t):
    t.write("A3sfile.hcl", 'service "a" {\n')
    for command in ("validate", "compile", "up"):
        same(len(errors(t.expect_run(4, command))), 1, f"number of errors of {command}")
    check(not list(t.dir.glob("*.bin")), "a plan was written")


@case
def the_nearest_file_upward_is_taken(t):
    t.write("A3sfile.hcl", 'service "a" { cmd = "true" }\n')
    t.write("deep/down/x", "")
    t.expect_run(0, "validate", cwd=t.dir / "deep/down")


@case
def warnings_are_errors_only_if_strict(t):
    t.write("A3sfile.hcl", 'service "a" {\n  cmd = "./there-is-no-such-program"\n  dir = "nowhere"\n}\n')
    result = t.expect_run(0, "validate")
    check("nowhere" in result.said, f"no warning in {result}")
    t.expect_run(4, "validate", "--strict")


@case
def usage(t):
    t.write("A3sfile.hcl", 'service "a" { cmd = "true" }\n')
    for args in (["frobnicate"], ["up", "--nope"], ["restart"], ["run"], ["explain", "x", "y"], ["-f"],
                 ["logs", "-n", "many"]):
        result = t.expect_run(2, *args)
        check(result.err.startswith("a3s: "), f"not a3s's own message: {result}")
    check("validate" in t.expect_run(2, "validat").err, "no suggestion for validat")


@case
def help_and_version(t):
    result = t.expect_run(0, "--help")
    for command in ("up", "run", "down", "restart", "status", "logs", "validate", "compile", "plan"):
        check(re.search(rf"\b{command}\b", result.out), f"{command} is not in {result}")
        t.expect_run(0, *(["plan", "show"] if command == "plan" else [command]), "--help")
    check(re.search(r"\d+\.\d+", t.expect_run(0, "--version").out), "no version")
