"""Probes of each kind on real services; whose socket answers; ports that are taken or are not used."""

import json
import os
import re
import signal
import sys

from harness import SERVICE, case, check, same, until

HOUR = 'backoff = "1h"\n  max_backoff = "1h"'


def health(text):
    return f"health {{\n  {text}\n}}"


def count(program, pattern):
    return len(re.findall(pattern, program.text()))


@case
def exec_decides(t):
    probe = "test -e well || { echo first; echo it is ill; exit 3; }"
    t.a3sfile(t.service("a", "", health(f'type = "exec"\n  cmd = {json.dumps(probe)}\n  interval = "500ms"\n  timeout = "500ms"\n  retries = 2')),
              t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")
    t.expect("a", "start")
    row = until(lambda: (row := t.status()["a"])["failures"] >= 3 and row, "it was asked")
    same((row["state"], row["healthy"]), ("starting", False), "state")
    check("exited with 3: it is ill" in row["reason"], f"the reason: {row}")
    same(t.said("b", "start"), [], "starts of the dependent")
    t.write("well", "")
    t.expect("b", "start")
    same(t.status()["a"]["flaps"], 0, "flaps")
    for time in ("unhealthy: ", r"unhealthy again \(2nd time in [0-9.]+ m?s\): ", r"unhealthy again \(3rd time in [0-9.]+ m?s\): "):
        (t.dir / "well").unlink()
        program.wait_for(rf"a: {time}.*exited with 3: it is ill \(2 times in a row\)")
        t.wait_state("a", "unhealthy")
        t.write("well", "")
        t.wait_state("a", "running")
    same(t.status()["a"]["flaps"], 3, "flaps")
    check("healthy, 3 flaps" in t.expect_run(0, "status").out, "flaps in the table")
    same(len(t.said("a", "start")), 1, "starts: being unhealthy restarts nothing")
    t.stop(program)


@case
def exec_has_the_services_place(t):
    (t.dir / "sub").mkdir()
    probe = 'test "$WHO" = me && test "$PORT" = "%d" && pwd | grep -q /sub$' % (port := t.free_port())
    t.a3sfile(t.service("a", "", f'dir = "sub"\nport = {port}\nenv = {{ WHO = "me" }}\n' +
                        health(f'type = "exec"\n  cmd = {json.dumps(probe)}')))
    program = t.start("up")
    t.wait_state("a", "running")
    t.stop(program)


@case
def exec_that_hangs(t):
    probe = "trap '' TERM; setsid sleep 1000 & sleep 1000"
    t.a3sfile(t.service("a", "", health(f'type = "exec"\n  cmd = {json.dumps(probe)}\n  timeout = "100ms"\n  interval = "200ms"')))
    program = t.start("up")
    row = until(lambda: t.run("status").code == 0 and (row := t.status()["a"])["failures"] >= 2 and row, "it was asked")
    check("it did not end within 100 ms" in row["reason"], f"the reason: {row}")
    t.stop(program)  # nothing of any probe is left


@case
def a_killed_guard_of_a_probe(t):
    t.a3sfile(t.service("a", "", health('type = "exec"\n  cmd = ["sh", "-c", "echo $PPID >guard.new; mv guard.new guard; '
                                        'setsid sleep 1000 & sleep 1000"]\n  timeout = "1m"\n  interval = "1m"')))
    program = t.start("up")
    guard = until(lambda: (t.dir / "guard").exists() and int((t.dir / "guard").read_text()), "the probe runs")
    os.kill(guard, signal.SIGKILL)
    program.wait_for("a: the guard of its probe was killed")
    until(lambda: "killed with its guard" in (t.status()["a"]["reason"] or ""), "it is told")
    t.stop(program)


@case
def log_decides(t):
    lines = t.fifo("lines")
    t.a3sfile(t.service("a", f"--echo-fifo {lines}", health('type = "log"\n  pattern = "^listening on \\\\d+$"')),
              t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")

    def say(text):
        with open(lines, "wb", buffering=0) as fifo:
            fifo.write(text.encode())

    t.expect("a", "start")
    say("listening soon\nnot listening on 1\n")
    program.wait_for("not listening on 1")
    row = t.wait_state("a", "starting")
    same(row["reason"], 'pattern "^listening on \\d+$": no line of its output matches yet', "reason")
    same(t.said("b", "start"), [], "starts of the dependent")
    say("\033[1mlistening on 3000\033[0m\n")
    t.expect("b", "start")
    row = t.wait_state("a", "running")
    same((row["healthy"], row["reason"]), (True, None), "health")
    # The next life must say it anew.
    t.expect_run(0, "restart", "a")
    t.expect("a", "start", 2)
    say("still building\n")
    program.wait_for("still building")
    same(t.wait_state("a", "starting")["healthy"], False, "health")
    say("listening on 3000\n")
    t.wait_state("a", "running")
    t.stop(program)


@case
def slow_to_listen(t):
    """retries never bounds the start."""
    gate, port = t.fifo("gate"), t.free_port()
    t.a3sfile(t.service("a", f"--listen tcp --gate {gate}", f'port = {port}\n' +
                        health('type = "tcp"\n  retries = 2\n  interval = "200ms"\n  timeout = "200ms"')),
              t.service("b", "", 'depends_on = ["a"]'))
    program = t.start("up")
    t.expect("a", "start")
    until(lambda: t.status()["a"]["failures"] > 20, "it was asked in vain")
    same(t.status()["a"]["state"], "starting", "state")
    t.open_gate(gate)
    t.expect("b", "start")
    t.order(("a", "listening"), ("b", "start"))
    t.stop(program)


@case
def stopped_by_a_signal_is_noticed(t):
    port = t.free_port()
    t.a3sfile(t.service("a", "--listen http", f'port = {port}\n' + health(
        'type = "http"\n  retries = 2\n  interval = "100ms"\n  timeout = "100ms"')))
    program = t.start("up")
    pid = t.wait_state("a", "running")["pid"]
    os.kill(pid, signal.SIGSTOP)
    row = t.wait_state("a", "unhealthy")
    check("no answer within 100 ms" in row["reason"], f"the reason: {row}")
    os.kill(pid, signal.SIGCONT)
    t.wait_state("a", "running")
    t.stop(program)


# ---- whose port it is ----------------------------------------------------------------------------


@case
def a_port_that_is_taken_is_waited_for(t):
    port = t.free_port()
    t.a3sfile(t.service("a", "--listen tcp", f'port = {port}\n' + health('type = "tcp"')))
    with t.holder("127.0.0.1", port) as holder:
        program = t.start("up")
        program.wait_for(rf"a: port {port} is held by pid {holder} \(.*\); waiting up to 3 s for it")
        row = t.wait_state("a", "starting")
        same(row["pid"], None, "process")
        check(f"port {port} is held by pid {holder}" in row["reason"], f"the reason: {row}")
        same(t.said("a", "start"), [], "starts")
    t.expect("a", "listening")
    t.wait_state("a", "running")
    same(count(program, "starting it anyway"), 0, "starts on a port that is taken")
    t.stop(program)


@case
def ctrl_c_while_a_port_is_waited_for(t):
    port = t.free_port()
    t.a3sfile(t.service("a", "--listen tcp", f'port = {port}\n' + health('type = "tcp"')))
    with t.holder("127.0.0.1", port):
        program = t.start("up")
        program.wait_for("waiting up to 3 s for it")
        program.signal(signal.SIGINT)
        same(program.wait(), 0, "exit code")
    same(t.said("a", "start"), [], "starts")


@case
def a_strangers_answer_is_none(t):
    gate, port = t.fifo("gate"), t.free_port()
    t.a3sfile(t.service("a", f"--listen tcp --gate {gate}", f'port = {port}\n' + health('type = "tcp"\n  interval = "100ms"\n  timeout = "100ms"')),
              t.service("b", "", 'depends_on = ["a"]'))
    with t.holder("127.0.0.1", port) as holder:
        program = t.start("up")
        program.wait_for(rf"a: port {port} is held by pid {holder} \(.*\); starting it anyway")
        stranger = rf"port {port} is held by pid {holder} \(.*\), which is none of a's processes"
        program.wait_for("a: " + stranger)
        failures = t.wait_state("a", "starting")["failures"]
        row = until(lambda: (row := t.status()["a"])["failures"] > failures + 3 and row, "it is asked again")
        check(re.fullmatch(stranger, row["reason"]), f"the reason: {row}")
        same(count(program, stranger), 1, "how often it was said")
        same(t.said("b", "start"), [], "starts of the dependent")
    t.open_gate(gate)
    t.expect("b", "start")
    t.stop(program)


@case
def a_stranger_that_comes_later(t):
    gate, port = t.fifo("gate"), t.free_port()
    t.a3sfile(t.service("a", f"--listen tcp --gate {gate}", f'port = {port}\n' + health('type = "tcp"\n  interval = "100ms"\n  timeout = "100ms"')))
    program = t.start("up")
    t.expect("a", "start")
    with t.holder("::1", port) as holder:
        program.wait_for(rf"port {port} is held by pid {holder} \(.*\), which is none of a's processes")
        t.wait_state("a", "starting")
        t.open_gate(gate)  # on the other address, which is asked first
        t.wait_state("a", "running")
    t.stop(program)


@case
def its_children_are_its_own(t):
    """A shell, a child of it in a session of its own: all of it is the service."""
    port = t.free_port()
    line = f"setsid {sys.executable} -IS {SERVICE} a --listen http & wait"
    t.a3sfile(f'service "a" {{\n  cmd = {json.dumps(line)}\n  port = {port}\n' + health('type = "http"') + "\n}\n")
    program = t.start("up")
    t.expect("a", "listening")
    t.wait_state("a", "running")
    t.stop(program)


@case
def one_that_listens_for_others(t):
    """As docker-proxy does for a container that the service has started."""
    port = t.free_port()
    t.a3sfile(t.service("a", "", f'port = {port}\n' + health('type = "tcp"\n  interval = "100ms"\n  timeout = "100ms"')), dev='log_level = "debug"')
    program = t.start("up")
    t.expect("a", "start")
    with t.holder("127.0.0.1", port):
        program.wait_for("which is none of a's processes")
    (t.dir / "docker-proxy").symlink_to(sys.executable)
    with t.holder("127.0.0.1", port, t.dir / "docker-proxy") as holder:
        program.wait_for(rf"not known whose port {port} is: pid {holder} .* which listens for others")
        t.wait_state("a", "running")
    t.stop(program)


@case
def it_ends_because_its_port_is_taken(t):
    port = t.free_port()
    t.a3sfile(t.service("a", "--exit 1", f'port = {port}\nrestart {{\n  {HOUR}\n}}\n' + health('type = "tcp"')))
    with t.holder("127.0.0.1", port) as holder:
        program = t.start("up")
        row = t.wait_state("a", "backoff")
        check(f"exited with 1; port {port} is held by pid {holder}" in row["reason"], f"the reason: {row}")
    t.stop(program)


@case
def it_listens_elsewhere(t):
    port, other = t.free_port(), t.free_port()
    t.a3sfile(t.service("a", "--listen http", f'port = {port}\nenv = {{ PORT = "{other}" }}\n' + health('type = "http"')))
    program = t.start("up")
    said = rf"a listens on port {other}, but the A3sfile says {port} \(A3sfile\.hcl:\d+:\d+\)"
    program.wait_for(said)
    check(re.fullmatch(said, t.wait_state("a", "starting")["reason"]), "the reason")
    same(count(program, said), 1, "how often it was said")
    t.stop(program)


@case
def what_it_was_told_of_its_port(t):
    given, own, asked = (t.free_port() for _ in range(3))
    t.a3sfile(t.service("chosen", "--listen http", f'port = 0\nenv = {{ PORT = "{given}" }}\n' + health('type = "http"')),
              t.service("asked", "--listen http", f"port = {own}\n" + health(f'type = "http"\nport = {asked}')))
    program = t.start("up")
    program.wait_for(rf"chosen listens on port {given}, but it was given \d+ as PORT \(A3sfile\.hcl:\d+:\d+\)")
    program.wait_for(rf"asked listens on port {own}, but its probe asks port {asked} \(A3sfile\.hcl:\d+:\d+\)")
    t.stop(program)
