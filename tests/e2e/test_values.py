"""Variables and values that are known only at start, through the real program."""

import json

from harness import case, check, same

SECRET = "hunter2 '$(touch pwned)' \"; touch pwned"


def show(name, *words, body=""):
    """A task that prints its arguments, one a line, in brackets."""
    command = ["/bin/sh", "-c", 'for word in "$@"; do echo "<$word>"; done', "sh"]
    arguments = ", ".join([json.dumps(word) for word in command] + list(words))
    return f'service "{name}" {{\n  kind = "task"\n  cmd  = [{arguments}]\n{body}\n}}\n'


@case
def a_missing_variable_stops_run(t):
    t.a3sfile(show("a", 'env("NEEDED_HERE")', 'env("SPARE", "x")', "var.key"),
              'variable "key" {\n  sensitive = true\n}\n')
    t.expect_run(0, "compile", "-o", "plan.bin")
    line = next(n for n, text in enumerate((t.dir / "A3sfile.hcl").read_text().split("\n"), 1)
                if "NEEDED_HERE" in text)
    for command in (["run", "plan.bin"], ["up"]):
        result = t.expect_run(4, *command)
        check(f"A3sfile.hcl:{line}:" in result.err and "NEEDED_HERE" in result.err, f"no line in {result}")
        check("A3S_VAR_key" in result.err and "SPARE" not in result.err, f"not what is missing: {result}")


@case
def values_arrive_as_they_are(t):
    t.a3sfile(show("a", 'env("ODD")', '"x${env("ODD")}y"', 'env("NONE", "")', "var.key", "service.db.url"),
              t.service("db", "--listen tcp", "port = 0"),
              'variable "key" {\n  sensitive = true\n}\n')
    t.env["ODD"] = SECRET
    up = t.start("up", "--var", "key=a b", "--var", "key=open sesame")
    for word in (f"<{SECRET}>", f"<x{SECRET}y>", "<>", "<open sesame>"):
        up.wait_for("│ " + "".join(f"\\{c}" if not c.isalnum() and c != " " else c for c in word) + "$")
    up.wait_for(r"<http://127\.0\.0\.1:\d+>")
    check(not (t.dir / "pwned").exists(), "a value was run")
    t.stop(up)


@case
def a_split_command_keeps_its_words(t):
    t.write("show.sh", 'for word in "$@"; do echo "<$word>"; done\n')
    t.a3sfile('service "a" {\n  kind = "task"\n'
              '  cmd  = "/bin/sh show.sh one=${env("ODD")} \'two ${env("ODD")}\' ${env("EMPTY")} end"\n}\n')
    t.env.update(ODD="a  b | c", EMPTY="")
    up = t.start("up")
    for word in (r"<one=a  b \| c>", r"<two a  b \| c>", "<>", "<end>"):
        up.wait_for(word)
    t.stop(up)


@case
def no_secret_is_in_a_plan(t):
    t.write(".env", f"FILED={SECRET.split()[0]}\n")
    t.write("note", "as it is\n")
    t.a3sfile(show("a", 'env("ODD")', "var.key", 'file("note")', body='  env_file = ".env"'),
              'variable "key" {\n  sensitive = true\n}\n')
    t.expect_run(0, "compile", "-o", "plan.bin", env={"ODD": SECRET, "A3S_VAR_key": SECRET})
    plan = (t.dir / "plan.bin").read_bytes()
    check(SECRET.split()[0].encode() not in plan, "the secret is in the plan")
    check(b"as it is" in plan and b"note\0" in plan, "the file is not in the plan")
    result = t.expect_run(4, "compile", "--var", f"key={SECRET}", "-o", "plan.bin")
    check("E0261" in result.err and SECRET.split()[0] not in result.said, f"said: {result}")


@case
def the_same_plan_whatever_is_around(t):
    t.a3sfile(show("a", 'env("ODD", "x")', "local.all", "service.db.url", 'file("sub/note")'),
              'service "db" {\n  cmd = "./db"\n  port = var.port\n}\n',
              'locals {\n  all = join(",", sort(keys({ b = 1, a = env("A"), "é" = 2 })))\n}\n',
              'variable "port" {\n  default = 0\n}\n')
    text = (t.dir / "A3sfile.hcl").read_text()
    plans = []
    for folder, env in (("one", {}), ("two/deep", {"TZ": "Asia/Tokyo", "LC_ALL": "C"}),
                        ("three", {"LC_ALL": "tr_TR.UTF-8", "ODD": "1", "A": "2", "A3S_VAR_other": "3"})):
        t.write(f"{folder}/A3sfile.hcl", text)
        t.write(f"{folder}/sub/note", "note")
        t.expect_run(0, "compile", "-o", "plan.bin", cwd=t.dir / folder, env=env)
        plans.append((t.dir / folder / "plan.bin").read_bytes())
    same([plan == plans[0] for plan in plans], [True] * 3, "equal plans")
    t.expect_run(0, "compile", "-f", "one/A3sfile.hcl", "-o", "far.bin", "--var", "port=0")
    same((t.dir / "far.bin").read_bytes() == plans[0], True, "what is given is what is the default")
    t.expect_run(0, "compile", "-f", "one/A3sfile.hcl", "-o", "far.bin", env={"A3S_VAR_port": "15001"})
    same((t.dir / "far.bin").read_bytes() == plans[0], False, "another port, the same plan")


@case
def variables_on_the_command_line(t):
    t.a3sfile(show("a", "var.word"), 'variable "word" {\n  description = "what to say"\n}\n')
    result = t.expect_run(4, "validate")
    check("E0260" in result.out and "--var word=" in result.out, f"said: {result}")
    t.expect_run(0, "validate", "--var", "word=x")
    t.expect_run(0, "validate", "--var=word=x=y")
    t.expect_run(0, "validate", env={"A3S_VAR_word": "x"})
    check("did you mean \"word\"" in t.expect_run(4, "validate", "--var", "wrd=x").out, "no suggestion")
    for wrong in (["--var"], ["--var", "word"], ["--var", "=x"]):
        t.expect_run(2, "validate", *wrong)
    t.expect_run(2, "status", "--var", "word=x")
