"""up: order, readiness, stopping. Each case starts real processes and leaves none."""

import os
import re
import signal
import subprocess

from harness import case, check, has_ipv6, marked_processes, same


@case
def starts_in_order_and_waits_for_readiness(t):
    gate = t.fifo("gate")
    t.a3sfile(
        t.service("web", "--listen http", 'port = 0\ndepends_on = ["api"]\nhealth { type = "http" }'),
        t.service("api", "--listen http", 'port = 0\ndepends_on = ["store"]\nhealth { type = "http" }'),
        t.service("store", f"--listen tcp --gate {gate}", 'port = 0\nhealth { type = "tcp" }'),
        t.service("other"),
    )
    program = t.start("up")
    t.expect("store", "start")
    t.expect("other", "start")
    rows = t.status()
    same([rows[name]["state"] for name in ("store", "api", "web")], ["starting", "pending", "pending"], "states")
    t.open_gate(gate)
    t.expect("web", "listening")
    t.order(("store", "start"), ("store", "listening"), ("api", "start"), ("api", "listening"), ("web", "start"))
    t.wait_state("web", "running")
    t.stop(program)


@case
def declaration_order_breaks_ties(t):
    names = ["zeta", "beta", "mid", "alpha"]
    t.a3sfile(*(t.service(name, "--exit 0", 'kind = "task"') for name in names),
              t.service("last", "", 'depends_on = ["alpha", "mid", "beta", "zeta"]'))
    program = t.start("up")
    t.expect("last", "start")
    rows = list(t.status())
    same([name for name in rows if name != "last"], names, "order in status")
    t.stop(program)


@case
def the_environment_of_a_service(t):
    t.a3sfile(t.service("a", "--show PORT --show OWN --show BOTH --show DEV --show HOST --show A3S_SERVICE",
                        'port = 0\ndir = "sub"\nenv = { OWN = "1", BOTH = "service" }'),
              t.service("b", "--show PORT", f'port = {t.free_port()}\nenv = {{ PORT = "mine" }}'),
              dev='env = { DEV = "dev", BOTH = "dev" }')
    (t.dir / "sub").mkdir()
    program = t.start("up")
    started = t.expect("a", "start")
    same(started["dir"], str(t.dir / "sub"), "folder")
    env = started["env"]
    port = t.wait_state("a", "running")["port"]
    check(port > 0, "no port was chosen")
    same(env, {"PORT": str(port), "OWN": "1", "BOTH": "service", "DEV": "dev", "HOST": "127.0.0.1",
               "A3S_SERVICE": "a"}, "environment")
    same(t.expect("b", "start")["env"]["PORT"], "mine", "what the service itself sets")
    t.stop(program)


@case
def the_reference_names_what_is_injected(t):
    page = t.expect_run(0, "help", "--markdown").out
    section = page.split("## Environment of a service", 1)[1].split("\n## ", 1)[0]
    named = {name.replace("NAME", "DB_1") for name in re.findall(r"^\| `(\w+)`", section, re.MULTILINE)}
    t.a3sfile(t.service("db-1", "", "port = 0"),
              'service "show" {\n  cmd  = "env > injected"\n  kind = "task"\n  port = 0\n'
              '  depends_on = ["db-1"]\n}')
    program = t.start("up")
    t.wait_state("show", "done")
    found = {line.split("=", 1)[0] for line in (t.dir / "injected").read_text().splitlines()}
    same(sorted(name for name in found if name.startswith("A3S_")),
         sorted(name for name in named if name.startswith("A3S_")), "injected variables")
    check(named <= found, f"not injected: {named - found}")
    t.stop(program)


@case
def a_command_with_shell_syntax(t):
    t.a3sfile('service "sh" {\n  cmd  = "echo one && echo two $A3S_SERVICE; exit 0"\n  kind = "task"\n}')
    program = t.start("up")
    program.wait_for(r"sh +│ one$")
    program.wait_for(r"sh +│ two sh$")
    same(program.wait(), 0, "exit code")


@case
def no_descriptor_is_inherited(t):
    t.a3sfile('service "fds" {\n  cmd  = "ls /proc/self/fd | tr \'\\\\n\' \' \'"\n  kind = "task"\n}')
    program = t.start("up")
    # 3 is the folder that ls reads.
    program.wait_for(r"fds +│ 0 1 2 3 ?$")
    same(program.wait(), 0, "exit code")


@case
def log_lines(t):
    t.a3sfile(t.service("talker", "--say hello"), t.service("x", "--say there"))
    program = t.start("up")
    program.wait_for(r"^\d\d:\d\d:\d\d\.\d{3} talker │ hello$")
    program.wait_for(r"^\d\d:\d\d:\d\d\.\d{3} x      │ there$")
    check("\x1b" not in program.text(), "colours, though the output is no terminal")
    t.stop(program)


@case
def stops_in_reverse_order(t):
    t.a3sfile(t.service("a"), t.service("b", "", 'depends_on = ["a"]'), t.service("c", "", 'depends_on = ["b"]'))
    program = t.start("up")
    for name in "abc":
        t.expect(name, "start")
    t.stop(program)
    t.order(("c", "term"), ("c", "exit"), ("b", "term"), ("b", "exit"), ("a", "term"), ("a", "exit"))


@case
def ctrl_c_on_a_terminal(t):
    t.a3sfile(t.service("a"), t.service("b", "", 'depends_on = ["a"]'))
    program, ours = t.start_on_terminal("up")
    program.read_terminal(ours)
    t.expect("a", "start")
    t.expect("b", "start")
    os.write(ours, b"\x03")
    same(program.wait(), 0, "exit code")
    t.order(("b", "exit"), ("a", "term"))
    t.nothing_left()


@case
def sigterm(t):
    t.a3sfile(t.service("a"), t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")
    t.expect("a", "start")
    t.expect("b", "start")
    t.stop(program, signal.SIGTERM, 128 + signal.SIGTERM)
    t.order(("b", "exit"), ("a", "term"))


@case
def sighup(t):
    """As when the terminal closes; without one it means to reload."""
    t.a3sfile(t.service("a"))
    program, ours = t.start_on_terminal("up", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    t.expect("a", "start")
    t.stop(program, signal.SIGHUP, 128 + signal.SIGHUP)
    os.close(ours)
    t.order(("a", "term"), ("a", "exit"))


@case
def killed_after_its_stop_timeout(t):
    t.a3sfile(t.service("stubborn", "--ignore-term --child", 'stop { timeout = "300ms" }'))
    program = t.start("up")
    pids = [t.expect("stubborn", "start")["pid"], t.expect("stubborn", "child")["pid"]]
    alive = marked_processes(t.marker)
    check(all(pid in alive for pid in pids), "the marker does not find the service's processes")
    t.stop(program)
    t.expect("stubborn", "term")


@case
def a_group_outlives_its_leader_no_longer(t):
    # The leader ends at once; its child ignores SIGTERM.
    t.a3sfile(t.service("parent", "--child", 'stop { timeout = "300ms" }'))
    program = t.start("up")
    t.expect("parent", "start")
    t.stop(program)


@case
def second_ctrl_c_kills_at_once(t):
    t.a3sfile(t.service("stubborn", "--ignore-term", 'stop { timeout = "1h" }'))
    program = t.start("up")
    t.expect("stubborn", "start")
    program.signal(signal.SIGINT)
    t.expect("stubborn", "term")
    program.signal(signal.SIGINT)
    program.wait()
    t.nothing_left()


@case
def the_chosen_signal(t):
    t.a3sfile('service "sh" {\n  cmd = "trap \'echo got usr1; exit 0\' USR1; echo waits; while :; do sleep 1; done"\n'
              '  stop {\n    signal  = "USR1"\n    timeout = "20s"\n  }\n}')
    program = t.start("up")
    program.wait_for(r"sh +│ waits$")
    t.stop(program)
    program.wait_for(r"sh +│ got usr1$")


@case
def a_task_gates_its_dependents(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("migrate", f"--gate {gate} --exit 0", 'kind = "task"'),
              t.service("api", "", 'depends_on = ["migrate"]'))
    program = t.start("up")
    t.expect("migrate", "start")
    same(t.status()["api"]["state"], "pending", "state of the dependent")
    t.open_gate(gate)
    t.expect("api", "start")
    t.order(("migrate", "exit"), ("api", "start"))
    same(t.wait_state("migrate", "done")["pid"], None, "process of a task that is done")
    t.stop(program)


@case
def a_failing_task_blocks_its_dependents(t):
    t.a3sfile(t.service("migrate", "--exit 3", 'kind = "task"'),
              t.service("api", "", 'depends_on = ["migrate"]'),
              t.service("web", "", 'depends_on = ["api"]'))
    result = t.expect_run(1, "up", "-d", "--wait")
    check("migrate" in result.err, f"the cause is not named in {result}")
    same(t.said("api", "start") + t.said("web", "start"), [], "what was started")
    rows = t.status()
    same([rows[name]["state"] for name in ("migrate", "api", "web")], ["failed", "blocked", "blocked"], "states")
    check("migrate" in t.expect_run(0, "status").out, "no reason in status")
    t.expect_run(0, "down")
    t.nothing_left()


@case
def a_task_is_tried_again_if_its_author_says_so(t):
    t.a3sfile(t.service("fetch", "--exit 3", 'kind = "task"\nrestart {\n  backoff = "10ms"\n  max_restarts = 2\n}'),
              t.service("once", "--exit 3", 'kind = "task"'))
    same(t.start("up").wait(), 1, "exit code of up when tasks have failed")
    same((len(t.said("fetch", "start")), len(t.said("once", "start"))), (3, 1), "starts")
    t.nothing_left()


@case
def it_ends_when_nothing_is_left_to_do(t):
    t.a3sfile(t.service("a", "--exit 0", 'kind = "task"'), t.service("b", "--exit 0", 'kind = "task"\ndepends_on = ["a"]'))
    same(t.start("up").wait(), 0, "exit code of up when all tasks are done")
    t.order(("a", "exit"), ("b", "exit"))
    t.a3sfile(t.service("a", "--exit 3", 'kind = "task"'), t.service("b", "", 'depends_on = ["a"]'))
    same(t.start("up").wait(), 1, "exit code of up when the task has failed")
    t.nothing_left()


@case
def no_such_program(t):
    t.a3sfile('service "lost" {\n  cmd = "./no-such-program"\n}', t.service("fine"))
    program = t.start("up")
    program.wait_for(r"lost.*(No such file|not found)")
    t.expect("fine", "start")
    same(t.wait_state("lost", "failed")["pid"], None, "process")
    t.stop(program)


@case
def named_services_bring_what_they_need(t):
    t.a3sfile(t.service("store"), t.service("api", "", 'depends_on = ["store"]'), t.service("web"),
              t.service("extra", "", "disabled = true"))
    program = t.start("up", "api")
    t.expect("api", "start")
    t.expect("store", "start")
    same(t.status()["web"]["state"], "stopped", "state of what was not named")
    t.stop(program)
    same(t.said("web") + t.said("extra"), [], "what was not named")


@case
def a_disabled_service_is_left_alone_unless_named(t):
    t.a3sfile(t.service("a"), t.service("extra", "", "disabled = true"))
    program = t.start("up")
    t.expect("a", "start")
    t.stop(program)
    same(t.said("extra"), [], "what was disabled")
    program = t.start("up", "extra")
    t.expect("extra", "start")
    t.stop(program)


@case
def an_unknown_name(t):
    t.a3sfile(t.service("gateway"))
    result = t.expect_run(2, "up", "gatewya")
    check("gatewya" in result.err and "gateway" in result.err, f"it does not say which there are: {result}")
    same(t.said(), [], "what was started")


@case
def in_the_background(t):
    t.a3sfile(t.service("a", "--listen http", 'port = 0\nhealth { type = "http" }'))
    t.expect_run(0, "up", "-d", "--wait")
    same(t.status()["a"]["state"], "running", "state when --wait is done")
    same(t.get("a")[0], 200, "status through the proxy")
    t.expect_run(0, "down")
    t.nothing_left()
    t.order(("a", "term"), ("a", "exit"))
    t.expect_run(3, "status")


@case
def wait_has_an_end(t):
    gate = t.fifo("gate")
    t.a3sfile(t.service("slow", f"--listen tcp --gate {gate}", 'port = 0\nhealth { type = "tcp" }'))
    result = t.expect_run(124, "up", "-d", "--wait", "--wait-timeout", "1")
    check("slow" in result.err, f"what was waited for is not named in {result}")
    t.open_gate(gate)
    t.wait_state("slow", "running")
    t.expect_run(0, "down")
    t.nothing_left()


@case
def a_taken_proxy_port(t):
    t.a3sfile(t.service("a"))
    for host in ("127.0.0.1", "::1"):
        if host == "::1" and not has_ipv6():
            continue
        with t.holder(host, t.proxy_port) as pid:
            for command in (("up",), ("up", "-d")):
                result = t.expect_run(5, *command)
                check(str(t.proxy_port) in result.err, f"the port is not named in {result}")
                check(str(pid) in result.err, f"the holder (process {pid}) is not named in {result}")
    same(t.said(), [], "what was started")
    t.nothing_left()


@case
def the_port_of_another_project(t):
    t.a3sfile(t.service("a"))
    program = t.start_ready("a")
    (t.dir / "other").mkdir()
    t.a3sfile(t.service("b"), name="other/A3sfile.hcl")
    result = t.expect_run(5, "up", cwd=t.dir / "other")
    check(f"the proxy cannot listen on port {t.proxy_port}: the a3s of {t.dir}/A3sfile.hcl has it "
          f"(pid {program.pid})\n" in result.err, result)
    said = re.search(r"proxy_port in its dev block, (\d+) for one; or stop the other a3s: a3s (down -f \S+)$", result.err, re.M)
    check(said and int(said[1]) > t.proxy_port, result)
    t.expect_run(0, *said[2].split(), cwd="/")
    same(program.wait(), 0, "exit code of the other")
    t.nothing_left()


@case
def a_second_up(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.expect("a", "start")
    result = t.expect_run(5, "up")
    check(str(program.pid) in result.err, f"who runs already is not named in {result}")
    same(t.expect_run(5, "up", "-d").code, 5, "exit code in the background")
    same(len(t.said("a", "start")), 1, "starts")
    t.stop(program)


@case
def stdout_closed_early(t):
    fifo = t.fifo("say")
    t.a3sfile(t.service("a", f"--say first --echo-fifo {fifo} --listen http", 'port = 0\nhealth { type = "http" }'))
    ours, theirs = os.pipe()
    program = t.start("up", stdout=theirs)
    os.close(theirs)
    with open(ours, "rb") as reader:
        check(reader.readline(), "no output at all")
    t.wait_state("a", "running")
    with open(fifo, "wb") as say:
        say.write(b"line\n" * 20000)
    same(t.get("a")[0], 200, "status through the proxy")
    same(t.wait_state("a", "running")["restart_count"], 0, "restarts")
    t.stop(program)


@case
def a_terminal_that_does_not_read(t):
    # A pipe that nobody reads must not stop the service.
    fifo = t.fifo("say")
    t.a3sfile(t.service("a", f"--echo-fifo {fifo} --listen http", 'port = 0\nhealth { type = "http" }'))
    ours, theirs = os.pipe()
    program = t.start("up", stdout=theirs)
    os.close(theirs)
    t.wait_state("a", "running")
    with open(fifo, "wb") as say:
        say.write(b"x" * 79 + b"\n" * 1)
        say.write((b"x" * 79 + b"\n") * 60000)
    same(t.get("a")[0], 200, "status through the proxy")
    os.close(ours)
    t.stop(program)


@case
def it_binds_loopback_only(t):
    t.a3sfile(t.service("a"))
    program = t.start("up")
    t.expect("a", "start")
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as file:
            for line in list(file)[1:]:
                fields = line.split()
                address, port = fields[1].split(":")
                if int(port, 16) == t.proxy_port and fields[3] == "0A":
                    found.append(address)
    check(found and set(found) <= {"0100007F", "00000000000000000000000001000000"}, f"listens on {found}")
    t.stop(program)
