"""The compiled plan as a file: deterministic, whole or refused, run without its source."""

import json
import os
import random
import re
import shutil

from harness import REPOSITORY, case, check, same

FOUNDING = REPOSITORY / "examples/monorepo/A3sfile.hcl"
ORDER = "gateway power search event lane safeclaw box os".split()


def compile_small(t):
    t.a3sfile(t.service("a", "--listen tcp", 'port = 21000\nhealth { type = "tcp" }'),
              t.service("b", "--exit 0", 'kind = "task"\ndepends_on = ["a"]\nwatch { paths = ["src"] }'))
    t.expect_run(0, "compile", "-o", "plan.bin")
    return t.dir / "plan.bin"


@case
def founding_order(t):
    shutil.copy(FOUNDING, t.dir)
    t.expect_run(0, "compile", "-o", "plan.bin")
    shown = t.expect_run(0, "plan", "show", "plan.bin").out
    places = {name: re.search(rf'^service "?{name}"?\b', shown, re.MULTILINE) for name in ORDER}
    check(all(places.values()), f"not every service is shown:\n{shown}")
    same(sorted(ORDER, key=lambda name: places[name].start()), ORDER, "start order")


@case
def same_bytes_everywhere(t):
    plans = []
    for folder in ("one", "another/much/deeper"):
        where = t.dir / folder
        where.mkdir(parents=True)
        shutil.copy(FOUNDING, where)
        t.expect_run(0, "compile", "-o", "plan.bin", cwd=where, env={"LC_ALL": "C", "TZ": folder})
        plans.append((where / "plan.bin").read_bytes())
    t.expect_run(0, "compile", "-f", t.dir / "one/A3sfile.hcl", "-o", t.dir / "far.bin", cwd="/")
    plans.append((t.dir / "far.bin").read_bytes())
    check(plans[0] == plans[1], "two folders, two different plans")
    check(plans[0] == plans[2], "-f from elsewhere gives a different plan")
    for path in (t.base, REPOSITORY, os.path.expanduser("~")):
        check(str(path).encode() not in plans[0], f"the absolute path {path} is in the plan")


@case
def compile_leaves_nothing_beside_the_plan(t):
    compile_small(t)
    same(sorted(os.listdir(t.dir)), ["A3sfile.hcl", "plan.bin"], "files")
    result = t.run("compile", "-o", "no/such/folder/plan.bin")
    check(result.code not in (0, 99) and result.err, f"not refused: {result}")
    same(sorted(os.listdir(t.dir)), ["A3sfile.hcl", "plan.bin"], "files")


@case
def plan_show_is_stable(t):
    plan = compile_small(t)
    same(t.expect_run(0, "plan", "show", plan).out, t.expect_run(0, "plan", "show", plan).out, "text")
    t.expect_run(0, "plan", "show", "--json", plan)
    t.expect_run(0, "plan", "show", "--dot", plan)


def refused(t, path, *args):
    result = t.expect_run(4, *args, path)
    check(result.err.strip() and path.name in result.err, f"no reason in {result}")


@case
def flipped_bits(t):
    # All of them are a unit test's; here a sample goes through the whole program.
    good = compile_small(t).read_bytes()
    broken = t.dir / "broken.bin"
    chosen = random.Random(1)
    for bit in [*range(0, 512, 7), *(chosen.randrange(8 * len(good)) for _ in range(150))]:
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        broken.write_bytes(data)
        refused(t, broken, "plan", "show")
    refused(t, broken, "run")


@case
def cut_off(t):
    good = compile_small(t).read_bytes()
    broken = t.dir / "broken.bin"
    chosen = random.Random(2)
    for size in [0, 1, 7, 8, 39, 40, 41, len(good) - 1, *(chosen.randrange(len(good)) for _ in range(80))]:
        broken.write_bytes(good[:size])
        refused(t, broken, "plan", "show")
    broken.write_bytes(good + b"\0")
    refused(t, broken, "run")


@case
def no_plan_at_all(t):
    compile_small(t)
    refused(t, t.dir / "A3sfile.hcl", "run")
    refused(t, t.dir / "nothing.bin", "run")
    (t.dir / "folder.bin").mkdir()
    refused(t, t.dir / "folder.bin", "run")
    os.mkfifo(t.dir / "fifo.bin")
    refused(t, t.dir / "fifo.bin", "run")


@case
def run_after_the_source_is_gone(t):
    t.a3sfile(t.service("a", "--exit 0", 'kind = "task"'), t.service("b", "", 'depends_on = ["a"]'))
    t.expect_run(0, "compile", "-o", "plan.bin")
    (t.dir / "A3sfile.hcl").unlink()
    program = t.start("run", "plan.bin")
    t.expect("b", "start")
    t.order(("a", "exit"), ("b", "start"))
    t.stop(program)


@case
def relative_to_the_plan(t):
    t.a3sfile(t.service("a", "--exit 0", 'kind = "task"\ndir = "sub"'))
    (t.dir / "sub").mkdir()
    t.expect_run(0, "compile", "-o", "plan.bin")
    program = t.start("run", t.dir / "plan.bin", cwd="/")
    same(t.expect("a", "start")["dir"], str(t.dir / "sub"), "folder of the service")
    same(program.wait(), 0, "exit code")


@case
def only_our_own_plan_is_run(t):
    plan = compile_small(t)
    link = t.dir / "link.bin"
    link.symlink_to(plan)
    for path, mode in ((link, 0o600), (plan, 0o620), (plan, 0o602), (plan, 0o666)):
        plan.chmod(mode)
        result = t.expect_run(4, "run", path)
        check("--trust" in result.err, f"the way out is not named in {result}")
    t.expect_run(0, "plan", "show", plan)


@case
def trust_goes_on(t):
    t.a3sfile(t.service("a"))
    t.expect_run(0, "compile", "-o", "plan.bin")
    (t.dir / "plan.bin").chmod(0o666)
    program = t.start("run", "--trust", "plan.bin")
    t.expect("a", "start")
    t.stop(program)


@case
def check_writes_nothing(t):
    plan = compile_small(t)
    good = plan.read_bytes()
    source = (t.dir / "A3sfile.hcl").read_text()
    t.expect_run(0, "compile", "--check")
    (t.dir / "A3sfile.hcl").write_text(source.replace("21000", "21001"))
    stale = t.expect_run(1, "compile", "--check")
    check("port: 21000 -> 21001" in stale.out and "restart a" in stale.out, f"no difference in {stale}")
    check("stale" in stale.err, f"not said in {stale}")
    (t.dir / "A3sfile.hcl").write_text("service {")
    t.expect_run(4, "compile", "--check")
    check(plan.read_bytes() == good, "the plan was written")
    (t.dir / "A3sfile.hcl").write_text(source)
    for size in (0, 40, len(good) - 8):
        plan.write_bytes(good[:size])
        t.expect_run(1, "compile", "--check")
        same(plan.stat().st_size, size, "size of the plan")
    plan.unlink()
    gone = t.expect_run(1, "compile", "--check", "-o", "plan.bin")
    check("plan.bin" in gone.err, f"no reason in {gone}")
    same(sorted(os.listdir(t.dir)), ["A3sfile.hcl"], "files")


@case
def diff_as_diff_does(t):
    old = compile_small(t)
    t.expect_run(0, "plan", "diff", old, old)
    t.a3sfile(t.service("b", "--exit 0", 'kind = "task"'))
    t.expect_run(0, "compile", "-o", "new.bin")
    changed = t.expect_run(1, "plan", "diff", old, "new.bin")
    check(changed.out.startswith("stop a\n"), f"{changed}")
    shown = json.loads(t.expect_run(1, "plan", "diff", "--json", old, "new.bin").out)
    same([(s["name"], s["change"]) for s in shown["services"]], [("a", "stop"), ("b", "restart")], "changes")
    (t.dir / "new.bin").write_bytes(old.read_bytes()[:100])
    for pair in ((old, "new.bin"), ("new.bin", old), (old, "missing.bin"), (old, ".")):
        trouble = t.expect_run(2, "plan", "diff", *pair)
        check(trouble.err and not trouble.out, f"{trouble}")
    t.expect_run(2, "plan", "diff", old)


@case
def graph_draws_without_a_terminal(t):
    compile_small(t)
    drawn = t.expect_run(0, "graph", env={"LC_ALL": "C"}).out
    check(drawn.isascii() and ":21000" in drawn, f"{drawn}")
    check("\N{BLACK CIRCLE}" in t.expect_run(0, "graph", env={"LC_ALL": "en_US.utf8"}).out, "no Unicode")
    t.expect_run(2, "graph", "--dot", "--mermaid")
    (t.dir / "A3sfile.hcl").write_text("service {")
    t.expect_run(4, "graph")
