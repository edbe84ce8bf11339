"""`a3s init`: what it writes, what it never touches, and that it runs."""

import os
import re
import sys

from harness import SERVICE, case, check, same

FILE = "A3sfile.hcl"


def text_of(t, name=FILE):
    return (t.dir / name).read_text(encoding="utf-8")


@case
def an_a3sfile_is_never_replaced_unasked(t):
    t.write("Procfile", "web: ./web\n")
    t.write(FILE, "# mine\n")
    result = t.expect_run(1, "init")
    check("is there already" in result.err and "--force" in result.err, result)
    same(text_of(t), "# mine\n", "the file")
    check("service" in t.expect_run(0, "init", "--stdout").out, "--stdout prints")
    same(text_of(t), "# mine\n", "the file behind --stdout")
    result = t.expect_run(0, "init", "--force")
    check("1 service from Procfile" in result.err, result)
    check('cmd  = "./web"' in text_of(t), text_of(t))


@case
def what_is_broken_writes_nothing(t):
    t.write("compose.yaml", "services:\n  web: [\n")
    result = t.expect_run(4, "init", "--force")
    check(re.search(r"compose\.yaml:\d+:\d+: error\[E0302\]", result.err), result)
    same(os.listdir(t.dir), ["compose.yaml"], "the folder")


@case
def the_first_file_is_taken_and_the_others_are_named(t):
    t.write("compose.yaml", "services: {a: {command: ./a}}\n")
    t.write("package.json", '{"scripts": {"dev": "x"}}\n')
    result = t.expect_run(0, "init")
    check("taking compose.yaml; --from takes another" in result.err, result)
    check('service "a"' in text_of(t), text_of(t))
    check('service "dev"' in t.expect_run(0, "init", "--stdout", "--from", "package.json").out, "--from")


@case
def what_is_not_carried_over_is_said_in_a_line(t):
    t.write("compose.yaml", "services: {a: {command: ./a, networks: [x], cap_add: [ALL]}, b: {command: ./b, networks: [x]}}\n")
    result = t.expect_run(0, "init")
    check("not carried over: networks, cap_add; the comments say where, and what to do" in result.err, result)
    check("# not carried over: networks (line 1: services reach" in text_of(t), text_of(t))


@case
def paths_are_seen_from_the_a3sfile(t):
    (t.dir / "sub" / "deep").mkdir(parents=True)
    t.write("sub/compose.yaml", "services: {a: {build: ./x, command: ./a, env_file: e.env}}\n")
    for target, prefix in ((FILE, "sub/"), ("sub/" + FILE, ""), ("sub/deep/" + FILE, "../")):
        t.expect_run(0, "init", "--from", "sub/compose.yaml", "-f", target)
        check(f'dir      = "{prefix}x"' in text_of(t, target), text_of(t, target))
        check(f'["{prefix}e.env"]' in text_of(t, target), text_of(t, target))


@case
def an_imported_procfile_runs(t):
    port = t.free_port()
    t.write("Procfile", f"web: PYTHONDONTWRITEBYTECODE=1 {sys.executable} -IS {SERVICE} web --listen http "
                        "--say port=$PORT\n")
    t.expect_run(0, "init", "--from", "Procfile", "--port", f"web={port}")
    t.write(FILE, f"dev {{\n  proxy_port = {t.proxy_port}\n}}\n" + text_of(t))
    program = t.start("up")
    program.wait_for(rf"web +│ port={port}\b")
    check(t.get("web")[0] == 200, "the proxy finds it")
    t.stop(program)
