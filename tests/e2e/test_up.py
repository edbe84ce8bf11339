"""What `a3s up` says while it starts, and when somebody runs the project already."""

import re
import signal

from harness import case, check, same
from screen import Terminal


def three(t, gate):
    """web needs api, api needs db; db listens when the gate is opened."""
    t.a3sfile(
        t.service("db", f"--listen tcp --gate {gate}", f'port = {t.free_port()}\nhealth {{\n  type = "tcp"\n}}'),
        t.service("api", "--listen http", f'port = {t.free_port()}\ndepends_on = ["db"]\nhealth {{\n  type = "http"\n}}'),
        t.service("web", "", 'depends_on = ["api"]'))


@case
def says_who_waits_for_whom(t):
    gate = t.fifo("gate")
    three(t, gate)
    program = t.start("up")
    program.wait_for(r"a3s +│ api waits for db \(starting, \d\.\d s: port \d+: ")
    t.open_gate(gate)
    program.wait_for(r"a3s +│ everything is ready$")
    check("web waits for" not in program.text(), "what waits for somebody who waits is no news")
    check("token" not in program.text(), "the token in a pipe")
    t.stop(program)


@case
def on_a_terminal_it_ends_with_the_addresses(t):
    gate = t.fifo("gate")
    three(t, gate)
    it = Terminal([t.a3s_path, "up"], t.dir, {**t.env, "TERM": "xterm"}, rows=30, columns=140)
    try:
        t.open_gate(gate)
        it.sees(r"everything is ready after \d+(\.\d)? m?s$")
        it.sees(rf"│   db   http://db\.localhost:{t.proxy_port}  ready after \d")
        it.sees(rf"│   api  http://api\.localhost:{t.proxy_port}  ready after \d")
        it.sees(rf"│   the page: http://a3s\.localhost:{t.proxy_port}/#token=[0-9a-f]{{64}}$")
        check("│   web " not in it.screen.text(), "web has no address")
        check(not re.search(rb"\x1b\[[^m]*[A-Za-ln-z]", it.raw), "more than colours was written")
        log = t.expect_run(0, "logs", "a3s").out
        check("everything is ready" in log and "token" not in log, log)
        t.expect_run(0, "restart", "api")
        it.until(lambda: len(re.findall(r"everything is ready", it.screen.text())) == 2, "it is ready again")
        same(it.screen.text().count("the page: "), 1, "tables")
        it.signal(signal.SIGINT)
        same(it.wait(), 0, "exit code")
    finally:
        it.close()
    t.nothing_left()


@case
def what_failed_and_why_and_what_to_do(t):
    t.a3sfile(t.service("other"), t.service("seed", "--exit 3", 'kind = "task"'),
              t.service("api", "", 'depends_on = ["seed"]'), t.service("web", "", 'depends_on = ["api"]'))
    program = t.start("up")
    program.wait_for(r"┃ not everything is up:$")
    program.wait_for(r"┃   seed has failed: exited with 3 after .* \(A3sfile\.hcl:\d+\); it blocks api and web$")
    program.wait_for(r"┃   \"a3s why seed\" tells what led to it; \"a3s restart seed\" tries again$")
    t.stop(program)


@case
def when_nothing_is_left_that_runs(t):
    t.a3sfile(t.service("seed", "--exit 3", 'kind = "task"'), t.service("api", "", 'depends_on = ["seed"]'))
    program = t.start("up")
    same(program.wait(), 1, "exit code")
    program.wait_for(r"┃   nothing is left that runs$")
    same(program.text().count("not everything is up"), 1, "summaries")
    t.nothing_left()


@case
def a_second_one_says_who_runs(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.wait_state("a", "running")
    result = t.expect_run(5, "up")
    check(re.search(rf"A3sfile\.hcl is running already \(pid {program.pid}, for \d+s, since \d\d:\d\d:\d\d\)$",
                    result.err, re.M), result)
    for command in ("status", "top", "reload", "down"):
        check(f'"a3s {command}"' in result.err, result)
    same(result.out, "", "output")
    t.stop(program)


@case
def waiting_is_told(t):
    gate = t.fifo("gate")
    three(t, gate)
    result = t.expect_run(124, "up", "--wait-timeout", "2")
    check(re.search(r"^waiting for db \(starting: port \d+: .*\), api \(pending: waits for db\), web \(pending: waits for api\)$",
                    result.err, re.M), result)
    check("not ready after 2 seconds: db (starting" in result.err, result)
    t.expect_run(0, "down")


@case
def waiting_in_vain_names_the_root(t):
    t.a3sfile(t.service("seed", "--exit 3", 'kind = "task"'), t.service("api", "", 'depends_on = ["seed"]'),
              t.service("web", "", 'depends_on = ["api"]'))
    result = t.expect_run(1, "up", "--wait", "web")
    check("web is blocked: seed has failed: exited with 3" in result.err, result)
    check('"a3s logs seed" shows what it said' in result.err, result)
    t.expect_run(0, "down")


@case
def options_that_cannot_be_meant(t):
    t.a3sfile(t.service("a"))
    check("--no-deps SERVICE" in t.expect_run(2, "up", "--no-deps").err, "no word about the names")
    check("needs a terminal" in t.expect_run(2, "up", "--tui").err, "no word about the terminal")
    same(t.said(), [], "what was started")


@case
def with_the_terminal_view(t):
    t.a3sfile(t.service("a"), t.service("b"))
    it = Terminal([t.a3s_path, "up", "--tui"], t.dir, {**t.env, "TERM": "xterm"})
    try:
        it.sees(r"^> a +running")
        it.sees(r"^  b +running")
        it.type("q")
        same(it.wait(), 0, "exit code")
        check(it.is_as_before(), "the terminal is not as it was")
        it.sees(r"^a3s goes on in the background; .*\"a3s down\" stops it$")
    finally:
        it.close()
    same(t.status()["a"]["state"], "running", "state when the view is closed")
    t.expect_run(0, "down")
    t.nothing_left()


@case
def long_lists_are_cut(t):
    sleeper = 'service "s{0}" {{\n  cmd = "exec sleep 1000"\n  port = 0\n}}\n'
    t.a3sfile(*(sleeper.format(i) for i in range(22)))
    it = Terminal([t.a3s_path, "up"], t.dir, {**t.env, "TERM": "xterm"}, 60, 100)
    try:
        it.sees(r'and 2 more: "a3s status"$')
        error = t.expect_run(2, "restart", "qqqqqqqq").err
        check("there are s0, s1, s2, " in error, error)
        it.signal(signal.SIGINT)
        same(it.wait(), 0, "exit code")
    finally:
        it.close()
    t.a3sfile('service "root" {\n  cmd = "exit 3"\n  kind = "task"\n  restart {\n    policy = "never"\n  }\n}\n',
              *(f'service "d{i}" {{\n  cmd = "exec sleep 1000"\n  depends_on = ["root"]\n}}\n' for i in range(6)),
              t.service("stays"))
    program = t.start("up")
    program.wait_for(r"root has failed: exited with 3 .*; it blocks d0, d1, d2 and 3 more$")
    t.stop(program)
