"""status, down, restart, logs: talking to an a3s that runs."""

import json
import os
import re
import signal
import stat

from harness import case, check, gone, same, until

NAMES = {"name", "state", "pid", "port", "subdomain", "uptime_secs", "proxy_port", "restart_count", "healthy"}


@case
def nothing_runs(t):
    t.a3sfile(t.service("a"))
    for command in (["status"], ["status", "--json"], ["why", "a"], ["down"], ["restart", "a"], ["logs"], ["logs", "-f"]):
        result = t.expect_run(3, *command)
        check(result.err.strip(), f"nothing is said: {result}")


@case
def status_for_programs(t):
    port = t.free_port()
    t.a3sfile(t.service("web", "--listen http", f'port = {port}\nsubdomain = "www"\nhealth {{ type = "http" }}'),
              t.service("worker"))
    program = t.start("up")
    row = t.wait_state("web", "running")
    pid = t.expect("web", "start")["pid"]
    check(NAMES <= {*row, *json.loads(t.run("status", "--json").out)}, f"missing in {row}")
    same({key: row[key] for key in ("pid", "port", "subdomain", "restart_count", "healthy")},
         {"pid": pid, "port": port, "subdomain": "www", "restart_count": 0, "healthy": True}, "row of web")
    check(isinstance(row["uptime_secs"], (int, float)) and row["uptime_secs"] >= 0, f"uptime in {row}")
    t.stop(program)


@case
def status_for_people(t):
    t.a3sfile(t.service("web", "--listen http", 'port = 0\nhealth { type = "http" }'), t.service("worker"))
    program = t.start("up")
    t.wait_state("web", "running")
    out = t.expect_run(0, "status").out
    check(re.search(r"^web\b.*\brunning\b", out, re.MULTILINE), f"no row for web in\n{out}")
    check(f"http://web.localhost:{t.proxy_port}" in out, f"no address in\n{out}")
    same(t.expect_run(0, "ps").out.split()[0], out.split()[0], "what ps prints")
    t.stop(program)


@case
def restart_gives_a_new_process(t):
    t.a3sfile(t.service("store"), t.service("web", "", 'depends_on = ["store"]'))
    program = t.start("up")
    first = t.expect("web", "start")["pid"]
    t.expect_run(0, "restart", "web")
    second = t.expect("web", "start", 2)["pid"]
    check(first != second, "the same process")
    check(gone(first), "the old process is still there")
    same(t.wait_state("web", "running")["pid"], second, "process in status")
    same(t.status()["web"]["restart_count"], 1, "restarts")
    same(len(t.said("store", "start")), 1, "starts of what it depends on")
    t.stop(program)


@case
def restart_of_an_unknown_service(t):
    t.a3sfile(t.service("web"))
    program = t.start("up")
    t.expect("web", "start")
    result = t.run("restart", "wbe")
    check(result.code in (1, 2) and "wbe" in result.err, f"not refused: {result}")
    t.stop(program)


@case
def down_stops_everything(t):
    t.a3sfile(t.service("a"), t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")
    t.expect("a", "start")
    t.expect("b", "start")
    t.expect_run(0, "down")
    same(program.wait(), 0, "exit code of up")
    t.nothing_left()
    t.order(("b", "exit"), ("a", "term"), ("a", "exit"))


@case
def down_of_one_takes_its_dependents_with_it(t):
    t.a3sfile(t.service("store"), t.service("api", "", 'depends_on = ["store"]'), t.service("other"))
    program = t.start("up")
    for name in ("store", "api", "other"):
        t.expect(name, "start")
    t.expect_run(0, "down", "store")
    t.expect("store", "exit")
    t.order(("api", "exit"), ("store", "term"))
    t.wait_state("store", "stopped")
    rows = t.status()
    same([rows[name]["state"] for name in ("store", "api", "other")], ["stopped", "stopped", "running"], "states")
    t.stop(program)
    same(program.text().count("everything is ready"), 1, "how often all was said to be ready")


@case
def logs_of_before(t):
    t.a3sfile(t.service("a", "--say one --say two --say three"), t.service("b", "--say other"))
    program = t.start("up")
    program.wait_for("three$")
    program.wait_for("other$")
    out = t.expect_run(0, "logs").out
    check(re.search(r"a +│ one$", out, re.MULTILINE) and re.search(r"b +│ other$", out, re.MULTILINE), f"lines in\n{out}")
    out = t.expect_run(0, "logs", "a", "-n", "2").out
    same(re.findall(r"│ (\w+)$", out, re.MULTILINE), ["two", "three"], "the last two lines of a")
    t.stop(program)


@case
def following_survives_a_restart(t):
    t.a3sfile(t.service("a", "--say hello"))
    program = t.start("up")
    t.expect("a", "start")
    follower = t.start("logs", "-f", "a")
    follower.wait_for(r"a +│ hello$")
    seen = len(follower.lines)
    t.expect_run(0, "restart", "a")
    t.expect("a", "start", 2)
    follower.wait_for(r"a +│ hello$", start=seen)
    t.expect_run(0, "down")
    same(program.wait(), 0, "exit code of up")
    follower.wait()
    t.nothing_left()


@case
def a_follower_that_leaves(t):
    t.a3sfile(t.service("a", "--say hello"))
    program = t.start("up")
    program.wait_for("hello$")
    follower = t.start("logs", "-f")
    follower.wait_for("hello$")
    follower.signal(signal.SIGKILL)
    follower.wait()
    t.wait_state("a", "running")
    t.stop(program)


@case
def only_we_may_ask(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.expect("a", "start")
    folders = list(t.base.glob("run/a3s/*"))
    same(len(folders), 1, "run folders")
    same(stat.S_IMODE(folders[0].stat().st_mode), 0o700, "mode of the run folder")
    for path in folders[0].iterdir():
        same(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, f"rights of others on {path.name}")
    t.stop(program)


@case
def what_is_left_of_a_killed_a3s_is_no_obstacle(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    pid = t.expect("a", "start")["pid"]
    program.signal(signal.SIGKILL)
    program.wait()
    t.expect_run(3, "status")
    if not gone(pid, 0):
        os.kill(pid, signal.SIGKILL)
    program = t.start("up")
    t.expect("a", "start", 2)
    t.stop(program)


@case
def two_projects_side_by_side(t):
    t.a3sfile(t.service("a"))
    first = t.start("up")
    t.expect("a", "start")
    t.proxy_port = t.free_port()
    t.write("other/x", "")
    t.write("other/A3sfile.hcl", f"dev {{ proxy_port = {t.proxy_port} }}\n" + t.service("b"))
    second = t.start("up", cwd=t.dir / "other")
    t.expect("b", "start")
    same(list(t.status()), ["a"], "services of the first")
    second.signal(signal.SIGTERM)
    second.wait()
    t.wait_state("a", "running")
    t.stop(first)


@case
def why_a_service_is_blocked(t):
    t.a3sfile(t.service("event", "--exit 3", 'restart {\n  backoff = "10ms"\n  max_restarts = 2\n}\nhealth {\n  type = "tcp"\n  port = 1\n}'),
              t.service("mid", "", 'depends_on = ["event"]'),
              t.service("lane", "", 'depends_on = ["mid"]'), t.service("other"))
    program = t.start("up")
    t.wait_state("lane", "blocked")
    out = t.expect_run(0, "why", "lane").out
    check(re.search(r"^lane is blocked: it depends on mid \(A3sfile\.hcl:\d+:\d+\), which depends on event "
                    r"\(A3sfile\.hcl:\d+:\d+\), which failed: exited with 3 after .*, 3 tries "
                    r"\(restart\.max_restarts, A3sfile\.hcl:\d+:\d+\)$", out, re.M), out)
    for part in (r"lane +asked to be up", r"lane +pending -> blocked: .*\(mid\)", r"event +starting -> failed"):
        check(re.search(r"^\d\d:\d\d:\d\d\.\d{3}  " + part, out, re.M), f"{part}:\n{out}")
    out = t.expect_run(0, "why", "event").out
    check(out.startswith("event has failed: exited with 3 after "), out)
    t.stop(program)


def printing(name, lines, code, restart):
    """A service that prints so many lines and ends, until there is a file `well`."""
    return (f'service "{name}" {{\n  cmd = "if [ -e well ]; then echo well; exec sleep 1000; fi; '
            f'for i in $(seq {lines}); do echo line $i; done; printf \'\\\\033[31mred \\\\200\\\\033[0m\\\\n\'; exit {code}"\n'
            f'  {restart}\n}}')


@case
def why_shows_what_a_crash_printed(t):
    t.a3sfile(printing("once", 12, 3, 'kind = "task"'),
              'service "lane" {\n  cmd = "sleep 1000"\n  depends_on = ["once"]\n}',
              printing("again", 1, 4, 'restart { backoff = "30s" }'),
              'service "mute" {\n  cmd = "exit 5"\n  restart { policy = "never" }\n}',
              'service "never" {\n  cmd = ["./nosuch"]\n  restart { policy = "never" }\n}',
              'service "good" {\n  cmd = "echo good; exec sleep 1000"\n}')
    program = t.start("up")
    for name, state in (("lane", "blocked"), ("again", "backoff"), ("mute", "failed"), ("never", "failed"),
                        ("good", "running")):
        t.wait_state(name, state)

    def last(name):
        return json.loads(t.expect_run(0, "why", name, "--json").out)["last_output"]
    check(t.expect_run(0, "why", "again").out.startswith("again is waiting for its next try, in "), "again")
    lines = [f"line {i}" for i in range(4, 13)] + ["red \\x80"]
    same(last("once"), {"service": "once", "run": 1, "lines": lines}, "once")
    same(last("lane"), last("once"), "what blocks lane")
    same(last("mute"), {"service": "mute", "run": 1, "lines": []}, "mute")
    same((last("good"), last("never")), (None, None), "who has not ended")
    out = t.expect_run(0, "why", "lane").out
    check(out.endswith("\nwhat once printed last (more: a3s logs once --run 1):\n  "
                       + "\n  ".join(lines) + "\n"), out)
    check(t.expect_run(0, "why", "mute").out.endswith("\nwhat mute printed last: nothing\n"), "mute")
    # Of one that runs again because of it; asked to, it runs for that reason.
    t.write("well", "")
    t.expect_run(0, "restart", "again")
    t.wait_state("again", "running")
    same(last("again"), None, "who was asked to restart")
    os.unlink(t.dir / "well")
    t.expect_run(0, "restart", "again")
    t.wait_state("again", "backoff")
    row = t.status()["again"]
    same((row["restart_count"], row["crash_count"]), (2, 2), "restarts and crashes")
    check(re.search(r"^again +backoff .* 2 \(2 crashes\) ", t.expect_run(0, "status").out, re.M), "status")
    same(last("again"), {"service": "again", "run": 3, "lines": ["line 1", "red \\x80"]}, "again")
    t.stop(program)


@case
def why_shows_what_was_printed_before_a_crash_that_is_over(t):
    t.a3sfile('service "a" {\n  cmd = "if [ -e once ]; then echo fine; exec sleep 1000; fi; touch once; echo broken; exit 3"\n'
              '  restart { backoff = "10ms" }\n}')
    program = t.start("up")
    t.wait_state("a", "running")
    until(lambda: t.status()["a"]["runs"] == 2, "a second run")
    t.wait_state("a", "running")
    answer = json.loads(t.expect_run(0, "why", "a", "--json").out)
    same(answer["last_output"], {"service": "a", "run": 1, "lines": ["broken"]}, answer["text"])
    t.stop(program)


@case
def why_a_service_runs(t):
    t.write("src/main.txt", "one\n")
    t.a3sfile(t.service("store", "--listen tcp", 'port = 0\nhealth { type = "tcp" }\nwatch {\n  paths = ["src"]\n  debounce = "50ms"\n}'),
              t.service("off", "", "disabled = true"))
    program = t.start("up")
    t.wait_state("store", "running")
    out = t.expect_run(0, "why", "store").out
    check(re.search(r"^store is running since [\d:]{8} \(.*\); started because: asked to be up at ", out), out)
    t.write("src/main.txt", "two\n")
    t.expect("store", "start", 2)
    t.wait_state("store", "running")
    answer = json.loads(t.expect_run(0, "why", "--json", "store").out)
    same((answer["state"], answer["complete"]), ("running", True), "answer")
    check("started because: src/main.txt changed at " in answer["text"], answer["text"])
    events = [record.get("to", record["event"]) for record in answer["chain"]]
    same(events, ["file", "stopping", "exited", "pending", "starting", "started", "ready", "running"], "chain")
    same([record["cause"] for record in answer["chain"]], [None, 0, 1, 2, 3, 4, 5, 6], "causes")
    check("is stopped: it was never asked to be up, and is disabled" in t.expect_run(0, "why", "off").out, "off")
    check("nosuch" in t.expect_run(2, "why", "nosuch").err, "unknown service")
    t.expect_run(2, "why")
    t.stop(program)


@case
def why_a_service_has_ended(t):
    t.a3sfile(t.service("once", "--exit 0", 'port = 0\nhealth { type = "tcp" }\nrestart {\n  policy = "never"\n}'),
              t.service("mid", "", 'depends_on = ["once"]'),
              # No handler: whenever SIGTERM comes, it is what ends it.
              ('service "never" {\n  cmd = "exec sleep 1000"\nport = 0\nrestart {\n  policy = "never"\n}\n'
                        'health {\n  type = "tcp"\n  interval = "10ms"\n  timeout = "10ms"\n  start_timeout = "100ms"\n}\n}'),
              t.service("stays"))
    program = t.start_ready("stays")
    t.wait_state("never", "failed")
    t.wait_state("mid", "blocked")
    out = t.expect_run(0, "why", "never").out
    check(re.search(r"^never has failed: it did not become ready in time \(A3sfile\.hcl:\d+:\d+\) and was stopped: "
                    r"killed by SIGTERM after ", out), out)
    out = t.expect_run(0, "why", "once").out
    check(out.startswith("once is stopped: it ended by itself: exited with 0 after "), out)
    out = t.expect_run(0, "why", "mid").out
    check(re.search(r"^mid is blocked: it depends on once \(A3sfile\.hcl:\d+:\d+\), which ended by itself: "
                    r"exited with 0 after ", out), out)
    t.stop(program)
