"""Files that change: who is restarted, how often, and in which order."""

import json
import os
import re

from harness import case, check, same


def watching(*paths, more=""):
    listed = ", ".join(f'"{path}"' for path in paths)
    return f'watch {{\n  paths = [{listed}]\n  debounce = "200ms"\n  {more}\n}}'


@case
def one_save_is_one_wave(t):
    t.write("lib/util.py", "one\n")
    port = t.free_port()
    t.a3sfile(t.service("store", "--listen tcp",
                        f'port = {port}\nhealth {{ type = "tcp" }}\n{watching("lib")}'),
              t.service("api", "", f'depends_on = ["store"]\n{watching("lib", "api")}'),
              t.service("web", "", 'depends_on = ["api"]'))
    program = t.start("up")
    for name in ("store", "api", "web"):
        t.expect(name, "start")
    gate = len(t.said("web", "start"))
    t.write("lib/util.py", "two\n")
    t.write("lib/more.py", "two\n")
    program.wait_for(r"lib/\w+\.py and 1 more changed: restarting store, api$")
    t.expect("store", "start", 2)
    t.expect("api", "start", 2)
    t.wait_state("api", "running")
    # In order: the API starts only when the store is ready again.
    said = {(name, event): t.said(name, event)[-1]["at"]
            for name, event in (("store", "term"), ("store", "listening"), ("api", "start"))}
    check(said["store", "listening"] < said["api", "start"], t.story)
    # Once each, and who only depends on them goes on.
    t.write("api/main.py", "one\n")
    t.expect("api", "start", 3)
    same((len(t.said("store", "start")), len(t.said("api", "start"))), (2, 3), "starts")
    same(len(t.said("web", "start")), gate, "starts of who watches nothing")
    t.stop(program)


@case
def a_save_by_rename_is_called_by_the_file(t):
    t.write("src/main.txt", "one\n")
    t.a3sfile(t.service("a", "", watching("src")))
    program = t.start("up")
    t.expect("a", "start")
    t.write("src/main.txt.tmp123", "two\n")
    os.rename(t.dir / "src/main.txt.tmp123", t.dir / "src/main.txt")
    t.expect("a", "start", 2)
    why = json.loads(t.expect_run(0, "why", "a", "--json").out)
    same([row["text"] for row in why["chain"] if row["event"] == "file"], ["src/main.txt changed"],
         "what is said to have changed")
    t.stop(program)


@case
def many_files_are_one_wave(t):
    for i in range(50):
        t.write(f"src/d{i}/x", "")
    # Long enough for a busy machine to write them all in.
    patient = watching("src").replace("200ms", "1s")
    t.a3sfile(t.service("a", "", patient), t.service("b", "", patient))
    program = t.start("up")
    t.expect("a", "start")
    t.expect("b", "start")
    for i in range(2000):
        (t.dir / f"src/d{i % 50}/{i}").write_text("x")
    t.expect("a", "start", 2)
    t.expect("b", "start", 2)
    program.wait_for(r"and at least 31 more changed: restarting a, b$")
    t.write("src/last", "x")
    t.expect("a", "start", 3)
    t.expect("b", "start", 3)
    same((len(t.said("a", "start")), len(t.said("b", "start"))), (3, 3), "starts")
    t.stop(program)


@case
def who_restarts_itself_is_stopped_from_it(t):
    t.write("data/seed", "x")
    t.a3sfile('service "a" {\n  cmd = "echo x >> data/cache; echo begins; exec sleep 1000"\n'
              f'  {watching("data").replace("200ms", "20ms")}\n}}')
    program = t.start("up")
    t.wait_state("a", "running")
    t.write("data/seed", "y")
    program.wait_for(r'a: data/cache has changed right after each of the last 8 restarts.*"ignore" \(A3sfile\.hcl:\d+\)')
    row = t.status()["a"]
    same(row["state"], "running", "state")
    check(8 <= row["restart_count"] <= 10, f"restarts: {row['restart_count']}")
    t.stop(program)


@case
def the_root_is_deleted_and_made_again(t):
    t.write("src/main.txt", "one\n")
    t.a3sfile(t.service("a", "", watching("src")))
    program = t.start("up")
    t.expect("a", "start")
    os.rename(t.dir / "src", t.dir / "gone")
    t.expect("a", "start", 2)
    t.write("src/main.txt", "two\n")
    t.expect("a", "start", 3)
    t.write("src/main.txt", "three\n")
    t.expect("a", "start", 4)
    t.stop(program)


@case
def links_that_lead_in_circles(t):
    t.write("src/main.txt", "one\n")
    os.symlink("..", t.dir / "src/up")
    os.symlink("self", t.dir / "src/self")
    t.a3sfile(t.service("a", "", watching("src")))
    program = t.start("up")
    t.expect("a", "start")
    t.write("beside", "x")
    t.write("src/main.txt", "two\n")
    t.expect("a", "start", 2)
    check(not re.search("beside", program.text()), "a link was followed")
    t.stop(program)
